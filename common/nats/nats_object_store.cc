#include "common/nats/nats_object_store.h"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/hash.h"
#include "common/nats/nats_event_log.h"
#include "common/object_store_bounds.h"
#include "common/status_macros.h"
#include "common/steady_wait.h"

namespace seaworthy {
namespace {

constexpr size_t kPieceBytes = 512 * 1024;
constexpr size_t kHexHashBytes = 64;
// A message begins with what it is.
constexpr char kWhole = 'w';
constexpr char kList = 'l';

bool IsHash(std::string_view hash) {
  return hash.size() == kHexHashBytes && hash.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Thread-safe: it has no state of its own.
class NatsObjectStore : public ObjectStore {
 public:
  // `patience`: how long one write, or the next message of a list, is waited for.
  NatsObjectStore(NatsLink* link, NatsStreamSpec stream, absl::Duration patience)
      : link_(link), stream_(std::move(stream)), patience_(patience) {}

  absl::StatusOr<std::vector<std::string>> PutAll(absl::Span<const std::string_view> objects) override {
    for (const std::string_view bytes : objects) SEAWORTHY_RETURN_IF_ERROR(CheckObjectSize(bytes.size()));
    std::vector<std::string> hashes;
    for (const std::string_view bytes : objects) {
      SEAWORTHY_ASSIGN_OR_RETURN(std::string hash, PutOne(bytes));
      hashes.push_back(std::move(hash));
    }
    return hashes;
  }

  absl::StatusOr<std::string> Get(std::string_view hash) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::string message, Fetch(hash));
    if (message.empty()) return Damaged(hash);
    std::string bytes = message.substr(1);
    if (message[0] == kList) {
      SEAWORTHY_ASSIGN_OR_RETURN(bytes, Join(hash, bytes));
    }
    if (Sha256Hex(bytes) != hash) return Damaged(hash);
    return bytes;
  }

