#include "services/publisher/tokens/rate_limiter.h"

#include <algorithm>

namespace seaworthy {
namespace {

constexpr absl::Duration kWindow = absl::Minutes(1);
// Between two looks through all callers while there is no room.
constexpr absl::Duration kSweepEvery = absl::Seconds(1);

}  // namespace

absl::Time& RateLimiter::BusyUntil(const std::string& caller, absl::Time now) {
  const auto found = busy_until_.find(caller);
  if (found != busy_until_.end()) return found->second;
  if (busy_until_.size() >= options_.max_callers && now - swept_ >= kSweepEvery) {
    swept_ = now;
    for (auto it = busy_until_.begin(); it != busy_until_.end();) {
      it = it->second <= now ? busy_until_.erase(it) : std::next(it);
    }
  }
  if (busy_until_.size() >= options_.max_callers) return others_;
  return busy_until_.try_emplace(caller, absl::InfinitePast()).first->second;
}

RateLimiter::Standing RateLimiter::Take(const std::string& caller, int per_minute) {
  const absl::Time now = options_.clock->Now();
  const absl::Duration each = kWindow / per_minute;
  absl::MutexLock lock(&mutex_);
  absl::Time& busy_until = BusyUntil(caller, now);
  const absl::Time after = std::max(busy_until, now) + each;
  Standing standing;
  standing.allowed = after - now <= kWindow;
  if (standing.allowed) {
    busy_until = after;
  } else {
    standing.retry_after = after - now - kWindow;
  }
  standing.full_again = std::max(busy_until - now, absl::ZeroDuration());
  standing.remaining = static_cast<int>((kWindow - standing.full_again) / each);
  return standing;
}

size_t RateLimiter::callers() const {
  absl::MutexLock lock(&mutex_);
  return busy_until_.size();
}

}  // namespace seaworthy
