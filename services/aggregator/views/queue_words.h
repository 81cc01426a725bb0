// Which comparisons of the desk's queue have the words an editor types.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Whether each word is the beginning of one of the text, or of what follows a
// number in one. Both folded (words.h).
bool HasWords(std::string_view text, const std::vector<std::string>& words);

// Comparisons that may have every word, from the search index: those of the
// tools with the rarest one. Nullopt where they are over 5,000. Errors:
// DATA_LOSS.
absl::StatusOr<std::optional<std::set<std::string>>> FindCandidates(const StateReader& state,
                                                                    const std::vector<std::string>& words);

}  // namespace seaworthy
