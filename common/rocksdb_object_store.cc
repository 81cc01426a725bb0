#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/object_store.h"
#include "common/object_store_bounds.h"
#include "common/rocksdb_checkpoint.h"
#include "common/rocksdb_event_log_format.h"
#include "common/rocksdb_folder.h"
#include "common/rocksdb_reopen.h"
#include "common/status_macros.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"

namespace seaworthy {
namespace {

rocksdb::Options StoreOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  // A torn tail has been cut by now; whatever else is wrong must be refused.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  options.recycle_log_file_num = 0;
  // A batch is a few records: threads that share its insertion cost more than they save.
  options.allow_concurrent_memtable_write = false;
  options.enable_blob_files = true;
  options.min_blob_size = 4096;
  options.blob_compression_type = rocksdb::kLZ4Compression;
  options.write_buffer_size = 32 * 1024 * 1024;
  return options;
}

// Key: the 32 bytes of the hash in hex. Value: the bytes.
class RocksDbObjectStore : public ObjectStore {
 public:
  RocksDbObjectStore(std::string path, std::unique_ptr<RocksDbFolder> folder, rocksdb::Env* env)
      : path_(std::move(path)),
        folder_(std::move(folder)),
        db_({env,
             path_,
             rocksdb::DBOptions(StoreOptions()),
             {{rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions(StoreOptions())}}}) {}

  rocksdb::Status Open() { return db_.Open(); }

  absl::StatusOr<std::vector<std::string>> PutAll(absl::Span<const std::string_view> objects) override {
    SEAWORTHY_RETURN_IF_ERROR(db_.MakeWritable());
    std::vector<std::string> hashes;
    rocksdb::WriteBatch batch;
    for (const std::string_view bytes : objects) {
      SEAWORTHY_RETURN_IF_ERROR(CheckObjectSize(bytes.size()));
      hashes.push_back(Sha256Hex(bytes));
      // An object that is there and whole was synced when it came.
      if (Get(hashes.back()).ok()) continue;
      batch.Put(hashes.back(), rocksdb::Slice(bytes.data(), bytes.size())).PermitUncheckedError();
    }
    const rocksdb::Status put = batch.Count() == 0 ? rocksdb::Status::OK() : WriteSynced(batch);
    if (put.ok()) return hashes;
    db_.NoteFailure(put);
    return absl::UnavailableError(
        absl::StrCat("the object store in ", path_, " cannot write: ", put.ToString(),
                     IsNoSpace(put) ? "; make room on the disk: it then goes on by itself"
                                    : "; check the disk's health, then restart"));
  }

  absl::StatusOr<std::string> Get(std::string_view hash) override {
    const ReopenableDb::Hold hold(db_);
    SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
    std::string bytes;
    const rocksdb::Status got =
        db_.db()->Get(rocksdb::ReadOptions(), rocksdb::Slice(hash.data(), hash.size()), &bytes);
    if (got.IsNotFound()) {
      return absl::NotFoundError(absl::StrCat("no object ", std::string(hash), " in ", path_));
    }
    if (got.ok() && Sha256Hex(bytes) == hash) return bytes;
    return absl::DataLossError(absl::StrCat("object ", std::string(hash), " in ", path_, " is damaged: ",
                                            got.ok() ? "its bytes have another hash" : got.ToString(),
                                            "; restore the folder from a backup"));
  }

  absl::Status List(const std::function<bool(std::string_view hash)>& visit) override {
    const ReopenableDb::Hold hold(db_);
    SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> at(db_.db()->NewIterator(options));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
      if (!visit(at->key().ToStringView())) break;
    }
    if (at->status().ok()) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("the object store in ", path_, ": ", at->status().ToString(),
                                            "; restore the folder from a backup"));
  }

  absl::Status CheckpointTo(const std::string& dir) override {
    const ReopenableDb::Hold hold(db_);
    SEAWORTHY_RETURN_IF_ERROR(CheckUsable());
    return RocksDbCheckpoint(*db_.db(), "the object store in " + path_, dir);
  }

 private:
  absl::Status CheckUsable() {
    if (db_.db() != nullptr) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat("the object store in ", path_, ": its files cannot be opened; check the disk"));
  }

  rocksdb::Status WriteSynced(rocksdb::WriteBatch& batch) {
    const ReopenableDb::Hold hold(db_);
    if (db_.db() == nullptr) return rocksdb::Status::IOError("its files cannot be opened");
    const std::string_view end = event_log_format::kBatchEnd;
    const rocksdb::Status status = batch.PutLogData(rocksdb::Slice(end.data(), end.size()));
    rocksdb::WriteOptions options;
    options.sync = true;
    return status.ok() ? db_.db()->Write(options, &batch) : status;
  }

  const std::string path_;
  const std::unique_ptr<RocksDbFolder> folder_;
  ReopenableDb db_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ObjectStore>> OpenRocksDbObjectStore(const std::string& path,
                                                                    rocksdb::Env* env) {
  if (env == nullptr) env = rocksdb::Env::Default();
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<RocksDbFolder> folder,
                             RocksDbFolder::Take(env, path, "the object store"));
  auto store = std::make_unique<RocksDbObjectStore>(path, std::move(folder), env);
  const rocksdb::Status opened = store->Open();
  if (opened.ok()) return store;
  const std::string message = absl::StrCat("the object store in ", path, ": ", opened.ToString());
  if (opened.IsCorruption() || opened.IsPathNotFound()) {
    return absl::DataLossError(absl::StrCat(message, "; restore the folder from a backup"));
  }
  return absl::UnavailableError(absl::StrCat(message, "; check the disk and permissions"));
}

}  // namespace seaworthy
