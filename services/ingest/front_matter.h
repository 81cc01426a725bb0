// Reads YAML front matter with yaml-cpp.
#pragma once

#include <cstddef>
#include <string_view>

#include "services/ingest/document.h"

namespace seaworthy {

inline constexpr size_t kMaxFrontMatterBytes = 64 * 1024;

// Finds front matter at the start of `bytes` (after a byte order mark), adds
// its scalars to `document` as fields and returns where the body begins. Front
// matter that is no YAML map, is longer than kMaxFrontMatterBytes or nests
// deeper than 32 gives no fields; the body is still found. Aliases are not
// followed.
size_t ReadFrontMatter(std::string_view bytes, size_t start, Document* document);

}  // namespace seaworthy
