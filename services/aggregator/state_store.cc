#include "services/aggregator/state_store.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message_lite.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include <array>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/rocksdb_checkpoint.h"
#include "common/rocksdb_logger.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"

namespace seaworthy {
namespace {

constexpr char kSchemaVersion[] = "6";
constexpr char kSchemaKey[] = "schema_version";
constexpr char kPositionKey[] = "position";

constexpr std::array<const char*, kTableCount> kTableNames = {
    "meta",
    "announcements",
    "announcements_by_time",
    "tools",
    "revisions",
    "verdicts",
    "panels",
    "comparisons",
    "comparisons_by_tool",
    "comparisons_by_state",
    "nearest",
    "decisions",
    "outcomes",
    "published",
    "published_by_tool",
    "counters",
    "names",
    "verdicts_by_time",
    "predictions",
    "health",
    "amendments",
    "told",
    "identity",
    "name_index",
    "entries",
    "corrections",
    "shown",
    "publications",
    "published_changes",
    "issued",
    "embargoes",
    "schedules",
    "queue",
    "assignments",
    "search",
    "resolutions",
    "votes",
    "dead_letters",
    "rounds",
    "editions",
};

using Handles = std::array<rocksdb::ColumnFamilyHandle*, kTableCount>;

absl::Status ToStatus(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat("the store: ", status.ToString());
  if (status.IsCorruption()) {
    return absl::DataLossError(
        absl::StrCat(message, "; run `seaworthy rebuild` to make it anew from the log"));
  }
  if (status.IsIOError() && status.ToString().find("lock") != std::string::npos) {
    return absl::FailedPreconditionError(absl::StrCat(
        message, "; another program uses this data folder: stop it or choose another with --data"));
  }
  return absl::UnavailableError(message);
}

rocksdb::Slice Slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::StatusOr<std::optional<std::string>> Found(const rocksdb::Status& status, std::string value) {
  if (status.IsNotFound()) return std::optional<std::string>();
  SEAWORTHY_RETURN_IF_ERROR(ToStatus(status));
  return std::optional<std::string>(std::move(value));
}

absl::Status Walk(rocksdb::Iterator& it, std::string_view prefix, bool up,
                  const StateReader::Visitor& visit) {
  for (; it.Valid() && it.key().starts_with(Slice(prefix)); up ? it.Next() : it.Prev()) {
    if (!visit(View(it.key()), View(it.value()))) break;
  }
  return ToStatus(it.status());
}

absl::Status WalkUp(rocksdb::Iterator& it, std::string_view prefix, std::string_view from,
                    const StateReader::Visitor& visit) {
  it.Seek(Slice(from < prefix ? prefix : from));
  return Walk(it, prefix, true, visit);
}

absl::Status WalkDown(rocksdb::Iterator& it, std::string_view prefix, std::string_view from,
                      const StateReader::Visitor& visit) {
  it.Seek(Slice(from));
  if (it.Valid()) {
    it.Prev();
  } else {
    it.SeekToLast();
  }
  return Walk(it, prefix, false, visit);
}

class SnapshotReader : public StateReader {
 public:
  SnapshotReader(rocksdb::DB* db, const Handles& handles) : db_(db), handles_(handles) {
    options_.snapshot = db->GetSnapshot();
  }
  ~SnapshotReader() override { db_->ReleaseSnapshot(options_.snapshot); }

  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    std::string value;
    const rocksdb::Status status = db_->Get(options_, Handle(table), Slice(key), &value);
    return Found(status, std::move(value));
  }
  absl::Status Scan(Table table, std::string_view prefix, std::string_view from,
                    const Visitor& visit) const override {
    return WalkUp(*NewIterator(table), prefix, from, visit);
  }
  absl::Status ScanDown(Table table, std::string_view prefix, std::string_view from,
                        const Visitor& visit) const override {
    return WalkDown(*NewIterator(table), prefix, from, visit);
  }

