// A data folder in use, with the log and the objects the configuration names.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "cli/data_dir.h"
#include "common/config.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "common/telemetry/metrics.h"

namespace seaworthy::cli {

// A data folder, opened by this process alone, and the log and objects that
// `config.log` names: the folder's own, or a NATS server's.
struct OpenData {
  std::unique_ptr<DataDir> dir;
  std::unique_ptr<EventLog> log;
  std::unique_ptr<ObjectStore> objects;
  Metrics* metrics = nullptr;  // Not owned; null: nothing is counted.
};
absl::StatusOr<OpenData> OpenDataFolder(const Config& config);

}  // namespace seaworthy::cli
