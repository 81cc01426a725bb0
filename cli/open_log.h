// The event log and the objects that the configuration names.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "cli/data_dir.h"
#include "common/config.h"
#include "common/event_log.h"
#include "common/nats/nats_event_log.h"
#include "common/object_store.h"

namespace seaworthy::cli {

struct OpenedLog {
  std::unique_ptr<EventLog> log;
  std::unique_ptr<ObjectStore> objects;
};

// `layout` is of a folder this process holds. Errors: those of the engine.
absl::StatusOr<OpenedLog> OpenLog(const LogConfig& config, const DataLayout& layout);

// Of `kind = "nats"`. Without an instance the folder's own is used, made and
// kept there at first: a folder has one process at a time.
absl::StatusOr<NatsEventLogOptions> NatsOptionsOf(const LogConfig& config, const DataLayout& layout);

}  // namespace seaworthy::cli
