// What becomes public by itself, and when (docs/editorial.md, table
// `schedules`).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/decision.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Enters the decision under the comparison's `publish_time`.
void EnterSchedule(StateTransaction& state, const v1::Comparison& comparison, const v1::Decision& decision);
// The SCHEDULE decision of a scheduled comparison.
absl::StatusOr<std::optional<v1::Decision>> LoadSchedule(const StateReader& state,
                                                         const v1::Comparison& comparison);

// Takes schedule and first approval away, as any change of content does.
void VoidApproval(StateTransaction& state, v1::Comparison& comparison);

// When the next schedule falls due; InfiniteFuture where there is none.
absl::StatusOr<absl::Time> NextDue(const StateReader& state);
// The `schedule.due` events of what has fallen due, at most `count`.
absl::StatusOr<std::vector<NewEvent>> DueEvents(const StateReader& state, absl::Time now, size_t count);

}  // namespace seaworthy
