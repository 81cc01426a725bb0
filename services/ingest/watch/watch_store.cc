#include "services/ingest/watch/watch_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <filesystem>
#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/rocksdb_logger.h"
#include "common/status_macros.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr char kSchema[] = "1";
constexpr char kSchemaKey[] = "m/schema";
constexpr char kPositionKey[] = "m/position";

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// Every key of one table, or one source's part of it.
std::string Prefix(char table, std::string_view rest = "") { return Cat(std::string(1, table), "/", rest); }
std::string OfSource(char table, std::string_view source_id) {
  return Cat(Prefix(table, source_id), std::string_view("\0", 1));
}
std::string OfEntry(char table, std::string_view source_id, std::string_view hash) {
  return Cat(OfSource(table, source_id), hash);
}

absl::Status ToStatus(const rocksdb::Status& status, const std::string& dir) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat("the watch store ", dir, ": ", status.ToString());
  if (status.IsCorruption()) {
    return absl::DataLossError(absl::StrCat(
        message, "; stop the server and remove the folder: it is made again from the log and the feeds"));
  }
  if (status.IsIOError() && status.ToString().find("lock") != std::string::npos) {
    return absl::FailedPreconditionError(
        absl::StrCat(message, "; another program uses this data folder: stop it or choose another"));
  }
  return absl::UnavailableError(message);
}

class RocksDbWatchBatch : public WatchBatch {
 public:
  void PutPosition(uint64_t position) override { Put(kPositionKey, absl::StrCat(position)); }
  void PutSource(const v1::Source& source) override {
    Put(Prefix('d', source.source_id()), source.SerializeAsString());
  }
  void DeleteSource(std::string_view source_id) override {
    Check(batch_.Delete(Prefix('d', source_id)));
    Check(batch_.Delete(Prefix('c', source_id)));
    for (const char table : {'e', 'q'}) {
      const std::string first = OfSource(table, source_id);
      std::string end = first;
      end.back() = '\1';
      Check(batch_.DeleteRange(first, end));
    }
  }
  void PutState(std::string_view source_id, const v1::WatchState& state) override {
    Put(Prefix('c', source_id), state.SerializeAsString());
  }
  void PutEntry(std::string_view source_id, std::string_view hash, const v1::WatchEntry& entry) override {
    Put(OfEntry('e', source_id, hash), entry.SerializeAsString());
  }
  void DeleteEntry(std::string_view source_id, std::string_view hash) override {
    Check(batch_.Delete(OfEntry('e', source_id, hash)));
  }
  void PutPending(std::string_view source_id, std::string_view hash,
                  const v1::WatchPending& pending) override {
    Put(OfEntry('q', source_id, hash), pending.SerializeAsString());
  }
  void DeletePending(std::string_view source_id, std::string_view hash) override {
    Check(batch_.Delete(OfEntry('q', source_id, hash)));
  }
  void PutHost(std::string_view host, const v1::WatchHost& state) override {
    Put(Prefix('h', host), state.SerializeAsString());
  }
  void DeleteHost(std::string_view host) override { Check(batch_.Delete(Prefix('h', host))); }

  // WriteBatch::Write takes a pointer and leaves the batch as it is.
  rocksdb::WriteBatch* batch() const { return &batch_; }
  const rocksdb::Status& status() const { return status_; }

 private:
  void Put(const std::string& key, const std::string& value) { Check(batch_.Put(key, value)); }
  void Check(const rocksdb::Status& status) {
    if (!status.ok()) status_ = status;
  }

  mutable rocksdb::WriteBatch batch_;
  rocksdb::Status status_;
};

class RocksDbWatchStore : public WatchStore {
 public:
  RocksDbWatchStore(std::unique_ptr<rocksdb::DB> db, std::string dir, bool sync)
      : db_(std::move(db)), dir_(std::move(dir)) {
    write_options_.sync = sync;
  }

