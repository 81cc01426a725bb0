#include "services/ingest/fetch/http_values.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

const absl::Time kNow = absl::FromCivil(absl::CivilSecond(2026, 10, 21, 7, 28, 0), absl::UTCTimeZone());

TEST(RetryAfterTest, SecondsAndDatesAreRead) {
  EXPECT_EQ(ParseRetryAfter("120", kNow), absl::Seconds(120));
  EXPECT_EQ(ParseRetryAfter(" 0 ", kNow), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("007", kNow), absl::Seconds(7));
  EXPECT_EQ(ParseRetryAfter("Wed, 21 Oct 2026 07:28:30 GMT", kNow), absl::Seconds(30));
  EXPECT_EQ(ParseRetryAfter("Wednesday, 21-Oct-26 07:29:00 GMT", kNow), absl::Minutes(1));
  EXPECT_EQ(ParseRetryAfter("Wed Oct 21 08:28:00 2026", kNow), absl::Hours(1));
  EXPECT_EQ(ParseRetryAfter("Mon Nov  2 07:28:00 2026", kNow), absl::Hours(12 * 24));
}

TEST(RetryAfterTest, ThePastIsNowAndTheFarFutureIsAMonth) {
  EXPECT_EQ(ParseRetryAfter("Wed, 21 Oct 2015 07:28:00 GMT", kNow), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("Thu, 21 Oct 2100 07:28:00 GMT", kNow), kLongestHttpWait);
  EXPECT_EQ(ParseRetryAfter("99999999", kNow), kLongestHttpWait);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999999", kNow), kLongestHttpWait);
}

TEST(RetryAfterTest, OtherTextSaysNothing) {
  for (const char* text : {"", "-1", "1.5", "soon", "1h", "0x10", "Wed, 21 Oct 2026", "2026-10-21T07:28:00Z"})
    EXPECT_EQ(ParseRetryAfter(text, kNow), std::nullopt) << text;
}

TEST(MaxAgeTest, IsFoundAmongDirectives) {
  EXPECT_EQ(ParseMaxAge("max-age=60"), absl::Minutes(1));
  EXPECT_EQ(ParseMaxAge("public, Max-Age=60, must-revalidate"), absl::Minutes(1));
  EXPECT_EQ(ParseMaxAge("max-age=\"60\""), absl::Minutes(1));
  EXPECT_EQ(ParseMaxAge("max-age=0"), absl::ZeroDuration());
  EXPECT_EQ(ParseMaxAge("max-age=999999999999"), kLongestHttpWait);
}

TEST(MaxAgeTest, OtherDirectivesSayNothing) {
  for (const char* text : {"", "no-store", "s-maxage=60", "max-age", "max-age=", "max-age=-1", "max-age=a"})
    EXPECT_EQ(ParseMaxAge(text), std::nullopt) << text;
}

}  // namespace
}  // namespace seaworthy
