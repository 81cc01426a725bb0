#include "services/reviewer/policy/answer_cache.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <array>
#include <cstring>
#include <deque>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/hash.h"
#include "common/rocksdb_logger.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr std::string_view kFormat = "seaworthy-answer-1";
// Larger answers are asked for again.
constexpr size_t kMaxKeptBytes = 1024 * 1024;

void AppendNumber(std::string* out, uint64_t number) {
  std::array<char, sizeof(number)> bytes{};
  std::memcpy(bytes.data(), &number, sizeof(number));
  out->append(bytes.data(), bytes.size());
}

void AppendField(std::string* out, std::string_view field) {
  AppendNumber(out, field.size());
  out->append(field);
}

// Reads what AppendNumber and AppendField wrote; never past the end.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}
  bool Number(uint64_t* number) {
    if (bytes_.size() < sizeof(*number)) return false;
    std::memcpy(number, bytes_.data(), sizeof(*number));
    bytes_.remove_prefix(sizeof(*number));
    return true;
  }
  bool Field(std::string* field) {
    uint64_t size = 0;
    if (!Number(&size) || size > bytes_.size()) return false;
    field->assign(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return true;
  }
  bool done() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

std::string Encode(const LlmReply& reply, absl::Time now) {
  std::string out;
  out.reserve(128 + reply.raw.size() + reply.wire.size() + reply.sent.size());
  AppendField(&out, kFormat);
  AppendNumber(&out, static_cast<uint64_t>(absl::ToUnixSeconds(now)));
  for (const std::string* field :
       {&reply.raw, &reply.wire, &reply.sent, &reply.model, &reply.fingerprint, &reply.provider_request_id}) {
    AppendField(&out, *field);
  }
  return out;
}

std::optional<LlmReply> Decode(std::string_view bytes, absl::Time not_before) {
  FieldReader reader(bytes);
  std::string format;
  uint64_t when = 0;
  if (!reader.Field(&format) || format != kFormat || !reader.Number(&when)) return std::nullopt;
  if (absl::FromUnixSeconds(static_cast<int64_t>(when)) < not_before) return std::nullopt;
  LlmReply reply;
  for (std::string* field :
       {&reply.raw, &reply.wire, &reply.sent, &reply.model, &reply.fingerprint, &reply.provider_request_id}) {
    if (!reader.Field(field)) return std::nullopt;
  }
  reply.outcome = LlmOutcome::kOk;
  return reader.done() ? std::make_optional(std::move(reply)) : std::nullopt;
}

bool IsKept(const LlmReply& reply) {
  return reply.outcome == LlmOutcome::kOk &&
         reply.raw.size() + reply.wire.size() + reply.sent.size() <= kMaxKeptBytes;
}

// Files leave by age and by the sum of their sizes; nothing is ever rewritten.
rocksdb::Options StoreOptions(const AnswerCacheOptions& bounds) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compaction_style = rocksdb::kCompactionStyleFIFO;
  options.compaction_options_fifo.max_table_files_size = bounds.max_bytes;
  options.ttl = static_cast<uint64_t>(absl::ToInt64Seconds(bounds.longest));
  options.max_open_files = -1;
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = 4 * 1024 * 1024;
  options.max_write_buffer_number = 3;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.memtable_whole_key_filtering = true;
  options.info_log = RocksDbLogger("the answers");
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  // Most keys are new, and a file's keys are as good as random: without a
  // filter each of them would be looked for in every file.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class RocksDbAnswerCache : public AnswerCache {
 public:
  RocksDbAnswerCache(std::unique_ptr<rocksdb::DB> db, const AnswerCacheOptions& options)
      : db_(std::move(db)), options_(options) {}

  std::optional<LlmReply> Find(const std::string& key) override {
    std::string bytes;
    if (!db_->Get(rocksdb::ReadOptions(), key, &bytes).ok()) return std::nullopt;
    return Decode(bytes, options_.clock->Now() - options_.longest);
  }

  void Keep(const std::string& key, const LlmReply& reply) override {
    if (!IsKept(reply)) return;
    // Not synced: what a power cut takes is asked for again.
    db_->Put(rocksdb::WriteOptions(), key, Encode(reply, options_.clock->Now())).PermitUncheckedError();
  }

 private:
  const std::unique_ptr<rocksdb::DB> db_;
  const AnswerCacheOptions options_;
};

class MemoryAnswerCache : public AnswerCache {
 public:
  explicit MemoryAnswerCache(size_t most) : most_(most) {}

  std::optional<LlmReply> Find(const std::string& key) override {
    absl::MutexLock lock(&mutex_);
    const auto found = answers_.find(key);
    if (found == answers_.end()) return std::nullopt;
    return Decode(found->second, absl::InfinitePast());
  }

  void Keep(const std::string& key, const LlmReply& reply) override {
    if (!IsKept(reply)) return;
    absl::MutexLock lock(&mutex_);
    if (!answers_.insert_or_assign(key, Encode(reply, absl::UnixEpoch())).second) return;
    order_.push_back(key);
    if (order_.size() <= most_) return;
    answers_.erase(order_.front());
    order_.pop_front();
  }

 private:
  const size_t most_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, std::string> answers_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::string AnswerKey(const AnswerKeyParts& parts) {
  Sha256Stream stream;
  for (const std::string_view part : {parts.endpoint, parts.system, parts.schema, parts.user, parts.hint}) {
    std::string size;
    AppendNumber(&size, part.size());
    stream.Update(size);
    stream.Update(part);
  }
  return stream.Final();
}

std::string EndpointDigest(const LlmEndpoint& endpoint, std::string_view url) {
  std::string all;
  for (const std::string_view part :
       {std::string_view(endpoint.name()), url, std::string_view(endpoint.model()),
        std::string_view(endpoint.parameters())}) {
    AppendField(&all, part);
  }
  return Sha256(all);
}

absl::StatusOr<std::unique_ptr<AnswerCache>> OpenAnswerCache(const std::string& folder,
                                                             const AnswerCacheOptions& options) {
  const rocksdb::Options store = StoreOptions(options);
  rocksdb::DB* raw = nullptr;
  rocksdb::Status opened = rocksdb::DB::Open(store, folder, &raw);
  if (opened.IsCorruption() && rocksdb::DestroyDB(folder, store).ok()) {
    opened = rocksdb::DB::Open(store, folder, &raw);
  }
  if (opened.ok()) return std::make_unique<RocksDbAnswerCache>(std::unique_ptr<rocksdb::DB>(raw), options);
  const std::string message = text::Cat("the answer cache in ", folder, ": ", opened.ToString());
  if (opened.IsIOError() && opened.ToString().find("lock") != std::string::npos) {
    return absl::FailedPreconditionError(text::Cat(message, "; another process has it open: stop that one"));
  }
  return absl::UnavailableError(
      text::Cat(message, "; make the folder writable or set [panel] cache = false"));
}

std::unique_ptr<AnswerCache> NewMemoryAnswerCache(size_t most) {
  return std::make_unique<MemoryAnswerCache>(most);
}

}  // namespace seaworthy
