// What the check of claims finds in a quote an editor wrote.
#pragma once

#include "absl/status/status.h"
#include "common/object_store.h"
#include "seaworthy/v1/amendment.pb.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Fills the beats, claims and marks of an EDIT_QUOTE amendment of `verdict`:
// its quote is checked against the revision, the announcement's text and the
// tools near it. Errors: FAILED_PRECONDITION (the text is not to be had).
absl::Status CompleteEdit(const StateReader& state, ObjectStore* objects, const v1::Verdict& verdict,
                          v1::Amendment& amendment);

}  // namespace seaworthy
