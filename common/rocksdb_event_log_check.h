// The walk over the whole log at start.
#pragma once

#include <cstdint>
#include <map>
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
  ChainEnd end;
  SubjectIndex index;
  std::map<std::string, uint64_t> dead_letters;  // By subscription.
  std::map<std::string, Subscriber> subscribers;
};

// Reads and verifies everything: table files, records, chain, ids and saved
// positions. Errors: DATA_LOSS naming the place, UNAVAILABLE (the disk).
absl::StatusOr<LogContents> CheckLog(LogDatabase& database);

}  // namespace seaworthy
