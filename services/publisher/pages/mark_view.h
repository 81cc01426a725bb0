// Marks of a quote as the desk's templates are given them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

// Whether a mark keeps its comparison from being approved.
bool IsOpenMark(const v1::Mark& mark);
// The open marks of a verdict.
int CountOpenMarks(const v1::Verdict& verdict);

// The quote cut where marks begin and end: pieces with `text`, and of marked
// ones `marked`, `style`, `sign`, `said`, `number`. A mark is placed only where
// its span lies inside the quote, between characters, over its own words and
// no other mark's; nothing else of it is trusted.
nlohmann::json QuotePieces(const v1::Verdict& verdict);

// Every mark that is not supported, placed or not: `number`, `text`, `kind`,
// `said`, `reason`, `open`, `accepted_by`, `accepted_reason`, `begin`, `end`.
nlohmann::json MarkViews(const v1::Verdict& verdict);

}  // namespace seaworthy
