#include "services/ingest/watch/watch_share.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr char kVersion = 1;
constexpr char kState = 'c';
constexpr char kEntry = 'e';
constexpr char kPending = 'q';
constexpr size_t kLengthBytes = 4;
// What one message of a NATS server holds, with room for headers.
constexpr size_t kMaxSharedBytes = 1000 * 1000;

void AddBytes(const std::string& bytes, std::string& to) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<char>(bytes.size() >> shift));
  to += bytes;
}

void AddItem(char kind, const std::string& hash, const std::string& message, std::string& to) {
  to.push_back(kind);
  AddBytes(hash, to);
  AddBytes(message, to);
}

// Takes bytes with their length from the front; false where there are fewer.
bool TakeBytes(std::string_view& from, std::string& bytes) {
  if (from.size() < kLengthBytes) return false;
  size_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) length = length << 8 | static_cast<unsigned char>(from[i]);
  from.remove_prefix(kLengthBytes);
  if (from.size() < length) return false;
  bytes = std::string(from.substr(0, length));
  from.remove_prefix(length);
  return true;
}

std::string SourceName(const std::string& source_id) { return absl::StrCat("s.", source_id); }
// A host's name may hold what a name in the table may not.
std::string HostName(const std::string& host) {
  return absl::StrCat("h.", absl::BytesToHexString(Sha256(host).substr(0, 16)));
}

}  // namespace

std::string EncodeShared(const SharedSource& source) {
  std::string bytes(1, kVersion);
  AddItem(kState, "", source.state.SerializeAsString(), bytes);
  for (const auto& [hash, pending] : source.pending) {
    AddItem(kPending, hash, pending.SerializeAsString(), bytes);
  }
  for (const auto& [hash, entry] : source.entries) AddItem(kEntry, hash, entry.SerializeAsString(), bytes);
  return bytes;
}

absl::StatusOr<SharedSource> DecodeShared(std::string_view bytes) {
  const auto damaged = absl::InvalidArgumentError("what was shared of a source is damaged");
  if (bytes.empty() || bytes.front() != kVersion) return damaged;
  bytes.remove_prefix(1);
  SharedSource source;
  while (!bytes.empty()) {
    const char kind = bytes.front();
    bytes.remove_prefix(1);
    std::string hash;
    std::string message;
    if (!TakeBytes(bytes, hash) || !TakeBytes(bytes, message)) return damaged;
    const bool parsed = kind == kState     ? source.state.ParseFromString(message)
                        : kind == kEntry   ? source.entries[hash].ParseFromString(message)
                        : kind == kPending ? source.pending[hash].ParseFromString(message)
                                           : false;
    if (!parsed) return damaged;
  }
  return source;
}

int WatchShare::BucketOf(std::string_view host) {
  return static_cast<unsigned char>(Sha256(host).front()) % kBuckets;
}

WatchShare::WatchShare(Leases* leases, SharedTable* table, absl::Duration ttl)
    : table_(table), me_(leases->holder()), ttl_(ttl) {
  for (int i = 0; i < kBuckets; ++i) {
    LeaseOptions options;
    options.name = absl::StrCat("watch.", i);
    options.ttl = ttl;
    options.group = "watch";
    leases_[i] = leases->Want(options);
  }
  LeaseOptions wish;
  wish.name = "watch.wish";
  wish.ttl = ttl / 3;
  wish_ = leases->Want(wish);
  wish_->Yield(absl::InfiniteDuration());
}

bool WatchShare::Ready(int bucket) const {
  {
    absl::MutexLock lock(&mutex_);
    if (ready_[bucket] == 0) return false;
  }
  return leases_[bucket]->Held();
}

std::vector<int> WatchShare::Gained() const {
  std::vector<int> gained;
  for (int i = 0; i < kBuckets; ++i) {
    const LeaseState state = leases_[i]->State();
    absl::MutexLock lock(&mutex_);
    if (state.held && ready_[i] != state.token) gained.push_back(i);
  }
  return gained;
}

