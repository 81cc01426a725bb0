#include "services/reviewer/policy/retry_policy.h"

#include <algorithm>

namespace seaworthy {

bool IsTransient(LlmOutcome outcome) {
  switch (outcome) {
    case LlmOutcome::kRateLimited:
    case LlmOutcome::kOverloaded:
    case LlmOutcome::kTimeout:
    case LlmOutcome::kCutStream:
    case LlmOutcome::kTransport:
      return true;
    default:
      return false;
  }
}

NextStep RetryPolicy::After(const Failure& failure) const {
  if (failure.attempts >= options_.max_attempts) return NextStep::kGiveUp;
  switch (failure.outcome) {
    case LlmOutcome::kTruncated:
    case LlmOutcome::kInvalidJson:
    case LlmOutcome::kSchemaViolation:
      return failure.repair_spent ? NextStep::kNextEndpoint : NextStep::kRepair;
    default:
      break;
  }
  if (!IsTransient(failure.outcome)) return NextStep::kNextEndpoint;
  const bool too_long = failure.retry_after.value_or(absl::ZeroDuration()) > options_.longest_retry_after;
  // One repeat where it stands; then whoever else there is.
  if (too_long || (failure.retries_here > 0 && failure.has_next)) return NextStep::kNextEndpoint;
  return NextStep::kRetry;
}

absl::Duration RetryPolicy::Wait(int retry, std::optional<absl::Duration> retry_after, double unit) const {
  const int doublings = std::clamp(retry, 0, 20);
  const absl::Duration full =
      std::min(options_.first_wait * static_cast<int64_t>(1LL << doublings), options_.longest_wait);
  const absl::Duration drawn = full * std::clamp(unit, 0.0, 1.0);
  if (!retry_after.has_value()) return drawn;
  // Jitter on top: those who were told the same time must not all come at it.
  const absl::Duration asked = std::clamp(*retry_after, absl::ZeroDuration(), options_.longest_retry_after);
  return asked + std::min(drawn, asked / 4);
}

void RetryBudget::CountCall() { tokens_ = std::min(tokens_ + options_.per_call, options_.most); }

bool RetryBudget::TryTake() {
  // A hair under one: ten tenths do not sum to it.
  constexpr double kOne = 1.0 - 1e-9;
  if (tokens_ < kOne) return false;
  tokens_ = std::max(0.0, tokens_ - 1.0);
  return true;
}

}  // namespace seaworthy
