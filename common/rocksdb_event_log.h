// The embedded engine of the event log: one process, RocksDB, group commit.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/event_log.h"

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
};

// Opens the log, cuts a torn tail to the last whole record and checks every
// record's checksum and chain. Errors: DATA_LOSS (damage before the tail, or
// the log ends before a subscription's position; the message names the
// sequence and the way out), FAILED_PRECONDITION (open in another process).
absl::StatusOr<std::unique_ptr<EventLog>> OpenRocksDbEventLog(const RocksDbEventLogOptions& options);

}  // namespace seaworthy