 private:
  rocksdb::ColumnFamilyHandle* Handle(Table table) const { return handles_[static_cast<int>(table)]; }
  std::unique_ptr<rocksdb::Iterator> NewIterator(Table table) const {
    return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options_, Handle(table)));
  }

  rocksdb::DB* const db_;
  const Handles& handles_;
  rocksdb::ReadOptions options_;
};

class BatchTransaction : public StateTransaction {
 public:
  BatchTransaction(rocksdb::DB* db, const Handles& handles)
      : db_(db), handles_(handles), batch_(rocksdb::BytewiseComparator(), 0, /*overwrite_key=*/true) {}

  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    if (const auto hot = hot_.find({table, std::string(key)}); hot != hot_.end()) {
      return std::optional<std::string>(hot->second);
    }
    std::string value;
    const rocksdb::Status status =
        batch_.GetFromBatchAndDB(db_, rocksdb::ReadOptions(), Handle(table), Slice(key), &value);
    return Found(status, std::move(value));
  }
  absl::Status Scan(Table table, std::string_view prefix, std::string_view from,
                    const Visitor& visit) const override {
    WriteHot();
    return WalkUp(*NewIterator(table), prefix, from, visit);
  }
  absl::Status ScanDown(Table table, std::string_view prefix, std::string_view from,
                        const Visitor& visit) const override {
    WriteHot();
    return WalkDown(*NewIterator(table), prefix, from, visit);
  }
  void Put(Table table, std::string_view key, std::string_view value) override {
    if (IsHot(table)) {
      hot_[{table, std::string(key)}] = std::string(value);
    } else {
      batch_.Put(Handle(table), Slice(key), Slice(value));
    }
  }
  void Delete(Table table, std::string_view key) override {
    hot_.erase({table, std::string(key)});
    batch_.Delete(Handle(table), Slice(key));
  }
  absl::Status Commit(uint64_t position) override {
    WriteHot();
    Put(Table::kMeta, kPositionKey, absl::StrCat(position));
    return ToStatus(db_->Write(rocksdb::WriteOptions(), batch_.GetWriteBatch()));
  }

 private:
  rocksdb::ColumnFamilyHandle* Handle(Table table) const { return handles_[static_cast<int>(table)]; }
  std::unique_ptr<rocksdb::Iterator> NewIterator(Table table) const {
    rocksdb::Iterator* base = db_->NewIterator(rocksdb::ReadOptions(), Handle(table));
    return std::unique_ptr<rocksdb::Iterator>(batch_.NewIteratorWithBase(Handle(table), base));
  }

  // Rows that many records of a batch change: written once, not once a record.
  static bool IsHot(Table table) { return table == Table::kCounters || table == Table::kHealth; }
  void WriteHot() const {
    for (const auto& [key, value] : hot_) batch_.Put(Handle(key.first), key.second, value);
    hot_.clear();
  }

  rocksdb::DB* const db_;
  const Handles& handles_;
  mutable rocksdb::WriteBatchWithIndex batch_;
  mutable std::map<std::pair<Table, std::string>, std::string> hot_;
};

class RocksDbStateStore : public StateStore {
 public:
  RocksDbStateStore(std::unique_ptr<rocksdb::DB> db, const Handles& handles)
      : db_(std::move(db)), handles_(handles) {}
  ~RocksDbStateStore() override {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  }

  uint64_t position() const override {
    uint64_t position = 0;
    const auto text = Snapshot()->Get(Table::kMeta, kPositionKey);
    if (text.ok() && text->has_value()) (void)absl::SimpleAtoi(**text, &position);
    return position;
  }
  std::unique_ptr<StateReader> Snapshot() const override {
    return std::make_unique<SnapshotReader>(db_.get(), handles_);
  }
  std::unique_ptr<StateTransaction> Begin() override {
    return std::make_unique<BatchTransaction>(db_.get(), handles_);
  }
  absl::StatusOr<std::string> Hash() const override;
  absl::Status CheckpointTo(const std::string& dir) const override {
    return RocksDbCheckpoint(*db_, "the store", dir);
  }
  absl::Status CheckSchema();

