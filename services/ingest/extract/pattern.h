// Regular expressions in linear time (RE2), with places.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "services/ingest/extract/literals.h"
#include "services/ingest/offset_map.h"

namespace re2 {
class FilteredRE2;
class StringPiece;
}  // namespace re2

namespace seaworthy {

// What one match covers; group 0 is all of it. Unmatched groups are empty.
struct Match {
  absl::InlinedVector<Span, 4> groups;
  uint32_t set = 0;  // Bit i: group i matched.
  const Span& all() const { return groups[0]; }
  bool Has(size_t group) const { return group < groups.size() && (set >> group & 1) != 0; }
};

// A compiled expression of at most 15 groups; made once, then thread-safe.
// Dies at start-up where the expression is wrong, which every test run would
// show. Text that a LiteralIndex knows, and that lacks the strings which every
// match holds, is not searched; where every match begins with one of some
// strings, it is tried where these stand.
class Pattern {
 public:
  explicit Pattern(std::string_view expression, bool ignore_case = false);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  bool Matches(std::string_view text) const;
  // The first match at or after `from`, in offsets of `text`.
  std::optional<Match> Find(std::string_view text, size_t from = 0) const;
  // All matches, left to right, without overlap; at most `max`.
  std::vector<Match> FindAll(std::string_view text, size_t max = 1000) const;

 private:
  // Whether there is a match at or after `from`, and the first one's groups.
  bool Search(std::string_view text, size_t from, re2::StringPiece* pieces, int groups) const;
  // The same by RE2 alone; with `begins` the match has to begin at `from`.
  bool Run(std::string_view text, size_t from, bool begins, re2::StringPiece* pieces, int groups) const;

  std::unique_ptr<re2::FilteredRE2> compiled_;
  bool anchored_;                                // Most of its matches begin the text.
  absl::InlinedVector<LiteralSet, 3> literals_;  // One of each set is in every match,
  std::optional<LiteralSet> prefixes_;           // and every match begins with one of this.
};

}  // namespace seaworthy
