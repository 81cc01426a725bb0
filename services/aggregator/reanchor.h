// What of a verdict still stands in a quote that was edited.
#pragma once

#include <string_view>

#include "seaworthy/v1/amendment.pb.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

// Fills the amendment's beats and claims: each of the verdict's that stands in
// the new quote word for word, or was changed in part, then with its new
// words. What was taken out goes; words put in its place become the beat's.
void Reanchor(const v1::Verdict& verdict, v1::Amendment& amendment);

// Adds to `marks`, found in `quote` by the check, what the check does not
// know: marks on a claim's evidence whose words still stand, and what editors
// accepted before. In order, without overlaps.
void CarryMarks(const v1::Verdict& verdict, std::string_view quote,
                google::protobuf::RepeatedPtrField<v1::Mark>& marks);

}  // namespace seaworthy
