#include "services/reviewer/policy/concurrency_limit.h"

#include <algorithm>

namespace seaworthy {
namespace {

bool IsTrouble(LlmOutcome outcome) {
  return outcome == LlmOutcome::kRateLimited || outcome == LlmOutcome::kOverloaded ||
         outcome == LlmOutcome::kTimeout;
}

// The endpoint did its work, whatever the words are worth.
bool IsAnswer(LlmOutcome outcome) {
  switch (outcome) {
    case LlmOutcome::kOk:
    case LlmOutcome::kRefused:
    case LlmOutcome::kTruncated:
    case LlmOutcome::kInvalidJson:
    case LlmOutcome::kSchemaViolation:
      return true;
    default:
      return false;
  }
}

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(int cap) : cap_(std::max(1, cap)), limit_(cap_) {}

uint64_t ConcurrencyLimit::TryTake() {
  if (in_flight_ >= limit_) return 0;
  ++in_flight_;
  return next_ticket_++;
}

void ConcurrencyLimit::Release(uint64_t ticket, LlmOutcome outcome) {
  --in_flight_;
  if (IsTrouble(outcome)) {
    if (ticket < deaf_before_) return;
    limit_ = std::max(1, limit_ * 7 / 10);
    deaf_before_ = next_ticket_;
    answers_ = 0;
  } else if (IsAnswer(outcome) && limit_ < cap_ && ++answers_ >= limit_) {
    ++limit_;
    answers_ = 0;
  }
}

}  // namespace seaworthy
