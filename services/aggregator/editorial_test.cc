// Decisions, checklist, four eyes, schedules, embargoes, publications.
#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class EditorialTest : public EditorialFixture {};

TEST_F(EditorialTest, WhatIsSentBackWaitsUntilItIsReopened) {
  DraftAdaVsBob();
  ASSERT_EQ(Do(v1::SEND_BACK)->state(), v1::Comparison::SENT_BACK);
  const absl::Status refused = Do(v1::APPROVE).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Says(refused, "eve sent this content back; mend it, or reopen it as it is"));
  ASSERT_EQ(Do(v1::REOPEN)->state(), v1::Comparison::DRAFTED);
  EXPECT_TRUE(Do(v1::APPROVE).ok());
}

TEST_F(EditorialTest, WhatIsSentBackReturnsWhenItsContentChanges) {
  DraftAdaVsBob();
  ASSERT_TRUE(Do(v1::SEND_BACK).ok());
  ChangeAda("MIT", 2);
  EXPECT_EQ(Pair().state(), v1::Comparison::DRAFTED);
}

TEST_F(EditorialTest, OnlyWhatWasDecidedCanBeReopened) {
  DraftAdaVsBob();
  EXPECT_EQ(Do(v1::REOPEN).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Do(v1::REJECT).ok());
  EXPECT_EQ(Do(v1::REOPEN)->state(), v1::Comparison::DRAFTED);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  EXPECT_EQ(Do(v1::REOPEN)->state(), v1::Comparison::DRAFTED);
  EXPECT_FALSE(IsPublic());
}

