// The weekly digest: what is drafted when, and what editors decide about it.
#include "services/aggregator/editions.h"

#include <atomic>
#include <thread>

#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kWeek = absl::Hours(24 * 7);

TEST(WeekOfTest, IsTheIsoWeekInUtc) {
  const auto week = [](int year, int month, int day) {
    return WeekOf(absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone())).id;
  };
  EXPECT_EQ(week(2026, 11, 21), "2026-W47");
  EXPECT_EQ(week(2026, 1, 1), "2026-W01");
  EXPECT_EQ(week(2024, 12, 30), "2025-W01");
  EXPECT_EQ(week(2021, 1, 3), "2020-W53");
  EXPECT_EQ(week(2026, 11, 16), week(2026, 11, 22));
}

// The clock begins in 2026-W06, on the Monday.
class EditionTest : public EditorialFixture {
 protected:
  std::vector<v1::Edition> Editions(bool approved_only = false) {
    v1::ListEditionsRequest request;
    request.set_approved_only(approved_only);
    const auto response = service_->ListEditions(request).value();
    return {response.editions().begin(), response.editions().end()};
  }
  v1::Edition Only() {
    const auto editions = Editions();
    EXPECT_THAT(editions, SizeIs(1));
    return editions.empty() ? v1::Edition() : editions.front();
  }
  static std::vector<std::string> ItemsOf(const v1::Edition& edition) {
    std::vector<std::string> ids;
    for (const v1::EditionItem& item : edition.items()) ids.push_back(item.item_id());
    return ids;
  }
  void PublishPair() {
    DraftAdaVsBob();
    ASSERT_TRUE(Do(v1::APPROVE).ok());
    Settle();
  }
  // One comparison published and its week over.
  v1::Edition Drafted() {
    PublishPair();
    PassTime(kWeek);
    return Only();
  }
  // Moves on where nothing can be waited for.
  void PassQuietly(absl::Duration by) {
    service_.reset();
    clock_.Advance(by);
    Open();
  }
  absl::StatusOr<v1::Edition> Decide(v1::EditionDecision::Kind kind, const std::string& editor = "eve",
                                     const std::string& hash = "", const std::string& request_id = "") {
    v1::DecideEditionRequest request;
    v1::EditionDecision& decision = *request.mutable_decision();
    decision.set_edition_id("2026-W06");
    decision.set_kind(kind);
    decision.set_content_hash(hash.empty() ? Only().content_hash() : hash);
    decision.set_editor(editor);
    decision.set_request_id(request_id);
    if (kind == v1::EditionDecision::REJECT) decision.set_reason("too thin");
    if (kind == v1::EditionDecision::EDIT) decision.set_title("Another title");
    if (kind == v1::EditionDecision::EDIT) decision.set_introduction("Hello.\n\nA good week.");
    return service_->DecideEdition(request);
  }
  static constexpr auto kEdit = v1::EditionDecision::EDIT;
  static constexpr auto kApprove = v1::EditionDecision::APPROVE;
  static constexpr auto kReject = v1::EditionDecision::REJECT;
  static constexpr auto kReopen = v1::EditionDecision::REOPEN;
};

TEST_F(EditionTest, AWeekThatIsOverIsDrafted) {
  const v1::Edition edition = Drafted();
  EXPECT_EQ(edition.edition_id(), "2026-W06");
  EXPECT_EQ(edition.title(), "Week 06: 2 to 8 February 2026");
  EXPECT_EQ(edition.state(), v1::Edition::DRAFTED);
  ASSERT_THAT(ItemsOf(edition), ElementsAre("published/ada-vs-bob"));
  EXPECT_EQ(edition.items(0).title(), "Ada vs Bob");
  EXPECT_EQ(edition.items(0).text(), "Ada: 1 of 2 say ship. Bob: 1 of 2 say ship.");
  EXPECT_EQ(edition.items(0).path(), "/compare/ada-vs-bob");
  EXPECT_EQ(edition.content_hash(), EditionHash(edition));
}

