#include "services/publisher/people/people_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/hash.h"
#include "common/rocksdb_checkpoint.h"
#include "common/rocksdb_event_log_format.h"
#include "common/rocksdb_folder.h"
#include "common/rocksdb_reopen.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr char kSchema[] = "1";
constexpr char kSchemaKey[] = "schema";
constexpr char kSecretKey[] = "secret";
constexpr size_t kSecretBytes = 32;
constexpr size_t kMiB = 1 << 20;

constexpr std::array<const char*, kFamilyCount> kNames = {
    "accounts", "sessions", "links", "audit", "subscribers", "mails", "tokens", "hooks_out", "settings"};

absl::Status ToStatus(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat("the people store: ", status.ToString());
  if (status.IsCorruption() || status.IsPathNotFound()) {
    return absl::DataLossError(absl::StrCat(message, "; restore its folder from a backup"));
  }
  return absl::UnavailableError(
      absl::StrCat(message, IsNoSpace(status) ? "; make room on the disk: it then goes on by itself"
                                              : "; check the disk's health, then restart"));
}

rocksdb::Slice Slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::DBOptions DatabaseOptions() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // A torn tail has been cut by now; whatever else is wrong must be refused.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  options.recycle_log_file_num = 0;
  options.allow_concurrent_memtable_write = false;
  options.max_total_wal_size = 32 * kMiB;
  return options;
}

rocksdb::ColumnFamilyOptions FamilyOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 2 * kMiB;
  options.compression = rocksdb::kLZ4Compression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> Families() {
  const auto cache = rocksdb::NewLRUCache(4 * kMiB);
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, FamilyOptions(cache)}};
  for (const char* name : kNames) families.emplace_back(name, FamilyOptions(cache));
  return families;
}

class RocksDbPeopleStore : public PeopleStore {
 public:
  RocksDbPeopleStore(std::unique_ptr<rocksdb::Env> own_env, std::unique_ptr<RocksDbFolder> folder,
                     rocksdb::Env* env, const std::string& dir)
      : own_env_(std::move(own_env)),
        folder_(std::move(folder)),
        dir_(dir),
        db_({env, dir, DatabaseOptions(), Families()}) {}

  absl::Status Open();
  // Checks the schema; makes it and the secret where there is none.
  absl::Status Begin();

  absl::StatusOr<std::optional<std::string>> Get(Family family, std::string_view key) const override;
  absl::Status Scan(Family family, std::string_view prefix, std::string_view from,
                    const Visitor& visit) const override;
  absl::Status ScanDown(Family family, std::string_view prefix, std::string_view from,
                        const Visitor& visit) const override;
  absl::Status Write(const PeopleBatch& batch) override;
  absl::Status CheckpointTo(const std::string& dir) const override {
    const ReopenableDb::Hold hold(db_);
    SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
    return RocksDbCheckpoint(*db_.db(), "the people store", dir);
  }
  std::string KeyFor(std::string_view purpose) const override { return HmacSha256(secret_, purpose); }

 private:
  rocksdb::ColumnFamilyHandle* Handle(Family family) const {
    return db_.family(static_cast<size_t>(family) + 1);  // The first is the default one.
  }
  std::unique_ptr<rocksdb::Iterator> NewIterator(Family family) const {
    return std::unique_ptr<rocksdb::Iterator>(db_.db()->NewIterator(rocksdb::ReadOptions(), Handle(family)));
  }
  // To be asked with a Hold on it.
  absl::Status CheckUsable() const {
    if (db_.db() != nullptr) return absl::OkStatus();
    return absl::UnavailableError("the people store: its files cannot be opened; check the disk");
  }
  absl::Status CheckExpected(const PeopleBatch& batch) const;
  absl::Status WriteSynced(const PeopleBatch& batch);

  // In this order: each needs those above it. Constant once opened.
  const std::unique_ptr<rocksdb::Env> own_env_;
  const std::unique_ptr<RocksDbFolder> folder_;
  const std::string dir_;
  mutable ReopenableDb db_;
  std::string secret_;
  // Held alone by a batch that expects something, together by those that do not.
  absl::Mutex expecting_;
};

absl::Status RocksDbPeopleStore::Open() {
  const rocksdb::Status opened = db_.Open();
  if (!opened.IsInvalidArgument()) return ToStatus(opened);
  return absl::FailedPreconditionError(
      absl::StrCat(dir_, ": ", opened.ToString(), "; a newer version of Seaworthy wrote it: run that one"));
}

absl::Status RocksDbPeopleStore::Begin() {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto schema, Get(Family::kSettings, kSchemaKey));
  if (schema.has_value() && *schema != kSchema) {
    return absl::FailedPreconditionError(absl::StrCat("the people store has schema ", *schema,
                                                      ", this version reads ", kSchema,
                                                      ": run the version of Seaworthy that wrote it"));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto secret, Get(Family::kSettings, kSecretKey));
  if (schema.has_value() && !secret.has_value()) {
    return absl::DataLossError("the people store has lost its secret; restore its folder from a backup");
  }
  secret_ = secret.has_value() ? *secret : RandomHex(kSecretBytes);
  if (secret.has_value()) return absl::OkStatus();
  PeopleBatch batch;
  batch.Put(Family::kSettings, kSchemaKey, kSchema);
  batch.Put(Family::kSettings, kSecretKey, secret_);
  return Write(batch);
}

