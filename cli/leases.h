// What services of several processes need to agree on who does what.
#pragma once

#include <memory>
#include <string>

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

// A table that all processes share; null with the embedded log, which has one.
// `name`: `WATCH`, what watchers tell each other; `BUDGET`, the day's money.
absl::StatusOr<std::unique_ptr<SharedTable>> OpenSharedTable(const LogConfig& config,
                                                             const DataLayout& layout,
                                                             const std::string& name);

}  // namespace seaworthy::cli