TEST_F(EditionTest, NothingIsDraftedBeforeTheWeekIsOver) {
  PublishPair();
  PassQuietly(kWeek - absl::Hours(4));
  DraftAdaVsBob();  // Whatever is told, the follower looks at the clock.
  EXPECT_THAT(Editions(), IsEmpty());
}

TEST_F(EditionTest, AWeekInWhichNothingHappenedHasNoEdition) {
  DraftAdaVsBob();
  PassQuietly(kWeek);
  Announce({Model("Cleo")});
  EXPECT_THAT(Editions(), IsEmpty());
}

TEST_F(EditionTest, WhatWasWithdrawnIsNotToldOf) {
  PublishPair();
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  PassQuietly(kWeek);
  Announce({Model("Cleo")});
  EXPECT_THAT(Editions(), IsEmpty());
}

TEST_F(EditionTest, AWeekIsDraftedOnce) {
  Drafted();
  const uint64_t drafted = log_->LastSequence();
  Reopen();
  Announce({Model("Cleo")});
  EXPECT_THAT(Editions(), SizeIs(1));
  EXPECT_EQ(log_->Read(drafted)->subject, "edition.drafted");
}

TEST_F(EditionTest, AChangeOfALaterWeekIsToldOfThen) {
  Drafted();
  ChangeAda("MIT", 2);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  PassTime(kWeek);
  ASSERT_THAT(Editions(), SizeIs(2));
  EXPECT_EQ(Editions()[0].edition_id(), "2026-W07");
  EXPECT_THAT(ItemsOf(Editions()[0]), ElementsAre("changed/ada-vs-bob"));
}

TEST_F(EditionTest, AChangeOfTheSameWeekIsNoSecondItem) {
  PublishPair();
  ChangeAda("MIT", 2);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  PassTime(kWeek);
  EXPECT_THAT(ItemsOf(Only()), ElementsAre("published/ada-vs-bob"));
}

TEST_F(EditionTest, ACorrectionIsToldOf) {
  Tell({Licensed(Model("Ada"), "MIT")});
  Tell({Licensed(Model("Bob"), "MIT")});
  Review("ada");
  Review("bob");
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  PassTime(kWeek);
  v1::IssueCorrectionRequest request;
  request.mutable_correction()->set_tool_id("ada");
  request.mutable_correction()->set_field("license");
  request.mutable_correction()->add_values("Apache-2.0");
  request.mutable_correction()->set_note("The licence was wrong.");
  request.mutable_correction()->set_editor("eve");
  ASSERT_TRUE(service_->IssueCorrection(request).ok());
  PassTime(kWeek);
  const v1::Edition edition = Editions().front();
  ASSERT_THAT(edition.items(), SizeIs(1));
  EXPECT_EQ(edition.items(0).kind(), v1::EditionItem::CORRECTED);
  EXPECT_EQ(edition.items(0).title(), "Ada");
  EXPECT_EQ(edition.items(0).text(), "The licence was wrong.");
}

TEST_F(EditionTest, WeeksMissedWhileTheAggregatorWasDownAreMadeUp) {
  PublishPair();
  Settle();
  const uint64_t before = log_->LastSequence();
  PassQuietly(3 * kWeek);
  v1::WaitForChangeRequest request;
  request.set_after_sequence(before);
  ASSERT_TRUE(service_->WaitForChange(request).ok());
  EXPECT_EQ(Only().edition_id(), "2026-W06");
}

TEST_F(EditionTest, NoWeekIsMadeUpAfterTwoMonths) {
  PublishPair();
  PassQuietly(10 * kWeek);
  Announce({Model("Cleo")});
  EXPECT_THAT(Editions(), IsEmpty());
}

