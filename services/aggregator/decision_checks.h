// Which decision a comparison can take in which state, and how the refusals
// read.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/decision.pb.h"

namespace seaworthy {

// `approve`, `roll back` …
const char* VerbOf(v1::DecisionKind kind);

// ABORTED: the content is another by now.
absl::Status Stale(const v1::Comparison& comparison);
// FAILED_PRECONDITION: `cannot VERB ID: WHY`.
absl::Status NothingTo(const char* verb, const v1::Comparison& comparison, const std::string& why);
// FAILED_PRECONDITION: no content of that hash ever was public.
absl::Status NeverPublic(const v1::Decision& decision);

}  // namespace seaworthy
