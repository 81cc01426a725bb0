#include "common/rocksdb_event_log_db.h"

#include "absl/strings/str_cat.h"
#include "common/rocksdb_event_log_format.h"
#include "common/status_macros.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"

namespace seaworthy {
namespace {

constexpr size_t kMiB = 1024 * 1024;

rocksdb::DBOptions DatabaseOptions() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // A torn tail has been cut by now; whatever else is wrong must be refused.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  options.recycle_log_file_num = 0;
  options.allow_concurrent_memtable_write = false;  // One writer.
  options.manual_wal_flush = false;
  options.max_total_wal_size = 64 * kMiB;
  return options;
}

rocksdb::ColumnFamilyOptions FamilyOptions(size_t write_buffer, bool bloom) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(8 * kMiB);
  if (bloom) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer;
  options.compression = rocksdb::kLZ4Compression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> Families() {
  return {{rocksdb::kDefaultColumnFamilyName, FamilyOptions(kMiB, false)},
          {"records", FamilyOptions(32 * kMiB, false)},
          {"dedup", FamilyOptions(8 * kMiB, true)},
          {"subscriptions", FamilyOptions(4 * kMiB, false)}};
}

}  // namespace

LogDatabase::LogDatabase(std::string path, rocksdb::Env* env)
    : path_(std::move(path)), env_(env), db_({env_, path_, DatabaseOptions(), Families()}) {}

absl::StatusOr<std::unique_ptr<LogDatabase>> LogDatabase::Open(const std::string& path, rocksdb::Env* env) {
  auto database =
      std::unique_ptr<LogDatabase>(new LogDatabase(path, env != nullptr ? env : rocksdb::Env::Default()));
  SEAWORTHY_ASSIGN_OR_RETURN(database->folder_, RocksDbFolder::Take(database->env_, path, "the event log"));
  const rocksdb::Status opened = database->db_.Open();
  if (!opened.ok()) return database->ReadError("its files", opened);
  return database;
}

absl::Status LogDatabase::CheckUsable() {
  if (db_.db() != nullptr) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the event log in ", path_, ": its files cannot be opened; check the disk"));
}

absl::Status LogDatabase::ReadError(std::string_view what, const rocksdb::Status& status) const {
  const std::string message =
      absl::StrCat("the event log in ", path_, ": ", std::string(what), ": ", status.ToString());
  if (status.IsCorruption() || status.IsNotFound() || status.IsPathNotFound() || status.IsInvalidArgument()) {
    return absl::DataLossError(
        absl::StrCat(message, ". Nothing was changed; restore the folder from a backup"));
  }
  return absl::UnavailableError(absl::StrCat(message, "; check the disk"));
}

absl::StatusOr<Record> LogDatabase::ReadRecord(uint64_t sequence) {
  const ReopenableDb::Hold hold = HoldOpen();
  SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
  rocksdb::PinnableSlice value;
  const rocksdb::Status got =
      db().Get(rocksdb::ReadOptions(), records(), event_log_format::Be64(sequence), &value);
  if (!got.ok()) return ReadError(absl::StrCat("record ", sequence), got);
  SEAWORTHY_ASSIGN_OR_RETURN(event_log_format::StoredRecord stored,
                             event_log_format::DecodeRecord(sequence, value.ToStringView()));
  return std::move(stored.record);
}

absl::StatusOr<std::optional<uint64_t>> LogDatabase::FindSequence(std::string_view dedup_id) {
  const ReopenableDb::Hold hold = HoldOpen();
  SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
  rocksdb::PinnableSlice value;
  const rocksdb::Slice key(dedup_id.data(), dedup_id.size());
  const rocksdb::Status got = db().Get(rocksdb::ReadOptions(), dedup(), key, &value);
  if (got.IsNotFound()) return std::nullopt;
  if (!got.ok()) return ReadError("a deduplication id", got);
  if (value.size() != 8)
    return ReadError("a deduplication id", rocksdb::Status::Corruption("not a sequence"));
  return event_log_format::ParseBe64(value.ToStringView());
}

}  // namespace seaworthy
