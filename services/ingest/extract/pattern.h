// Regular expressions in linear time (RE2), with places.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "services/ingest/offset_map.h"

namespace re2 {
class RE2;
}

namespace seaworthy {

// What one match covers; group 0 is all of it. Unmatched groups are empty.
struct Match {
  std::vector<Span> groups;
  std::vector<bool> set;
  const Span& all() const { return groups[0]; }
  bool Has(size_t group) const { return group < set.size() && set[group]; }
};

// A compiled expression; made once, then thread-safe. Dies at start-up where
// the expression is wrong, which every test run would show.
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
  std::unique_ptr<re2::RE2> re_;
};

}  // namespace seaworthy
