#include "services/reviewer/policy/retry_policy.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

RetryPolicy::Failure After(LlmOutcome outcome, int attempts = 1) {
  RetryPolicy::Failure failure;
  failure.outcome = outcome;
  failure.attempts = attempts;
  failure.has_next = true;
  return failure;
}

NextStep Next(const RetryPolicy::Failure& failure) { return RetryPolicy({}).After(failure); }

TEST(RetryPolicy, TransientTroubleIsRepeatedOnceBeforeTheNext) {
  for (const LlmOutcome outcome : {LlmOutcome::kRateLimited, LlmOutcome::kOverloaded, LlmOutcome::kTimeout,
                                   LlmOutcome::kCutStream, LlmOutcome::kTransport}) {
    RetryPolicy::Failure failure = After(outcome);
    EXPECT_EQ(Next(failure), NextStep::kRetry);
    failure.retries_here = 1;
    EXPECT_EQ(Next(failure), NextStep::kNextEndpoint);
    failure.has_next = false;
    EXPECT_EQ(Next(failure), NextStep::kRetry);
  }
}

TEST(RetryPolicy, SpendCapsRejectionsAndRefusalsAreNeverRepeated) {
  for (const LlmOutcome outcome : {LlmOutcome::kSpendCapped, LlmOutcome::kRejected, LlmOutcome::kRefused}) {
    RetryPolicy::Failure failure = After(outcome);
    failure.has_next = false;
    EXPECT_EQ(Next(failure), NextStep::kNextEndpoint);
  }
}

TEST(RetryPolicy, AnAnswerThatIsNoVerdictIsRepairedOnce) {
  for (const LlmOutcome outcome :
       {LlmOutcome::kTruncated, LlmOutcome::kInvalidJson, LlmOutcome::kSchemaViolation}) {
    RetryPolicy::Failure failure = After(outcome);
    EXPECT_EQ(Next(failure), NextStep::kRepair);
    failure.repair_spent = true;
    EXPECT_EQ(Next(failure), NextStep::kNextEndpoint);
  }
}

TEST(RetryPolicy, AfterTheThirdAttemptNothingFollows) {
  for (int outcome = 1; outcome < kLlmOutcomes; ++outcome) {
    EXPECT_EQ(Next(After(static_cast<LlmOutcome>(outcome), 3)), NextStep::kGiveUp);
  }
}

TEST(RetryPolicy, WhoWantsALongRestIsLeftForTheNext) {
  RetryPolicy::Failure failure = After(LlmOutcome::kRateLimited);
  failure.retry_after = absl::Seconds(31);
  EXPECT_EQ(Next(failure), NextStep::kNextEndpoint);
}

TEST(RetryPolicy, WaitsAreDrawnFromZeroToADoublingCap) {
  const RetryPolicy policy({});
  EXPECT_EQ(policy.Wait(0, std::nullopt, 0), absl::ZeroDuration());
  EXPECT_EQ(policy.Wait(0, std::nullopt, 1), absl::Milliseconds(500));
  EXPECT_EQ(policy.Wait(2, std::nullopt, 1), absl::Seconds(2));
  EXPECT_EQ(policy.Wait(1'000'000, std::nullopt, 1), absl::Seconds(8));
}

TEST(RetryPolicy, RetryAfterIsNeverCutShort) {
  const RetryPolicy policy({});
  EXPECT_EQ(policy.Wait(0, absl::Seconds(20), 0), absl::Seconds(20));
  EXPECT_GE(policy.Wait(5, absl::Seconds(20), 0.5), absl::Seconds(20));
  EXPECT_EQ(policy.Wait(0, absl::Seconds(-5), 0), absl::ZeroDuration());
}

TEST(RetryBudget, AnOutageOfAnyLengthIsRetriedByATenth) {
  for (int calls = 1; calls <= 1000; calls *= 10) {
    RetryBudget budget({});
    int retries = 0;
    for (int i = 0; i < calls; ++i) {
      budget.CountCall();
      while (budget.TryTake()) ++retries;
    }
    EXPECT_LE(retries, calls / 10 + 3);
    EXPECT_GE(retries, calls / 10);
  }
}

TEST(RetryBudget, GoodTimesAreNotSavedUpWithoutEnd) {
  RetryBudget budget({});
  for (int i = 0; i < 100'000; ++i) budget.CountCall();
  int retries = 0;
  while (budget.TryTake()) ++retries;
  EXPECT_EQ(retries, 10);
}

}  // namespace
}  // namespace seaworthy
