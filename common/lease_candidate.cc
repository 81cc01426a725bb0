#include "common/lease_candidate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr size_t kNonceBytes = 16;
constexpr absl::Duration kRetry = absl::Milliseconds(200);
constexpr absl::Duration kSoonest = absl::Milliseconds(10);

// What is left of the ttl for clocks that do not run alike.
absl::Duration SureTime(absl::Duration ttl) { return ttl * 4 / 5; }
absl::Duration RenewTime(absl::Duration ttl) { return ttl / 4; }
absl::Duration LookTime(absl::Duration ttl) { return ttl / 8; }

}  // namespace

LeaseCandidate::LeaseCandidate(SharedTable* table, const SteadyClock* clock, const LeaseOptions& options,
                               std::string holder)
    : table_(table), clock_(clock), options_(options), holder_(std::move(holder)), next_(clock->Now()) {}

uint64_t LeaseCandidate::token() const { return record_.token != 0 ? record_.token : revision_; }

absl::Status LeaseCandidate::Step(const LeaseWish& wish) {
  absl::Status status;
  if (mine_) {
    status = wish.want ? Renew(wish) : Release();
  } else {
    status = Look(wish);
  }
  const absl::Duration now = clock_->Now();
  if (!status.ok()) {
    next_ = now + std::min(kRetry, LookTime(options_.ttl));
  } else if (mine_) {
    next_ = now + RenewTime(options_.ttl);
  } else {
    // A free one that is left to others for a moment is looked at again then.
    const absl::Duration free_at =
        record_.holder.empty() && wish.want ? seen_since_ + wish.hesitation : absl::InfiniteDuration();
    next_ = std::clamp(free_at, now + kSoonest, now + LookTime(options_.ttl));
  }
  return status;
}

bool LeaseCandidate::See(const SharedValue& value) {
  const absl::StatusOr<LeaseRecord> record = DecodeLease(value.bytes);
  if (!looked_ || value.revision != revision_) seen_since_ = clock_->Now();
  looked_ = true;
  revision_ = value.revision;
  record_ = LeaseRecord();
  if (value.revision == 0) return false;
  if (record.ok()) {
    record_ = *record;
  } else {
    // Whoever wrote it gets its time, too.
    record_.holder = "unknown";
  }
  return !nonce_.empty() && record_.nonce == nonce_;
}

bool LeaseCandidate::MayTake(bool first, const LeaseWish& wish, absl::Duration now) {
  if (!wish.want) return false;
  // An earlier process of this name cannot write to the log any more: opening
  // it in this name ended that. Only at first, else two would take turns.
  if (first && record_.holder == holder_) return true;
  const absl::Duration wait =
      record_.holder.empty() ? absl::ZeroDuration() : std::max(options_.ttl, record_.ttl);
  return now - seen_since_ >= wait + wish.hesitation;
}

absl::Status LeaseCandidate::Look(const LeaseWish& wish) {
  const bool first = !looked_;
  SEAWORTHY_ASSIGN_OR_RETURN(const SharedValue value, table_->Read(options_.name));
  if (See(value)) {
    // A try whose answer was lost: it counts from its next renewal on.
    mine_ = true;
    return wish.want ? Renew(wish) : Release();
  }
  // What was tried on another revision cannot come true any more.
  if (revision_ != tried_on_) nonce_.clear();
  const absl::Duration now = clock_->Now();
  return MayTake(first, wish, now) ? Take(now) : absl::OkStatus();
}

absl::Status LeaseCandidate::Take(absl::Duration now) {
  if (nonce_.empty()) nonce_ = RandomHex(kNonceBytes);
  tried_on_ = revision_;
  LeaseRecord record{holder_, nonce_, 0, options_.ttl, record_.note};
  SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<uint64_t> written,
                             table_->Write(options_.name, EncodeLease(record), revision_));
  if (!written) return absl::OkStatus();  // Another was first.
  Hold(*written, std::move(record), now);
  return absl::OkStatus();
}

void LeaseCandidate::Hold(uint64_t revision, LeaseRecord record, absl::Duration sent) {
  mine_ = true;
  revision_ = revision;
  record_ = std::move(record);
  // From before it was sent: others count from when they saw it, which is later.
  held_until_ = sent + SureTime(options_.ttl);
}

absl::Status LeaseCandidate::Renew(const LeaseWish& wish) {
  for (const bool again : {true, false}) {
    const absl::Duration sent = clock_->Now();
    LeaseRecord record{holder_, nonce_, token(), options_.ttl, wish.note.empty() ? record_.note : wish.note};
    SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<uint64_t> written,
                               table_->Write(options_.name, EncodeLease(record), revision_));
    if (written) {
      Hold(*written, std::move(record), sent);
      return absl::OkStatus();
    }
    // An earlier renewal may have arrived after all.
    SEAWORTHY_ASSIGN_OR_RETURN(const SharedValue value, table_->Read(options_.name));
    if (!See(value)) {
      mine_ = false;
      nonce_.clear();
      held_until_ = -absl::InfiniteDuration();
      return absl::OkStatus();
    }
    if (!again) break;
  }
  return absl::UnavailableError("the lease's renewals overtake each other");
}

absl::Status LeaseCandidate::Release() {
  mine_ = false;
  held_until_ = -absl::InfiniteDuration();
  nonce_.clear();
  LeaseRecord record{"", "", token(), options_.ttl, record_.note};
  SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<uint64_t> written,
                             table_->Write(options_.name, EncodeLease(record), revision_));
  if (!written) return absl::OkStatus();
  revision_ = *written;
  record_ = std::move(record);
  seen_since_ = clock_->Now();
  return absl::OkStatus();
}

}  // namespace seaworthy