absl::StatusOr<std::optional<std::string>> RocksDbPeopleStore::Get(Family family,
                                                                   std::string_view key) const {
  const ReopenableDb::Hold hold(db_);
  SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
  std::string value;
  const rocksdb::Status got = db_.db()->Get(rocksdb::ReadOptions(), Handle(family), Slice(key), &value);
  if (got.IsNotFound()) return std::optional<std::string>();
  SEAWORTHY_RETURN_IF_ERROR(ToStatus(got));
  return std::optional<std::string>(std::move(value));
}

absl::Status RocksDbPeopleStore::Scan(Family family, std::string_view prefix, std::string_view from,
                                      const Visitor& visit) const {
  const ReopenableDb::Hold hold(db_);
  SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
  const auto it = NewIterator(family);
  for (it->Seek(Slice(from < prefix ? prefix : from)); it->Valid() && it->key().starts_with(Slice(prefix));
       it->Next()) {
    if (!visit(View(it->key()), View(it->value()))) break;
  }
  return ToStatus(it->status());
}

// The first key above all that begin with `prefix`; empty where there is none.
std::string After(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty() && after.back() == '\xff') after.pop_back();
  if (!after.empty()) after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
  return after;
}

absl::Status RocksDbPeopleStore::ScanDown(Family family, std::string_view prefix, std::string_view from,
                                          const Visitor& visit) const {
  const ReopenableDb::Hold hold(db_);
  SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
  const auto it = NewIterator(family);
  const std::string after = After(prefix);
  const std::string below = !from.empty() && (after.empty() || from < after) ? std::string(from) : after;
  if (below.empty()) {
    it->SeekToLast();
  } else {
    it->SeekForPrev(below);
    if (it->Valid() && View(it->key()) == below) it->Prev();
  }
  for (; it->Valid() && it->key().starts_with(Slice(prefix)); it->Prev()) {
    if (!visit(View(it->key()), View(it->value()))) break;
  }
  return ToStatus(it->status());
}

absl::Status RocksDbPeopleStore::CheckExpected(const PeopleBatch& batch) const {
  for (const PeopleBatch::Change& expected : batch.expected()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto value, Get(expected.family, expected.key));
    if (value != expected.value) {
      return absl::AbortedError(absl::StrCat("another write to ",
                                             kNames[static_cast<size_t>(expected.family)],
                                             " came first; read again and decide again"));
    }
  }
  return absl::OkStatus();
}

absl::Status RocksDbPeopleStore::WriteSynced(const PeopleBatch& batch) {
  const ReopenableDb::Hold hold(db_);
  SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
  rocksdb::WriteBatch out;
  for (const PeopleBatch::Change& change : batch.changes()) {
    const rocksdb::Status added = change.value.has_value()
                                      ? out.Put(Handle(change.family), change.key, *change.value)
                                      : out.Delete(Handle(change.family), change.key);
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(added));
  }
  SEAWORTHY_RETURN_IF_ERROR(ToStatus(out.PutLogData(Slice(event_log_format::kBatchEnd))));
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status written = db_.db()->Write(options, &out);
  db_.NoteFailure(written);
  return ToStatus(written);
}

absl::Status RocksDbPeopleStore::Write(const PeopleBatch& batch) {
  SEAWORTHY_RETURN_IF_ERROR(db_.MakeWritable());
  if (batch.expected().empty()) {
    absl::ReaderMutexLock lock(&expecting_);
    return WriteSynced(batch);
  }
  absl::MutexLock lock(&expecting_);
  SEAWORTHY_RETURN_IF_ERROR(CheckExpected(batch));
  return WriteSynced(batch);
}

absl::StatusOr<std::unique_ptr<PeopleStore>> OpenIn(std::unique_ptr<rocksdb::Env> own_env, rocksdb::Env* env,
                                                    const std::string& dir) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto folder, RocksDbFolder::Take(env, dir, "the people store"));
  auto store = std::make_unique<RocksDbPeopleStore>(std::move(own_env), std::move(folder), env, dir);
  SEAWORTHY_RETURN_IF_ERROR(store->Open());
  SEAWORTHY_RETURN_IF_ERROR(store->Begin());
  return store;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PeopleStore>> PeopleStore::Open(const std::string& dir, rocksdb::Env* env) {
  if (mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::UnavailableError(absl::StrCat(dir, ": ", std::generic_category().message(errno),
                                               "; check the owner and mode of the folder it lies in"));
  }
  if (chmod(dir.c_str(), 0700) != 0) {
    return absl::UnavailableError(
        absl::StrCat(dir, ": ", std::generic_category().message(errno), "; it must belong to this user"));
  }
  return OpenIn(nullptr, env != nullptr ? env : rocksdb::Env::Default(), dir);
}

absl::StatusOr<std::unique_ptr<PeopleStore>> PeopleStore::OpenInMemory() {
  std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  rocksdb::Env* const in_memory = env.get();
  return OpenIn(std::move(env), in_memory, "/people");
}

absl::Status PeopleStore::CheckpointTo(const std::string& dir) const {
  return absl::UnimplementedError(dir + ": this people store keeps nothing in a folder");
}

absl::Status PeopleStore::Put(Family family, std::string_view key, std::string_view value) {
  PeopleBatch batch;
  batch.Put(family, key, value);
  return Write(batch);
}

absl::Status PeopleStore::Delete(Family family, std::string_view key) {
  PeopleBatch batch;
  batch.Delete(family, key);
  return Write(batch);
}

}  // namespace seaworthy
