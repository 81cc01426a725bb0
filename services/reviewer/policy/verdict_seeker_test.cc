// Attempts, repairs and provenance; trouble and money have files of their own.
#include "services/reviewer/policy/verdict_seeker.h"

#include "services/reviewer/policy/repair_hint.h"
#include "services/reviewer/policy/seeker_fixture.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

constexpr char kWrong[] = R"({"vote":"ship","quote":"It is wrong and wrong."})";
constexpr char kLessWrong[] = R"({"vote":"ship","quote":"It is wrong."})";

class SeekerTest : public SeekerFixture {
 protected:
  SeekerTest() { RouteOf("dx", {"first", "second"}); }
  FakeEndpoint& first() { return *endpoints_["first"]; }
  FakeEndpoint& second() { return *endpoints_["second"]; }
};

TEST_F(SeekerTest, AnAnswerBecomesAVerdictWithItsProvenance) {
  const v1::Verdict verdict = Get().verdict;
  const v1::Provenance& from = verdict.provenance();
  EXPECT_EQ(verdict.quote(), "Fine.");
  EXPECT_EQ(from.endpoint(), "first");
  EXPECT_EQ(from.model(), "fake-model-2026");
  EXPECT_EQ(from.model_asked(), "fake-model");
  EXPECT_EQ(from.parameters(), R"({"temperature":0})");
  EXPECT_EQ(from.prompt_hash(), "hash");
  EXPECT_EQ(from.attempts(), 1);
  EXPECT_EQ(from.usage().input_tokens(), 1000);
  EXPECT_FALSE(from.usage().has_cost_micro_usd());
}

TEST_F(SeekerTest, WhatWasSentAndAnsweredIsHandedOn) {
  const SoughtVerdict sought = Get();
  EXPECT_EQ(sought.request, "sent");
  EXPECT_EQ(sought.answer, FakeEndpoint::Ok().raw);
}

TEST_F(SeekerTest, TransientTroubleIsRetriedOnceAndThenTheNextIsAsked) {
  first().Otherwise(FakeEndpoint::Bad(LlmOutcome::kOverloaded));
  const v1::Verdict verdict = Get().verdict;
  EXPECT_EQ(first().calls(), 2);
  EXPECT_EQ(verdict.provenance().endpoint(), "second");
  EXPECT_EQ(verdict.provenance().attempts(), 3);
}

TEST_F(SeekerTest, ThreeAttemptsAreAllOverAllEndpoints) {
  first().Otherwise(FakeEndpoint::Bad(LlmOutcome::kTimeout));
  second().Otherwise(FakeEndpoint::Bad(LlmOutcome::kTransport, "no route to host"));
  const SeekFailure failure = Fails();
  EXPECT_EQ(first().calls() + second().calls(), 3);
  EXPECT_FALSE(failure.wait);
  EXPECT_EQ(failure.outcome, LlmOutcome::kTransport);
  EXPECT_EQ(failure.attempts, 3);
  EXPECT_THAT(failure.reason, HasSubstr("second: transport: no route to host"));
}

TEST_F(SeekerTest, AttemptsMadeBeforeCount) {
  first().Otherwise(FakeEndpoint::Bad(LlmOutcome::kTimeout));
  Seek("dx", "a-tool", 2);
  EXPECT_EQ(first().calls() + second().calls(), 1);
}

TEST_F(SeekerTest, RefusalsAndRejectionsGoToTheNextAndAreNeverRepeated) {
  for (const LlmOutcome outcome : {LlmOutcome::kRefused, LlmOutcome::kRejected}) {
    first().Then(FakeEndpoint::Bad(outcome));
    EXPECT_EQ(Get().verdict.provenance().endpoint(), "second");
  }
  EXPECT_EQ(first().calls(), 2);
  EXPECT_EQ(timer_.waiting(), 0U);
}

TEST_F(SeekerTest, ARefusalEverywhereParksTheReview) {
  for (const char* name : {"first", "second"})
    Endpoint(name).Otherwise(FakeEndpoint::Bad(LlmOutcome::kRefused));
  const SeekFailure failure = Fails();
  EXPECT_FALSE(failure.wait);
  EXPECT_EQ(failure.outcome, LlmOutcome::kRefused);
}

