#include "cli/open_log.h"

#include <string>
#include <utility>

#include "common/hash.h"
#include "common/rocksdb_event_log.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kInstanceBytes = 8;
constexpr size_t kMaxInstanceFileBytes = 64;

absl::StatusOr<std::string> ReadOrMakeInstance(const DataLayout& layout) {
  const std::string path = layout.dir + "/instance";
  absl::StatusOr<std::string> kept = ReadWholeFile(path, kMaxInstanceFileBytes);
  if (kept.ok() && !kept->empty()) return kept;
  if (!kept.ok() && !absl::IsNotFound(kept.status())) return kept;
  std::string instance = RandomHex(kInstanceBytes);
  SEAWORTHY_RETURN_IF_ERROR(WriteSecretFile(path, instance));
  return instance;
}

}  // namespace

absl::StatusOr<NatsEventLogOptions> NatsOptionsOf(const LogConfig& config, const DataLayout& layout) {
  NatsEventLogOptions options;
  options.link.url = config.url;
  options.link.credentials_file = config.credentials_file;
  options.link.ca_file = config.ca_file;
  options.link.certificate_file = config.certificate_file;
  options.link.key_file = config.key_file;
  options.stream = config.stream;
  options.replicas = config.replicas;
  options.instance = config.instance;
  options.sync_always_confirmed = config.sync_always;
  SEAWORTHY_ASSIGN_OR_RETURN(options.durability, ParseLogDurability(config.durability));
  if (options.instance.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(options.instance, ReadOrMakeInstance(layout));
  }
  return options;
}

absl::StatusOr<OpenedLog> OpenLog(const LogConfig& config, const DataLayout& layout) {
  OpenedLog opened;
  if (config.kind == "nats") {
    SEAWORTHY_ASSIGN_OR_RETURN(const NatsEventLogOptions options, NatsOptionsOf(config, layout));
    SEAWORTHY_ASSIGN_OR_RETURN(opened.log, OpenNatsEventLog(options));
    SEAWORTHY_ASSIGN_OR_RETURN(opened.objects, OpenNatsObjectStore(options));
    return opened;
  }
  SEAWORTHY_ASSIGN_OR_RETURN(
      opened.log, OpenRocksDbEventLog({.path = layout.log, .clock = Clock::Real(), .env = nullptr}));
  SEAWORTHY_ASSIGN_OR_RETURN(opened.objects, OpenRocksDbObjectStore(layout.objects));
  return opened;
}

}  // namespace seaworthy::cli