 private:
  const std::unique_ptr<rocksdb::DB> db_;
  const Handles handles_;
};

absl::StatusOr<std::string> RocksDbStateStore::Hash() const {
  Sha256Stream stream;
  const auto add = [&stream](std::string_view part) {
    stream.Update(BigEndian64(part.size()));
    stream.Update(part);
  };
  const auto snapshot = Snapshot();
  for (int table = 0; table < kTableCount; ++table) {
    add(kTableNames[table]);
    SEAWORTHY_RETURN_IF_ERROR(
        snapshot->Scan(static_cast<Table>(table), "", "", [&](std::string_view key, std::string_view value) {
          add(key);
          add(value);
          return true;
        }));
  }
  return ToHex(stream.Final());
}

// What a program answers to a store it does not know.
absl::Status OtherSchema(const std::string& what) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the store has ", what, ", this program writes schema ", kSchemaVersion,
      "; start the version that wrote it. To go back to this one, restore the backup made before "
      "the upgrade (docs/backup.md)"));
}

absl::Status RocksDbStateStore::CheckSchema() {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto version, Snapshot()->Get(Table::kMeta, kSchemaKey));
  const std::string stored = version.value_or("");
  if (stored.empty()) {
    return ToStatus(db_->Put(rocksdb::WriteOptions(), handles_[0], kSchemaKey, kSchemaVersion));
  }
  if (stored == kSchemaVersion) return absl::OkStatus();
  return OtherSchema("schema " + stored);
}

rocksdb::ColumnFamilyOptions TableOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 8 << 20;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

std::string SerializeDeterministically(const google::protobuf::MessageLite& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

int StateStore::Schema() { return std::stoi(kSchemaVersion); }

absl::StatusOr<std::optional<StateStore::Stamp>> StateStore::ReadStamp(const std::string& dir) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::path(dir) / "CURRENT", error)) return std::optional<Stamp>();
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()},
      {kTableNames[0], rocksdb::ColumnFamilyOptions()}};
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  rocksdb::DB* raw = nullptr;
  SEAWORTHY_RETURN_IF_ERROR(
      ToStatus(rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), dir, families, &opened, &raw)));
  const std::unique_ptr<rocksdb::DB> db(raw);
  Stamp stamp;
  std::string text;
  if (db->Get(rocksdb::ReadOptions(), opened[1], kSchemaKey, &text).ok()) {
    (void)absl::SimpleAtoi(text, &stamp.schema);
  }
  if (db->Get(rocksdb::ReadOptions(), opened[1], kPositionKey, &text).ok()) {
    (void)absl::SimpleAtoi(text, &stamp.position);
  }
  for (rocksdb::ColumnFamilyHandle* handle : opened) db->DestroyColumnFamilyHandle(handle);
  return std::optional<Stamp>(stamp);
}

absl::StatusOr<std::unique_ptr<StateStore>> StateStore::Open(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot create the store's folder ", dir, ": ",
                                               error.message(), "; check its permissions"));
  }
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log = RocksDbLogger("the store");
  options.db_write_buffer_size = 64 << 20;
  const auto cache = rocksdb::NewLRUCache(32 << 20);
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, TableOptions(cache)}};
  for (const char* name : kTableNames) families.emplace_back(name, TableOptions(cache));
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, dir, families, &opened, &raw);
  if (status.IsInvalidArgument()) return OtherSchema("tables of a newer version (" + status.ToString() + ")");
  SEAWORTHY_RETURN_IF_ERROR(ToStatus(status));
  std::unique_ptr<rocksdb::DB> db(raw);
  db->DestroyColumnFamilyHandle(opened[0]);
  Handles handles;
  for (int i = 0; i < kTableCount; ++i) handles[i] = opened[i + 1];
  auto store = std::make_unique<RocksDbStateStore>(std::move(db), handles);
  SEAWORTHY_RETURN_IF_ERROR(store->CheckSchema());
  return store;
}

}  // namespace seaworthy
