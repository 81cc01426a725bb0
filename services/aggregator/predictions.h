// The ledger of what personas predicted, by due date.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Enters a verdict's predictions that have a due date.
void EnterPredictions(StateTransaction& state, const v1::Verdict& verdict);
// Takes them out again.
void RemovePredictions(StateTransaction& state, const v1::Verdict& verdict);

// Keeps the public ledger in step with what is published: `before` goes,
// `after` comes; nullopt is nothing.
void UpdatePublicPredictions(StateTransaction& state, const std::optional<v1::PublishedComparison>& before,
                             const std::optional<v1::PublishedComparison>& after);

// One page with what the request's filters pass, and how they came out; `from`
// is the key to begin at, empty for the first. The next page's key goes to
// `next`, empty at the end; where filters pass few of many, a page may be short
// and not the last. Errors: DATA_LOSS.
absl::StatusOr<v1::ListPredictionsResponse> ReadPredictions(const StateReader& state,
                                                            const v1::ListPredictionsRequest& request,
                                                            size_t page_size, const std::string& from,
                                                            std::string& next);

}  // namespace seaworthy
