// Who is on which comparison (table `assignments`). Ends by itself: whether one
// still holds is judged when it is read, by the reader's clock.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/assignment.pb.h"
#include "seaworthy/v1/comparison.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

inline constexpr absl::Duration kAssignmentLasts = absl::Minutes(15);

// By comparison, those that hold at `now`.
absl::StatusOr<std::map<std::string, v1::Assignment>> ReadAssignments(const StateReader& state,
                                                                      absl::Time now);

// The comparison's, where one holds at `now`.
absl::StatusOr<std::optional<v1::Assignment>> LoadAssignment(const StateReader& state,
                                                             const v1::Comparison& comparison,
                                                             absl::Time now);

// Applies what was asked at `now`: takes, renews, takes over or leaves; changes
// nothing where another has it.
absl::Status TakeAssignment(StateTransaction& state, const v1::Assignment& asked, absl::Time now);

// Why `asked` came too late. ABORTED, naming who has it and until when.
absl::Status HeldBy(const v1::Assignment& held);

}  // namespace seaworthy
