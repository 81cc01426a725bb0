#include "common/log_trim.h"

#include "absl/strings/str_join.h"
#include "common/event_log_test_wrapper.h"
#include "common/hash.h"
#include "common/log_copy_test_support.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {
namespace {

class LogTrimTest : public testing::Test {
 protected:
  LogTrimTest() : log_(*OpenAt(folder_.Sub("log"), &clock_)) {}

  void AppendMany(int count, absl::Duration apart = absl::ZeroDuration()) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(log_->Append(MadeEvent(static_cast<int>(log_->LastSequence()) + 1)).ok());
      clock_.Advance(apart);
    }
  }
  SnapshotMark MarkAt(uint64_t sequence) {
    return {sequence, ToHex(log_->Read(sequence)->hash), clock_.Now(), "/backups/1"};
  }
  TrimPlan Plan(const SnapshotMark& mark, absl::Duration keep = absl::ZeroDuration()) {
    clock_.Advance(absl::Seconds(1));
    const absl::StatusOr<TrimPlan> plan = PlanTrim(*log_, mark, keep, clock_.Now());
    EXPECT_TRUE(plan.ok()) << plan.status();
    return plan.ok() ? *plan : TrimPlan();
  }
  static std::string Reasons(const TrimPlan& plan) { return absl::StrJoin(plan.reasons, "\n"); }

  TestFolder folder_;
  FakeClock clock_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(LogTrimTest, WhatTheBackupCoversMayGo) {
  AppendMany(10);
  const TrimPlan plan = Plan(MarkAt(6));
  EXPECT_EQ(plan.first, 1u);
  EXPECT_EQ(plan.before, 7u);
  EXPECT_TRUE(log_->TrimBefore(plan.before).ok());
  EXPECT_EQ(Plan(MarkAt(7)).before, 8u);
}

TEST_F(LogTrimTest, TheLastRecordStays) {
  AppendMany(10);
  EXPECT_EQ(Plan(MarkAt(10)).before, 10u);
}

TEST_F(LogTrimTest, WhatIsYoungerThanTheRetentionStays) {
  AppendMany(10, absl::Hours(24));
  const TrimPlan plan = Plan(MarkAt(9), absl::Hours(24 * 4));
  EXPECT_EQ(plan.before, 8u) << Reasons(plan);
  EXPECT_NE(Reasons(plan).find("retention_days"), std::string::npos) << Reasons(plan);
}

TEST_F(LogTrimTest, WhatAQueueHasNotSettledStays) {
  AppendMany(10);
  const auto reader = *log_->Subscribe(MadeReader());
  const std::vector<Delivery> fetched = *reader->Fetch(5, absl::ZeroDuration());
  EXPECT_EQ(Plan(MarkAt(9)).before, 1u);
  for (size_t at : {0, 1, 2, 3}) ASSERT_TRUE(reader->Ack(fetched[at]).ok());
  EXPECT_EQ(Plan(MarkAt(9)).before, 5u);
  ASSERT_TRUE(reader->Ack(fetched[4]).ok());
  const TrimPlan plan = Plan(MarkAt(9));
  EXPECT_EQ(plan.before, 6u);
  EXPECT_TRUE(log_->TrimBefore(plan.before).ok());
}

TEST_F(LogTrimTest, WhatADeadLetterThatStaysIsAboutStaysToo) {
  AppendMany(5);
  {
    const auto reader = *log_->Subscribe(MadeReader());
    const std::vector<Delivery> fetched = *reader->Fetch(5, absl::ZeroDuration());
    for (size_t at : {0, 1, 3, 4}) ASSERT_TRUE(reader->Ack(fetched[at]).ok());
    ASSERT_TRUE(reader->Reject(fetched[2], "bad").ok());
  }
  EXPECT_EQ(Plan(MarkAt(5)).before, 3u) << "record 6 is the letter about record 3";
  ASSERT_TRUE(log_->Append({"other", "test.other", ""}).ok());
  EXPECT_EQ(Plan(MarkAt(6)).before, 7u);
}

TEST_F(LogTrimTest, ABackupWithoutAStateCoversNothing) {
  AppendMany(10);
  const TrimPlan plan = Plan({0, "", clock_.Now(), "/backups/1"});
  EXPECT_EQ(plan.before, plan.first);
  EXPECT_NE(Reasons(plan).find("the backup in /backups/1 covers no record"), std::string::npos)
      << Reasons(plan);
}

