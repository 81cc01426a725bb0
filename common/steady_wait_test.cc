#include "common/steady_wait.h"

#include <gtest/gtest.h>

#include <thread>

namespace seaworthy {
namespace {

TEST(SteadyFlag, WhoWaitsIsWokenWhenItIsSet) {
  SteadyFlag flag;
  std::thread sets([&flag] { flag.Set(); });
  EXPECT_TRUE(flag.WaitFor(absl::InfiniteDuration()));
  sets.join();
}

TEST(SteadyFlag, AWaitEndsInItsTime) {
  const SteadyFlag flag;
  EXPECT_FALSE(flag.WaitFor(absl::Milliseconds(1)));
  EXPECT_FALSE(flag.WaitFor(absl::ZeroDuration()));
  EXPECT_FALSE(flag.WaitFor(-absl::InfiniteDuration()));
}

TEST(SteadyFlag, ClearedItIsWaitedForAgain) {
  SteadyFlag flag;
  flag.Set();
  EXPECT_TRUE(flag.WaitFor(absl::ZeroDuration()));
  flag.Set(false);
  EXPECT_FALSE(flag.IsSet());
  EXPECT_FALSE(flag.WaitFor(absl::Milliseconds(1)));
}

TEST(SteadyDeadline, NothingIsLeftOfWhatHasPassed) {
  EXPECT_LE(SteadyDeadline(absl::ZeroDuration()).Left(), absl::ZeroDuration());
  EXPECT_GT(SteadyDeadline(absl::Hours(1)).Left(), absl::Minutes(59));
  EXPECT_EQ(SteadyDeadline(absl::InfiniteDuration()).Left(), absl::InfiniteDuration());
}

}  // namespace
}  // namespace seaworthy
