#include "services/ingest/watch/next_read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 2, 2, 10), absl::UTCTimeZone());

NextReadInputs Hourly() {
  NextReadInputs inputs;
  inputs.now = kNow;
  inputs.source_id = "acme";
  inputs.interval = absl::Hours(1);
  return inputs;
}

// The wait lies between `least` and a tenth more.
void ExpectWait(const NextReadInputs& inputs, absl::Duration least, const std::string& reason) {
  const NextRead next = NextReadOf(inputs);
  EXPECT_THAT(next.time - kNow, AllOf(Ge(least), Le(least * 1.1)));
  EXPECT_EQ(next.reason, reason);
}

TEST(NextReadTest, TheIntervalWhereNobodyAsksForMore) { ExpectWait(Hourly(), absl::Hours(1), "interval"); }

TEST(NextReadTest, TheLongestOfWhatIsAskedForWins) {
  NextReadInputs inputs = Hourly();
  inputs.ttl = absl::Hours(3);
  inputs.max_age = absl::Hours(2);
  ExpectWait(inputs, absl::Hours(3), "ttl");
  inputs.max_age = absl::Hours(4);
  ExpectWait(inputs, absl::Hours(4), "max_age");
  inputs.retry_after = absl::Hours(5);
  ExpectWait(inputs, absl::Hours(5), "retry_after");
}

TEST(NextReadTest, AYearOfMaxAgeIsADay) {
  NextReadInputs inputs = Hourly();
  inputs.max_age = absl::Hours(24 * 365);
  ExpectWait(inputs, absl::Hours(24), "max_age");
}

TEST(NextReadTest, FailuresDoubleTheIntervalToADay) {
  NextReadInputs inputs = Hourly();
  inputs.failures = 1;
  ExpectWait(inputs, absl::Hours(1), "backoff");
  inputs.failures = 4;
  ExpectWait(inputs, absl::Hours(8), "backoff");
  inputs.failures = 4'000'000'000;
  ExpectWait(inputs, absl::Hours(24), "backoff");
}

TEST(NextReadTest, ARefusalWaitsADay) {
  NextReadInputs inputs = Hourly();
  inputs.failures = 1;
  inputs.refused = true;
  ExpectWait(inputs, absl::Hours(24), "refused");
}

TEST(NextReadTest, SkippedHoursAreLeftOut) {
  NextReadInputs inputs = Hourly();
  inputs.skip_hours = {11, 12, 13};
  const NextRead next = NextReadOf(inputs);
  EXPECT_EQ(absl::ToCivilHour(next.time, absl::UTCTimeZone()), absl::CivilHour(2026, 2, 2, 14));
  EXPECT_EQ(next.reason, "skip_hours");
}

TEST(NextReadTest, ADayOfSkippedHoursIsIgnored) {
  NextReadInputs inputs = Hourly();
  for (int hour = 0; hour < 24; ++hour) inputs.skip_hours.push_back(hour);
  EXPECT_LE(NextReadOf(inputs).time, kNow + absl::Hours(26));
}

TEST(NextReadTest, TheJitterRepeatsAndDiffersFromTryToTry) {
  EXPECT_EQ(Jitter(absl::Hours(1), "acme", 7), Jitter(absl::Hours(1), "acme", 7));
  EXPECT_NE(Jitter(absl::Hours(1), "acme", 7), Jitter(absl::Hours(1), "acme", 8));
  EXPECT_NE(Jitter(absl::Hours(1), "acme", 7), Jitter(absl::Hours(1), "beta", 7));
}

}  // namespace
}  // namespace seaworthy
