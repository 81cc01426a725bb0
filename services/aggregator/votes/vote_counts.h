// Which votes count (docs/votes.md, table `votes`).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/community_vote.pb.h"
#include "seaworthy/v1/event.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Of one address, of one network, at most so many voters count on a tool.
inline constexpr uint64_t kMaxOfAddress = 2;
inline constexpr uint64_t kMaxOfNetwork = 8;
// New voters in an hour: so many, and this part of what counted before.
inline constexpr uint64_t kMaxInHour = 30;
inline constexpr uint64_t kHourShare = 4;

// Whether it can be taken at all. Errors: INVALID_ARGUMENT (tool, vote, hashes
// that are not 32 lower-case hex digits).
absl::Status CheckVote(const v1::CommunityVote& vote);

// Whether anything of the tool is public.
absl::StatusOr<bool> IsPublic(const StateReader& state, const std::string& tool);

// Counts an event's votes, by their own times. Votes on what is not public, and
// such as cannot be taken, change nothing.
absl::Status CountVotes(StateTransaction& state, const v1::VoteCast& votes);

// Nothing but the id where nobody voted.
absl::StatusOr<v1::VoteTally> LoadTally(const StateReader& state, const std::string& tool);

// The same counted anew from the votes that are kept; `discarded` is empty.
absl::StatusOr<v1::VoteTally> RecountVotes(const StateReader& state, const std::string& tool);

}  // namespace seaworthy