TEST_F(LogTrimTest, ABackupOfAnotherLogCoversNothing) {
  AppendMany(10);
  SnapshotMark mark = MarkAt(6);
  mark.log_hash = MarkAt(5).log_hash;
  EXPECT_EQ(PlanTrim(*log_, mark, absl::ZeroDuration(), clock_.Now()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  mark.sequence = 11;
  EXPECT_EQ(PlanTrim(*log_, mark, absl::ZeroDuration(), clock_.Now()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

// `change` of the source, with a title that tells definitions apart.
NewEvent SourceEvent(const std::string& id, v1::SourceChange::Kind kind, const std::string& title = "") {
  static int number = 0;
  v1::Event event;
  v1::SourceChange& change = *event.mutable_source_changed()->mutable_change();
  change.set_kind(kind);
  change.mutable_source()->set_source_id(id);
  change.mutable_source()->set_title(title);
  return {absl::StrCat("source:", ++number), "source.changed", event.SerializeAsString()};
}

TEST_F(LogTrimTest, SourcesWhoseDefinitionGoesAreToldOfAgain) {
  using Change = v1::SourceChange;
  for (const NewEvent& event :
       {SourceEvent("old", Change::PUT, "first"), SourceEvent("old", Change::PUT, "second"),
        SourceEvent("gone", Change::PUT), SourceEvent("new", Change::PUT, "before"),
        SourceEvent("gone", Change::REMOVE), SourceEvent("new", Change::PUT, "after"),
        SourceEvent("old", Change::PAUSE)}) {
    ASSERT_TRUE(log_->Append(event).ok());
  }
  TrimPlan plan;
  plan.before = 6;
  const absl::StatusOr<std::vector<NewEvent>> kept = SourcesToKeep(*log_, plan);
  ASSERT_TRUE(kept.ok() && kept->size() == 1) << kept.status();
  v1::Event event;
  ASSERT_TRUE(event.ParseFromString(kept->front().payload));
  EXPECT_EQ(event.source_changed().change().source().source_id(), "old");
  EXPECT_EQ(event.source_changed().change().source().title(), "second");
  EXPECT_TRUE(event.source_changed().change().source().paused());
  EXPECT_EQ(SourcesToKeep(*log_, plan)->front().dedup_id, kept->front().dedup_id);
}

TEST_F(LogTrimTest, ABackupOlderThanTheLastTrimCoversNothingMore) {
  AppendMany(10);
  const SnapshotMark old = MarkAt(3);
  ASSERT_TRUE(log_->TrimBefore(6).ok());
  const TrimPlan plan = Plan(old);
  EXPECT_EQ(plan.first, 6u);
  EXPECT_EQ(plan.before, 6u);
}

// An event about the record `sequence`.
NewEvent Replayed(const std::string& id, uint64_t sequence) {
  v1::Event event;
  event.mutable_dead_letter_replayed()->set_sequence(sequence);
  return {id, "dead_letter.replayed", event.SerializeAsString()};
}

TEST_F(LogTrimTest, WhatARedeliveryThatStaysIsAboutStaysToo) {
  AppendMany(1);
  ASSERT_TRUE(log_->Append(Replayed("early", 1)).ok());
  AppendMany(3);
  ASSERT_TRUE(log_->Append({"unreadable", "dead_letter.replayed", "\xff"}).ok());
  ASSERT_TRUE(log_->Append(Replayed("late", 4)).ok());
  EXPECT_EQ(Plan(MarkAt(6)).before, 4u);
}

TEST_F(LogTrimTest, ALogThatGivesLessThanItHoldsIsNotPlannedFor) {
  AppendMany(5);
  SilentLog silent(log_.get());
  EXPECT_EQ(PlanTrim(silent, MarkAt(3), absl::ZeroDuration(), clock_.Now()).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(LogTrimTest, ASourceThatGoesOnAndOneNobodyDefinedAreNotMistaken) {
  using Change = v1::SourceChange;
  for (const NewEvent& event : {SourceEvent("one", Change::PUT), SourceEvent("one", Change::PAUSE),
                                SourceEvent("one", Change::RESUME), SourceEvent("none", Change::PAUSE),
                                MadeEvent(1), NewEvent{"odd", "source.changed", "\xff"}}) {
    ASSERT_TRUE(log_->Append(event).ok());
  }
  TrimPlan plan;
  plan.before = 5;
  const absl::StatusOr<std::vector<NewEvent>> kept = SourcesToKeep(*log_, plan);
  ASSERT_TRUE(kept.ok() && kept->size() == 1) << kept.status();
  v1::Event event;
  ASSERT_TRUE(event.ParseFromString(kept->front().payload));
  EXPECT_FALSE(event.source_changed().change().source().paused());
}

}  // namespace
}  // namespace seaworthy