TEST_F(SeekerTest, BrokenJsonIsRepairedOnceWithAHint) {
  first().Then(FakeEndpoint::Ok("{\"vote\":")).Then(FakeEndpoint::Ok());
  const v1::Verdict verdict = Get().verdict;
  EXPECT_THAT(first().last().prompt->user, HasSubstr("no JSON"));
  EXPECT_LE(first().last().prompt->user.size(), std::string("a-tool").size() + kMaxHintBytes);
  EXPECT_TRUE(verdict.provenance().repaired());
  EXPECT_EQ(verdict.provenance().usage().input_tokens(), 2000);
}

TEST_F(SeekerTest, ASecondBrokenAnswerGoesToTheNextWithoutAHint) {
  first().Otherwise(FakeEndpoint::Ok(R"({"vote":"perhaps"})"));
  const v1::Verdict verdict = Get().verdict;
  EXPECT_EQ(first().calls(), 2);
  EXPECT_EQ(second().last().prompt->user, "a-tool");
  EXPECT_FALSE(verdict.provenance().repaired());
}

TEST_F(SeekerTest, ATruncatedAnswerIsAskedForBriefer) {
  first().Then(FakeEndpoint::Bad(LlmOutcome::kTruncated)).Then(FakeEndpoint::Ok());
  Get();
  EXPECT_THAT(first().last().prompt->user, HasSubstr("be brief"));
}

TEST_F(SeekerTest, WordsNotBorneOutAreRepairedAndTheBetterAnswerKept) {
  first().Then(FakeEndpoint::Ok(kWrong)).Then(FakeEndpoint::Ok(kLessWrong));
  const v1::Verdict verdict = Get().verdict;
  EXPECT_THAT(first().last().prompt->user, HasSubstr("`wrong` (stands nowhere)"));
  EXPECT_EQ(verdict.marks_size(), 1);
  EXPECT_TRUE(verdict.provenance().repaired());
  EXPECT_EQ(verdict.provenance().attempts(), 2);
}

TEST_F(SeekerTest, ARepairThatIsWorseOrFailsKeepsTheFirst) {
  for (const LlmReply& repair : {FakeEndpoint::Ok(kWrong), FakeEndpoint::Bad(LlmOutcome::kTimeout)}) {
    first().Then(FakeEndpoint::Ok(kLessWrong)).Then(repair);
    const v1::Verdict verdict = Get().verdict;
    EXPECT_EQ(verdict.marks_size(), 1);
    EXPECT_FALSE(verdict.provenance().repaired());
    EXPECT_EQ(verdict.provenance().attempts(), 2);
  }
}

TEST_F(SeekerTest, RulesTakeNoHintAndNoPrompt) {
  first().Rules().Otherwise(FakeEndpoint::Ok(kWrong));
  EXPECT_EQ(Get().verdict.marks_size(), 2);
  EXPECT_EQ(first().calls(), 1);
  EXPECT_EQ(first().last().prompt, nullptr);
}

TEST_F(SeekerTest, APersonaWithoutARouteTakesTheDefault) {
  EXPECT_THAT(Fails("futurist").reason, HasSubstr("persona `futurist` has no endpoint"));
  seeker_.reset();
  RouteOf("default", {"second"});
  EXPECT_EQ(Get("futurist").verdict.provenance().endpoint(), "second");
}

TEST_F(SeekerTest, AllAttemptsTogetherKeepTheDeadline) {
  options_.total_deadline = absl::Seconds(70);
  first().Hold();
  Seek();
  clock_.Advance(absl::Seconds(60));
  first().Answer(FakeEndpoint::Bad(LlmOutcome::kTimeout));
  timer_.Advance(absl::Seconds(5));
  EXPECT_EQ(first().calls(), 2);
  EXPECT_LE(first().last().deadline, absl::Seconds(10));
  first().Answer();
}

TEST_F(SeekerTest, StoppingFailsWhatWaitsAndUsesWhatIsUnderWay) {
  Endpoint("first", AtOnce(1)).Hold();
  const size_t asked = Seek();
  const size_t queued = Seek("dx", "b-tool");
  seeker().Stop();
  EXPECT_TRUE(Failure(queued).wait);
  first().Answer();
  EXPECT_TRUE(HasVerdict(asked));
  EXPECT_TRUE(Failure(Seek("dx", "c-tool")).wait);
}

TEST_F(SeekerTest, AnswersAtOnceDoNotNest) {
  // A call in a call in a call would run out of stack.
  Endpoint("first", AtOnce(1)).Hold();
  for (int i = 0; i < 50'000; ++i) Seek("dx", "tool-" + std::to_string(i));
  first().Release();
  first().Answer();
  EXPECT_EQ(Verdicts(), 50'000U);
}

}  // namespace
}  // namespace seaworthy
