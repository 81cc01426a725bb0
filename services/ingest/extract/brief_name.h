// What a feed's entry or a changelog's note of a few sentences is about.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/extract/source.h"

namespace seaworthy {

// Texts of at most this size are brief.
inline constexpr size_t kBriefBytes = 2500;

struct BriefName {
  Span span;  // In the text.
  double score = 0;
  bool further = false;  // Announced beside another one.
};

// The names that the first sentences of a brief text make available; nothing
// for longer ones.
std::vector<BriefName> NamesInBrief(const Source& source);

// Whether words look like the name of a product (`Qwen3-VL`, `OpenClaw`,
// `Code Llama`) rather than of a feature (`Tool support`, `Thinking`).
bool LooksLikeName(std::string_view words);

// Whose page or feed it is, as the page says of itself: `Harbour` for a site
// called `Harbour Blog`. `raw` is where it stands.
struct Site {
  std::string name;
  Span raw;
};
std::optional<Site> SiteOf(const Source& source);

}  // namespace seaworthy
