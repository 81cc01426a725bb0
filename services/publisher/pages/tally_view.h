// Readers' votes in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "seaworthy/v1/community_vote.pb.h"

namespace seaworthy {

// From so many votes on a share is shown.
inline constexpr uint64_t kShownVotes = 20;

// `percent` (a dash below kShownVotes), `note` (of how many), `discarded` (how
// many did not count, and why; empty for none) and `open`: votes are taken.
nlohmann::json TallyView(const v1::VoteTally& tally, bool open);
// Why so many votes did not count: a sentence; empty for none.
std::string DiscardedText(const v1::VoteTally& tally);

}  // namespace seaworthy
