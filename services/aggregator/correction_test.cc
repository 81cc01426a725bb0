// What is public is put right on every page; reviews an editor wants again.
#include <gmock/gmock.h>

#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;

class CorrectionTest : public EditorialFixture {
 protected:
  // Ada and Bob side by side, public, with Ada's licence said to be MIT.
  void PublishPair() {
    TellAda("MIT");
    Tell({Model("Bob")});
    Review("ada");
    Review("bob");
    ASSERT_TRUE(Do(v1::APPROVE).ok());
  }
  // What Ada's own page says now.
  void TellAda(const std::string& license) {
    v1::Revision ada = Licensed(Model("Ada"), license);
    ada.set_text_object(*objects_->Put("Ada has 7 billion parameters and runs in 12 GB."));
    Tell({ada}, From::Entry("feed", "ada"));
  }
  absl::StatusOr<v1::Correction> Issue(v1::Correction correction, const std::string& editor = "eve",
                                       const std::string& request_id = "") {
    v1::IssueCorrectionRequest request;
    *request.mutable_correction() = std::move(correction);
    request.mutable_correction()->set_note("We had this wrong.");
    request.mutable_correction()->set_editor(editor);
    request.mutable_correction()->set_request_id(request_id);
    auto issued = service_->IssueCorrection(request);
    Settle();
    return issued;
  }
  static v1::Correction OfQuote(const std::string& quote, const std::string& base = "dx on ada") {
    v1::Correction correction;
    correction.set_verdict_id("ada@1/dx");
    correction.set_base_hash(Sha256Hex(base));
    correction.set_quote(quote);
    return correction;
  }
  static v1::Correction OfLicense(const std::string& license) {
    v1::Correction correction;
    correction.set_tool_id("ada");
    correction.set_field("license");
    correction.add_values(license);
    return correction;
  }
  std::string PublicQuote(const std::string& pair = kPair) {
    return Published(pair)->content().a().verdicts(0).quote();
  }
  std::string PublicLicense() { return Published(kPair)->content().a().revision().license(); }
  std::vector<v1::Correction> Corrections() {
    const auto response = service_->ListCorrections({}).value();
    return {response.corrections().begin(), response.corrections().end()};
  }
  absl::StatusOr<v1::Panel> Repeat(const std::string& persona = "dx",
                                   const std::string& reason = "too thin") {
    v1::RepeatReviewRequest request;
    request.mutable_repeat()->set_tool_id("ada");
    request.mutable_repeat()->set_persona_id(persona);
    request.mutable_repeat()->set_reason(reason);
    request.mutable_repeat()->set_editor("eve");
    auto panel = service_->RepeatReview(request);
    Settle();
    return panel;
  }
  void GiveRound(uint32_t round, v1::Vote vote, const std::string& quote) {
    v1::Verdict verdict = MakeVerdict("ada", 1, "dx", vote);
    verdict.set_round(round);
    verdict.set_quote(quote);
    Give(verdict);
  }
  void FailRound(uint32_t round) {
    v1::Event event;
    event.mutable_review_failed()->set_tool_id("ada");
    event.mutable_review_failed()->set_revision(1);
    event.mutable_review_failed()->set_persona_id("dx");
    event.mutable_review_failed()->set_round(round);
    Append("review.failed", event);
    Settle();
  }
};

TEST_F(CorrectionTest, AQuoteIsPutRightForReadersAndStaysApproved) {
  PublishPair();
  const std::string before = Published(kPair)->content_hash();
  const auto issued = Issue(OfQuote("Ada is small."));
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_TRUE(issued->complete());
  EXPECT_EQ(issued->was(), "dx on ada");
  EXPECT_THAT(issued->comparison_ids(), ElementsAre(kPair));
  EXPECT_EQ(PublicQuote(), "Ada is small.");
  EXPECT_NE(Published(kPair)->content_hash(), before);
  EXPECT_EQ(Published(kPair)->decision().kind(), v1::CORRECT);
  EXPECT_EQ(Pair().state(), v1::Comparison::APPROVED);
  EXPECT_EQ(HashOf(kPair), Published(kPair)->content_hash());
}

