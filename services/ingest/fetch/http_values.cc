#include "services/ingest/fetch/http_values.h"

#include <algorithm>
#include <string>

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Digits alone, as delta-seconds are; what does not fit is the longest wait.
std::optional<absl::Duration> Seconds(std::string_view digits) {
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), IsDigit)) return std::nullopt;
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > 9) return kLongestHttpWait;
  int seconds = 0;
  for (const char c : digits) seconds = seconds * 10 + (c - '0');
  return std::min<absl::Duration>(absl::Seconds(seconds), kLongestHttpWait);
}

std::optional<absl::Time> HttpDate(std::string_view text) {
  for (const char* format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    absl::Time time;
    if (absl::ParseTime(format, std::string(text), &time, nullptr)) return time;
  }
  return std::nullopt;
}

}  // namespace

std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now) {
  value = Strip(value);
  if (const auto seconds = Seconds(value)) return seconds;
  const auto date = HttpDate(value);
  if (!date) return std::nullopt;
  return std::clamp(*date - now, absl::ZeroDuration(), kLongestHttpWait);
}

std::optional<absl::Duration> ParseMaxAge(std::string_view cache_control) {
  for (std::string_view directive : Split(cache_control, ',')) {
    directive = Strip(directive);
    if (!StartsWith(Lower(directive.substr(0, 8)), "max-age=")) continue;
    std::string_view value = directive.substr(8);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return Seconds(value);
  }
  return std::nullopt;
}

}  // namespace seaworthy
