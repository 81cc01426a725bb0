#include "services/aggregator/aggregator_service.h"

#include <thread>

#include "services/aggregator/state_store.h"
#include "services/aggregator/testing/aggregator_fixture.h"

namespace seaworthy {
namespace {

class AggregatorServiceTest : public AggregatorFixture {
 protected:
  // Stops the service and makes its store one of another schema.
  void Rewrite(const std::string& schema, bool stray_tool) {
    service_.reset();
    const auto store = StateStore::Open((dir_ / "store").string()).value();
    const auto transaction = store->Begin();
    transaction->Put(Table::kMeta, "schema_version", schema);
    if (stray_tool) transaction->Put(Table::kTools, "stray", "");
    ASSERT_TRUE(transaction->Commit(store->position()).ok());
  }
};

TEST_F(AggregatorServiceTest, AnAnnouncedToolIsRecordedAndAwaitsItsPanel) {
  const std::string id = Announce({Model("Ada 7B")});
  v1::GetAnnouncementRequest request;
  request.set_announcement_id(id);
  const auto announcement = service_->GetAnnouncement(request);
  EXPECT_EQ(announcement->state(), v1::Announcement::RECORDED);
  EXPECT_EQ(announcement->tool_ids(0), "ada-7b");
  EXPECT_EQ(Tool("ada-7b").panel().expected_personas_size(), 2);
  EXPECT_FALSE(Tool("ada-7b").panel().full());
  EXPECT_EQ(Count("reviews.pending"), 2u);
}

TEST_F(AggregatorServiceTest, ThePanelSaysItsDenominator) {
  Announce({Model("Ada")});
  Give("ada", 1, "dx", v1::SHIP);
  EXPECT_EQ(Tool("ada").panel().total(), 1u);
  Give("ada", 1, "business", v1::SKIP);
  const v1::Panel panel = Tool("ada").panel();
  EXPECT_TRUE(panel.full());
  EXPECT_EQ(panel.ship(), 1u);
  EXPECT_EQ(panel.ship_percent(), 50u);
}

TEST_F(AggregatorServiceTest, AFailedPersonaIsMissingAndHoldsTheDraftBack) {
  Announce({Model("Ada")});
  Announce({Model("Bob")});
  Review("bob");
  Give("ada", 1, "dx", v1::SHIP);
  v1::Event event;
  event.mutable_review_failed()->set_tool_id("ada");
  event.mutable_review_failed()->set_revision(1);
  event.mutable_review_failed()->set_persona_id("business");
  event.mutable_review_failed()->set_reason("the endpoint was down");
  Append("review.failed", event);
  Settle();
  EXPECT_EQ(Tool("ada").panel().failed_personas(0), "business");
  EXPECT_EQ(Tool("ada").panel().ship_percent(), 100u);
  EXPECT_EQ(Comparison("ada-vs-bob")->comparison().state(), v1::Comparison::WAITING);
}

TEST_F(AggregatorServiceTest, AVerdictAfterAFailureCompletesThePanel) {
  Announce({Model("Ada")});
  v1::Event event;
  event.mutable_review_failed()->set_tool_id("ada");
  event.mutable_review_failed()->set_revision(1);
  event.mutable_review_failed()->set_persona_id("business");
  Append("review.failed", event);
  Review("ada");
  EXPECT_TRUE(Tool("ada").panel().full());
  EXPECT_EQ(Tool("ada").panel().failed_personas_size(), 0);
  EXPECT_EQ(Count("reviews.failed"), 0u);
}

TEST_F(AggregatorServiceTest, APairIsDraftedOnceBothPanelsAreFull) {
  Announce({Model("Ada")});
  Announce({Model("Bob")});
  Review("ada");
  EXPECT_EQ(Comparison("ada-vs-bob")->comparison().state(), v1::Comparison::WAITING);
  Review("bob");
  EXPECT_EQ(Comparison("ada-vs-bob")->comparison().state(), v1::Comparison::DRAFTED);
  EXPECT_EQ(Comparison("bob-vs-ada")->comparison().comparison_id(), "ada-vs-bob");
}

TEST_F(AggregatorServiceTest, ANewToolEntersAtMostTheConfiguredPairs) {
  for (const char* name : {"Ada", "Bob", "Cyd", "Dan"}) Announce({Model(name)});
  // One for Bob, two for Cyd, two of three for Dan.
  EXPECT_EQ(ComparisonsListed(), 5);
}

TEST_F(AggregatorServiceTest, AnEventToldTwiceChangesNothing) {
  DraftAdaVsBob();
  const std::string before = HashOf("ada-vs-bob");
  Review("ada");
  EXPECT_EQ(Tool("ada").panel().total(), 2u);
  EXPECT_EQ(HashOf("ada-vs-bob"), before);
  EXPECT_EQ(Count("verdicts"), 4u);
}

TEST_F(AggregatorServiceTest, AnyPairCanBeAskedForByHand) {
  v1::Revision library;
  library.set_name("Kit");
  library.set_kind(v1::LIBRARY);
  Announce({Model("Ada"), library});
  EXPECT_EQ(ComparisonsListed(), 0);
  v1::RequestComparisonRequest request;
  request.set_tool_a("kit");
  request.set_tool_b("ada");
  EXPECT_EQ(service_->RequestComparison(request)->comparison_id(), "ada-vs-kit");
  EXPECT_EQ(service_->RequestComparison(request)->state(), v1::Comparison::WAITING);
  request.set_tool_b("nobody");
  EXPECT_EQ(service_->RequestComparison(request).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AggregatorServiceTest, ApprovingMakesExactlyThisContentPublic) {
  DraftAdaVsBob();
  EXPECT_EQ(Published("ada-vs-bob").status().code(), absl::StatusCode::kNotFound);
  const auto approved = Decide(v1::APPROVE, "ada-vs-bob", HashOf("ada-vs-bob"));
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), v1::Comparison::APPROVED);
  EXPECT_EQ(Published("bob-vs-ada")->content_hash(), HashOf("ada-vs-bob"));
  EXPECT_EQ(Published("ada-vs-bob")->decision().editor(), "eve");
  EXPECT_EQ(Count("comparisons.public"), 1u);
}

TEST_F(AggregatorServiceTest, AHashThatIsNoLongerTheContentIsRefused) {
  DraftAdaVsBob();
  const auto refused = Decide(v1::APPROVE, "ada-vs-bob", std::string(64, '0'));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAborted);
  EXPECT_FALSE(Published("ada-vs-bob").ok());
}

