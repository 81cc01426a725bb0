// The days that feeds name.
#pragma once

#include <string>
#include <string_view>

namespace seaworthy {

// The UTC day as YYYY-MM-DD, empty where the text names no day between 1990
// and 2099. Reads RFC 3339 and ISO 8601, RFC 822 and 2822 (two-digit years,
// zone names, long month and day names, missing parts), C's asctime, and the
// likes of `January 2, 2025` and `2025/01/02`. Looks at 80 bytes at most.
std::string FeedDay(std::string_view text);

}  // namespace seaworthy