TEST_F(EditorialTest, NobodyCanDecideACorrection) {
  DraftAdaVsBob();
  EXPECT_EQ(Do(v1::CORRECT).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(EditorialTest, AScheduledComparisonBecomesPublicWhenItsTimeComes) {
  DraftAdaVsBob();
  const auto scheduled = ScheduleIn(absl::Hours(2));
  ASSERT_TRUE(scheduled.ok()) << scheduled.status();
  EXPECT_EQ(scheduled->state(), v1::Comparison::SCHEDULED);
  EXPECT_FALSE(IsPublic());
  PassTime(absl::Hours(2));
  EXPECT_EQ(Pair().state(), v1::Comparison::APPROVED);
  EXPECT_FALSE(Pair().has_publish_time());
  EXPECT_EQ(Published(kPair)->decision().editor(), "eve");
  EXPECT_EQ(Published(kPair)->decision().kind(), v1::APPROVE);
}

TEST_F(EditorialTest, AScheduleThatFellDueWhileTheAggregatorWasDownIsMadeUp) {
  DraftAdaVsBob();
  ASSERT_TRUE(ScheduleIn(absl::Hours(2)).ok());
  Settle();
  const uint64_t before = log_->LastSequence();
  service_.reset();
  clock_.Advance(absl::Hours(50));
  Open();
  v1::WaitForChangeRequest request;
  request.set_after_sequence(before);
  ASSERT_TRUE(service_->WaitForChange(request).ok());
  Settle();
  EXPECT_TRUE(IsPublic());
  EXPECT_EQ(log_->Read(before + 1)->subject, "schedule.due");
}

TEST_F(EditorialTest, AChangeOfContentVoidsTheSchedule) {
  DraftAdaVsBob();
  ASSERT_TRUE(ScheduleIn(absl::Hours(2)).ok());
  ChangeAda("MIT", 2);
  EXPECT_EQ(Pair().state(), v1::Comparison::DRAFTED);
  EXPECT_FALSE(Pair().has_publish_time());
  clock_.Advance(absl::Hours(3));
  ChangeAda("Apache-2.0", 3);
  EXPECT_FALSE(IsPublic());
}

TEST_F(EditorialTest, WhatIsUnscheduledIsToDecideAgain) {
  DraftAdaVsBob();
  ASSERT_TRUE(ScheduleIn(absl::Hours(2)).ok());
  EXPECT_TRUE(Says(Do(v1::APPROVE).status(), "unschedule it first"));
  ASSERT_EQ(Do(v1::UNSCHEDULE)->state(), v1::Comparison::DRAFTED);
  clock_.Advance(absl::Hours(3));
  ASSERT_TRUE(ScheduleIn(absl::Hours(1)).ok());
  EXPECT_FALSE(IsPublic());
}

TEST_F(EditorialTest, AScheduleNeedsATimeToCome) {
  DraftAdaVsBob();
  EXPECT_EQ(ScheduleIn(absl::ZeroDuration()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ScheduleIn(absl::Hours(24 * 367)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(EditorialTest, AScheduleWhoseChecklistNoLongerHoldsSaysWhyAndIsDrafted) {
  DraftAdaVsBob();
  ASSERT_TRUE(ScheduleIn(absl::Hours(2)).ok());
  ASSERT_TRUE(Embargo("ada", absl::Hours(5)).ok());
  PassTime(absl::Hours(2));
  EXPECT_FALSE(IsPublic());
  EXPECT_EQ(Pair().state(), v1::Comparison::DRAFTED);
  EXPECT_EQ(Pair().last_decision().kind(), v1::UNSCHEDULE);
  EXPECT_EQ(Pair().last_decision().editor(), "schedule");
  EXPECT_NE(Pair().last_decision().reason().find("embargo: under embargo: `ada`"), std::string::npos);
}

TEST_F(EditorialTest, UnderEmbargoOnlyALaterScheduleIsTaken) {
  DraftAdaVsBob();
  ASSERT_TRUE(Embargo("bob", absl::Hours(5)).ok());
  EXPECT_EQ(FailedItems(), std::set<std::string>{"embargo"});
  EXPECT_TRUE(Says(Do(v1::APPROVE).status(), "schedule it for later, or lift the embargo"));
  EXPECT_EQ(ScheduleIn(absl::Hours(4)).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Pair().has_embargo_time());
  ASSERT_TRUE(ScheduleIn(absl::Hours(5)).ok());
  PassTime(absl::Hours(5));
  EXPECT_TRUE(IsPublic());
}

TEST_F(EditorialTest, AnEmbargoCanBeLifted) {
  DraftAdaVsBob();
  ASSERT_TRUE(Embargo("bob", absl::Hours(5)).ok());
  ASSERT_TRUE(Embargo("bob", absl::ZeroDuration()).ok());
  EXPECT_FALSE(Pair().has_embargo_time());
  EXPECT_TRUE(Do(v1::APPROVE).ok());
}

TEST_F(EditorialTest, ACleanDraftHasNothingToCheck) {
  DraftAdaVsBob();
  EXPECT_THAT(FailedItems(), IsEmpty());
}

TEST_F(EditorialTest, SourcesThatDisagreeBlockUntilAnEditorHasLooked) {
  Tell({Licensed(Model("Ada"), "MIT")}, From::Tier(v1::VENDOR));
  Tell({Model("Bob")});
  Tell({Licensed(Model("Ada"), "Apache-2.0")}, From::Tier(v1::THIRD_PARTY));
  Review("ada");
  Review("bob");
  EXPECT_EQ(FailedItems(), std::set<std::string>{"conflicts"});
  EXPECT_TRUE(Says(Do(v1::APPROVE).status(), "conflicts: sources disagree on license of `ada`"));
  ASSERT_TRUE(Correct("ada", "license", {"MIT"}).ok());
  EXPECT_THAT(FailedItems(), IsEmpty());
  EXPECT_TRUE(Do(v1::APPROVE).ok());
}

TEST_F(EditorialTest, TwoEditorsAreNeededUnderFourEyes) {
  DraftAdaVsBob();
  WithFourEyes();
  const auto first = Do(v1::APPROVE, "eve");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->first_approval().editor(), "eve");
  EXPECT_FALSE(IsPublic());
  EXPECT_TRUE(Says(Do(v1::APPROVE, "eve").status(), "another editor has to approve it too"));
  ASSERT_TRUE(Do(v1::APPROVE, "mia").ok());
  EXPECT_EQ(Published(kPair)->decision().editor(), "mia");
  EXPECT_EQ(Published(kPair)->decision().first_editor(), "eve");
  EXPECT_FALSE(Pair().has_first_approval());
}

TEST_F(EditorialTest, AChangeOfContentVoidsTheFirstApproval) {
  DraftAdaVsBob();
  WithFourEyes();
  ASSERT_TRUE(Do(v1::APPROVE, "eve").ok());
  EXPECT_THAT(FailedItems(), IsEmpty());
  ChangeAda("MIT", 2);
  EXPECT_EQ(FailedItems(), std::set<std::string>{"second_editor"});
  ASSERT_TRUE(Do(v1::APPROVE, "mia").ok());
  EXPECT_FALSE(IsPublic());
}

TEST_F(EditorialTest, WhatWasPublicBeforeCanBePublicAgain) {
  DraftAdaVsBob();
  const std::string first = HashOf(kPair);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  const auto since = Published(kPair)->first_publish_time();
  clock_.Advance(absl::Hours(1));
  ChangeAda("MIT", 2);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  ASSERT_TRUE(Do(v1::ROLL_BACK, "eve", first).ok());
  EXPECT_EQ(Published(kPair)->content_hash(), first);
  EXPECT_EQ(ToTime(Published(kPair)->first_publish_time()), ToTime(since));
  EXPECT_GT(ToTime(Published(kPair)->publish_time()), ToTime(since));
  EXPECT_EQ(Pair().state(), v1::Comparison::DRAFTED);
  ASSERT_EQ(Publications().size(), 3u);
  EXPECT_TRUE(Publications()[0].current());
  EXPECT_FALSE(Publications()[2].current());
}

TEST_F(EditorialTest, OnlyAPublicationCanBeRolledBackTo) {
  DraftAdaVsBob();
  EXPECT_EQ(Do(v1::ROLL_BACK).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  EXPECT_TRUE(Says(Do(v1::ROLL_BACK).status(), "that is what readers see now"));
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  ASSERT_TRUE(Do(v1::ROLL_BACK).ok());
  EXPECT_EQ(Pair().state(), v1::Comparison::APPROVED);
}

TEST_F(EditorialTest, EveryContentThatWasPublicCanBeRead) {
  DraftAdaVsBob();
  const std::string first = HashOf(kPair);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  ChangeAda("MIT", 2);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  v1::GetPublicationRequest request;
  request.set_comparison_id("bob-vs-ada");
  request.set_content_hash(first);
  EXPECT_EQ(service_->GetPublication(request)->content().a().revision().license(), "");
  request.set_content_hash("none");
  EXPECT_EQ(service_->GetPublication(request).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(EditorialTest, ChangesListEachComparisonOnceAsItIsNow) {
  DraftAdaVsBob();
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  const auto first = ChangesAfter(0);
  ASSERT_EQ(first.changes_size(), 1);
  EXPECT_EQ(first.changes(0).summary().a().name(), "Ada");
  ChangeAda("MIT", 2);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  ASSERT_EQ(ChangesAfter(0).changes_size(), 1);
  EXPECT_EQ(ChangesAfter(first.next_sequence()).changes(0).summary().content_hash(), HashOf(kPair));
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  const auto gone = ChangesAfter(first.next_sequence());
  ASSERT_EQ(gone.changes_size(), 1);
  EXPECT_FALSE(gone.changes(0).has_summary());
  EXPECT_EQ(ChangesAfter(gone.next_sequence()).changes_size(), 0);
}

TEST_F(EditorialTest, ChangesAreReadUpToWhatTheStateHasSeen) {
  DraftAdaVsBob();
  const auto none = ChangesAfter(0);
  EXPECT_EQ(none.changes_size(), 0);
  EXPECT_EQ(none.next_sequence(), service_->GetStatus({})->applied_sequence());
  // Who asked one that has seen more stays where it was.
  EXPECT_EQ(ChangesAfter(1'000'000).next_sequence(), 1'000'000u);
}

TEST_F(EditorialTest, AMergeAndItsUndoAreChanges) {
  Tell({Model("Ada")});
  Tell({Model("Bob")});
  Tell({Model("Cyd")});
  for (const char* tool : {"ada", "bob", "cyd"}) Review(tool);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  const uint64_t before = ChangesAfter(0).next_sequence();
  ASSERT_TRUE(Merge("cyd", "bob", "m").ok());
  ASSERT_EQ(ChangesAfter(before).changes_size(), 1);
  EXPECT_FALSE(ChangesAfter(before).changes(0).has_summary());
  ASSERT_TRUE(Undo("m").ok());
  EXPECT_TRUE(ChangesAfter(before).changes(0).has_summary());
  EXPECT_EQ(Published(kPair)->content_hash(), HashOf(kPair));
}

}  // namespace
}  // namespace seaworthy