  // Reads the stream twice: what is only a piece of another object is known
  // when the whole stream was seen.
  absl::Status List(const std::function<bool(std::string_view hash)>& visit) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const NatsStreamEnd end, link_->StreamEnd(stream_.name));
    std::unordered_set<std::string> pieces;
    SEAWORTHY_RETURN_IF_ERROR(ForEachMessage(end, [&](std::string_view, const std::string& bytes) {
      if (bytes.empty() || bytes[0] != kList) return true;
      for (size_t at = 1; at < bytes.size(); at += kHexHashBytes)
        pieces.insert(bytes.substr(at, kHexHashBytes));
      return true;
    }));
    return ForEachMessage(end, [&](std::string_view hash, const std::string&) {
      return pieces.count(std::string(hash)) != 0 || visit(hash);
    });
  }

 private:
  using VisitMessage = std::function<bool(std::string_view hash, const std::string& bytes)>;

  absl::Status ForEachMessage(const NatsStreamEnd& end, const VisitMessage& visit) {
    uint64_t seen = end.first == 0 ? 0 : end.first - 1;
    SteadyDeadline deadline(patience_);
    std::unique_ptr<NatsTail> tail;
    while (seen < end.last) {
      if (deadline.Passed()) {
        return absl::UnavailableError(absl::StrCat("the NATS server stopped sending stream ", stream_.name));
      }
      if (tail == nullptr) {
        SEAWORTHY_ASSIGN_OR_RETURN(tail, link_->Follow(stream_, seen + 1));
      }
      absl::StatusOr<std::optional<NatsMessage>> next = tail->Next(absl::Seconds(1));
      if (!next.ok()) tail.reset();
      if (!next.ok() || !next->has_value()) continue;
      const NatsMessage& message = **next;
      // Messages were dropped on the way: again from there.
      if (message.sequence > seen + 1) tail.reset();
      if (message.sequence != seen + 1) continue;
      seen = message.sequence;
      deadline = SteadyDeadline(patience_);
      const size_t prefix = stream_.name.size() + 1;
      // What is not named by a hash is a note about the log.
      const std::string_view name = std::string_view(message.subject).substr(prefix);
      if (!IsHash(name)) continue;
      if (!visit(name, message.bytes)) return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  static absl::Status Damaged(std::string_view hash) {
    return absl::DataLossError(absl::StrCat(
        "object ", std::string(hash), " is damaged: its bytes have another hash; restore it from a backup"));
  }

  std::string SubjectOf(std::string_view hash) const {
    return absl::StrCat(stream_.name, ".", std::string(hash));
  }

  absl::StatusOr<std::string> Fetch(std::string_view hash) {
    if (!IsHash(hash)) return absl::NotFoundError(absl::StrCat("no object ", std::string(hash)));
    return link_->GetLast(stream_.name, SubjectOf(hash));
  }

  absl::StatusOr<std::string> PutOne(std::string_view bytes) {
    std::string hash = Sha256Hex(bytes);
    std::string list(1, kList);
    if (bytes.size() > kPieceBytes) {
      for (size_t at = 0; at < bytes.size(); at += kPieceBytes) {
        const std::string_view piece = bytes.substr(at, kPieceBytes);
        const std::string piece_hash = Sha256Hex(piece);
        SEAWORTHY_RETURN_IF_ERROR(Store(piece_hash, std::string(1, kWhole).append(piece)));
        list.append(piece_hash);
      }
    }
    SEAWORTHY_RETURN_IF_ERROR(
        Store(hash, bytes.size() > kPieceBytes ? list : std::string(1, kWhole).append(bytes)));
    return hash;
  }

  // Again until it is known to be there: a message is named by its content.
  absl::Status Store(const std::string& hash, const std::string& message) {
    const SteadyDeadline deadline(patience_);
    while (true) {
      SEAWORTHY_ASSIGN_OR_RETURN(const NatsStored stored, link_->PutOnce(SubjectOf(hash), message));
      if (stored.outcome != NatsStored::Outcome::kUnknown) return absl::OkStatus();
      if (deadline.Passed()) {
        return absl::UnavailableError(
            absl::StrCat("object ", hash, " is not known to be stored: ", stored.reason));
      }
      absl::SleepFor(absl::Milliseconds(50));
    }
  }

  absl::StatusOr<std::string> Join(std::string_view hash, const std::string& list) {
    if (list.size() % kHexHashBytes != 0 || list.size() / kHexHashBytes > kMaxObjectBytes / kPieceBytes + 1) {
      return Damaged(hash);
    }
    std::string bytes;
    for (size_t at = 0; at < list.size(); at += kHexHashBytes) {
      SEAWORTHY_ASSIGN_OR_RETURN(const std::string piece, Fetch(list.substr(at, kHexHashBytes)));
      if (piece.empty()) return Damaged(hash);
      bytes.append(piece, 1);
    }
    return bytes;
  }

  NatsLink* const link_;
  const NatsStreamSpec stream_;
  const absl::Duration patience_;
};

// With a connection of its own.
class OwningStore : public ObjectStore {
 public:
  OwningStore(std::unique_ptr<NatsLink> link, std::unique_ptr<ObjectStore> store)
      : link_(std::move(link)), store_(std::move(store)) {}
  absl::StatusOr<std::vector<std::string>> PutAll(absl::Span<const std::string_view> objects) override {
    return store_->PutAll(objects);
  }
  absl::StatusOr<std::string> Get(std::string_view hash) override { return store_->Get(hash); }
  absl::Status List(const std::function<bool(std::string_view hash)>& visit) override {
    return store_->List(visit);
  }

 private:
  const std::unique_ptr<NatsLink> link_;
  const std::unique_ptr<ObjectStore> store_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ObjectStore>> NewNatsObjectStore(NatsLink* link,
                                                                const NatsEventLogOptions& options) {
  const std::string name = absl::StrCat(options.stream, "_OBJECTS");
  NatsStreamSpec stream{name, absl::StrCat(name, ".*"), options.replicas};
  SEAWORTHY_RETURN_IF_ERROR(link->EnsureStream(stream));
  return std::make_unique<NatsObjectStore>(link, std::move(stream), options.commit_timeout);
}

absl::StatusOr<std::unique_ptr<ObjectStore>> OpenNatsObjectStore(const NatsEventLogOptions& options) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<NatsLink> link,
                             options.connect(options.link, options.open_timeout));
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<ObjectStore> store, InsistFor(options.open_timeout, [&] {
                               return NewNatsObjectStore(link.get(), options);
                             }));
  return std::make_unique<OwningStore>(std::move(link), std::move(store));
}

}  // namespace seaworthy
