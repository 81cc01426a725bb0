// Finds tools and comparisons by words.
#pragma once

#include "absl/status/statusor.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Ranked as docs/store.md says; at most 2,000 places of a word and 2,000 pairs
// are looked at. Errors: INVALID_ARGUMENT (no word, over 200 bytes).
absl::StatusOr<v1::SearchResponse> ReadSearch(const StateReader& state, const v1::SearchRequest& request);

}  // namespace seaworthy
