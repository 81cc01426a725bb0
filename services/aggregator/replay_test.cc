// A log with an event of every kind makes the same state however it is read;
// logs of before the checklist make what they made then.
#include <set>

#include "services/aggregator/log_follower.h"
#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

using testing::IsEmpty;

class ReplayTest : public EditorialFixture {
 protected:
  // The state from the log's beginning, so many records at a time.
  std::string HashBySteps(size_t step) {
    const std::string dir = (dir_ / absl::StrCat("by-", step)).string();
    const auto store = StateStore::Open(dir).value();
    const Projector projector({{}, 0, [this](uint64_t sequence) { return log_->Read(sequence); }});
    LogFollower follower(log_.get(), store.get(), &projector);
    while (follower.applied() < log_->LastSequence()) {
      EXPECT_TRUE(follower.Step(step, absl::Seconds(10), /*keep_effects=*/false).ok());
    }
    return store->Hash().value();
  }
  // The names of the payloads that no record of the log carries.
  std::set<std::string> KindsMissing() {
    std::set<std::string> missing;
    const auto* kinds = v1::Event::descriptor()->FindOneofByName("payload");
    for (int i = 0; i < kinds->field_count(); ++i) missing.insert(kinds->field(i)->name());
    for (uint64_t at = 1; at <= log_->LastSequence(); ++at) {
      v1::Event event;
      EXPECT_TRUE(event.ParseFromString(log_->Read(at)->payload));
      const auto* kind = event.GetReflection()->GetOneofFieldDescriptor(event, kinds);
      if (kind != nullptr) missing.erase(kind->name());
    }
    return missing;
  }

  void TellTheStory() {
    TellOfTools();
    DecideAndCorrect();
    ReviewAgainAndAmend();
    AskReaders();
    LoseAndReplay();
    ScheduleAndMerge();
    WriteByHand();
  }
  void TellOfTools() {
    Tell({Licensed(Model("Ada"), "MIT")}, From::Entry("feed", "ada"));
    Tell({Model("Bob")}, From::Entry("feed", "bob"));
    Tell({Model("Cyd")});
    Announce({Model("Dan")});
    v1::Event rejected;
    rejected.mutable_announcement_rejected()->set_announcement_id(Receive());
    rejected.mutable_announcement_rejected()->set_code("not_a_release");
    Append("announcement.rejected", rejected);
    v1::Event split;
    split.mutable_announcement_split()->set_announcement_id(Receive());
    split.mutable_announcement_split()->add_entry_announcement_ids(Receive());
    Append("announcement.split", split);
    for (const char* tool : {"ada", "bob", "cyd"}) Review(tool);
  }
  void DecideAndCorrect() {
    ASSERT_TRUE(Do(v1::APPROVE).ok());
    ASSERT_TRUE(Correct("bob", "license", {"ISC"}, "isc").ok());
    Review("bob", 2);
    ASSERT_TRUE(Do(v1::APPROVE).ok());
    Issue("ada@1/dx", "dx on ada", "Ada is small.");
    v1::AssignComparisonRequest assign;
    assign.mutable_assignment()->set_comparison_id("ada-vs-cyd");
    assign.mutable_assignment()->set_editor("eve");
    ASSERT_TRUE(service_->AssignComparison(assign).ok());
    ASSERT_TRUE(Decide(v1::REJECT, "ada-vs-cyd", HashOf("ada-vs-cyd"), "thin").ok());
  }
  void Issue(const std::string& verdict, const std::string& before, const std::string& quote) {
    v1::IssueCorrectionRequest request;
    request.mutable_correction()->set_verdict_id(verdict);
    request.mutable_correction()->set_base_hash(Sha256Hex(before));
    request.mutable_correction()->set_quote(quote);
    request.mutable_correction()->set_note("We had this wrong.");
    const auto issued = service_->IssueCorrection(request);
    ASSERT_TRUE(issued.ok()) << issued.status();
  }
  void ReviewAgainAndAmend() {
    v1::RepeatReviewRequest repeat;
    repeat.mutable_repeat()->set_tool_id("cyd");
    repeat.mutable_repeat()->set_persona_id("dx");
    repeat.mutable_repeat()->set_reason("too thin");
    ASSERT_TRUE(service_->RepeatReview(repeat).ok());
    Settle();
    v1::Verdict again = MakeVerdict("cyd", 1, "dx", v1::SKIP);
    again.set_round(1);
    again.set_quote("Cyd is slow by 2027.");
    v1::Claim* claim = again.add_claims();
    claim->set_kind(v1::Claim::PREDICTION);
    claim->set_text("Cyd is slow by 2027.");
    claim->set_due_date("2027-01-01");
    claim->set_probability(0.7);
    Give(again);
    v1::AmendVerdictRequest amend;
    amend.mutable_amendment()->set_verdict_id("cyd@1/business");
    amend.mutable_amendment()->set_kind(v1::EDIT_QUOTE);
    amend.mutable_amendment()->set_base_hash(Sha256Hex("business on cyd"));
    amend.mutable_amendment()->set_quote("Cyd has no buyer.");
    ASSERT_TRUE(service_->AmendVerdict(amend).ok());
  }
  void AskReaders() {
    for (const char* reader : {"a", "b", "a"}) {
      v1::CastVoteRequest vote;
      vote.mutable_vote()->set_tool_id("ada");
      vote.mutable_vote()->set_vote(v1::SHIP);
      for (std::string* hash : {vote.mutable_vote()->mutable_voter(), vote.mutable_vote()->mutable_address(),
                                vote.mutable_vote()->mutable_network()}) {
        *hash = Sha256Hex(reader).substr(0, 32);
      }
      ASSERT_TRUE(service_->CastVote(vote).ok());
    }
    v1::ResolvePredictionRequest resolve;
    const auto predictions = service_->ListPredictions({}).value();
    ASSERT_EQ(predictions.predictions_size(), 1);
    resolve.mutable_resolution()->set_prediction_id(predictions.predictions(0).prediction_id());
    resolve.mutable_resolution()->set_outcome(v1::PredictionResolution::CAME_TRUE);
    resolve.mutable_resolution()->set_source_url("https://example.org/");
    ASSERT_TRUE(service_->ResolvePrediction(resolve).ok());
  }
  void LoseAndReplay() {
    SubscriptionOptions options;
    options.name = "ingest";
    options.subjects = {"announcement.received"};
    const auto consumer = log_->Subscribe(options).value();
    const auto delivery = consumer->Fetch(1, absl::Seconds(10)).value().at(0);
    ASSERT_TRUE(consumer->Reject(delivery, "cannot be read").ok());
    Settle();
    v1::ReplayDeadLetterRequest replay;
    replay.set_subscription("ingest");
    replay.set_sequence(delivery.record.sequence);
    ASSERT_TRUE(service_->ReplayDeadLetter(replay).ok());
    v1::Event failed;
    failed.mutable_review_failed()->set_tool_id("dan");
    failed.mutable_review_failed()->set_revision(1);
    failed.mutable_review_failed()->set_persona_id("dx");
    Append("review.failed", failed);
  }
  void ScheduleAndMerge() {
    ASSERT_TRUE(Embargo("cyd", absl::Hours(1)).ok());
    v1::DecideRequest schedule;
    v1::Decision& decision = *schedule.mutable_decision();
    decision.set_kind(v1::SCHEDULE);
    decision.set_comparison_id("bob-vs-cyd");
    decision.set_content_hash(HashOf("bob-vs-cyd"));
    *decision.mutable_publish_time() = ToTimestamp(clock_.Now() + absl::Hours(2));
    ASSERT_TRUE(service_->Decide(schedule).ok());
    PassTime(absl::Hours(2));
    EXPECT_TRUE(Published("bob-vs-cyd").ok());
    ASSERT_TRUE(Merge("cyd", "bob", "m").ok());
    ASSERT_TRUE(Undo("m").ok());
  }
  // What comes from elsewhere, whatever is made of it.
  void WriteByHand() {
    v1::Event source;
    source.mutable_source_changed();
    Append("source.changed", source);
    const std::set<std::string> missing = KindsMissing();
    for (const char* kind : {"edition_drafted", "edition_decided"}) {
      if (!missing.contains(kind)) continue;
      v1::Event event;
      event.GetReflection()->MutableMessage(&event, v1::Event::descriptor()->FindFieldByName(kind));
      Append("edition.by_hand", event);
    }
    Settle();
  }
  void AppendOldDecision(v1::DecisionKind kind, const std::string& reason = "") {
    v1::Event event;
    v1::Decision& decision = *event.mutable_decision_submitted()->mutable_decision();
    decision.set_kind(kind);
    decision.set_comparison_id(kPair);
    decision.set_content_hash(HashOf(kPair));
    decision.set_reason(reason);
    decision.set_editor("eve");
    decision.set_request_id(RandomHex(8));
    Append("decision.submitted", event);
    Settle();
  }
};