std::vector<int> WatchShare::Lost() {
  std::vector<int> lost;
  for (int i = 0; i < kBuckets; ++i) {
    const bool held = leases_[i]->Held();
    absl::MutexLock lock(&mutex_);
    if (held || ready_[i] == 0) continue;
    ready_[i] = 0;
    lost.push_back(i);
  }
  return lost;
}

void WatchShare::MarkReady(int bucket, uint64_t token) {
  absl::MutexLock lock(&mutex_);
  ready_[bucket] = token;
}

void WatchShare::MarkUnready(int bucket) {
  absl::MutexLock lock(&mutex_);
  ready_[bucket] = 0;
}

void WatchShare::Balance() {
  std::map<std::string, int> held;
  bool any_free = false;
  int last = 0;
  for (int i = 0; i < kBuckets; ++i) {
    const LeaseState state = leases_[i]->State();
    const bool own = state.holder == me_;
    const bool free = state.holder.empty() || (own && !state.held);
    any_free = any_free || free;
    if (!free) ++held[state.holder];
    if (own && state.held) last = i;
  }
  const int mine = held[me_];
  int most = 0;
  for (const auto& [holder, count] : held) most = std::max(most, count);
  Ask(most - mine > 1);
  const LeaseState wish = wish_->State();
  const bool asked = !wish.holder.empty() && wish.holder != me_ && wish.note != answered_;
  if (!asked || any_free || mine < most || mine - held[wish.holder] < 2) return;
  answered_ = wish.note;
  // Until who asked has seen it.
  leases_[last]->Yield(ttl_ / 2);
}

void WatchShare::Ask(bool wants) {
  // A note is answered once: who died asking is given no more.
  const int64_t time = SteadyClock::Real()->Now() / std::max(ttl_ / 3, absl::Milliseconds(1));
  if (wants) wish_->SetNote(absl::StrCat(me_, "/", time));
  if (std::exchange(asks_, wants) != wants) {
    wish_->Yield(wants ? absl::ZeroDuration() : absl::InfiniteDuration());
  }
}

absl::StatusOr<std::string> WatchShare::Load(const std::string& name) {
  SEAWORTHY_ASSIGN_OR_RETURN(SharedValue value, table_->Read(name));
  absl::MutexLock lock(&mutex_);
  revisions_[name] = value.revision;
  return std::move(value.bytes);
}

absl::Status WatchShare::Save(const std::string& name, const std::string& bytes) {
  uint64_t expected = 0;
  {
    absl::MutexLock lock(&mutex_);
    expected = revisions_[name];
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<uint64_t> written, table_->Write(name, bytes, expected));
  if (!written) {
    SEAWORTHY_RETURN_IF_ERROR(Load(name).status());
    return absl::AbortedError(absl::StrCat(name, " was written by another process"));
  }
  absl::MutexLock lock(&mutex_);
  revisions_[name] = *written;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<SharedSource>> WatchShare::LoadSource(const std::string& source_id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string bytes, Load(SourceName(source_id)));
  if (bytes.empty()) return std::optional<SharedSource>();
  SEAWORTHY_ASSIGN_OR_RETURN(SharedSource source, DecodeShared(bytes));
  return std::optional<SharedSource>(std::move(source));
}

absl::StatusOr<std::optional<v1::WatchHost>> WatchShare::LoadHost(const std::string& host) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string bytes, Load(HostName(host)));
  v1::WatchHost state;
  if (bytes.empty() || !state.ParseFromString(bytes)) return std::optional<v1::WatchHost>();
  return std::optional<v1::WatchHost>(std::move(state));
}

absl::Status WatchShare::SaveSource(const std::string& source_id, const SharedSource& source) {
  std::string bytes = EncodeShared(source);
  if (bytes.size() > kMaxSharedBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("what is known of the source ", source_id, " takes ",
                                                     bytes.size(), " bytes, more than can be shared"));
  }
  return Save(SourceName(source_id), bytes);
}

absl::Status WatchShare::SaveHost(const std::string& host, const v1::WatchHost& state) {
  return Save(HostName(host), state.SerializeAsString());
}

absl::Status WatchShare::ForgetSource(const std::string& source_id) {
  return Save(SourceName(source_id), "");
}

}  // namespace seaworthy