TEST_F(AggregatorServiceTest, AChangeVoidsTheApprovalAndThePageStaysAsItWas) {
  DraftAdaVsBob();
  const std::string approved = HashOf("ada-vs-bob");
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", approved).ok());
  v1::Revision changed = Model("Ada");
  changed.set_license("MIT");
  Announce({changed});
  Review("ada", 2);
  EXPECT_EQ(Comparison("ada-vs-bob")->comparison().state(), v1::Comparison::DRAFTED);
  EXPECT_EQ(Published("ada-vs-bob")->content_hash(), approved);
  EXPECT_EQ(Decide(v1::APPROVE, "ada-vs-bob", approved).status().code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", HashOf("ada-vs-bob")).ok());
  EXPECT_EQ(Published("ada-vs-bob")->content().a().revision().license(), "MIT");
}

TEST_F(AggregatorServiceTest, OfAnApprovalAndARejectionAtOnceOneWins) {
  DraftAdaVsBob();
  const std::string hash = HashOf("ada-vs-bob");
  absl::Status approval;
  absl::Status rejection;
  std::thread a([&] { approval = Decide(v1::APPROVE, "ada-vs-bob", hash).status(); });
  std::thread b([&] { rejection = Decide(v1::REJECT, "ada-vs-bob", hash, "no").status(); });
  a.join();
  b.join();
  EXPECT_NE(approval.ok(), rejection.ok()) << approval << rejection;
  EXPECT_EQ(Published("ada-vs-bob").ok(), approval.ok());
}

TEST_F(AggregatorServiceTest, TheSecondApprovalOfTheSameContentIsRefused) {
  DraftAdaVsBob();
  const std::string hash = HashOf("ada-vs-bob");
  int won = 0;
  std::vector<std::thread> editors;
  absl::Mutex mutex;
  for (int i = 0; i < 8; ++i) {
    editors.emplace_back([&] {
      const bool ok = Decide(v1::APPROVE, "ada-vs-bob", hash).ok();
      absl::MutexLock lock(&mutex);
      won += ok ? 1 : 0;
    });
  }
  for (std::thread& editor : editors) editor.join();
  EXPECT_EQ(won, 1);
}

TEST_F(AggregatorServiceTest, TheSameRequestGetsTheSameAnswer) {
  DraftAdaVsBob();
  const std::string hash = HashOf("ada-vs-bob");
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", hash, "", "key-1").ok());
  const uint64_t length = log_->LastSequence();
  EXPECT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", hash, "", "key-1").ok());
  EXPECT_EQ(log_->LastSequence(), length);
  EXPECT_EQ(Decide(v1::WITHDRAW, "ada-vs-bob", hash, "wrong", "key-1").status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(AggregatorServiceTest, RejectingNeedsAReason) {
  DraftAdaVsBob();
  const std::string hash = HashOf("ada-vs-bob");
  EXPECT_EQ(Decide(v1::REJECT, "ada-vs-bob", hash).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Decide(v1::REJECT, "ada-vs-bob", hash, "too thin")->state(), v1::Comparison::REJECTED);
}

TEST_F(AggregatorServiceTest, WithdrawingTakesThePageAway) {
  DraftAdaVsBob();
  const std::string hash = HashOf("ada-vs-bob");
  EXPECT_EQ(Decide(v1::WITHDRAW, "ada-vs-bob", hash, "x").status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", hash).ok());
  ASSERT_TRUE(Decide(v1::WITHDRAW, "ada-vs-bob", hash, "a fact was wrong").ok());
  EXPECT_FALSE(Published("ada-vs-bob").ok());
  EXPECT_EQ(Comparison("ada-vs-bob")->comparison().state(), v1::Comparison::WITHDRAWN);
  EXPECT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", hash).ok());
}

TEST_F(AggregatorServiceTest, OtherWordsForTheSameFactsMakeNoRevision) {
  Announce({Model("Ada")});
  v1::Revision again = Model("Ada");
  again.set_tagline("the same thing in other words");
  Announce({again});
  EXPECT_EQ(Tool("ada").tool().latest_revision(), 1u);
  EXPECT_EQ(Tool("ada").revision().tagline(), "Ada in a line");
}

TEST_F(AggregatorServiceTest, ANewFactMakesARevisionThatKeepsTheOldOnes) {
  Announce({Model("Ada")});
  v1::Revision more;
  more.set_name("Ada");
  more.set_kind(v1::MODEL);
  more.set_license("MIT");
  Announce({more});
  const v1::ToolView tool = Tool("ada");
  EXPECT_EQ(tool.revision().number(), 2u);
  EXPECT_EQ(tool.revision().license(), "MIT");
  EXPECT_EQ(tool.revision().vendor(), "Acme");
  EXPECT_EQ(tool.revision().parameters_b(0), 7);
}

TEST_F(AggregatorServiceTest, ANewValueForReviewersMakesARevisionOtherProseDoesNot) {
  Announce({Model("Ada")});
  v1::Revision again = Model("Ada");
  v1::Fact* fact = again.add_facts();
  fact->set_field("use_case");
  fact->set_value("for everything");
  Announce({again});
  EXPECT_EQ(Tool("ada").tool().latest_revision(), 1u);
  fact->set_field("install_command");
  fact->set_value("pip install ada");
  Announce({again});
  EXPECT_EQ(Tool("ada").tool().latest_revision(), 2u);
}

TEST_F(AggregatorServiceTest, VerdictsComeInTheOrderTheirPersonasWereAsked) {
  Announce({Model("Ada")});
  Give("ada", 1, "business", v1::SKIP);
  Give("ada", 1, "dx", v1::SHIP);
  EXPECT_EQ(Tool("ada").verdicts(0).persona_id(), "dx");
  EXPECT_EQ(Tool("ada").verdicts(1).persona_id(), "business");
}

TEST_F(AggregatorServiceTest, AnotherVendorsToolOfTheSameNameIsAnotherTool) {
  Announce({Model("Ada")});
  v1::Revision other = Model("Ada");
  other.set_vendor("Umbrella");
  Announce({other});
  EXPECT_EQ(Tool("ada").revision().vendor(), "Acme");
  EXPECT_EQ(Tool("ada-umbrella").revision().vendor(), "Umbrella");
}

TEST_F(AggregatorServiceTest, ADeadAnnouncementIsRejectedWithItsReason) {
  const std::string id = Receive();
  v1::Event event;
  event.mutable_dead_letter()->set_sequence(1);
  event.mutable_dead_letter()->set_attempts(5);
  event.mutable_dead_letter()->set_reason("no such object");
  Append("dead.letter", event);
  Settle();
  v1::GetAnnouncementRequest request;
  request.set_announcement_id(id);
  EXPECT_EQ(service_->GetAnnouncement(request)->state(), v1::Announcement::REJECTED);
  EXPECT_EQ(service_->GetAnnouncement(request)->reason(), "given up after 5 tries: no such object");
}

TEST_F(AggregatorServiceTest, ARestartGoesOnWhereItStopped) {
  DraftAdaVsBob();
  const std::string before = service_->StateHash().value();
  Reopen();
  Settle();
  EXPECT_EQ(service_->StateHash().value(), before);
}

TEST_F(AggregatorServiceTest, ARebuildGivesTheSameBytes) {
  DraftAdaVsBob();
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", HashOf("ada-vs-bob")).ok());
  (void)Decide(v1::REJECT, "ada-vs-bob", "stale", "no");
  Settle();
  EXPECT_EQ(RebuildState(log_.get(), (dir_ / "again").string()).value(), service_->StateHash().value());
}

TEST_F(AggregatorServiceTest, TwoAggregatorsOnOneLogTellNothingTwice) {
  const auto second = AggregatorService::Open(Options("second")).value();
  ASSERT_TRUE(second->Start().ok());
  DraftAdaVsBob();
  ASSERT_TRUE(second->WaitUntilIdle(absl::Seconds(20)).ok());
  Settle();
  EXPECT_EQ(second->StateHash().value(), service_->StateHash().value());
  EXPECT_EQ(Count("verdicts"), 4u);
}

TEST_F(AggregatorServiceTest, AStoreAheadOfItsLogIsRefused) {
  Announce({Model("Ada")});
  service_.reset();
  const auto other_log = OpenRocksDbEventLog({(dir_ / "other").string(), &clock_, nullptr}).value();
  AggregatorService::Options options = Options("store");
  options.log = other_log.get();
  EXPECT_EQ(AggregatorService::Open(options).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AggregatorServiceTest, AStoreOfAnOlderSchemaIsMadeAnewFromTheLog) {
  DraftAdaVsBob();
  const std::string hash = service_->StateHash().value();
  Rewrite("2", /*stray_tool=*/true);
  Open();
  EXPECT_EQ(service_->StateHash().value(), hash);
  EXPECT_EQ(Comparison("ada-vs-bob")->comparison().state(), v1::Comparison::DRAFTED);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "store.rebuilt"));
}

TEST_F(AggregatorServiceTest, WhatFollowsFromEventsTheOldStoreHadNotSeenIsStillEmitted) {
  DraftAdaVsBob();
  Rewrite("2", /*stray_tool=*/false);
  v1::Event event;
  event.mutable_tool_announced()->set_announcement_id(Receive());
  *event.mutable_tool_announced()->add_tools() = Model("Cyd");
  Append("tool.announced", event);
  Open();
  Settle();
  EXPECT_TRUE(log_->FindByDedupId("review:cyd@1").ok());
}

TEST_F(AggregatorServiceTest, ARemakeThatWasKilledBeginsAgain) {
  DraftAdaVsBob();
  const std::string hash = service_->StateHash().value();
  Rewrite("2", /*stray_tool=*/false);
  std::filesystem::create_directories(dir_ / "store.rebuilt");
  ASSERT_TRUE(RebuildState(log_.get(), (dir_ / "store.rebuilt").string()).ok());
  Open();
  EXPECT_EQ(service_->StateHash().value(), hash);
}

TEST_F(AggregatorServiceTest, ARemakeKilledBetweenTheStoresBeginsWithTheOldOne) {
  DraftAdaVsBob();
  const std::string hash = service_->StateHash().value();
  Rewrite("2", /*stray_tool=*/true);
  std::filesystem::rename(dir_ / "store", dir_ / "store.old");
  Open();
  EXPECT_EQ(service_->StateHash().value(), hash);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "store.old"));
}

TEST_F(AggregatorServiceTest, WhatARemakeThatWasKilledLeftOfTheOldStoreGoes) {
  DraftAdaVsBob();
  const std::string hash = service_->StateHash().value();
  service_.reset();
  std::filesystem::create_directories(dir_ / "store.old" / "half");
  Open();
  EXPECT_EQ(service_->StateHash().value(), hash);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "store.old"));
}

TEST_F(AggregatorServiceTest, AStoreOfANewerSchemaIsRefused) {
  Announce({Model("Ada")});
  Rewrite("99", /*stray_tool=*/false);
  const absl::Status refused = AggregatorService::Open(Options("store")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.message().find("99"), absl::string_view::npos);
}

TEST_F(AggregatorServiceTest, PagesFollowEachOtherWithoutGapOrRepeat) {
  for (int i = 0; i < 7; ++i) Announce({Model(absl::StrCat("Tool ", i))});
  v1::ListToolsRequest request;
  request.set_page_size(3);
  std::vector<std::string> seen;
  do {
    const auto page = service_->ListTools(request).value();
    for (const v1::ToolView& tool : page.tools()) seen.push_back(tool.tool().tool_id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  request.set_page_token("not a token");
  EXPECT_EQ(service_->ListTools(request).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace seaworthy
