// The embedded engine of the event log: one process, RocksDB, group commit.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/log_import.h"

namespace rocksdb {
class Env;
}

namespace seaworthy {

struct RocksDbEventLogOptions {
  // Folder of the log; created if missing, one process at a time.
  std::string path;
  // For record times and retry delays. Not owned.
  Clock* clock = nullptr;
  // For tests that inject faults; nullptr for the real disk. Not owned.
  rocksdb::Env* env = nullptr;
  // For reading what a copy holds so far: unfinished, or kept beside a log
  // elsewhere. Else FAILED_PRECONDITION.
  bool copies_too = false;
};

// Opens the log, cuts a torn tail to the last whole record and checks every
// record's checksum and chain. Errors: DATA_LOSS (damage before the tail, or
// the log ends before a subscription's position; the message names the
// sequence and the way out), FAILED_PRECONDITION (open in another process).
absl::StatusOr<std::unique_ptr<EventLog>> OpenRocksDbEventLog(const RocksDbEventLogOptions& options);

enum class RocksDbCopy {
  kLog,       // Becomes a log of its own with Finish.
  kContinue,  // The same, and the folder may hold a log that is its beginning.
  kMirror,    // Stays a copy, beside a log elsewhere; Finish is refused.
};

// A log in the making, in a folder that is empty or holds such a copy already.
// `source` says of what, for a person. Errors: FAILED_PRECONDITION (another
// log is there), DATA_LOSS, UNAVAILABLE.
absl::StatusOr<std::unique_ptr<LogImporter>> OpenRocksDbLogImporter(const RocksDbEventLogOptions& options,
                                                                    RocksDbCopy copy,
                                                                    const std::string& source);

}  // namespace seaworthy
