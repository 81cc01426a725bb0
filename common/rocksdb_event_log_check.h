// The walk over the whole log at start.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rocksdb_event_log_db.h"
#include "common/rocksdb_event_log_format.h"
#include "common/rocksdb_event_log_index.h"
#include "common/rocksdb_event_log_writer.h"

namespace seaworthy {

// All that is kept in memory, as found on disk.
struct LogContents {
  struct Subscriber {
    event_log_format::CursorEntry cursor;
    std::vector<std::pair<uint64_t, event_log_format::DeliveryEntry>> deliveries;
  };
  event_log_format::CutEntry cut;  // Where it begins.
  // This is a copy, and no log to work on.
  std::optional<event_log_format::CopyEntry> copy;
  ChainEnd end;
  SubjectIndex index;
  std::map<std::string, uint64_t> dead_letters;  // By subscription.
  std::map<std::string, Subscriber> subscribers;
};

// What the log holds beyond a record that is known, and all saved positions.
struct LogTail {
  ChainEnd end;
  std::vector<Record> records;
  std::map<std::string, LogContents::Subscriber> subscribers;
};

// Reads and verifies everything: table files, records, chain, ids and saved
// positions. Errors: DATA_LOSS naming the place, UNAVAILABLE (the disk).
absl::StatusOr<LogContents> CheckLog(LogDatabase& database);

// The same of what comes after `known`, which must be there unchanged. Errors: as CheckLog.
absl::StatusOr<LogTail> ReadTail(LogDatabase& database, const ChainEnd& known);

}  // namespace seaworthy