TEST_F(CorrectionTest, ACorrectionStandsOnItsPageAndInTheList) {
  PublishPair();
  ASSERT_TRUE(Issue(OfQuote("Ada is small.")).ok());
  ASSERT_EQ(Published(kPair)->corrections_size(), 1);
  EXPECT_EQ(Published(kPair)->corrections(0).note(), "We had this wrong.");
  EXPECT_EQ(Published(kPair)->corrections(0).editor(), "");
  ASSERT_EQ(Corrections().size(), 1u);
  EXPECT_EQ(Corrections()[0].editor(), "eve");
  EXPECT_TRUE(ChangesAfter(0).changes(0).summary().has_correct_time());
}

TEST_F(CorrectionTest, EveryPageThatCarriesTheQuoteIsReachedAndNoOther) {
  PublishPair();
  Tell({Model("Cyd")});
  Review("cyd");
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-cyd", HashOf("ada-vs-cyd")).ok());
  ASSERT_TRUE(Decide(v1::APPROVE, "bob-vs-cyd", HashOf("bob-vs-cyd")).ok());
  const auto issued = Issue(OfQuote("Ada is small."));
  EXPECT_THAT(issued->comparison_ids(), ElementsAre("ada-vs-bob", "ada-vs-cyd"));
  EXPECT_EQ(PublicQuote("ada-vs-cyd"), "Ada is small.");
  EXPECT_EQ(Published("bob-vs-cyd")->corrections_size(), 0);
}

TEST_F(CorrectionTest, MorePagesThanAStepTakesAreAllReached) {
  PublishPair();
  for (int i = 0; i < 70; ++i) {
    v1::Revision tool = Model(absl::StrCat("Tool ", 100 + i), 1000.0 + i);
    Tell({tool});
    v1::RequestComparisonRequest request;
    request.set_tool_a("ada");
    request.set_tool_b(absl::StrCat("tool-", 100 + i));
    ASSERT_TRUE(service_->RequestComparison(request).ok());
    Review(request.tool_b());
    const std::string pair = absl::StrCat("ada-vs-", request.tool_b());
    ASSERT_TRUE(Decide(v1::APPROVE, pair, HashOf(pair)).ok());
  }
  const auto issued = Issue(OfQuote("Ada is small."));
  EXPECT_TRUE(issued->complete());
  EXPECT_EQ(issued->comparison_ids_size(), 71);
  EXPECT_EQ(PublicQuote("ada-vs-tool-169"), "Ada is small.");
}

TEST_F(CorrectionTest, WordsThatNothingSupportsAreRefused) {
  PublishPair();
  const absl::Status refused = Issue(OfQuote("Ada runs in 99 GB.")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Says(refused, "marks: open: \"99 GB\"")) << refused;
  EXPECT_EQ(PublicQuote(), "dx on ada");
  EXPECT_TRUE(Corrections().empty());
}

