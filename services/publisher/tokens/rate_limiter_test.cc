#include "services/publisher/tokens/rate_limiter.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

class RateLimiterTest : public testing::Test {
 protected:
  // How many of `calls` at once pass.
  int Passing(const std::string& caller, int calls) {
    int passed = 0;
    for (int i = 0; i < calls; ++i) passed += limiter_.Take(caller, 60).allowed ? 1 : 0;
    return passed;
  }
  FakeClock clock_;
  RateLimiter limiter_{{.clock = &clock_, .max_callers = 10}};
};

TEST_F(RateLimiterTest, AMinutesCallsMayComeAtOnceAndComeBackEvenly) {
  EXPECT_EQ(Passing("a", 100), 60);
  EXPECT_EQ(Passing("a", 1), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Passing("a", 5), 1);
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(Passing("a", 100), 60);
}

TEST_F(RateLimiterTest, ItSaysHowManyAreLeftAndWhen) {
  const auto first = limiter_.Take("a", 60);
  EXPECT_EQ(first.remaining, 59);
  EXPECT_EQ(first.full_again, absl::Seconds(1));
  Passing("a", 59);
  const auto refused = limiter_.Take("a", 60);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.retry_after, absl::Seconds(1));
  clock_.Advance(refused.retry_after);
  EXPECT_TRUE(limiter_.Take("a", 60).allowed);
}

TEST_F(RateLimiterTest, CallersDoNotCountAgainstEachOther) {
  EXPECT_EQ(Passing("a", 100), 60);
  EXPECT_EQ(Passing("b", 100), 60);
}

TEST_F(RateLimiterTest, CallersBeyondTheBoundShareOneCount) {
  for (int i = 0; i < 10; ++i) Passing(absl::StrCat("busy", i), 60);
  EXPECT_EQ(Passing("c", 40) + Passing("d", 40), 60);
  EXPECT_EQ(limiter_.callers(), 10u);
}

TEST_F(RateLimiterTest, WhoHasNotCalledForAMinuteMakesRoom) {
  for (int i = 0; i < 10; ++i) Passing(absl::StrCat("busy", i), 60);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Passing("c", 100), 60);
  EXPECT_EQ(limiter_.callers(), 1u);
}

}  // namespace
}  // namespace seaworthy
