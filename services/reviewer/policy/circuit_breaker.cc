#include "services/reviewer/policy/circuit_breaker.h"

#include <algorithm>

namespace seaworthy {
namespace {

bool IsFailure(LlmOutcome outcome) {
  return outcome == LlmOutcome::kTransport || outcome == LlmOutcome::kTimeout ||
         outcome == LlmOutcome::kOverloaded || outcome == LlmOutcome::kCutStream;
}

}  // namespace

CircuitBreaker::State CircuitBreaker::state(absl::Time now) const {
  if (!open_) return State::kClosed;
  return now < until_ ? State::kOpen : State::kHalfOpen;
}

CircuitBreaker::Admission CircuitBreaker::Admit(absl::Time now) {
  if (!open_) return Admission::kPass;
  if (now < until_ || probing_) return Admission::kNo;
  probing_ = true;
  return Admission::kProbe;
}

void CircuitBreaker::Record(LlmOutcome outcome, bool probe, const std::string& message, absl::Time now,
                            double unit) {
  const bool failed = IsFailure(outcome);
  if (probe) {
    probing_ = false;
    if (failed) return Open(message, now, unit);
    // A spend cap or a refused key trips it again right after this.
    return Close();
  }
  if (open_) return;
  Remember(failed, now);
  if (failed && (in_a_row_ >= options_.consecutive || TooManyFailures(now))) Open(message, now, unit);
}

void CircuitBreaker::Trip(absl::Time until, const std::string& message) {
  open_ = true;
  until_ = until;
  message_ = message;
}

void CircuitBreaker::Remember(bool failed, absl::Time now) {
  in_a_row_ = failed ? in_a_row_ + 1 : 0;
  seen_[seen_count_++ % kSeen] = Seen{now, failed};
}

bool CircuitBreaker::TooManyFailures(absl::Time now) const {
  int calls = 0;
  int failures = 0;
  for (size_t i = 0; i < std::min(seen_count_, kSeen); ++i) {
    if (now - seen_[i].when > options_.horizon) continue;
    ++calls;
    failures += seen_[i].failed ? 1 : 0;
  }
  return calls >= options_.min_calls && failures >= options_.ratio * calls;
}

void CircuitBreaker::Open(const std::string& message, absl::Time now, double unit) {
  const auto doublings = static_cast<int64_t>(1LL << std::min(trips_, 20));
  const absl::Duration full = std::min(options_.open_for * doublings, options_.longest);
  ++trips_;
  Trip(now + full * (1.0 + 0.2 * unit), message);
}

void CircuitBreaker::Close() {
  open_ = false;
  in_a_row_ = 0;
  trips_ = 0;
  seen_count_ = 0;
  message_.clear();
}

}  // namespace seaworthy
