// What services of several processes need to agree on who does what.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "cli/data_dir.h"
#include "common/config.h"
#include "common/lease.h"
#include "common/shared_table.h"

namespace seaworthy::cli {

// The holder of everything where there is one process.
inline constexpr char kOnlyProcess[] = "this process";

// Beside the log that the configuration names, in the name of the log's
// instance. Of the embedded log, which has one process, all are held. Errors:
// those of the engine.
absl::StatusOr<std::unique_ptr<Leases>> OpenLeases(const LogConfig& config, const DataLayout& layout);

// What watchers tell each other; null with the embedded log.
absl::StatusOr<std::unique_ptr<SharedTable>> OpenWatchTable(const LogConfig& config,
                                                            const DataLayout& layout);

}  // namespace seaworthy::cli
