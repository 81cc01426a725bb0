// The part of an announcement that a reviewer is shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "seaworthy/v1/revision.pb.h"

namespace seaworthy {

struct Excerpt {
  // Whole sentences in reading order, a line each; `[...]` where some are left
  // out.
  std::string text;
  // Where in `text` those lines of ours begin, ascending.
  std::vector<size_t> gaps;
  // Of how many bytes these are how many.
  size_t shown = 0;
  size_t total = 0;
};

// At most `max` bytes: the beginning first, then the sentences that hold the
// evidence of facts, then the rest as it comes. Linear in the text but for the
// search for evidence, which looks at the first 256 KiB.
Excerpt MakeExcerpt(std::string_view announcement, const v1::Revision& revision, size_t max);

}  // namespace seaworthy
