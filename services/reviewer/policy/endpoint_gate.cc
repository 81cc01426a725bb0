#include "services/reviewer/policy/endpoint_gate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/reviewer/policy/answer_cache.h"
#include "services/reviewer/policy/budget.h"
#include "services/reviewer/policy/random_unit.h"

namespace seaworthy {
namespace {

// A shorter pause is waited for in the queue; for a longer one a review looks
// elsewhere.
constexpr absl::Duration kLongestQueuedPause = absl::Seconds(30);
// Nobody keeps us away for longer by one header.
constexpr absl::Duration kLongestPause = absl::Hours(1);
// A key that is refused is refused to all calls: a person has to act.
constexpr absl::Duration kKeyRefusedPause = absl::Minutes(1);
// Until the probe's answer is there.
constexpr absl::Duration kProbeWait = absl::Seconds(1);

bool KeyRefused(const LlmReply& reply) {
  return reply.outcome == LlmOutcome::kRejected && (reply.http_status == 401 || reply.http_status == 403);
}

std::string Utc(absl::Time time) {
  return time == absl::InfiniteFuture()
             ? "a restart"
             : absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

}  // namespace

EndpointGate::EndpointGate(LlmEndpoint* endpoint, EndpointLimits limits, bool cached)
    : endpoint_(endpoint),
      limits_(std::move(limits)),
      name_(endpoint->name()),
      model_(endpoint->model()),
      wants_prompt_(endpoint->wants_prompt()),
      digest_(cached && wants_prompt_ ? EndpointDigest(*endpoint, limits_.url) : ""),
      limit_(limits_.max_in_flight),
      breaker_(limits_.breaker),
      retries_(limits_.retries),
      queue_(limits_.max_queued) {}

EndpointGate::Entry EndpointGate::Enter(const std::shared_ptr<Seeking>& seeking, std::string_view persona,
                                        bool patient, absl::Time now, Pass* pass) {
  absl::MutexLock lock(&mutex_);
  const CircuitBreaker::State state = breaker_.state(now);
  if (state == CircuitBreaker::State::kOpen) return Entry::kClosed;
  if (now < paused_until_) {
    if (!patient || !ShortPause(now)) return Entry::kClosed;
  } else if (queue_.empty() && TryPass(now, pass)) {
    return Entry::kPassed;
  } else if (state == CircuitBreaker::State::kHalfOpen) {
    return Entry::kClosed;
  }
  return queue_.Push(persona, seeking) ? Entry::kQueued : Entry::kFull;
}

EndpointGate::Released EndpointGate::Leave(const Pass& pass, const LlmReply& reply, bool first,
                                           absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (first) retries_.CountCall();
  const absl::Time paused_before = paused_until_;
  Learn(reply, pass, now);
  Released released = Grant(now);
  if (paused_until_ > paused_before) released.wake = paused_until_;
  return released;
}

EndpointGate::Released EndpointGate::Abandon(const Pass& pass, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  limit_.Return();
  if (pass.probe) breaker_.Forget();
  return Grant(now);
}

EndpointGate::Released EndpointGate::Wake(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  return Grant(now);
}

std::vector<std::shared_ptr<Seeking>> EndpointGate::Drain() {
  absl::MutexLock lock(&mutex_);
  return queue_.Clear();
}

bool EndpointGate::TryTakeRetry() {
  absl::MutexLock lock(&mutex_);
  if (!retries_.TryTake()) return false;
  ++counted_.retries;
  return true;
}

void EndpointGate::CountCacheHit() {
  absl::MutexLock lock(&mutex_);
  ++counted_.cache_hits;
}

void EndpointGate::CountCost(uint64_t micro_usd, absl::Time now) {
  const int64_t day = absl::ToUnixSeconds(now) / (24 * 60 * 60);
  absl::MutexLock lock(&mutex_);
  if (day != cost_day_) counted_.cost_today_micro_usd = 0;
  cost_day_ = day;
  counted_.cost_today_micro_usd += micro_usd;
}

bool EndpointGate::FirstUnpriced() {
  absl::MutexLock lock(&mutex_);
  return !std::exchange(told_unpriced_, true);
}

bool EndpointGate::ShortPause(absl::Time now) const { return paused_until_ - now <= kLongestQueuedPause; }

void EndpointGate::Learn(const LlmReply& reply, const Pass& pass, absl::Time now) {
  ++counted_.outcomes.at(static_cast<size_t>(reply.outcome));
  if (reply.outcome != LlmOutcome::kOk) counted_.message = reply.message;
  limit_.Release(pass.ticket, reply.outcome);
  breaker_.Record(reply.outcome, pass.probe, reply.message, now, RandomUnit());
  if (reply.outcome == LlmOutcome::kSpendCapped) {
    const absl::Time until =
        limits_.spend_cap_pause.has_value() ? now + *limits_.spend_cap_pause : NextUtcDay(now);
    breaker_.Trip(until, absl::StrCat("the account's money or quota is spent: ", reply.message));
  } else if (KeyRefused(reply)) {
    breaker_.Trip(now + kKeyRefusedPause,
                  absl::StrCat("the key is refused; check key_env or key_file: ", reply.message));
  } else if (IsTransient(reply.outcome) && reply.retry_after.has_value()) {
    paused_until_ = std::max(paused_until_, now + std::min(*reply.retry_after, kLongestPause));
  }
}

bool EndpointGate::TryPass(absl::Time now, Pass* pass) {
  const uint64_t ticket = limit_.TryTake();
  if (ticket == 0) return false;
  const CircuitBreaker::Admission admission = breaker_.Admit(now);
  if (admission == CircuitBreaker::Admission::kNo) {
    limit_.Return();
    return false;
  }
  *pass = Pass{ticket, admission == CircuitBreaker::Admission::kProbe};
  return true;
}

EndpointGate::Released EndpointGate::Grant(absl::Time now) {
  Released released;
  if (queue_.empty()) return released;
  if (breaker_.state(now) == CircuitBreaker::State::kOpen || (now < paused_until_ && !ShortPause(now))) {
    released.rerouted = queue_.Clear();
    return released;
  }
  Pass pass;
  while (now >= paused_until_ && !queue_.empty() && TryPass(now, &pass)) {
    released.granted.emplace_back(queue_.Pop(), pass);
  }
  return released;
}

std::optional<EndpointGate::Closed> EndpointGate::closed(absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  const CircuitBreaker::State state = breaker_.state(now);
  if (state == CircuitBreaker::State::kOpen) {
    return Closed{absl::StrCat("left alone until ", Utc(breaker_.until()), ": ", breaker_.message()),
                  breaker_.until()};
  }
  if (state == CircuitBreaker::State::kHalfOpen) {
    // Open to one probe: whoever finds it closed lost the race for it.
    if (!breaker_.probing()) return std::nullopt;
    return Closed{absl::StrCat("being tried again: ", breaker_.message()), now + kProbeWait};
  }
  if (now < paused_until_ && !ShortPause(now)) {
    return Closed{absl::StrCat("asked to be left alone until ", Utc(paused_until_)), paused_until_};
  }
  return std::nullopt;
}

EndpointStatus EndpointGate::status(absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  EndpointStatus status = counted_;
  status.name = name_;
  status.url = limits_.url;
  status.model = model_;
  status.limit = limit_.limit();
  status.max_in_flight = limits_.max_in_flight;
  status.in_flight = limit_.in_flight();
  status.queued = queue_.size();
  const CircuitBreaker::State state = breaker_.state(now);
  const bool paused = state == CircuitBreaker::State::kClosed && now < paused_until_;
  if (state != CircuitBreaker::State::kClosed) {
    status.message = breaker_.message();
    status.until = breaker_.until();
  } else if (paused) {
    status.until = paused_until_;
  }
  status.state = state == CircuitBreaker::State::kOpen       ? "open"
                 : state == CircuitBreaker::State::kHalfOpen ? "half_open"
                 : paused                                    ? "paused"
                                                             : "closed";
  if (absl::ToUnixSeconds(now) / (24 * 60 * 60) != cost_day_) status.cost_today_micro_usd = 0;
  return status;
}

}  // namespace seaworthy
