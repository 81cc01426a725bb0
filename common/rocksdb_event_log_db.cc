#include "common/rocksdb_event_log_db.h"

#include "absl/strings/str_cat.h"
#include "common/rocksdb_event_log_format.h"
#include "common/status_macros.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"

namespace seaworthy {
namespace {

constexpr size_t kMiB = 1024 * 1024;

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // A torn tail has been cut by now; whatever else is wrong must be refused.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  options.recycle_log_file_num = 0;
  options.allow_concurrent_memtable_write = false;  // One writer.
  options.manual_wal_flush = false;
  // A failed write blocks the log until it is opened anew; nothing resumes behind its back.
  options.max_bgerror_resume_count = 0;
  options.max_total_wal_size = 64 * kMiB;
  options.max_log_file_size = kMiB;
  options.keep_log_file_num = 3;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
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

}  // namespace

absl::StatusOr<std::unique_ptr<LogDatabase>> LogDatabase::Open(const std::string& path, rocksdb::Env* env) {
  auto database =
      std::unique_ptr<LogDatabase>(new LogDatabase(path, env != nullptr ? env : rocksdb::Env::Default()));
  SEAWORTHY_ASSIGN_OR_RETURN(database->folder_, RocksDbFolder::Take(database->env_, path, "the event log"));
  SEAWORTHY_RETURN_IF_ERROR(database->OpenFamilies());
  return database;
}

LogDatabase::~LogDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : families_)
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  if (db_ != nullptr) db_->Close().PermitUncheckedError();
}

absl::Status LogDatabase::OpenFamilies() {
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, FamilyOptions(kMiB, false)},
      {"records", FamilyOptions(32 * kMiB, false)},
      {"dedup", FamilyOptions(8 * kMiB, true)},
      {"subscriptions", FamilyOptions(4 * kMiB, false)}};
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(DatabaseOptions(env_), path_, families, &families_, &raw);
  db_.reset(raw);
  if (opened.ok()) return absl::OkStatus();
  families_.clear();
  return ReadError("its files", opened);
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
  rocksdb::PinnableSlice value;
  const rocksdb::Status got =
      db_->Get(rocksdb::ReadOptions(), records(), event_log_format::Be64(sequence), &value);
  if (!got.ok()) return ReadError(absl::StrCat("record ", sequence), got);
  SEAWORTHY_ASSIGN_OR_RETURN(event_log_format::StoredRecord stored,
                             event_log_format::DecodeRecord(sequence, value.ToStringView()));
  return std::move(stored.record);
}

absl::StatusOr<std::vector<Record>> LogDatabase::ReadRecords(absl::Span<const uint64_t> sequences) {
  std::vector<Record> read;
  read.reserve(sequences.size());
  for (uint64_t sequence : sequences) {
    SEAWORTHY_ASSIGN_OR_RETURN(Record record, ReadRecord(sequence));
    read.push_back(std::move(record));
  }
  return read;
}

absl::StatusOr<std::optional<uint64_t>> LogDatabase::FindSequence(std::string_view dedup_id) {
  rocksdb::PinnableSlice value;
  const rocksdb::Slice key(dedup_id.data(), dedup_id.size());
  const rocksdb::Status got = db_->Get(rocksdb::ReadOptions(), dedup(), key, &value);
  if (got.IsNotFound()) return std::nullopt;
  if (!got.ok()) return ReadError("a deduplication id", got);
  if (value.size() != 8)
    return ReadError("a deduplication id", rocksdb::Status::Corruption("not a sequence"));
  return event_log_format::ParseBe64(value.ToStringView());
}

}  // namespace seaworthy
