// The desk's queue and who is on what. After each test the log must make the
// same state again.
#include <gmock/gmock.h>

#include <thread>

#include "absl/strings/ascii.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/testing/aggregator_fixture.h"

namespace seaworthy {
namespace {

using Ids = std::vector<std::string>;

class QueueTest : public AggregatorFixture {
 protected:
  void TearDown() override {
    Settle();
    EXPECT_EQ(RebuildState(log_.get(), (dir_ / "again").string()).value(), service_->StateHash().value());
  }

  v1::ListQueueResponse List(const v1::ListQueueRequest& request) {
    auto listed = service_->ListQueue(request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return listed.value_or(v1::ListQueueResponse());
  }
  static Ids IdsOf(const v1::ListQueueResponse& response) {
    Ids ids;
    for (const v1::QueueEntry& entry : response.entries()) ids.push_back(entry.comparison().comparison_id());
    return ids;
  }
  Ids Listed(const v1::ListQueueRequest& request = {}) { return IdsOf(List(request)); }
  Ids WithText(const std::string& text) {
    v1::ListQueueRequest request;
    request.set_text(text);
    return Listed(request);
  }
  Ids WithEditor(const std::string& editor) {
    v1::ListQueueRequest request;
    request.set_editor(editor);
    return Listed(request);
  }
  Ids Ordered(v1::ListQueueRequest::Order order) {
    v1::ListQueueRequest request;
    request.set_order(order);
    return Listed(request);
  }
  Ids Blocked(int blocked) {
    v1::ListQueueRequest request;
    request.set_blocked(blocked);
    return Listed(request);
  }
  static bool HasBeginning(const v1::QueueEntry& entry, const std::string& word) {
    const std::string text = absl::AsciiStrToLower(absl::StrCat(
        " ", entry.a().name(), " ", entry.a().vendor(), " ", entry.b().name(), " ", entry.b().vendor()));
    return text.find(" " + word) != std::string::npos;
  }
  void ExpectAsPlain(const std::string& text, const std::string& editor, const std::string& category,
                     int blocked) {
    v1::ListQueueRequest request;
    request.add_states(v1::Comparison::DRAFTED);
    request.add_states(v1::Comparison::REJECTED);
    Ids wanted;
    const v1::ListQueueResponse all = List(request);
    for (const v1::QueueEntry& entry : all.entries()) {
      const std::string holder = entry.has_assignment() ? entry.assignment().editor() : "-";
      const bool passes = (text.empty() || HasBeginning(entry, text)) &&
                          (editor.empty() || editor == holder) &&
                          (category.empty() || category == entry.a().category()) &&
                          (blocked == 0 || (blocked == 2) == (entry.blocking_size() > 0));
      if (passes) wanted.push_back(entry.comparison().comparison_id());
    }
    request.set_text(text);
    request.set_editor(editor);
    request.set_category(category);
    request.set_blocked(blocked);
    request.set_page_size(1);
    Ids found;
    uint64_t total = 0;
    do {
      const v1::ListQueueResponse page = List(request);
      total = page.total();
      for (const std::string& id : IdsOf(page)) found.push_back(id);
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(found, wanted) << text << "/" << editor << "/" << category << "/" << blocked;
    EXPECT_EQ(total, wanted.size()) << text << "/" << editor << "/" << category << "/" << blocked;
  }
  // Ada, Bob and Cyd, reviewed one after the other: three drafts.
  void DraftThree() {
    for (const char* name : {"Ada", "Bob", "Cyd"}) {
      Announce({Model(name)});
      clock_.Advance(absl::Minutes(1));
    }
    Review("ada");
    Review("bob");
    Give("cyd", 1, "dx", v1::SHIP);
    clock_.Advance(absl::Minutes(1));
    Give("cyd", 1, "business", v1::SHIP);
    Settle();
  }
  void GiveMarked(const std::string& tool, const std::string& persona) {
    v1::Verdict verdict = MakeVerdict(tool, 1, persona, v1::SHIP);
    v1::Mark* mark = verdict.add_marks();
    mark->set_begin(0);
    mark->set_end(3);
    mark->set_text(verdict.quote().substr(0, 3));
    mark->set_support(v1::Claim::UNSUPPORTED);
    verdict.mutable_provenance()->set_parser_version("1");
    Give(verdict);
  }
  absl::StatusOr<v1::Assignment> Assign(const std::string& editor, const std::string& id = "ada-vs-bob",
                                        bool take_over = false) {
    v1::AssignComparisonRequest request;
    request.mutable_assignment()->set_comparison_id(id);
    request.mutable_assignment()->set_editor(editor);
    request.mutable_assignment()->set_take_over(take_over);
    return service_->AssignComparison(request);
  }
};

TEST_F(QueueTest, DraftsStandInTheQueueOldestFirst) {
  DraftThree();
  EXPECT_EQ(Listed(), (Ids{"ada-vs-bob", "ada-vs-cyd", "bob-vs-cyd"}));
  EXPECT_EQ(Ordered(v1::ListQueueRequest::NEWEST), (Ids{"ada-vs-cyd", "bob-vs-cyd", "ada-vs-bob"}));
}

TEST_F(QueueTest, TheWidestDisagreementComesFirst) {
  Announce({Model("Ada")});
  Announce({Model("Bob")});
  Announce({Model("Cyd")});
  for (const char* tool : {"ada", "bob"}) {
    Give(tool, 1, "dx", v1::SHIP);
    Give(tool, 1, "business", v1::SHIP);
  }
  Review("cyd");
  EXPECT_EQ(Ordered(v1::ListQueueRequest::SPLIT), (Ids{"ada-vs-cyd", "bob-vs-cyd", "ada-vs-bob"}));
}

TEST_F(QueueTest, AnEntryShowsBothPanels) {
  DraftThree();
  const v1::QueueEntry entry = List({}).entries(0);
  EXPECT_EQ(entry.a().name(), "Ada");
  EXPECT_EQ(entry.b().vendor(), "Acme");
  EXPECT_EQ(entry.a().votes_size(), 2);
  EXPECT_EQ(entry.a().votes(1).vote(), v1::SKIP);
  EXPECT_EQ(entry.a().tagline(), "Ada in a line");
  EXPECT_EQ(entry.comparison().content_hash(), HashOf("ada-vs-bob"));
  EXPECT_FALSE(entry.has_assignment());
}

TEST_F(QueueTest, WhatWaitsSaysHowManyVerdictsAreMissing) {
  Announce({Model("Ada")});
  Announce({Model("Bob")});
  Review("ada");
  Give("bob", 1, "dx", v1::SHIP);
  EXPECT_TRUE(Listed().empty());
  v1::ListQueueRequest request;
  request.add_states(v1::Comparison::WAITING);
  const v1::ListQueueResponse waiting = List(request);
  ASSERT_EQ(waiting.entries_size(), 1);
  EXPECT_EQ(waiting.entries(0).verdicts_missing(), 1u);
  EXPECT_EQ(waiting.entries(0).blocking_size(), 1);
  EXPECT_EQ(waiting.counts().at("waiting"), 1u);
}

TEST_F(QueueTest, OpenMarksBlockUntilAnEditorAcceptsThem) {
  Announce({Model("Ada")});
  Announce({Model("Bob")});
  Review("bob");
  GiveMarked("ada", "dx");
  Give("ada", 1, "business", v1::SKIP);
  v1::ListQueueRequest blocked;
  blocked.set_blocked(2);
  ASSERT_EQ(List(blocked).entries_size(), 1);
  EXPECT_EQ(List(blocked).entries(0).open_marks(), 1u);
  v1::AmendVerdictRequest accept;
  accept.mutable_amendment()->set_verdict_id("ada@1/dx");
  accept.mutable_amendment()->set_kind(v1::ACCEPT_MARK);
  accept.mutable_amendment()->set_base_hash(Sha256Hex("dx on ada"));
  accept.mutable_amendment()->set_mark_end(3);
  accept.mutable_amendment()->set_reason("it is so");
  ASSERT_TRUE(service_->AmendVerdict(accept).ok());
  EXPECT_EQ(List(blocked).entries_size(), 0);
  v1::ListQueueRequest free;
  free.set_blocked(1);
  EXPECT_EQ(List(free).entries_size(), 1);
}

TEST_F(QueueTest, UnderFourEyesTheSecondEditorIsMissingUntilTheFirstHasApproved) {
  DraftThree();
  service_.reset();
  AggregatorService::Options options = Options("store");
  options.four_eyes = true;
  service_ = AggregatorService::Open(options).value();
  ASSERT_TRUE(service_->Start().ok());
  EXPECT_THAT(List({}).entries(0).blocking(), testing::ElementsAre("Another editor has approved it"));
  EXPECT_EQ(Blocked(2).size(), 3u);
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", HashOf("ada-vs-bob")).ok());
  EXPECT_EQ(List({}).entries(0).blocking_size(), 0);
  EXPECT_EQ(Blocked(1), (Ids{"ada-vs-bob"}));
  EXPECT_EQ(Blocked(2), (Ids{"ada-vs-cyd", "bob-vs-cyd"}));
}

TEST_F(QueueTest, AnEmbargoBlocksUntilItEnds) {
  DraftThree();
  v1::SetEmbargoRequest embargo;
  embargo.mutable_embargo()->set_tool_id("cyd");
  embargo.mutable_embargo()->set_reason("agreed");
  *embargo.mutable_embargo()->mutable_until_time() = ToTimestamp(clock_.Now() + absl::Hours(1));
  ASSERT_TRUE(service_->SetEmbargo(embargo).ok());
  EXPECT_EQ(Blocked(1), (Ids{"ada-vs-bob"}));
  EXPECT_EQ(Blocked(2), (Ids{"ada-vs-cyd", "bob-vs-cyd"}));
  EXPECT_THAT(List({}).entries(1).blocking(), testing::ElementsAre("No embargo holds"));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Blocked(1).size(), 3u);
  EXPECT_TRUE(Blocked(2).empty());
}

// Every filter beside a plain reading of everything.
TEST_F(QueueTest, EachFilterAndPageFindsWhatAPlainLookFinds) {
  DraftThree();
  ASSERT_TRUE(Assign("eve", "ada-vs-cyd").ok());
  ASSERT_TRUE(Decide(v1::REJECT, "bob-vs-cyd", HashOf("bob-vs-cyd"), "no").ok());
  for (const char* text : {"", "ada", "acme", "vs", "bo"}) {
    for (const char* editor : {"", "-", "eve", "max"}) {
      for (const char* category : {"", "Language Models", "Speech"}) {
        for (const int blocked : {0, 1, 2}) ExpectAsPlain(text, editor, category, blocked);
      }
    }
  }
}

TEST_F(QueueTest, WordsFindNamesVendorsAndIds) {
  DraftThree();
  EXPECT_EQ(WithText("cyd ÁDA"), (Ids{"ada-vs-cyd"}));
  EXPECT_EQ(WithText("acme bob").size(), 2u);
  EXPECT_EQ(WithText("bob vs ada"), (Ids{"ada-vs-bob"}));
  EXPECT_TRUE(WithText("nobody").empty());
  v1::ListQueueRequest request;
  request.set_text(std::string(201, 'a'));
  EXPECT_EQ(service_->ListQueue(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(QueueTest, CategoriesAreCountedAsIfNoneWereAskedFor) {
  v1::Revision voice = Model("Dan");
  voice.set_category("Speech");
  Announce({Model("Ada"), Model("Bob"), voice});
  for (const char* tool : {"ada", "bob", "dan"}) Review(tool);
  v1::ListQueueRequest request;
  request.set_category("Language Models");
  const v1::ListQueueResponse by_counters = List(request);
  request.set_text("acme");
  const v1::ListQueueResponse by_looking = List(request);
  ASSERT_GT(by_counters.total(), 0u);
  EXPECT_EQ(by_counters.total(), by_looking.total());
  EXPECT_EQ(by_counters.categories().at("Language Models"), by_looking.categories().at("Language Models"));
  EXPECT_EQ(by_counters.categories_size(), by_looking.categories_size());
  EXPECT_EQ(IdsOf(by_counters), IdsOf(by_looking));
}

TEST_F(QueueTest, PagesFollowEachOtherOverSeveralStates) {
  DraftThree();
  ASSERT_TRUE(Decide(v1::REJECT, "ada-vs-cyd", HashOf("ada-vs-cyd"), "no").ok());
  v1::ListQueueRequest request;
  request.add_states(v1::Comparison::DRAFTED);
  request.add_states(v1::Comparison::REJECTED);
  request.set_page_size(1);
  Ids all;
  do {
    const v1::ListQueueResponse page = List(request);
    EXPECT_EQ(page.total(), 3u);
    for (const std::string& id : IdsOf(page)) all.push_back(id);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(all, (Ids{"ada-vs-bob", "ada-vs-cyd", "bob-vs-cyd"}));
}

TEST_F(QueueTest, ADecisionMovesItToAnotherState) {
  DraftThree();
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", HashOf("ada-vs-bob")).ok());
  EXPECT_EQ(Listed(), (Ids{"ada-vs-cyd", "bob-vs-cyd"}));
  EXPECT_EQ(List({}).counts().at("approved"), 1u);
  EXPECT_EQ(List({}).total(), 2u);
}

TEST_F(QueueTest, WhoTakesAComparisonHasItForAQuarterOfAnHour) {
  DraftThree();
  const auto assigned = Assign("eve");
  ASSERT_TRUE(assigned.ok()) << assigned.status();
  EXPECT_EQ(assigned->expire_time().seconds(), absl::ToUnixSeconds(clock_.Now()) + 900);
  EXPECT_EQ(List({}).entries(0).assignment().editor(), "eve");
  EXPECT_EQ(WithEditor("eve"), (Ids{"ada-vs-bob"}));
  EXPECT_EQ(WithEditor("-").size(), 2u);
  clock_.Advance(absl::Minutes(15));
  EXPECT_TRUE(WithEditor("eve").empty());
  EXPECT_EQ(WithEditor("-").size(), 3u);
}

TEST_F(QueueTest, AskingAgainRenewsIt) {
  DraftThree();
  ASSERT_TRUE(Assign("eve").ok());
  clock_.Advance(absl::Minutes(10));
  ASSERT_TRUE(Assign("eve").ok());
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(WithEditor("eve"), (Ids{"ada-vs-bob"}));
}

TEST_F(QueueTest, AnotherIsToldWhoHasItAndUntilWhenAndMayTakeItOver) {
  DraftThree();
  ASSERT_TRUE(Assign("eve").ok());
  const auto refused = Assign("max");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAborted);
  const absl::Time end = clock_.Now() + absl::Minutes(15);
  EXPECT_NE(refused.status().message().find(absl::StrCat(
                "eve is on `ada-vs-bob` until ", absl::FormatTime("%H:%M", end, absl::UTCTimeZone()))),
            std::string::npos)
      << refused.status();
  ASSERT_TRUE(Assign("max", "ada-vs-bob", true).ok());
  EXPECT_EQ(WithEditor("max"), (Ids{"ada-vs-bob"}));
  EXPECT_EQ(Assign("eve").status().code(), absl::StatusCode::kAborted);
}

TEST_F(QueueTest, WhoLeavesItFreesIt) {
  DraftThree();
  ASSERT_TRUE(Assign("eve").ok());
  EXPECT_TRUE(Assign("")->editor().empty());
  EXPECT_TRUE(Assign("max").ok());
}

TEST_F(QueueTest, ADecisionEndsWhoIsOnIt) {
  DraftThree();
  ASSERT_TRUE(Assign("eve").ok());
  clock_.Advance(absl::Minutes(1));
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", HashOf("ada-vs-bob")).ok());
  EXPECT_TRUE(Assign("max").ok());
}

TEST_F(QueueTest, OfManyWhoTakeItAtOnceOneHasIt) {
  DraftThree();
  std::atomic<int> winners{0};
  std::vector<std::thread> editors;
  for (int i = 0; i < 8; ++i) {
    editors.emplace_back([this, &winners, i] {
      const auto assigned = Assign(absl::StrCat("editor-", i));
      if (assigned.ok()) ++winners;
      EXPECT_TRUE(assigned.ok() || absl::IsAborted(assigned.status()));
    });
  }
  for (std::thread& editor : editors) editor.join();
  EXPECT_EQ(winners, 1);
}

TEST_F(QueueTest, WhatCannotBeAssignedIsSaid) {
  EXPECT_EQ(Assign("eve", "no-vs-pair").status().code(), absl::StatusCode::kNotFound);
  DraftThree();
  EXPECT_EQ(Assign("-").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Assign(std::string(101, 'e')).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace seaworthy
