// What header values mean.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace seaworthy {

// Longest wait and age that are believed.
inline constexpr absl::Duration kLongestHttpWait = absl::Hours(24 * 30);

// Retry-After of RFC 9110 10.2.3: whole seconds or a date in any of the three
// forms of 5.6.7, measured from `now`; a past date is zero. Nothing for other text.
std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now);

// max-age of a Cache-Control value (RFC 9111 5.2), or of several joined with
// commas; the first counts.
std::optional<absl::Duration> ParseMaxAge(std::string_view cache_control);

}  // namespace seaworthy
