// Outages, breakers, limits, pauses, fairness.
#include <set>

#include "services/reviewer/policy/seeker_fixture.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

class SeekerTroubleTest : public SeekerFixture {
 protected:
  LlmReply Down() { return FakeEndpoint::Bad(LlmOutcome::kOverloaded, "no capacity"); }
  LlmReply RateLimited(absl::Duration wait) {
    LlmReply reply = FakeEndpoint::Bad(LlmOutcome::kRateLimited);
    reply.retry_after = wait;
    return reply;
  }
  // So many requests of `persona`, one after the other, each to its end.
  void SeekMany(int count, const std::string& persona = "dx") {
    for (int i = 0; i < count; ++i) {
      Seek(persona, "tool-" + std::to_string(i));
      timer_.Advance(absl::Seconds(1));
    }
  }
};

TEST_F(SeekerTroubleTest, RetriesOfAnOutageStayUnderATenthOfItsCalls) {
  EndpointLimits limits;
  // Without the breaker, which would spare the endpoint nearly all of them.
  limits.breaker.consecutive = 1'000'000;
  limits.breaker.ratio = 2;
  Endpoint("only", limits).Otherwise(Down());
  RouteOf("dx", {"only"});
  SeekMany(1000);
  timer_.Advance(absl::Minutes(1));
  EXPECT_EQ(ends_.size(), 1000U);
  EXPECT_GE(StatusOf("only").retries, 90U);
  EXPECT_LE(StatusOf("only").retries, 100U + 3U);
  EXPECT_EQ(endpoints_["only"]->calls(), 1000 + static_cast<int>(StatusOf("only").retries));
}

TEST_F(SeekerTroubleTest, ATenMinuteOutageIsAskedAfterNowAndThenAndThenGoesOn) {
  Endpoint("only").Otherwise(Down());
  RouteOf("dx", {"only"});
  SeekMany(600);
  EXPECT_LT(endpoints_["only"]->calls(), 30);
  EXPECT_EQ(StatusOf("only").state, "open");
  endpoints_["only"]->Otherwise(FakeEndpoint::Ok());
  timer_.Advance(absl::Minutes(6));
  Get();
  EXPECT_EQ(StatusOf("only").state, "closed");
}

TEST_F(SeekerTroubleTest, AClosedRouteWaitsAndSaysUntilWhen) {
  Endpoint("only").Otherwise(Down());
  RouteOf("dx", {"only"});
  SeekMany(10);
  const SeekFailure failure = Failure(Seek());
  EXPECT_TRUE(failure.wait);
  EXPECT_GT(failure.until, clock_.Now());
  EXPECT_THAT(failure.reason, HasSubstr("only is left alone until"));
  EXPECT_FALSE(seeker().lane("dx").open);
  EXPECT_EQ(seeker().lane("dx").until, failure.until);
}

TEST_F(SeekerTroubleTest, AnOpenBreakerSendsReviewsToTheNext) {
  Endpoint("down").Otherwise(Down());
  RouteOf("dx", {"down", "up"});
  SeekMany(20);
  EXPECT_EQ(Verdicts(), 20U);
  EXPECT_LT(endpoints_["down"]->calls(), 12);
  EXPECT_TRUE(seeker().lane("dx").open);
}

TEST_F(SeekerTroubleTest, WaitersOfABreakerThatOpensAreSentOn) {
  Endpoint("down", AtOnce(5)).Hold();
  RouteOf("dx", {"down", "up"});
  for (int i = 0; i < 50; ++i) Seek("dx", "tool-" + std::to_string(i));
  for (int i = 0; i < 5; ++i) endpoints_["down"]->Answer(Down());
  EXPECT_EQ(StatusOf("down").state, "open");
  EXPECT_GE(endpoints_["up"]->calls(), 45 - 4);
  timer_.Advance(absl::Seconds(8));
  while (endpoints_["down"]->held() > 0) endpoints_["down"]->Answer();
  EXPECT_EQ(Verdicts(), 50U);
}

TEST_F(SeekerTroubleTest, OneProbeAtATimeAfterAnOutage) {
  Endpoint("only").Otherwise(Down());
  RouteOf("dx", {"only"});
  SeekMany(10);
  timer_.Advance(absl::Minutes(6));
  const int before = endpoints_["only"]->Hold().calls();
  for (int i = 0; i < 10; ++i) Seek();
  EXPECT_EQ(endpoints_["only"]->calls(), before + 1);
  endpoints_["only"]->Answer();
}

TEST_F(SeekerTroubleTest, ADeadEndpointLeavesOtherPersonasAlone) {
  Endpoint("hangs", AtOnce(2)).Hold();
  RouteOf("dx", {"hangs"});
  RouteOf("business", {"well"});
  for (int i = 0; i < 100; ++i) Seek("dx", "tool-" + std::to_string(i));
  SeekMany(100, "business");
  EXPECT_EQ(Verdicts(), 100U);
  endpoints_["hangs"]->Release();
  for (int i = 0; i < 2; ++i) endpoints_["hangs"]->Answer();
}

