// How fast extraction is, beside parsing alone.
#pragma once

#include <vector>

#include "bench/extraction_score.h"

namespace seaworthy {

// Prints for each format and for all documents: documents a second of one
// core, CPU time a document, and how many times as long it takes as parsing
// the same bytes with cmark-gfm or gumbo alone; then the same for short
// announcements. Warm: every document is read once before.
void PrintSpeed(const std::vector<const LabelledUnit*>& documents);

// Prints how the time grows when documents of hostile shapes become twice as
// large.
void PrintGrowth();

}  // namespace seaworthy
