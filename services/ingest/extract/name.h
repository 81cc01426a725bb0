// What the tool is called.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/extract/source.h"

namespace seaworthy {

// A name where it stands.
struct NameCandidate {
  std::string name;
  Span raw;
  double score = 0;
  bool announced = false;  // "introducing X", or half of a title "X and Y".
};

// Everything the announcement seems to announce, the likeliest first: front
// matter and labelled names, titles, "introducing X", "X is a ...", weighed
// by how often they are mentioned.
std::vector<NameCandidate> FindNames(const Source& source);

// Other forms of the name in the text: variants with a size or a suffix
// (`Foo-7B-Instruct` for `Foo`), at most 12.
std::vector<std::string> FindAliases(const Source& source, std::string_view name);

// The NameKey without size and tuning: `Lantern-8B-Instruct` and `Lantern 70B`
// are variants of one release, not two tools.
std::string WithoutSize(std::string_view name);

// The name that begins at `at` and ends before `limit` in the text: the marked
// piece there, or a run of words as names have them.
std::optional<Span> NameAt(const Source& source, size_t at, size_t limit);

// Whether the words could name a tool: not all of them generic ("Open
// Models", "v0.0.1"), not too many.
bool NamesSomething(std::string_view name);

// The name in a title: without greeting, subtitle and ornaments; nothing
// where the title names nothing. The span counts in `title`.
struct TitleName {
  Span span;
  std::string vendor;        // "Vendor releases Name".
  bool descriptive = false;  // Cut at a preposition: may describe, not name.
};
std::optional<TitleName> NameInTitle(std::string_view title);

}  // namespace seaworthy
