// When a source is asked again. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace seaworthy {

inline constexpr absl::Duration kLongestBackoff = absl::Hours(24);
inline constexpr absl::Duration kLongestMaxAge = absl::Hours(24);
// A reading that a kill cut short.
inline constexpr absl::Duration kInterruptedPause = absl::Minutes(1);

// What is known after a reading.
struct NextReadInputs {
  absl::Time now;
  std::string_view source_id;
  uint64_t tries = 0;  // Readings tried so far; varies the jitter.
  absl::Duration interval;
  uint32_t failures = 0;  // In a row; 0 after a good reading.
  bool refused = false;   // Asking again soon is no use.
  std::optional<absl::Duration> ttl;
  std::optional<absl::Duration> max_age;
  std::optional<absl::Duration> retry_after;
  std::vector<int> skip_hours;  // 0 to 23, UTC.
};

struct NextRead {
  absl::Time time;
  std::string reason;  // SourceState.next_reason
};

// The longest of what is asked for, plus up to a tenth of it (at most an
// hour); never earlier than any of them.
NextRead NextReadOf(const NextReadInputs& inputs);

// A share of `span` that depends on the two others only.
absl::Duration Jitter(absl::Duration span, std::string_view source_id, uint64_t count);

}  // namespace seaworthy
