// Marks, amendments, competitors, cost, predictions and health.
#include <gmock/gmock.h>

#include "services/aggregator/aggregator_service.h"
#include "services/aggregator/testing/aggregator_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;

constexpr char kQuote[] = "Ada runs in 24 GB. Unlike Bob, it is small.";

// `ada-vs-bob`, drafted, with a contradicted mark on `24 GB`.
class PanelTest : public AggregatorFixture {
 protected:
  v1::Verdict Marked() {
    v1::Verdict verdict = MakeVerdict("ada", 1, "dx", v1::SHIP);
    verdict.set_quote(kQuote);
    Mark(verdict, "24 GB", v1::Mark::HARDWARE, v1::Claim::CONTRADICTED);
    return verdict;
  }
  static v1::Verdict Costing(const std::string& persona, uint64_t micro_usd,
                             const std::string& tool = "ada") {
    v1::Verdict verdict = MakeVerdict(tool, 1, persona, v1::SHIP);
    verdict.mutable_provenance()->set_endpoint("hosted");
    verdict.mutable_provenance()->set_model_asked("m-1");
    verdict.mutable_provenance()->mutable_usage()->set_cost_micro_usd(micro_usd);
    return verdict;
  }
  static void Mark(v1::Verdict& verdict, const std::string& words, v1::Mark::Kind kind,
                   v1::Claim::Support support) {
    v1::Mark& mark = *verdict.add_marks();
    mark.set_begin(static_cast<uint32_t>(verdict.quote().find(words)));
    mark.set_end(static_cast<uint32_t>(mark.begin() + words.size()));
    mark.set_text(words);
    mark.set_kind(kind);
    mark.set_support(support);
    mark.set_reason("nowhere said");
  }
  void Draft(const v1::Verdict& dx_on_ada) {
    Announce({Model("Ada")});
    Announce({Model("Bob")});
    Give(dx_on_ada);
    Give("ada", 1, "business", v1::SKIP);
    Review("bob");
  }
  absl::StatusOr<v1::Comparison> Approve() { return Decide(v1::APPROVE, "ada-vs-bob", HashOf("ada-vs-bob")); }
  absl::StatusOr<v1::Verdict> Amend(v1::Amendment amendment) {
    v1::AmendVerdictRequest request;
    *request.mutable_amendment() = std::move(amendment);
    if (request.amendment().verdict_id().empty()) {
      request.mutable_amendment()->set_verdict_id("ada@1/dx");
    }
    request.mutable_amendment()->set_editor("eve");
    return service_->AmendVerdict(request);
  }
  static v1::Amendment Edit(const std::string& quote, const std::string& base = kQuote) {
    v1::Amendment amendment;
    amendment.set_kind(v1::EDIT_QUOTE);
    amendment.set_quote(quote);
    amendment.set_base_hash(Sha256Hex(base));
    return amendment;
  }
  static v1::Amendment Accept(uint32_t begin, uint32_t end, const std::string& reason) {
    v1::Amendment amendment;
    amendment.set_kind(v1::ACCEPT_MARK);
    amendment.set_mark_begin(begin);
    amendment.set_mark_end(end);
    amendment.set_reason(reason);
    amendment.set_base_hash(Sha256Hex(kQuote));
    return amendment;
  }
  // The words of the marks that keep `dx` on Ada from being approved.
  std::vector<std::string> OpenWords() {
    std::vector<std::string> words;
    const v1::Verdict verdict = Dx();
    for (const v1::Mark& mark : verdict.marks()) {
      if (mark.support() != v1::Claim::SUPPORTED) words.push_back(mark.text());
    }
    return words;
  }
  v1::Verdict Dx() { return Tool("ada").verdicts(0); }
  std::vector<v1::Prediction> Predictions(bool published) {
    v1::ListPredictionsRequest request;
    request.set_published(published);
    request.set_page_size(1);
    std::vector<v1::Prediction> predictions;
    do {
      const auto page = service_->ListPredictions(request).value();
      predictions.insert(predictions.end(), page.predictions().begin(), page.predictions().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return predictions;
  }
  void ExpectRebuildsTheSame() {
    Settle();
    EXPECT_EQ(RebuildState(log_.get(), (dir_ / "again").string()).value(), service_->StateHash().value());
  }
};

TEST_F(PanelTest, AnOpenMarkBlocksApprovalAndIsNamed) {
  Draft(Marked());
  const auto refused = Approve();
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("\"24 GB\" (contradicted, ada@1/dx)"));
  EXPECT_FALSE(Published("ada-vs-bob").ok());
  EXPECT_TRUE(Decide(v1::REJECT, "ada-vs-bob", HashOf("ada-vs-bob"), "wrong").ok());
}

TEST_F(PanelTest, ASupportedMarkBlocksNothing) {
  v1::Verdict verdict = Marked();
  verdict.mutable_marks(0)->set_support(v1::Claim::SUPPORTED);
  Draft(verdict);
  EXPECT_TRUE(Approve().ok());
}

TEST_F(PanelTest, AnAcceptedMarkLetsTheApprovalThroughAndSaysWhoAndWhy) {
  Draft(Marked());
  const auto amended = Amend(Accept(12, 17, "the vendor said so by letter"));
  ASSERT_TRUE(amended.ok()) << amended.status();
  EXPECT_EQ(amended->marks(0).accepted_by(), "eve");
  EXPECT_EQ(amended->marks(0).accepted_reason(), "the vendor said so by letter");
  EXPECT_TRUE(amended->original_quote().empty());
  EXPECT_TRUE(Approve().ok());
  ExpectRebuildsTheSame();
}

TEST_F(PanelTest, AcceptingNeedsAReasonAndAnOpenMark) {
  Draft(Marked());
  EXPECT_EQ(Amend(Accept(12, 17, "")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Amend(Accept(0, 3, "x")).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(Approve().ok());
}

TEST_F(PanelTest, AnEditKeepsTheOriginalAndTakesTheMarkAway) {
  Draft(Marked());
  const auto amended = Amend(Edit("Unlike Bob, it is small."));
  ASSERT_TRUE(amended.ok()) << amended.status();
  EXPECT_EQ(amended->quote(), "Unlike Bob, it is small.");
  EXPECT_EQ(amended->original_quote(), kQuote);
  ASSERT_TRUE(Amend(Edit("Unlike Bob, it is tiny.", "Unlike Bob, it is small.")).ok());
  EXPECT_EQ(Dx().original_quote(), kQuote);
  EXPECT_TRUE(Approve().ok());
  ExpectRebuildsTheSame();
}

TEST_F(PanelTest, AnEditIsCheckedAgainstTheAnnouncement) {
  v1::Revision ada = Model("Ada");
  ada.set_text_object(*objects_->Put("Ada has 7 billion parameters and runs in 12 GB."));
  Announce({ada});
  Announce({Model("Bob")});
  Give(Marked());
  Give("ada", 1, "business", v1::SKIP);
  Review("bob");
  ASSERT_TRUE(Amend(Edit("Ada runs in 99 GB.")).ok());
  EXPECT_THAT(OpenWords(), testing::ElementsAre("99 GB"));
  EXPECT_EQ(Approve().status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Amend(Edit("Ada runs in 12 GB.", "Ada runs in 99 GB.")).ok());
  EXPECT_TRUE(Approve().ok());
  ExpectRebuildsTheSame();
}

TEST_F(PanelTest, AnEditThatCannotBeCheckedIsRefused) {
  v1::Revision ada = Model("Ada");
  ada.set_text_object(std::string(64, 'a'));
  Announce({ada});
  Give(Marked());
  EXPECT_EQ(Amend(Edit("Ada is small.")).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(PanelTest, AnEditVoidsTheApprovalAndThePageStaysAsItWas) {
  v1::Verdict verdict = Marked();
  verdict.clear_marks();
  Draft(verdict);
  const std::string approved = HashOf("ada-vs-bob");
  ASSERT_TRUE(Approve().ok());
  ASSERT_TRUE(Amend(Edit("Ada is small.")).ok());
  EXPECT_EQ(Comparison("ada-vs-bob")->comparison().state(), v1::Comparison::DRAFTED);
  EXPECT_NE(HashOf("ada-vs-bob"), approved);
  EXPECT_EQ(Decide(v1::APPROVE, "ada-vs-bob", approved).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Published("ada-vs-bob")->content().a().verdicts(0).quote(), kQuote);
}

TEST_F(PanelTest, AnEditOfWordsThatAreNoLongerThereIsRefused) {
  Draft(Marked());
  ASSERT_TRUE(Amend(Edit("Ada is small.")).ok());
  EXPECT_EQ(Amend(Edit("Ada is tiny.")).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Dx().quote(), "Ada is small.");
}

TEST_F(PanelTest, AQuoteOutOfBoundsIsRefused) {
  Draft(Marked());
  for (const std::string& quote : {std::string(), std::string(4001, 'x'), std::string("a\nb"),
                                   std::string("\xff"), std::string(kQuote)}) {
    EXPECT_EQ(Amend(Edit(quote)).status().code(), absl::StatusCode::kInvalidArgument) << quote;
  }
  EXPECT_TRUE(Amend(Edit(std::string(4000, 'x'))).ok());
}

TEST_F(PanelTest, ARepeatedAmendmentHasOneEffectAndTheSameAnswer) {
  Draft(Marked());
  v1::Amendment edit = Edit("Ada is small.");
  edit.set_request_id("key-1");
  ASSERT_TRUE(Amend(edit).ok());
  const uint64_t length = log_->LastSequence();
  EXPECT_TRUE(Amend(edit).ok());
  EXPECT_EQ(log_->LastSequence(), length);
  edit.set_quote("Ada is large.");
  EXPECT_EQ(Amend(edit).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(PanelTest, WhatIsNotThereCannotBeAmended) {
  Draft(Marked());
  for (const char* id : {"ada", "ada@1/nobody", "ada@x/dx", "nothing@1/dx", "@/"}) {
    v1::Amendment edit = Edit("Ada is small.");
    edit.set_verdict_id(id);
    EXPECT_EQ(Amend(edit).status().code(), absl::StatusCode::kNotFound) << id;
  }
}

TEST_F(PanelTest, TheHistoryOfAVerdictIsShown) {
  Draft(Marked());
  ASSERT_TRUE(Amend(Accept(12, 17, "seen")).ok());
  ASSERT_TRUE(Amend(Edit("Ada is small.")).ok());
  const auto view = Comparison("ada-vs-bob");
  ASSERT_EQ(view->amendments_size(), 2);
  EXPECT_EQ(view->amendments(0).kind(), v1::ACCEPT_MARK);
  EXPECT_EQ(view->amendments(1).quote(), "Ada is small.");
}

TEST_F(PanelTest, ANameTheStoreKnowsIsSupported) {
  v1::Verdict verdict = Marked();
  verdict.clear_marks();
  Mark(verdict, "Bob", v1::Mark::NAME, v1::Claim::UNSUPPORTED);
  Mark(verdict, "small", v1::Mark::NAME, v1::Claim::UNSUPPORTED);
  Draft(verdict);
  EXPECT_EQ(Dx().marks(0).support(), v1::Claim::SUPPORTED);
  EXPECT_EQ(Dx().marks(0).reason(), "");
  EXPECT_EQ(Dx().marks(1).support(), v1::Claim::UNSUPPORTED);
}

TEST_F(PanelTest, CompetitorsAreTheStoresToolsOrUnknown) {
  v1::Revision bob = Model("Bob");
  bob.add_aliases("Robert 7B");
  Announce({Model("Ada")});
  Announce({bob});
  v1::Verdict verdict = Marked();
  for (const char* name : {"BOB", "Robert-7b", "Nobody"}) verdict.add_competitors(name);
  Give(verdict);
  EXPECT_THAT(Dx().competitor_tool_ids(), testing::ElementsAre("bob", "bob", ""));
}

TEST_F(PanelTest, AVerdictFromBeforeTheChecksStaysAsItCame) {
  v1::Verdict verdict = Marked();
  verdict.clear_marks();
  verdict.add_competitors("Bob");
  Draft(verdict);
  EXPECT_EQ(Dx().competitor_tool_ids_size(), 0);
}

TEST_F(PanelTest, CostIsSummedByDayAndByWhoAndWhat) {
  Announce({Model("Ada")});
  v1::Verdict verdict = Marked();
  verdict.mutable_provenance()->set_endpoint("hosted");
  verdict.mutable_provenance()->set_model_asked("m-1");
  v1::Usage& usage = *verdict.mutable_provenance()->mutable_usage();
  usage.set_input_tokens(4000);
  usage.set_output_tokens(300);
  usage.set_cost_micro_usd(1500);
  Give(verdict);
  Give("ada", 1, "business", v1::SKIP);
  const v1::AggregatorStatus status = service_->GetStatus({}).value();
  EXPECT_EQ(status.spent_today().cost_micro_usd(), 1500u);
  EXPECT_EQ(status.spent_total().input_tokens(), 4000u);
  EXPECT_EQ(status.spent_total().verdicts(), 1u);
  ASSERT_EQ(status.spent_by_size(), 2);
  EXPECT_EQ(status.spent_by(1).model(), "m-1");
  clock_.Advance(absl::Hours(30));
  EXPECT_EQ(service_->GetStatus({})->spent_today().cost_micro_usd(), 0u);
}

TEST_F(PanelTest, CostOfTheDayIsToldByPersona) {
  Announce({Model("Ada")});
  Give(Costing("dx", 1500));
  Give(Costing("business", 700));
  clock_.Advance(absl::Hours(30));
  Announce({Model("Bob")});
  Give(Costing("business", 40, "bob"));
  const v1::AggregatorStatus status = service_->GetStatus({}).value();
  ASSERT_EQ(status.spent_today_by_size(), 1);
  EXPECT_EQ(status.spent_today_by(0).persona_id(), "business");
  EXPECT_EQ(status.spent_today_by(0).endpoint(), "hosted");
  EXPECT_EQ(status.spent_today_by(0).spend().cost_micro_usd(), 40u);
  EXPECT_EQ(status.spent_today().cost_micro_usd(), 40u);
  EXPECT_EQ(status.spent_total().cost_micro_usd(), 2240u);
}

TEST_F(PanelTest, PredictionsStandInTheOrderTheyFallDue) {
  v1::Verdict verdict = Marked();
  verdict.clear_marks();
  for (const char* due : {"2027-12-31", "2027-06-30", "soon", ""}) {
    v1::Claim& claim = *verdict.add_claims();
    claim.set_kind(v1::Claim::PREDICTION);
    claim.set_text(absl::StrCat("by ", due));
    claim.set_due_date(due);
  }
  Draft(verdict);
  const auto all = Predictions(false);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].due_date(), "2027-06-30");
  EXPECT_EQ(all[0].tool_name(), "Ada");
  EXPECT_TRUE(Predictions(true).empty());
  ASSERT_TRUE(Approve().ok());
  EXPECT_EQ(Predictions(true).size(), 2u);
  ASSERT_TRUE(Decide(v1::WITHDRAW, "ada-vs-bob", HashOf("ada-vs-bob"), "x").ok());
  EXPECT_TRUE(Predictions(true).empty());
}

TEST_F(PanelTest, APredictionAnEditorTookOutLeavesTheLedger) {
  v1::Verdict verdict = Marked();
  v1::Claim& claim = *verdict.add_claims();
  claim.set_kind(v1::Claim::PREDICTION);
  claim.set_text("Unlike Bob, it is small.");
  claim.set_due_date("2027-12-31");
  Draft(verdict);
  ASSERT_EQ(Predictions(false).size(), 1u);
  ASSERT_TRUE(Amend(Edit("Ada runs in 24 GB.")).ok());
  EXPECT_TRUE(Predictions(false).empty());
}

TEST_F(PanelTest, ThePanelsHealthIsCounted) {
  Draft(Marked());
  const v1::PanelHealth health = service_->GetPanelHealth({}).value();
  ASSERT_EQ(health.counts_size(), 2);
  EXPECT_EQ(health.counts(1).persona_id(), "dx");
  EXPECT_EQ(health.counts(1).verdicts(), 2u);
  EXPECT_EQ(health.counts(1).ship(), 2u);
  EXPECT_EQ(health.counts(1).marks_contradicted(), 1u);
  ASSERT_EQ(health.agreements_size(), 1);
  EXPECT_EQ(health.agreements(0).both(), 2u);
  EXPECT_EQ(health.agreements(0).same(), 0u);
  EXPECT_EQ(health.likeness(1).verdicts(), 2u);
}

TEST_F(PanelTest, FailuresAreCountedByOutcomeAndStandInThePanel) {
  Announce({Model("Ada")});
  v1::Event event;
  event.mutable_review_failed()->set_tool_id("ada");
  event.mutable_review_failed()->set_revision(1);
  event.mutable_review_failed()->set_persona_id("dx");
  event.mutable_review_failed()->set_outcome("spend_capped");
  Append("review.failed", event);
  Settle();
  EXPECT_EQ(service_->GetPanelHealth({})->failures(0).outcome(), "spend_capped");
  EXPECT_EQ(Tool("ada").panel().failure_outcomes(0), "spend_capped");
}

}  // namespace
}  // namespace seaworthy
