#include "services/reviewer/policy/circuit_breaker.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using State = CircuitBreaker::State;
using Admission = CircuitBreaker::Admission;

class CircuitBreakerTest : public testing::Test {
 protected:
  // Calls that end so, as far as they are let through.
  void Call(LlmOutcome outcome, int times = 1) {
    for (int i = 0; i < times; ++i) {
      const Admission admission = breaker_.Admit(now_);
      if (admission == Admission::kNo) continue;
      breaker_.Record(outcome, admission == Admission::kProbe, "why", now_, unit_);
    }
  }
  State state() const { return breaker_.state(now_); }
  // How long it stays open from now.
  absl::Duration Rest() const { return breaker_.until() - now_; }

  CircuitBreaker breaker_{{}};
  absl::Time now_ = absl::FromUnixSeconds(1'770'000'000);
  double unit_ = 0;
};

TEST_F(CircuitBreakerTest, OpensAfterFiveFailuresInARow) {
  Call(LlmOutcome::kTransport, 4);
  EXPECT_EQ(state(), State::kClosed);
  Call(LlmOutcome::kTimeout);
  EXPECT_EQ(state(), State::kOpen);
  EXPECT_EQ(breaker_.Admit(now_), Admission::kNo);
  EXPECT_EQ(breaker_.message(), "why");
}

TEST_F(CircuitBreakerTest, OpensWhereHalfOfTheNewestFail) {
  for (int i = 0; i < 20; ++i) Call(i % 2 == 0 ? LlmOutcome::kOk : LlmOutcome::kOverloaded);
  EXPECT_EQ(state(), State::kOpen);
}

TEST_F(CircuitBreakerTest, AThirdFailingOrFailuresLongAgoDoNotOpenIt) {
  for (int i = 0; i < 300; ++i) Call(i % 3 != 0 ? LlmOutcome::kOk : LlmOutcome::kOverloaded);
  EXPECT_EQ(state(), State::kClosed);
  for (int i = 0; i < 300; ++i) {
    now_ += absl::Seconds(5);
    Call(i % 2 == 0 ? LlmOutcome::kOk : LlmOutcome::kOverloaded);
  }
  EXPECT_EQ(state(), State::kClosed);
}

TEST_F(CircuitBreakerTest, RateLimitsAndAnswersOfAnyKindKeepItClosed) {
  for (const LlmOutcome outcome :
       {LlmOutcome::kRateLimited, LlmOutcome::kRefused, LlmOutcome::kRejected, LlmOutcome::kInvalidJson}) {
    Call(outcome, 50);
  }
  EXPECT_EQ(state(), State::kClosed);
}

TEST_F(CircuitBreakerTest, OneProbeAtATimeClosesIt) {
  Call(LlmOutcome::kTransport, 5);
  now_ += Rest();
  EXPECT_EQ(state(), State::kHalfOpen);
  EXPECT_EQ(breaker_.Admit(now_), Admission::kProbe);
  EXPECT_EQ(breaker_.Admit(now_), Admission::kNo);
  breaker_.Record(LlmOutcome::kOk, true, "", now_, 0);
  EXPECT_EQ(state(), State::kClosed);
}

TEST_F(CircuitBreakerTest, EachFailedProbeDoublesTheRestUpToFiveMinutes) {
  Call(LlmOutcome::kTransport, 5);
  for (int seconds = 10; seconds < 300; seconds *= 2) {
    EXPECT_EQ(Rest(), absl::Seconds(seconds));
    now_ += Rest();
    Call(LlmOutcome::kTransport);
  }
  EXPECT_EQ(Rest(), absl::Minutes(5));
}

TEST_F(CircuitBreakerTest, TheRestIsJittered) {
  unit_ = 0.5;
  Call(LlmOutcome::kTransport, 5);
  EXPECT_EQ(Rest(), absl::Seconds(11));
}

TEST_F(CircuitBreakerTest, CallsFromBeforeItOpenedChangeNothing) {
  Call(LlmOutcome::kTransport, 5);
  breaker_.Record(LlmOutcome::kOk, false, "", now_, 0);
  breaker_.Record(LlmOutcome::kTimeout, false, "", now_, 0);
  EXPECT_EQ(Rest(), absl::Seconds(10));
}

TEST_F(CircuitBreakerTest, AProbeThatWasNotMadeIsFreeAgain) {
  Call(LlmOutcome::kTransport, 5);
  now_ += Rest();
  EXPECT_EQ(breaker_.Admit(now_), Admission::kProbe);
  breaker_.Forget();
  EXPECT_EQ(breaker_.Admit(now_), Admission::kProbe);
}

TEST_F(CircuitBreakerTest, TrippedItStaysOpenAsLongAsTold) {
  breaker_.Trip(now_ + absl::Hours(5), "no money");
  now_ += absl::Hours(4);
  EXPECT_EQ(state(), State::kOpen);
  now_ += absl::Hours(1);
  Call(LlmOutcome::kOk);
  EXPECT_EQ(state(), State::kClosed);
}

}  // namespace
}  // namespace seaworthy
