// What editors may do to a comparison, and what it does (docs/editorial.md).
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/decision.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Decisions made now go by these rules (Decision.rules).
inline constexpr uint32_t kDecisionRules = 1;

// Whether the comparison can take the decision now, its checklist aside.
// Errors: INVALID_ARGUMENT (unknown decision, reason missing or over 2,000
// bytes, a time out of bounds), ABORTED (the hash is no longer the content),
// FAILED_PRECONDITION (nothing to decide).
absl::Status CheckDecision(const v1::Comparison& comparison, const v1::Decision& decision);

// What became of a decision: OK where it took effect, else why not.
struct DecisionOutcome {
  absl::Status status;
  // What took effect; absent where nothing did, or where a first approval now
  // waits for a second.
  std::optional<v1::Decision> effective = std::nullopt;
};

// Checks and, where that is OK, applies. Errors: the store's.
absl::StatusOr<DecisionOutcome> TakeDecision(StateTransaction& state, const v1::Decision& decision,
                                             const Record& record);

// A schedule's time has come: publishes, or says why not by an UNSCHEDULE.
// `now` is the event's. Errors: the store's.
absl::StatusOr<DecisionOutcome> TakeSchedule(StateTransaction& state, const std::string& comparison,
                                             const std::string& hash, absl::Time now, const Record& record);

// Where the outcome of a decision's request is kept.
std::string DecisionRequestKey(const v1::Decision& decision);

}  // namespace seaworthy
