// Where a log may lie: what `seaworthy log copy` reads from and writes to.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/data_dir.h"
#include "common/config.h"
#include "common/event_log.h"
#include "common/log_import.h"
#include "common/object_store.h"

namespace seaworthy::cli {

// As a user names it: `embedded` (of the data folder), `embedded:DIR` (of
// another), `nats` (the configured stream), `nats:STREAM`, `copy` (DATA/log-copy:
// what the aggregator keeps of a log elsewhere) or `copy:DIR`.
struct PlaceOfLog {
  enum class Kind { kEmbedded, kNats, kCopy };
  Kind kind = Kind::kEmbedded;
  std::string name;      // As given.
  std::string argument;  // Behind the colon; empty: the configuration's.
};
// Errors: INVALID_ARGUMENT.
absl::StatusOr<PlaceOfLog> ParseLogPlace(const std::string& name);

// A log that nobody else uses while this lives.
struct SourceLog {
  std::unique_ptr<DataDir> dir;  // Where it is another folder than the command's.
  std::unique_ptr<EventLog> log;
  std::unique_ptr<ObjectStore> objects;
};

// A place for a log, empty or with an unfinished copy.
struct TargetLog {
  std::unique_ptr<DataDir> dir;
  std::unique_ptr<LogImporter> importer;
  std::unique_ptr<ObjectStore> objects;
};

// `data` is held by this process. Errors: NOT_FOUND (there is no log),
// FAILED_PRECONDITION (in use; who is named), those of the engine.
absl::StatusOr<SourceLog> OpenSourceLog(const PlaceOfLog& place, const Config& config,
                                        const DataLayout& data);

// `source` says of what it becomes a copy; `continues`: the place may hold a
// log that is its beginning (embedded only).
absl::StatusOr<TargetLog> OpenTargetLog(const PlaceOfLog& place, const Config& config, const DataLayout& data,
                                        const std::string& source, bool continues);

// The folder of an embedded log or of a copy.
std::string FolderOf(const PlaceOfLog& place, const DataLayout& data);

// A log, a finished copy say, opened and checked from its first record to its last; a
// stream for reading only. Its folder is held by this process.
absl::StatusOr<std::unique_ptr<EventLog>> OpenFinishedLog(const PlaceOfLog& place, const Config& config,
                                                          const DataLayout& data);

// The same, and the log may be changed.
absl::StatusOr<std::unique_ptr<EventLog>> OpenLogToTrim(const PlaceOfLog& place, const Config& config,
                                                        const DataLayout& data);

}  // namespace seaworthy::cli
