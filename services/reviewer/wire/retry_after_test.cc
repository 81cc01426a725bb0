#include "services/reviewer/wire/retry_after.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

const absl::Time kNow = absl::FromCivil(absl::CivilSecond(2026, 3, 1, 12, 0, 0), absl::UTCTimeZone());

std::optional<absl::Duration> After(const std::string& headers) {
  WireResponse response;
  response.head = "HTTP/1.1 429 X\r\n" + headers + "\r\n\r\n";
  return ReadRetryAfter(response, kNow);
}

TEST(RetryAfterTest, ReadsSeconds) {
  EXPECT_EQ(After("Retry-After: 7"), absl::Seconds(7));
  EXPECT_EQ(After("retry-after: 0.25"), absl::Milliseconds(250));
  EXPECT_EQ(After("retry-after: 0"), absl::ZeroDuration());
}

TEST(RetryAfterTest, ReadsHttpDatesInAllThreeForms) {
  EXPECT_EQ(After("Retry-After: Sun, 01 Mar 2026 12:00:30 GMT"), absl::Seconds(30));
  EXPECT_EQ(After("Retry-After: Sunday, 01-Mar-26 12:00:30 GMT"), absl::Seconds(30));
  EXPECT_EQ(After("Retry-After: Sun Mar  1 12:00:30 2026"), absl::Seconds(30));
}

TEST(RetryAfterTest, MeasuresDatesFromTheServersOwnClock) {
  EXPECT_EQ(After("Date: Sun, 01 Mar 2026 10:00:00 GMT\r\nRetry-After: Sun, 01 Mar 2026 10:00:05 GMT"),
            absl::Seconds(5));
}

TEST(RetryAfterTest, ADateThatIsOverMeansNow) {
  EXPECT_EQ(After("Retry-After: Sun, 01 Mar 2026 11:00:00 GMT"), absl::ZeroDuration());
}

TEST(RetryAfterTest, MillisecondsComeFirst) {
  EXPECT_EQ(After("retry-after: 9\r\nretry-after-ms: 120"), absl::Milliseconds(120));
}

TEST(RetryAfterTest, ReadsGoDurationsOfResets) {
  EXPECT_EQ(After("x-ratelimit-reset-requests: 6m0s"), absl::Minutes(6));
  EXPECT_EQ(After("x-ratelimit-reset-tokens: 12ms"), absl::Milliseconds(12));
  EXPECT_EQ(After("x-ratelimit-reset-tokens: 1h2m3.5s"),
            absl::Hours(1) + absl::Minutes(2) + absl::Seconds(3.5));
  EXPECT_EQ(After("x-ratelimit-reset-tokens: 59"), absl::Seconds(59));
}

TEST(RetryAfterTest, ReadsRfc3339Resets) {
  EXPECT_EQ(After("anthropic-ratelimit-tokens-reset: 2026-03-01T12:01:00Z"), absl::Minutes(1));
  EXPECT_EQ(After("anthropic-ratelimit-input-tokens-reset: 2026-03-01T13:00:10+01:00"), absl::Seconds(10));
}

TEST(RetryAfterTest, TakesTheLimitThatIsExhausted) {
  EXPECT_EQ(After("x-ratelimit-remaining-requests: 10\r\nx-ratelimit-reset-requests: 1s\r\n"
                  "x-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-tokens: 20s"),
            absl::Seconds(20));
  EXPECT_EQ(After("x-ratelimit-reset-requests: 1s\r\nx-ratelimit-reset-tokens: 20s"), absl::Seconds(1));
}

TEST(RetryAfterTest, SaysNothingWhereTheHeadersSayNothing) {
  for (const char* value : {"-1", "0", "none", "", "0s", "soon", "nan", "inf", "2020-01-01T00:00:00Z"})
    EXPECT_EQ(After(std::string("x-ratelimit-reset-tokens: ") + value), std::nullopt) << value;
  for (const char* value : {"-1", "none", "", "soon", "nan", "inf"})
    EXPECT_EQ(After(std::string("retry-after: ") + value), std::nullopt) << value;
}

TEST(RetryAfterTest, FallsBackToResetsWhereRetryAfterIsNone) {
  EXPECT_EQ(After("retry-after: -1\r\nx-ratelimit-reset-tokens: 3s"), absl::Seconds(3));
}

TEST(RetryAfterTest, IsAtMostADay) {
  EXPECT_EQ(After("retry-after: 99999999999"), absl::Hours(24));
  EXPECT_EQ(After("retry-after: Sun, 01 Mar 2099 12:00:30 GMT"), absl::Hours(24));
}

TEST(RetryAfterTest, ReadsShouldRetry) {
  WireResponse response;
  EXPECT_EQ(ReadShouldRetry(response), std::nullopt);
  response.head = "HTTP/1.1 429 X\r\nX-Should-Retry: false\r\n\r\n";
  EXPECT_EQ(ReadShouldRetry(response), false);
}

}  // namespace
}  // namespace seaworthy
