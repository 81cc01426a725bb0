// What announcements of releases are mistaken for, and how it shows.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "services/ingest/extract/pattern.h"

namespace seaworthy {

struct Genre {
  std::string_view what;  // In words for a person: `a tutorial`.
  const char* title;      // In the title: decides almost alone.
  const char* body;       // Counted in the first sentences.
  // What announcing it in the title leaves of the title's weight.
  double announced = 8;
};

struct GenrePatterns {
  Pattern title;
  Pattern body;
};

// All of them; their expressions are for text in lower case.
const std::vector<Genre>& Genres();
// The expressions of Genres()[genre], compiled.
const GenrePatterns& PatternsOf(size_t genre);

}  // namespace seaworthy
