// robots.txt as RFC 9309 reads it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace seaworthy {

// What one robots.txt asks of one crawler. Immutable.
class Robots {
 public:
  // Most that is read (RFC 9309 2.5 asks for at least this much).
  static constexpr size_t kMaxBytes = 500 * 1024;
  static constexpr size_t kMaxRules = 10'000;

  // Takes the groups that name `product_token` (any case) together, else those
  // of `*`. Lines that are no rules are passed over; bytes after kMaxBytes,
  // with the line they cut, and rules after kMaxRules too. Never fails.
  static Robots Parse(std::string_view bytes, std::string_view product_token);
  // Allows everything.
  static Robots AllowAll() { return {}; }

  // Whether the path with its query may be read: the longest rule that matches
  // counts, of two equally long ones the allowing one.
  bool Allows(std::string_view path_and_query) const;
  // Not in the RFC but widely written; at most a day.
  std::optional<absl::Duration> crawl_delay() const { return crawl_delay_; }

 private:
  friend class RobotsReader;
  struct Rule {
    bool allow = false;
    // Normalised; without a `$` at its end.
    std::string pattern;
    bool anchored = false;
    // As written, in octets.
    size_t length = 0;
  };

  std::vector<Rule> rules_;
  std::optional<absl::Duration> crawl_delay_;
};

}  // namespace seaworthy
