// Writes the tagline and the description from the facts.
#pragma once

#include "services/ingest/extract/draft.h"

namespace seaworthy {

inline constexpr size_t kMaxTaglineBytes = 120;

// Fills `draft->tagline` and `draft->description`: the announcement's own
// where it labels them, else sentences made of the facts.
void Compose(Draft* draft);

}  // namespace seaworthy
