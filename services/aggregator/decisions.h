// What editors may do to a comparison, and what it does.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/decision.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Whether the comparison can take the decision now. Errors: INVALID_ARGUMENT
// (unknown decision, reason missing or over 2,000 bytes), ABORTED (the hash is
// no longer the content), FAILED_PRECONDITION (nothing to decide).
absl::Status CheckDecision(const v1::Comparison& comparison, const v1::Decision& decision);

// What became of a decision: OK where it took effect, else why not.
struct DecisionOutcome {
  absl::Status status;
};

// Checks and, where that is OK, applies. Errors: the store's.
absl::StatusOr<DecisionOutcome> TakeDecision(StateTransaction& state, const v1::Decision& decision,
                                             uint64_t sequence);

// Where the outcome of a decision's request is kept.
std::string DecisionRequestKey(const v1::Decision& decision);

}  // namespace seaworthy