TEST_F(SeekerTroubleTest, ABurstOfOnePersonaDoesNotStarveAnother) {
  Endpoint("only", AtOnce(1)).Hold();
  for (const char* persona : {"dx", "business"}) RouteOf(persona, {"only"});
  for (int i = 0; i < 100; ++i) Seek("dx", "tool-" + std::to_string(i));
  for (int i = 0; i < 3; ++i) Seek("business", "tool-" + std::to_string(i));
  std::multiset<std::string> asked;
  for (int i = 0; i < 8; ++i) {
    asked.insert(endpoints_["only"]->HeldPersona());
    endpoints_["only"]->Answer();
  }
  EXPECT_EQ(asked.count("business"), 3U);
  endpoints_["only"]->Release();
  endpoints_["only"]->Answer();
}

TEST_F(SeekerTroubleTest, AHealthyEndpointRunsAtItsCapFromTheStart) {
  Endpoint("only", AtOnce(64)).Hold();
  RouteOf("dx", {"only"});
  for (int i = 0; i < 200; ++i) Seek("dx", "tool-" + std::to_string(i));
  EXPECT_EQ(endpoints_["only"]->held(), 64U);
  endpoints_["only"]->Answer();
  EXPECT_EQ(endpoints_["only"]->held(), 64U);
  endpoints_["only"]->Answer(FakeEndpoint::Bad(LlmOutcome::kTimeout));
  EXPECT_EQ(StatusOf("only").limit, 44);
  endpoints_["only"]->Release();
  while (endpoints_["only"]->held() > 0) endpoints_["only"]->Answer();
  timer_.Advance(absl::Seconds(8));
  EXPECT_EQ(Verdicts(), 200U);
}

TEST_F(SeekerTroubleTest, AShortRetryAfterHoldsEverybodyBackForSoLong) {
  RouteOf("dx", {"only"});
  endpoints_["only"]->Then(RateLimited(absl::Seconds(20)));
  const size_t limited = Seek();
  const size_t behind = Seek("dx", "b-tool");
  timer_.Advance(absl::Seconds(19));
  EXPECT_EQ(endpoints_["only"]->calls(), 1);
  EXPECT_EQ(StatusOf("only").state, "paused");
  timer_.Advance(absl::Seconds(6));
  EXPECT_TRUE(HasVerdict(limited));
  EXPECT_TRUE(HasVerdict(behind));
}

TEST_F(SeekerTroubleTest, ALongRetryAfterGoesToTheNextOrWaits) {
  RouteOf("dx", {"first", "second"});
  endpoints_["first"]->Then(RateLimited(absl::Minutes(10)));
  EXPECT_TRUE(HasVerdict(Seek()));
  endpoints_["second"]->Then(RateLimited(absl::Minutes(20)));
  const SeekFailure failure = Failure(Seek("dx", "b-tool"));
  EXPECT_TRUE(failure.wait);
  EXPECT_EQ(failure.until, clock_.Now() + absl::Minutes(10));
}

TEST_F(SeekerTroubleTest, ASpendCapClosesTheEndpointUntilTheNextDay) {
  RouteOf("dx", {"only"});
  endpoints_["only"]->Then(FakeEndpoint::Bad(LlmOutcome::kSpendCapped, "insufficient_quota"));
  const SeekFailure failure = Failure(Seek());
  EXPECT_TRUE(failure.wait);
  EXPECT_EQ(failure.until, NextUtcDay(clock_.Now()));
  EXPECT_THAT(seeker().lane("dx").reason, HasSubstr("money or quota is spent: insufficient_quota"));
  EXPECT_TRUE(Failure(Seek()).wait);
  EXPECT_EQ(endpoints_["only"]->calls(), 1);
}

TEST_F(SeekerTroubleTest, ARefusedKeyClosesTheEndpointAndSaysSo) {
  RouteOf("dx", {"only"});
  LlmReply refused = FakeEndpoint::Bad(LlmOutcome::kRejected, "invalid api key");
  refused.http_status = 401;
  endpoints_["only"]->Then(refused);
  EXPECT_TRUE(Failure(Seek()).wait);
  EXPECT_THAT(seeker().lane("dx").reason, HasSubstr("check key_env or key_file"));
}

TEST_F(SeekerTroubleTest, AFullQueueIsAnAnswer) {
  EndpointLimits limits = AtOnce(1);
  limits.max_queued = 2;
  Endpoint("only", limits).Hold();
  RouteOf("dx", {"only"});
  for (int i = 0; i < 3; ++i) Seek("dx", "tool-" + std::to_string(i));
  EXPECT_TRUE(Failure(Seek()).wait);
  endpoints_["only"]->Release();
  endpoints_["only"]->Answer();
}

}  // namespace
}  // namespace seaworthy
