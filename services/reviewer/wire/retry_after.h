// When a provider wants to be asked again.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "services/reviewer/wire/http_client.h"

namespace seaworthy {

// From the headers of an answer, in this order: `retry-after-ms`, `retry-after`
// (seconds, or an HTTP date as in RFC 9110 5.6.7), and the resets of limits:
// `x-ratelimit-reset-*` (durations as Go writes them, or plain seconds) and
// `anthropic-ratelimit-*-reset` (RFC 3339). Of several limits those whose
// `remaining` is 0 count and the longest is taken; where none is 0, the shortest.
// Dates are measured from the answer's own `Date`, else from `now`. At most 24
// hours; nothing where no header says anything (`-1`, `0` as a reset, `none`).
std::optional<absl::Duration> ReadRetryAfter(const WireResponse& response, absl::Time now);

// `6m0s`, `12ms`, `1h2.5s`, `7` (seconds). Nothing for what is no duration or below 0.
std::optional<absl::Duration> ParseProviderDuration(std::string_view text);
// RFC 9110's three forms, or RFC 3339.
std::optional<absl::Time> ParseProviderTime(std::string_view text);

// `x-should-retry`; nothing where it does not say.
std::optional<bool> ReadShouldRetry(const WireResponse& response);

}  // namespace seaworthy
