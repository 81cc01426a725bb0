// Finds words that a model quotes from marked data.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace seaworthy {

// Half-open byte range.
struct FoundQuote {
  size_t begin = 0;
  size_t end = 0;
};

// Where `quote` stands in `text`, from its first letter to its last. White
// space, the marker of data_marking.h and invisible characters count for
// nothing on either side; typographic quotation marks and hyphens equal plain
// ones. Letters must agree, in case too. Nothing for a quote without letters.
// Linear in both.
std::optional<FoundQuote> FindQuote(std::string_view text, std::string_view quote);

}  // namespace seaworthy
