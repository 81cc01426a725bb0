// Numbers as facts print them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seaworthy {

// Plain decimal without trailing zeros: 0.256, 70, 1000.
std::string PlainNumber(double number);
// `16,384` or `3.5`; nothing where it is no number.
std::optional<double> ParseNumber(std::string_view text);

}  // namespace seaworthy
