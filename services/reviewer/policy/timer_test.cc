#include "services/reviewer/policy/timer.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/synchronization/notification.h"

namespace seaworthy {
namespace {

TEST(ThreadTimer, RunsWhatIsDueFirstFirst) {
  const auto timer = NewThreadTimer();
  absl::Notification soon;
  absl::Notification far;
  timer->At(absl::InfiniteFuture(), [&] { far.Notify(); });
  timer->At(absl::Now() + absl::Milliseconds(1), [&] { soon.Notify(); });
  EXPECT_TRUE(soon.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_FALSE(far.HasBeenNotified());
  timer->RunAll();
  EXPECT_TRUE(far.HasBeenNotified());
}

TEST(ThreadTimer, DropsWhatIsLeft) {
  bool ran = false;
  NewThreadTimer()->At(absl::InfiniteFuture(), [&] { ran = true; });
  EXPECT_FALSE(ran);
}

TEST(FakeTimer, StopsTheClockAtEachTaskThatIsDue) {
  FakeClock clock;
  FakeTimer timer(&clock);
  const absl::Time start = clock.Now();
  std::string order;
  timer.At(start + absl::Seconds(2), [&] { order += clock.Now() == start + absl::Seconds(2) ? "b" : "?"; });
  timer.At(start + absl::Seconds(1), [&] {
    order += "a";
    timer.At(start + absl::Seconds(3), [&] { order += "c"; });
  });
  timer.At(start + absl::Seconds(9), [&] { order += "?"; });
  timer.Advance(absl::Seconds(5));
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(clock.Now(), start + absl::Seconds(5));
  EXPECT_EQ(timer.waiting(), 1U);
}

}  // namespace
}  // namespace seaworthy
