// The RocksDB under the embedded event log: its folder, options and families.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/event_log.h"
#include "common/rocksdb_folder.h"
#include "common/rocksdb_reopen.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace seaworthy {

// Owns the folder and the open database. Thread-safe once open.
class LogDatabase {
 public:
  // Takes the folder, cuts a torn tail and opens strictly. Errors: DATA_LOSS,
  // FAILED_PRECONDITION (in use), UNAVAILABLE (the disk).
  static absl::StatusOr<std::unique_ptr<LogDatabase>> Open(const std::string& path, rocksdb::Env* env);
  LogDatabase(const LogDatabase&) = delete;
  LogDatabase& operator=(const LogDatabase&) = delete;

  const std::string& path() const { return path_; }
  // Keep one while touching db(): it is opened anew after the disk was full
  // (rocksdb_reopen.h). The methods below do so themselves.
  ReopenableDb::Hold HoldOpen() { return ReopenableDb::Hold(db_); }
  // UNAVAILABLE where a disk in trouble has left no database open.
  absl::Status CheckUsable();
  rocksdb::DB& db() { return *db_.db(); }
  rocksdb::ColumnFamilyHandle* records() { return db_.family(1); }
  rocksdb::ColumnFamilyHandle* dedup() { return db_.family(2); }
  rocksdb::ColumnFamilyHandle* subscriptions() { return db_.family(3); }

  // Opens anew after a write that failed for want of space, once there is room.
  // Errors: UNAVAILABLE (the disk; open for reading, as far as that goes), DATA_LOSS.
  bool HasRoom() const { return db_.HasRoom(); }
  absl::Status Reopen() { return db_.Reopen(); }

  // Errors: DATA_LOSS (damaged or missing), UNAVAILABLE.
  absl::StatusOr<Record> ReadRecord(uint64_t sequence);

  // The sequence an id was first appended with; nothing if never.
  absl::StatusOr<std::optional<uint64_t>> FindSequence(std::string_view dedup_id);

  // RocksDB's errors while reading in our terms.
  absl::Status ReadError(std::string_view what, const rocksdb::Status& status) const;

 private:
  LogDatabase(std::string path, rocksdb::Env* env);

  const std::string path_;
  rocksdb::Env* const env_;
  // Before the database, so that the lock goes last.
  std::unique_ptr<RocksDbFolder> folder_;
  ReopenableDb db_;
};

}  // namespace seaworthy