TEST_F(CorrectionTest, OnlyThePublicQuoteCanBePutRight) {
  PublishPair();
  EXPECT_EQ(Issue(OfQuote("Ada is small.", "other words")).status().code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  EXPECT_EQ(Issue(OfQuote("Ada is small.")).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(CorrectionTest, TheSameRequestCorrectsOnce) {
  PublishPair();
  ASSERT_TRUE(Issue(OfQuote("Ada is small."), "eve", "one").ok());
  const uint64_t length = log_->LastSequence();
  EXPECT_TRUE(Issue(OfQuote("Ada is small."), "eve", "one").ok());
  EXPECT_EQ(log_->LastSequence(), length);
  EXPECT_EQ(Issue(OfQuote("Ada is tiny."), "eve", "one").status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(CorrectionTest, AFactIsPutRightForReadersBeforeItsReviewsAreIn) {
  PublishPair();
  const auto issued = Issue(OfLicense("Apache-2.0"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->was(), "MIT");
  EXPECT_EQ(PublicLicense(), "Apache-2.0");
  EXPECT_EQ(Comparison(kPair)->content().a().revision().license(), "Apache-2.0");
  EXPECT_EQ(Pair().state(), v1::Comparison::APPROVED);
  Review("ada", 2);
  EXPECT_EQ(Pair().state(), v1::Comparison::DRAFTED);
  EXPECT_EQ(Comparison(kPair)->content().a().revision().license(), "Apache-2.0");
  EXPECT_TRUE(Do(v1::APPROVE).ok());
}

TEST_F(CorrectionTest, AFactThatIsRightIsNotCorrected) {
  PublishPair();
  EXPECT_EQ(Issue(OfLicense("MIT")).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(CorrectionTest, WhatWasPutRightDoesNotComeBackByARollBack) {
  PublishPair();
  const std::string wrong = Published(kPair)->content_hash();
  ASSERT_TRUE(Issue(OfQuote("Ada is small.")).ok());
  EXPECT_TRUE(Says(Do(v1::ROLL_BACK, "eve", wrong).status(), "corrected: the quote of `ada@1/dx`"));
  ASSERT_TRUE(Issue(OfLicense("Apache-2.0")).ok());
  const std::string half_right = Publications()[1].content_hash();
  EXPECT_TRUE(Says(Do(v1::ROLL_BACK, "eve", half_right).status(), "corrected: license of `ada`"));
}

TEST_F(CorrectionTest, WhatWasWrongOnceCanBeRightAgain) {
  PublishPair();
  const std::string first = Published(kPair)->content_hash();
  ASSERT_TRUE(Issue(OfQuote("Ada is small.")).ok());
  ASSERT_TRUE(Issue(OfQuote("dx on ada", "Ada is small.")).ok());
  EXPECT_EQ(PublicQuote(), "dx on ada");
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  const std::string again = Publications()[0].content_hash();
  EXPECT_TRUE(Do(v1::ROLL_BACK, "eve", again).ok());
  EXPECT_NE(again, first);
}

TEST_F(CorrectionTest, APredictionThatStaysInTheWordsStaysInTheLedger) {
  Tell({Priced(Licensed(Model("Ada"), "MIT"), 10)}, From::Entry("feed", "ada"));
  Tell({Model("Bob")});
  v1::Verdict verdict = MakeVerdict("ada", 1, "dx", v1::SHIP);
  verdict.set_quote("Ada is big. It leads by 2028.");
  verdict.add_claims()->add_fact_fields("license");
  v1::Claim* prediction = verdict.add_claims();
  prediction->set_kind(v1::Claim::PREDICTION);
  prediction->set_text("It leads by 2028.");
  prediction->set_due_date("2028-01-01");
  Give(verdict);
  GiveOn("ada", 1, "business", v1::SKIP, {"entry_price_usd"});
  Tell({Priced(Licensed(Model("Ada"), "MIT"), 20)}, From::Entry("feed", "ada"));
  GiveOn("ada", 2, "business", v1::SKIP, {"entry_price_usd"});
  Review("bob");
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  ASSERT_EQ(Tool("ada").verdicts(0).provenance().carried_from(), 1u);
  const auto issued = Issue(OfQuote("Ada is small. It leads by 2028.", "Ada is big. It leads by 2028."));
  ASSERT_TRUE(issued.ok()) << issued.status();
  const auto ledger = service_->ListPredictions({}).value();
  ASSERT_EQ(ledger.predictions_size(), 1);
  EXPECT_EQ(ledger.predictions(0).revision(), 1u);
}

TEST_F(CorrectionTest, ADraftWithOtherWordsOfItsOwnKeepsThem) {
  PublishPair();
  TellAda("Apache-2.0");
  v1::Verdict other = MakeVerdict("ada", 2, "dx", v1::SHIP);
  other.set_quote("Ada is free now.");
  Give(other);
  Give("ada", 2, "business", v1::SKIP);
  ASSERT_TRUE(Issue(OfQuote("Ada is small.")).ok());
  EXPECT_EQ(Comparison(kPair)->content().a().verdicts(0).quote(), "Ada is free now.");
  EXPECT_EQ(PublicQuote(), "Ada is small.");
  EXPECT_EQ(PublicLicense(), "MIT");
  EXPECT_EQ(Pair().state(), v1::Comparison::DRAFTED);
}

TEST_F(CorrectionTest, WhereSourcesDisagreeOnTheToolNothingIsCorrectedButThat) {
  PublishPair();
  ChangeAda("Apache-2.0", 2);
  EXPECT_TRUE(Says(Issue(OfQuote("Ada is small.")).status(), "conflicts: sources disagree on license"));
  EXPECT_EQ(PublicQuote(), "dx on ada");
  EXPECT_TRUE(Issue(OfLicense("Apache-2.0")).ok());
  EXPECT_TRUE(Issue(OfQuote("Ada is small.")).ok());
}

TEST_F(CorrectionTest, UnderAnEmbargoOfItsToolNothingIsCorrected) {
  PublishPair();
  ASSERT_TRUE(Embargo("ada", absl::Hours(2)).ok());
  EXPECT_TRUE(Says(Issue(OfQuote("Ada is small.")).status(), "embargo: under embargo: `ada`"));
  ASSERT_TRUE(Embargo("ada", absl::ZeroDuration()).ok());
  ASSERT_TRUE(Embargo("bob", absl::Hours(2)).ok());
  EXPECT_TRUE(Issue(OfQuote("Ada is small.")).ok());
}

TEST_F(CorrectionTest, FourEyesCorrectTogether) {
  PublishPair();
  WithFourEyes();
  EXPECT_TRUE(Says(Issue(OfQuote("Ada is small."), "eve").status(), "second_editor: noted for eve"));
  EXPECT_TRUE(Says(Issue(OfQuote("Ada is small."), "eve").status(), "second_editor"));
  EXPECT_EQ(PublicQuote(), "dx on ada");
  ASSERT_TRUE(Issue(OfQuote("Ada is small."), "mia").ok());
  EXPECT_EQ(PublicQuote(), "Ada is small.");
  EXPECT_EQ(Published(kPair)->decision().first_editor(), "eve");
}

TEST_F(CorrectionTest, AReviewAgainTakesTheOldOnesPlace) {
  PublishPair();
  ASSERT_TRUE(Repeat().ok());
  EXPECT_EQ(FailedItems(), std::set<std::string>{"reviews"});
  EXPECT_EQ(Count("reviews.pending"), 1u);
  EXPECT_EQ(Pair().state(), v1::Comparison::APPROVED);
  GiveRound(1, v1::SKIP, "Ada again");
  const v1::ToolView ada = Tool("ada");
  EXPECT_EQ(ada.verdicts(0).quote(), "Ada again");
  EXPECT_EQ(ada.panel().ship(), 0u);
  EXPECT_EQ(ada.panel().total(), 2u);
  EXPECT_EQ(ada.earlier_verdicts(0).quote(), "dx on ada");
  EXPECT_EQ(Pair().state(), v1::Comparison::DRAFTED);
  EXPECT_EQ(PublicQuote(), "dx on ada");
  EXPECT_EQ(Count("reviews.pending"), 0u);
}

TEST_F(CorrectionTest, OnePersonaIsAskedWithTheRoundInItsRequest) {
  PublishPair();
  ASSERT_TRUE(Repeat().ok());
  const Record record = log_->FindByDedupId("review:ada@1:dx:1").value();
  v1::Event event;
  ASSERT_TRUE(event.ParseFromString(record.payload));
  EXPECT_EQ(event.review_requested().round(), 1u);
  EXPECT_THAT(event.review_requested().persona_ids(), ElementsAre("dx"));
}

TEST_F(CorrectionTest, WhereTheReviewAgainFailsTheOldVerdictStands) {
  PublishPair();
  ASSERT_TRUE(Repeat().ok());
  FailRound(1);
  EXPECT_EQ(Tool("ada").verdicts(0).quote(), "dx on ada");
  EXPECT_TRUE(Tool("ada").panel().full());
  EXPECT_EQ(Count("reviews.pending"), 0u);
  ASSERT_TRUE(Repeat().ok());
  GiveRound(2, v1::SHIP, "Ada at last");
  EXPECT_EQ(Tool("ada").verdicts(0).quote(), "Ada at last");
}

TEST_F(CorrectionTest, AVerdictOfARoundNobodyWaitsForChangesNothing) {
  PublishPair();
  GiveRound(1, v1::SKIP, "uncalled for");
  ASSERT_TRUE(Repeat().ok());
  GiveRound(0, v1::SKIP, "late");
  EXPECT_EQ(Tool("ada").verdicts(0).quote(), "dx on ada");
}

TEST_F(CorrectionTest, AReviewUnderWayIsNotAskedForAgain) {
  Tell({Model("Ada")});
  EXPECT_EQ(Repeat().status().code(), absl::StatusCode::kFailedPrecondition);
  Review("ada");
  ASSERT_TRUE(Repeat().ok());
  EXPECT_EQ(Repeat().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Repeat("nobody").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Repeat("dx", "").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(CorrectionTest, APersonaThatFailedCanBeAskedAgain) {
  Tell({Model("Ada")});
  FailRound(0);
  Give("ada", 1, "business", v1::SKIP);
  ASSERT_TRUE(Repeat().ok());
  EXPECT_EQ(Count("reviews.failed"), 0u);
  GiveRound(1, v1::SHIP, "Ada at last");
  EXPECT_TRUE(Tool("ada").panel().full());
  EXPECT_EQ(Count("reviews.pending"), 0u);
}

}  // namespace
}  // namespace seaworthy