  absl::StatusOr<Contents> Load() override {
    Contents contents;
    SEAWORTHY_RETURN_IF_ERROR(CheckSchema());
    SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<std::string> position, Get(kPositionKey));
    if (position.has_value()) contents.position = std::strtoull(position->c_str(), nullptr, 10);
    SEAWORTHY_RETURN_IF_ERROR(Each<v1::Source>(Prefix('d'), [&](std::string_view, v1::Source source) {
      contents.sources.push_back(std::move(source));
    }));
    SEAWORTHY_RETURN_IF_ERROR(
        Each<v1::WatchState>(Prefix('c'), [&](std::string_view id, v1::WatchState state) {
          contents.states[std::string(id)] = std::move(state);
        }));
    SEAWORTHY_RETURN_IF_ERROR(
        Each<v1::WatchHost>(Prefix('h'), [&](std::string_view host, v1::WatchHost state) {
          contents.hosts[std::string(host)] = std::move(state);
        }));
    SEAWORTHY_RETURN_IF_ERROR(
        Each<v1::WatchPending>(Prefix('q'), [&](std::string_view key, const v1::WatchPending& pending) {
          const size_t zero = key.find('\0');
          if (zero == key.npos) return;
          contents.pending_links.emplace_back(
              std::pair(std::string(key.substr(0, zero)), std::string(key.substr(zero + 1))), pending.link());
        }));
    return contents;
  }

  std::unique_ptr<WatchBatch> Begin() override { return std::make_unique<RocksDbWatchBatch>(); }

  absl::Status Write(const WatchBatch& batch) override {
    const auto& ours = static_cast<const RocksDbWatchBatch&>(batch);
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(ours.status(), dir_));
    return ToStatus(db_->Write(write_options_, ours.batch()), dir_);
  }

  absl::StatusOr<std::map<std::string, v1::WatchEntry>> Entries(std::string_view source_id) override {
    std::map<std::string, v1::WatchEntry> entries;
    SEAWORTHY_RETURN_IF_ERROR(Each<v1::WatchEntry>(
        OfSource('e', source_id),
        [&](std::string_view hash, v1::WatchEntry entry) { entries[std::string(hash)] = std::move(entry); }));
    return entries;
  }

  absl::StatusOr<std::map<std::string, v1::WatchPending>> AllPending(std::string_view source_id) override {
    std::map<std::string, v1::WatchPending> pending;
    SEAWORTHY_RETURN_IF_ERROR(Each<v1::WatchPending>(
        OfSource('q', source_id),
        [&](std::string_view hash, v1::WatchPending page) { pending[std::string(hash)] = std::move(page); }));
    return pending;
  }

  absl::StatusOr<v1::WatchPending> Pending(std::string_view source_id, std::string_view hash) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, Get(OfEntry('q', source_id, hash)));
    if (!bytes.has_value()) return absl::NotFoundError("the entry waits no more");
    return Parse<v1::WatchPending>(*bytes);
  }

 private:
  template <typename Message>
  absl::StatusOr<Message> Parse(std::string_view bytes) {
    Message message;
    if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return message;
    return ToStatus(rocksdb::Status::Corruption("a value is no message"), dir_);
  }

  absl::StatusOr<std::optional<std::string>> Get(const std::string& key) {
    std::string value;
    const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), key, &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(status, dir_));
    return std::optional<std::string>(std::move(value));
  }

  // Every message whose key begins with `prefix`, with the rest of its key.
  template <typename Message>
  absl::Status Each(const std::string& prefix, const std::function<void(std::string_view, Message)>& visit) {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      SEAWORTHY_ASSIGN_OR_RETURN(Message message, Parse<Message>(View(it->value())));
      visit(View(it->key()).substr(prefix.size()), std::move(message));
    }
    return ToStatus(it->status(), dir_);
  }

  absl::Status CheckSchema() {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<std::string> schema, Get(kSchemaKey));
    if (!schema.has_value()) return ToStatus(db_->Put(write_options_, kSchemaKey, kSchema), dir_);
    if (*schema == kSchema) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("the watch store ", dir_, " has schema version ", *schema, ", this program reads ",
                     kSchema, "; remove the folder: it is made again from the log and the feeds"));
  }

  const std::unique_ptr<rocksdb::DB> db_;
  const std::string dir_;
  rocksdb::WriteOptions write_options_;
};

}  // namespace

std::string EntryHash(std::string_view entry_key) { return Sha256(entry_key).substr(0, 16); }

absl::StatusOr<std::unique_ptr<WatchStore>> WatchStore::Open(const std::string& dir, bool sync) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot create the watch store's folder ", dir, ": ",
                                               error.message(), "; check its permissions"));
  }
  rocksdb::Options options;
  options.create_if_missing = true;
  options.info_log = RocksDbLogger("the watcher");
  options.write_buffer_size = 8 << 20;
  rocksdb::DB* raw = nullptr;
  SEAWORTHY_RETURN_IF_ERROR(ToStatus(rocksdb::DB::Open(options, dir, &raw), dir));
  return std::make_unique<RocksDbWatchStore>(std::unique_ptr<rocksdb::DB>(raw), dir, sync);
}

}  // namespace seaworthy
