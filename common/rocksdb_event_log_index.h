// Which sequences carry which subject, in memory: 8 bytes a record.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace seaworthy {

// So that a subscription finds its next record and its backlog without reading
// the log. Not thread-safe.
class SubjectIndex {
 public:
  // Sequences come in order, without gaps, from the first one on.
  void Add(uint64_t sequence, std::string_view subject);

  uint64_t last() const { return last_; }

  // Forgets what lies before `first`; the next to come is `first` at least.
  void SetFirst(uint64_t first);
  uint64_t first() const { return first_; }

  // The first sequence after `after` with one of `subjects`; no subjects: any.
  std::optional<uint64_t> NextAfter(absl::Span<const std::string> subjects, uint64_t after) const;

  // How many there are. `subjects` must not repeat one.
  uint64_t CountAfter(absl::Span<const std::string> subjects, uint64_t after) const;

 private:
  std::map<std::string, std::vector<uint64_t>, std::less<>> sequences_;
  uint64_t first_ = 1;
  uint64_t last_ = 0;
};

}  // namespace seaworthy