TEST_F(EditionTest, AnApprovalNamesTheContentThatWasRead) {
  const v1::Edition edition = Drafted();
  const absl::Status stale = Decide(kApprove, "eve", std::string(64, '0')).status();
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(Editions(true), IsEmpty());
  const auto approved = Decide(kApprove);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), v1::Edition::APPROVED);
  ASSERT_THAT(Editions(true), SizeIs(1));
  EXPECT_THAT(Editions(true)[0].decisions(), IsEmpty());
}

TEST_F(EditionTest, AnEditChangesWordsAndTakesItemsOut) {
  Drafted();
  const auto edited = Decide(kEdit);
  ASSERT_TRUE(edited.ok()) << edited.status();
  EXPECT_EQ(edited->title(), "Another title");
  EXPECT_EQ(edited->introduction(), "Hello.\n\nA good week.");
  EXPECT_THAT(edited->items(), IsEmpty());
  EXPECT_EQ(edited->content_hash(), EditionHash(*edited));
}

TEST_F(EditionTest, WhatIsRejectedCanBeReopenedAndWhatIsOutStays) {
  Drafted();
  ASSERT_TRUE(Decide(kReject).ok());
  EXPECT_EQ(Decide(kApprove).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Decide(kReopen).ok());
  ASSERT_TRUE(Decide(kApprove).ok());
  EXPECT_EQ(Decide(kReject).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Decide(kEdit).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(EditionTest, TheSameRequestHasNoFurtherEffect) {
  Drafted();
  const std::string hash = Only().content_hash();
  ASSERT_TRUE(Decide(kApprove, "eve", hash, "one").ok());
  const uint64_t before = log_->LastSequence();
  ASSERT_TRUE(Decide(kApprove, "eve", hash, "one").ok());
  EXPECT_EQ(log_->LastSequence(), before);
  EXPECT_EQ(Decide(kReject, "eve", hash, "one").status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(EditionTest, FourEyesNeedTwoEditors) {
  Drafted();
  WithFourEyes();
  EXPECT_EQ(Decide(kApprove, "eve")->state(), v1::Edition::DRAFTED);
  EXPECT_EQ(Decide(kApprove, "eve").status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Decide(kEdit, "eve").ok());
  EXPECT_EQ(Decide(kApprove, "mia")->state(), v1::Edition::DRAFTED);
  const auto approved = Decide(kApprove, "eve");
  EXPECT_EQ(approved->state(), v1::Edition::APPROVED);
  EXPECT_EQ(approved->decisions().rbegin()->first_editor(), "mia");
}

TEST_F(EditionTest, OfManyAtOnceOneWins) {
  Drafted();
  const std::string hash = Only().content_hash();
  std::atomic<int> won = 0;
  std::vector<std::thread> editors;
  for (int i = 0; i < 8; ++i) {
    editors.emplace_back([&, i] {
      won += Decide(i % 2 == 0 ? kApprove : kReject, absl::StrCat("editor", i), hash).ok() ? 1 : 0;
    });
  }
  for (std::thread& editor : editors) editor.join();
  EXPECT_EQ(won, 1);
}

TEST_F(EditionTest, WhatIsNoEditIsRefused) {
  Drafted();
  v1::DecideEditionRequest request;
  request.mutable_decision()->set_edition_id("2026-W06");
  request.mutable_decision()->set_kind(kEdit);
  request.mutable_decision()->set_content_hash(Only().content_hash());
  for (const std::string& title : {std::string(), std::string(201, 'x'), std::string("two\nlines")}) {
    request.mutable_decision()->set_title(title);
    EXPECT_EQ(service_->DecideEdition(request).status().code(), absl::StatusCode::kInvalidArgument);
  }
  request.mutable_decision()->set_title("Good");
  EXPECT_EQ(service_->DecideEdition(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.mutable_decision()->add_item_ids("published/other");
  EXPECT_EQ(service_->DecideEdition(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.mutable_decision()->set_edition_id("2026-W05");
  EXPECT_EQ(service_->DecideEdition(request).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace seaworthy
