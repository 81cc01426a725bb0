#include "services/ingest/watch/next_read.h"

#include <algorithm>

#include "common/hash.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// The interval, doubled for each failure after the first.
absl::Duration Backoff(absl::Duration interval, uint32_t failures) {
  const absl::Duration longest = std::max(interval, kLongestBackoff);
  absl::Duration backoff = interval;
  for (uint32_t i = 1; i < failures && backoff < longest; ++i) backoff *= 2;
  return std::min(backoff, longest);
}

// The first moment from `time` on that is in no hour to be skipped.
absl::Time AfterSkippedHours(absl::Time time, const std::vector<int>& skip_hours) {
  for (int i = 0; i < 24; ++i) {
    const int hour = absl::ToCivilHour(time, absl::UTCTimeZone()).hour();
    if (std::find(skip_hours.begin(), skip_hours.end(), hour) == skip_hours.end()) return time;
    time = absl::FromCivil(absl::ToCivilHour(time, absl::UTCTimeZone()) + 1, absl::UTCTimeZone());
  }
  return time;  // All 24 of them: nobody means that.
}

}  // namespace

absl::Duration Jitter(absl::Duration span, std::string_view source_id, uint64_t count) {
  const std::string hash = Sha256(Cat(source_id, "/", count));
  uint32_t share = 0;
  for (int i = 0; i < 4; ++i) share = share << 8 | static_cast<unsigned char>(hash[i]);
  return absl::Milliseconds(absl::ToInt64Milliseconds(span) * (share >> 8) >> 24);
}

NextRead NextReadOf(const NextReadInputs& inputs) {
  absl::Duration wait = inputs.interval;
  std::string reason = "interval";
  const auto at_least = [&](std::optional<absl::Duration> asked, const char* why) {
    if (!asked.has_value() || *asked <= wait) return;
    wait = *asked;
    reason = why;
  };
  if (inputs.failures > 0) {
    wait = Backoff(inputs.interval, inputs.failures);
    reason = "backoff";
  }
  if (inputs.refused) at_least(kLongestBackoff, "refused");
  at_least(inputs.ttl, "ttl");
  if (inputs.max_age.has_value()) at_least(std::min(*inputs.max_age, kLongestMaxAge), "max_age");
  at_least(inputs.retry_after, "retry_after");
  const absl::Duration spread =
      Jitter(std::min(wait / 10, absl::Duration(absl::Hours(1))), inputs.source_id, inputs.tries);
  const absl::Time time = inputs.now + wait + spread;
  const absl::Time shown = AfterSkippedHours(time, inputs.skip_hours);
  return {shown == time ? time : shown + spread / 2, shown == time ? reason : "skip_hours"};
}

}  // namespace seaworthy
