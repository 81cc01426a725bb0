#include "cli/leases.h"

#include "cli/open_log.h"
#include "common/nats/nats_shared_table.h"
#include "common/status_macros.h"

namespace seaworthy::cli {

absl::StatusOr<std::unique_ptr<Leases>> OpenLeases(const LogConfig& config, const DataLayout& layout) {
  if (config.kind != "nats") return NewAlwaysHeldLeases(kOnlyProcess);
  SEAWORTHY_ASSIGN_OR_RETURN(const NatsEventLogOptions options, NatsOptionsOf(config, layout));
  return OpenNatsLeases(options);
}

absl::StatusOr<std::unique_ptr<SharedTable>> OpenSharedTable(const LogConfig& config,
                                                             const DataLayout& layout,
                                                             const std::string& name) {
  if (config.kind != "nats") return std::unique_ptr<SharedTable>();
  SEAWORTHY_ASSIGN_OR_RETURN(const NatsEventLogOptions options, NatsOptionsOf(config, layout));
  return OpenNatsSharedTable(options, name);
}

}  // namespace seaworthy::cli
