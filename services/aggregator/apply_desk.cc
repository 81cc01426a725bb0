// What happens around the desk: who is on what, how predictions came out, what
// readers vote.
#include "common/status_macros.h"
#include "services/aggregator/application.h"
#include "services/aggregator/assignments.h"
#include "services/aggregator/editions.h"
#include "services/aggregator/resolutions.h"
#include "services/aggregator/votes/vote_counts.h"

namespace seaworthy {

absl::Status Application::ComparisonAssigned(const v1::Assignment& assignment, absl::Time asked) {
  return TakeAssignment(state_, assignment, asked);
}

absl::Status Application::PredictionResolved(const v1::PredictionResolution& resolution) {
  const std::string key = ResolutionRequestKey(resolution);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
  if (known.has_value()) return absl::OkStatus();
  absl::Status taken;
  SEAWORTHY_RETURN_IF_ERROR(TakeResolution(state_, resolution, taken));
  state_.Put(Table::kOutcomes, key, EncodeOutcome(taken));
  const bool resolves = taken.ok() && resolution.outcome() != v1::PredictionResolution::OPEN_AGAIN;
  return resolves ? NoteInWeek(state_, record_, WeekNote::kResolved, resolution.prediction_id())
                  : absl::OkStatus();
}

absl::Status Application::VoteCast(const v1::VoteCast& votes) { return CountVotes(state_, votes); }

}  // namespace seaworthy
