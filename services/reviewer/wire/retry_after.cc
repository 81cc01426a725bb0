#include "services/reviewer/wire/retry_after.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kLongest = absl::Hours(24);
constexpr std::array kOpenAiLimits = {"requests", "tokens"};
constexpr std::array kAnthropicLimits = {"requests", "tokens", "input-tokens", "output-tokens"};

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::optional<double> ParseNumber(std::string_view text) {
  double value = 0;
  if (text.empty() || !absl::SimpleAtod(ToAbsl(text), &value) || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<absl::Duration> Bounded(absl::Duration wait) {
  return std::clamp(wait, absl::ZeroDuration(), kLongest);
}

// The wait until a reset: a duration, or a time.
std::optional<absl::Duration> ParseReset(std::string_view value, absl::Time now) {
  std::optional<absl::Duration> wait = ParseProviderDuration(value);
  if (!wait.has_value()) {
    if (const auto at = ParseProviderTime(value)) wait = *at - now;
  }
  if (!wait.has_value() || *wait <= absl::ZeroDuration()) return std::nullopt;
  return wait;
}

// Collects the limits of one provider.
class Resets {
 public:
  Resets(const WireResponse& response, absl::Time now) : response_(response), now_(now) {}

  void Add(const std::string& remaining, const std::string& reset) {
    const auto wait = ParseReset(response_.Header(reset), now_);
    if (!wait.has_value()) return;
    shortest_ = std::min(shortest_.value_or(*wait), *wait);
    if (response_.Header(remaining) == "0") exhausted_ = std::max(exhausted_.value_or(*wait), *wait);
  }
  std::optional<absl::Duration> wait() const { return exhausted_ ? exhausted_ : shortest_; }

 private:
  const WireResponse& response_;
  const absl::Time now_;
  std::optional<absl::Duration> shortest_;
  std::optional<absl::Duration> exhausted_;
};

std::optional<absl::Duration> ReadResets(const WireResponse& response, absl::Time now) {
  Resets resets(response, now);
  for (const std::string limit : kOpenAiLimits)
    resets.Add("x-ratelimit-remaining-" + limit, "x-ratelimit-reset-" + limit);
  for (const std::string limit : kAnthropicLimits)
    resets.Add("anthropic-ratelimit-" + limit + "-remaining", "anthropic-ratelimit-" + limit + "-reset");
  return resets.wait();
}

}  // namespace

std::optional<absl::Duration> ParseProviderDuration(std::string_view text) {
  if (const auto seconds = ParseNumber(text)) {
    if (*seconds < 0) return std::nullopt;
    return absl::Seconds(*seconds);
  }
  absl::Duration duration;
  if (text.empty() || text.size() > 40 || !absl::ParseDuration(std::string(text), &duration) ||
      duration < absl::ZeroDuration() || duration == absl::InfiniteDuration())
    return std::nullopt;
  return duration;
}

std::optional<absl::Time> ParseProviderTime(std::string_view text) {
  constexpr std::array kForms = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                 "%a %b %e %H:%M:%S %Y", absl::RFC3339_full};
  if (text.empty() || text.size() > 64) return std::nullopt;
  for (const char* form : kForms) {
    absl::Time time;
    if (absl::ParseTime(form, std::string(text), &time, nullptr)) return time;
  }
  return std::nullopt;
}

std::optional<absl::Duration> ReadRetryAfter(const WireResponse& response, absl::Time now) {
  if (const auto at = ParseProviderTime(response.Header("date"))) now = *at;
  if (const auto ms = ParseNumber(response.Header("retry-after-ms")); ms && *ms >= 0)
    return Bounded(absl::Milliseconds(*ms));
  const std::string_view after = response.Header("retry-after");
  if (const auto wait = ParseProviderDuration(after)) return Bounded(*wait);
  if (const auto at = ParseProviderTime(after)) return Bounded(*at - now);
  if (const auto wait = ReadResets(response, now)) return Bounded(*wait);
  return std::nullopt;
}

std::optional<bool> ReadShouldRetry(const WireResponse& response) {
  const std::string_view value = response.Header("x-should-retry");
  if (text::EqualsIgnoreCase(value, "true")) return true;
  if (text::EqualsIgnoreCase(value, "false")) return false;
  return std::nullopt;
}

}  // namespace seaworthy
