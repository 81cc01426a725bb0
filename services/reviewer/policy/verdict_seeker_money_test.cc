// Prices, budget, cache, single flight.
#include "services/reviewer/policy/seeker_fixture.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

class SeekerMoneyTest : public SeekerFixture {
 protected:
  SeekerMoneyTest() {
    // 1,000 tokens in and 100 out are 2,000 micro-dollars; reserved are more.
    EndpointLimits limits;
    limits.price = Price{.input = 1, .cached_input = 1, .cache_write = 1, .output = 10};
    limits.max_output_tokens = 300;
    Endpoint("only", limits);
    RouteOf("dx", {"only"});
    options_.cache = cache_.get();
  }
  void BudgetOf(uint64_t per_day) {
    Budget::Options options;
    options.per_day = per_day;
    options.clock = &clock_;
    budget_ = *Budget::Open(options);
    options_.budget = budget_.get();
  }
  FakeEndpoint& only() { return *endpoints_["only"]; }
  // The panel goes before what it uses.
  ~SeekerMoneyTest() override { seeker_.reset(); }

  std::unique_ptr<AnswerCache> cache_ = NewMemoryAnswerCache(100);
  std::unique_ptr<Budget> budget_;
};

TEST_F(SeekerMoneyTest, WhatAVerdictCostStandsInIt) {
  BudgetOf(1'000'000);
  only().Then(FakeEndpoint::Ok("{")).Then(FakeEndpoint::Ok());
  EXPECT_EQ(Get().verdict.provenance().usage().cost_micro_usd(), 4000);
  EXPECT_EQ(budget_->today(), 4000U);
  EXPECT_EQ(StatusOf("only").cost_today_micro_usd, 4000U);
}

TEST_F(SeekerMoneyTest, ASpentBudgetPausesTheLaneUntilTheNextDay) {
  BudgetOf(6'000);
  for (const char* tool : {"a", "b"}) Get("dx", tool);
  const SeekFailure failure = Fails("dx", "c");
  EXPECT_TRUE(failure.wait);
  EXPECT_EQ(only().calls(), 2);
  EXPECT_THAT(failure.reason, HasSubstr("settled, $0.00 reserved); it goes on at 00:00 UTC"));
  EXPECT_FALSE(seeker().lane("dx").open);
  clock_.Advance(failure.until - clock_.Now());
  EXPECT_TRUE(seeker().lane("dx").open);
  Get("dx", "c");
}

TEST_F(SeekerMoneyTest, ACallThatSaysNothingOfTokensIsEstimated) {
  BudgetOf(1'000'000);
  LlmReply silent = FakeEndpoint::Ok();
  silent.usage = LlmUsage();
  only().Then(silent);
  Get();
  EXPECT_GT(budget_->today(), 0U);
}

TEST_F(SeekerMoneyTest, AnIdenticalRequestIsAnsweredFromTheCacheForNothing) {
  Get();
  const v1::Verdict again = Get().verdict;
  EXPECT_EQ(only().calls(), 1);
  EXPECT_TRUE(again.provenance().from_cache());
  EXPECT_EQ(again.provenance().attempts(), 0);
  EXPECT_EQ(again.provenance().usage().cost_micro_usd(), 0);
  EXPECT_EQ(again.provenance().model(), "fake-model-2026");
  EXPECT_EQ(StatusOf("only").cache_hits, 1U);
}

TEST_F(SeekerMoneyTest, ALaterRoundIsNotAnsweredFromAnEarlierOne) {
  Get();
  round_ = 1;
  EXPECT_FALSE(Get().verdict.provenance().from_cache());
  EXPECT_TRUE(Get().verdict.provenance().from_cache());
  EXPECT_EQ(only().calls(), 2);
}

TEST_F(SeekerMoneyTest, AnotherToolOrAHintIsAnotherRequest) {
  Get("dx", "a-tool");
  Get("dx", "b-tool");
  only().Then(FakeEndpoint::Ok("{")).Then(FakeEndpoint::Ok());
  Get("dx", "c-tool");
  EXPECT_EQ(only().calls(), 4);
}

TEST_F(SeekerMoneyTest, AnAnswerThatIsNoVerdictIsNotKept) {
  only().Otherwise(FakeEndpoint::Ok("{"));
  Fails();
  only().Otherwise(FakeEndpoint::Ok());
  EXPECT_FALSE(Get().verdict.provenance().from_cache());
}

TEST_F(SeekerMoneyTest, IdenticalRequestsUnderWayShareOneCall) {
  BudgetOf(1'000'000);
  only().Hold();
  for (int i = 0; i < 10; ++i) Seek();
  EXPECT_EQ(only().calls(), 1);
  EXPECT_EQ(StatusOf("only").in_flight, 1);
  only().Answer();
  EXPECT_EQ(Verdicts(), 10U);
  EXPECT_EQ(budget_->today(), 2000U);
}

TEST_F(SeekerMoneyTest, FollowersOfACallThatFailedShareTheNextOne) {
  only().Hold();
  for (int i = 0; i < 3; ++i) Seek();
  only().Answer(FakeEndpoint::Bad(LlmOutcome::kTransport));
  timer_.Advance(absl::Seconds(1));
  EXPECT_EQ(only().calls(), 2);
  only().Release();
  only().Answer();
  EXPECT_EQ(Verdicts(), 3U);
}

TEST_F(SeekerMoneyTest, RulesPassTheCacheBy) {
  only().Rules();
  Get();
  Get();
  EXPECT_EQ(only().calls(), 2);
}

}  // namespace
}  // namespace seaworthy
