// A durable copy of a log that lives elsewhere, kept by whoever reads it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/event_log.h"

namespace seaworthy {

struct LogMirrorOptions {
  // Folder of the copy; created if missing, one process at a time.
  std::string path;
  // Of what, for a person: `stream SEAWORTHY at nats://…`.
  std::string source;
};

// `log` with a copy beside it: what ReadAfter returns is in the copy, synced,
// before it returns, with its own time and hash, and where the subscriptions
// stood; CheckpointTo copies that copy. All else goes to `log`, which is not owned and outlives it, and
// closing it does not close `log`. Compares both first: a log that was shortened or exchanged since is found.
// Thread-safe. Errors: DATA_LOSS (the log has lost what the copy holds; the message says how to make a new
// one of the copy), FAILED_PRECONDITION (the folder holds something else, or is in use), UNAVAILABLE. A copy
// that cannot be written fails ReadAfter.
absl::StatusOr<std::unique_ptr<EventLog>> OpenMirroredLog(EventLog* log, const LogMirrorOptions& options);

}  // namespace seaworthy