TEST_F(ReplayTest, ALogWithEveryKindOfEventMakesTheSameStateHoweverItIsRead) {
  TellTheStory();
  EXPECT_THAT(KindsMissing(), IsEmpty());
  const std::string state = service_->StateHash().value();
  EXPECT_EQ(HashBySteps(1), state);
  EXPECT_EQ(HashBySteps(7), state);
  EXPECT_EQ(HashBySteps(10'000), state);
}

TEST_F(ReplayTest, ADecisionOfBeforeTheChecklistIsHeldBackByMarksAlone) {
  DraftAdaVsBob();
  ASSERT_TRUE(Embargo("ada", absl::Hours(5)).ok());
  ASSERT_EQ(Do(v1::APPROVE).status().code(), absl::StatusCode::kFailedPrecondition);
  AppendOldDecision(v1::APPROVE);
  EXPECT_TRUE(IsPublic());
  AppendOldDecision(v1::WITHDRAW);
  EXPECT_TRUE(IsPublic());
  AppendOldDecision(v1::WITHDRAW, "wrong");
  EXPECT_FALSE(IsPublic());
}

TEST_F(ReplayTest, ADecisionOfBeforeTheChecklistWithAnOpenMarkIsRefused) {
  Tell({Model("Ada")});
  Tell({Model("Bob")});
  v1::Verdict verdict = MakeVerdict("ada", 1, "dx", v1::SHIP);
  v1::Mark* mark = verdict.add_marks();
  mark->set_end(2);
  mark->set_text("dx");
  mark->set_support(v1::Claim::UNSUPPORTED);
  verdict.mutable_provenance()->set_parser_version("1");
  Give(verdict);
  Give("ada", 1, "business", v1::SKIP);
  Review("bob");
  AppendOldDecision(v1::APPROVE);
  EXPECT_FALSE(IsPublic());
}

}  // namespace
}  // namespace seaworthy
