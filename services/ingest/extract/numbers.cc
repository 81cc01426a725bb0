#include "services/ingest/extract/numbers.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace seaworthy {

std::string PlainNumber(double number) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.6f", number);
  std::string text = buffer;
  text.erase(text.find_last_not_of('0') + 1);
  if (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

std::optional<double> ParseNumber(std::string_view text) {
  std::string plain;
  for (char c : text) {
    if (c != ',') plain.push_back(c);
  }
  double number = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
  if (error != std::errc() || end != plain.data() + plain.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

}  // namespace seaworthy
