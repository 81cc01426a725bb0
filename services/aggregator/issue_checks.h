// What of the state a public correction is about, and what it makes of it.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/amendment.pb.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/correction.pb.h"
#include "seaworthy/v1/decision.pb.h"
#include "seaworthy/v1/identity.pb.h"
#include "seaworthy/v1/tool.pb.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Whether it can be taken at all. Errors: INVALID_ARGUMENT (neither a quote
// nor a fact, or both; note, quote, field or values out of bounds).
absl::Status CheckIssue(const v1::Correction& correction);

// A verdict as readers see it, and its tool there.
struct PublicQuote {
  v1::Verdict verdict;
  v1::ToolView tool;
};
// The quote a correction names; nullopt where no verdict of that persona on
// the tool is public. Errors: ABORTED where its words are others.
absl::StatusOr<std::optional<PublicQuote>> FindPublicQuote(const StateReader& state,
                                                           const v1::Correction& correction);
// A tool as readers see it, with another value than the editor's; nullopt
// where there is none.
absl::StatusOr<std::optional<v1::ToolView>> FindPublicFact(const StateReader& state,
                                                           const v1::FactCorrection& word);

// The editor's word on a fact that a correction gives.
v1::FactCorrection WordOf(const v1::Correction& correction);
// Whether the revision says something else.
bool CarriesOther(const v1::Revision& revision, const v1::FactCorrection& word);

// Gives the verdict its new quote with what stands in it.
void PutRight(const v1::Amendment& amendment, v1::Verdict& verdict);
// The same for all it is about in a page's content; false where that is nothing.
absl::StatusOr<bool> PutRightIn(const StateReader& state, const v1::Correction& correction,
                                v1::ComparisonContent& content);
// What makes the corrected content public.
v1::Decision DecisionOf(const v1::Correction& correction, const v1::PublishedComparison& published);

}  // namespace seaworthy
