// Refuses HTML that would cost more than its length to parse.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace seaworthy {

// Elements open at once that every document we read stays far below.
inline constexpr int kMaxHtmlDepth = 256;

// Scans tags once, without building anything. Errors as Reject():
// nested_too_deeply, where more than kMaxHtmlDepth elements are open at once,
// a tag has more than 256 attributes, or open formatting elements would have
// to be repeated more than 500,000 times (HTML, 13.2.4.3: reconstructing the
// active formatting elements).
absl::Status CheckHtmlShape(std::string_view html);

}  // namespace seaworthy
