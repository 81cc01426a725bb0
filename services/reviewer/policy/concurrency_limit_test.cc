#include "services/reviewer/policy/concurrency_limit.h"

#include <gtest/gtest.h>

#include <vector>

namespace seaworthy {
namespace {

class ConcurrencyLimitTest : public testing::Test {
 protected:
  // Takes what there is and ends it all with `outcome`.
  int Round(LlmOutcome outcome) {
    std::vector<uint64_t> tickets;
    while (const uint64_t ticket = limit_.TryTake()) tickets.push_back(ticket);
    for (const uint64_t ticket : tickets) limit_.Release(ticket, outcome);
    return static_cast<int>(tickets.size());
  }
  ConcurrencyLimit limit_{64};
};

TEST_F(ConcurrencyLimitTest, StartsAtItsCapAndStaysThereWhileAllIsWell) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Round(LlmOutcome::kOk), 64);
}

TEST_F(ConcurrencyLimitTest, TroubleOfCallsThatRanTogetherCountsOnce) {
  EXPECT_EQ(Round(LlmOutcome::kRateLimited), 64);
  EXPECT_EQ(limit_.limit(), 44);
}

TEST_F(ConcurrencyLimitTest, TroubleThatStaysLeavesOne) {
  for (int i = 0; i < 100; ++i) Round(LlmOutcome::kTimeout);
  EXPECT_EQ(limit_.limit(), 1);
  EXPECT_EQ(limit_.in_flight(), 0);
}

TEST_F(ConcurrencyLimitTest, RecoversByOneEachRoundUpToTheCap) {
  Round(LlmOutcome::kOverloaded);
  for (int i = 1; i <= 20; ++i) {
    Round(LlmOutcome::kOk);
    EXPECT_EQ(limit_.limit(), 44 + i);
  }
  Round(LlmOutcome::kOk);
  EXPECT_EQ(limit_.limit(), 64);
}

TEST_F(ConcurrencyLimitTest, OtherFailuresSayNothingOfLoad) {
  for (const LlmOutcome outcome : {LlmOutcome::kRejected, LlmOutcome::kTransport, LlmOutcome::kSpendCapped}) {
    Round(outcome);
  }
  EXPECT_EQ(limit_.limit(), 64);
}

TEST_F(ConcurrencyLimitTest, SettlesNearWhatTheEndpointBears) {
  // It bears 20 at once and limits the rest.
  int sum = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<uint64_t> tickets;
    while (const uint64_t ticket = limit_.TryTake()) tickets.push_back(ticket);
    for (size_t t = 0; t < tickets.size(); ++t) {
      limit_.Release(tickets[t], t < 20 ? LlmOutcome::kOk : LlmOutcome::kRateLimited);
    }
    if (i >= 200) sum += limit_.limit();
  }
  EXPECT_GE(sum / 200, 14);
  EXPECT_LE(sum / 200, 22);
}

}  // namespace
}  // namespace seaworthy
