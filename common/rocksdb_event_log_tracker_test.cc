#include "common/rocksdb_event_log_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace seaworthy {
namespace {

using Answerable = DeliveryTracker::Answerable;
using Entry = DeliveryTracker::Entry;
using event_log_format::DeliveryState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kSecond = 1'000'000;

// A subscription to everything in a log of ten records; answers are due after
// 30 s.
class DeliveryTrackerTest : public testing::Test {
 protected:
  DeliveryTrackerTest() {
    for (uint64_t i = 1; i <= 10; ++i) index_.Add(i, "a");
    options_.name = "reader";
    options_.max_in_flight = 3;
    options_.max_attempts = 5;
  }

  // As found at a start: records up to `cursor` were delivered.
  void Restore(uint64_t cursor) { tracker_.Restore({cursor, {}}, 0); }
  void RestoreInFlight(uint64_t sequence, uint32_t attempts) {
    tracker_.RestoreDelivery(sequence, {DeliveryState::kInFlight, attempts, 0, 30 * kSecond}, 0);
  }

  DeliveryTracker::Picked Pick(int64_t now_us = 0, size_t max = 10) {
    return tracker_.Pick(options_, index_, max, now_us);
  }
  // Picks and hands out; the sequences.
  std::vector<uint64_t> Deliver(int64_t now_us = 0, size_t max = 10) {
    const DeliveryTracker::Picked picked = Pick(now_us, max);
    tracker_.Delivered(picked, now_us, absl::Seconds(30));
    return Sequences(picked.deliver);
  }
  static std::vector<uint64_t> Sequences(const std::vector<DeliveryTracker::Candidate>& candidates) {
    std::vector<uint64_t> sequences;
    for (const auto& candidate : candidates) sequences.push_back(candidate.sequence);
    return sequences;
  }
  Answerable Check(uint64_t sequence, uint32_t attempt, bool any_attempt = false) const {
    Delivery delivery;
    delivery.record.sequence = sequence;
    delivery.attempt = attempt;
    return tracker_.Check(delivery, any_attempt);
  }
  void Retry(uint64_t sequence, uint32_t attempts, int64_t due_us) {
    tracker_.Reschedule(sequence, {DeliveryState::kRetrying, attempts, 0, due_us});
  }

  SubjectIndex index_;
  SubscriptionOptions options_;
  DeliveryTracker tracker_;
};

TEST_F(DeliveryTrackerTest, NoMoreAreOutThanMayBe) {
  EXPECT_THAT(Deliver(), ElementsAre(1, 2, 3));
  EXPECT_THAT(Deliver(), IsEmpty());
  tracker_.Settle(2);
  EXPECT_THAT(Deliver(), ElementsAre(4));
}

TEST_F(DeliveryTrackerTest, OneAskedForIsOnePicked) {
  EXPECT_THAT(Deliver(0, 1), ElementsAre(1));
  EXPECT_THAT(Deliver(31 * kSecond, 1), ElementsAre(1));
}

TEST_F(DeliveryTrackerTest, WhatIsBeingWrittenIsNotPickedTwice) {
  Deliver();
  const DeliveryTracker::Picked first = Pick(31 * kSecond);
  EXPECT_THAT(Sequences(first.deliver), ElementsAre(1, 2, 3));
  EXPECT_TRUE(Pick(31 * kSecond).empty());
  EXPECT_EQ(Check(1, 1), Answerable::kBusy);
  tracker_.Undo(first);
  EXPECT_THAT(Sequences(Pick(31 * kSecond).deliver), ElementsAre(1, 2, 3));
}

TEST_F(DeliveryTrackerTest, AnAnswerCountsForTheDeliveryItIsOf) {
  Deliver();
  EXPECT_EQ(Check(1, 1), Answerable::kYes);
  Deliver(31 * kSecond);
  EXPECT_EQ(Check(1, 1), Answerable::kStale);
  EXPECT_EQ(Check(1, 1, /*any_attempt=*/true), Answerable::kYes);
  EXPECT_EQ(Check(1, 2), Answerable::kYes);
  tracker_.Settle(1);
  EXPECT_EQ(Check(1, 2), Answerable::kSettled);
  EXPECT_EQ(Check(9, 1), Answerable::kUnknown);
}

TEST_F(DeliveryTrackerTest, AnswersToWhatIsGoneChangeNothing) {
  Deliver();
  tracker_.Settle(1);
  tracker_.Settle(1);
  Retry(1, 1, 0);
  tracker_.Extend(1, 99 * kSecond);
  tracker_.SetBusy(1, true);
  EXPECT_EQ(tracker_.Status("reader", index_).in_flight, 2u);
  EXPECT_THAT(Deliver(), ElementsAre(4));
}

TEST_F(DeliveryTrackerTest, ARetryWaitsForItsTimeAndForRoom) {
  Deliver();
  Retry(1, 1, 10 * kSecond);
  EXPECT_THAT(Deliver(9 * kSecond), ElementsAre(4));
  // Three are out again.
  EXPECT_THAT(Deliver(11 * kSecond), IsEmpty());
  tracker_.Settle(4);
  EXPECT_THAT(Deliver(11 * kSecond), ElementsAre(1));
}

TEST_F(DeliveryTrackerTest, MoreTimeIsTimeToAnswer) {
  Deliver(0, 1);
  tracker_.Extend(1, 60 * kSecond);
  EXPECT_THAT(Deliver(31 * kSecond, 1), ElementsAre(2));
}

TEST_F(DeliveryTrackerTest, TheLastAttemptIsFollowedByGivingUp) {
  Restore(1);
  tracker_.RestoreDelivery(1, {DeliveryState::kRetrying, 5, 0, 0}, 0);
  const DeliveryTracker::Picked picked = Pick();
  EXPECT_THAT(Sequences(picked.give_up), ElementsAre(1));
  EXPECT_THAT(Sequences(picked.deliver), ElementsAre(2, 3, 4));
  tracker_.Delivered(picked, 0, absl::Seconds(30));
  EXPECT_EQ(Check(1, 5), Answerable::kSettled);
}

TEST_F(DeliveryTrackerTest, WhatWasOutAtTwoCrashesGoesAlone) {
  Restore(2);
  RestoreInFlight(1, 2);
  RestoreInFlight(2, 2);
  EXPECT_THAT(Deliver(), ElementsAre(1));
  EXPECT_THAT(Deliver(), IsEmpty());
  Retry(1, 2, 60 * kSecond);
  EXPECT_THAT(Deliver(), ElementsAre(2));
  EXPECT_THAT(Deliver(), IsEmpty());
  tracker_.Settle(2);
  EXPECT_THAT(Deliver(), ElementsAre(3, 4, 5));
}

TEST_F(DeliveryTrackerTest, ASuspectWaitsUntilNothingElseIsOut) {
  Restore(2);
  RestoreInFlight(1, 1);
  RestoreInFlight(2, 2);
  EXPECT_THAT(Deliver(), ElementsAre(1));
  EXPECT_THAT(Deliver(), IsEmpty());
  tracker_.Settle(1);
  EXPECT_THAT(Deliver(), ElementsAre(2));
}

TEST_F(DeliveryTrackerTest, AClockThatGoesBackTakesWaitingTimesWithIt) {
  Deliver(100 * kSecond);
  Retry(1, 1, 110 * kSecond);
  EXPECT_THAT(Deliver(50 * kSecond), ElementsAre(4));
  tracker_.Settle(4);
  EXPECT_THAT(Deliver(61 * kSecond, 1), ElementsAre(1));
}

TEST_F(DeliveryTrackerTest, ASettledRecordBeginsAgainOnce) {
  Deliver();
  tracker_.Settle(1);
  const Entry entry = {DeliveryState::kRetrying, 0, 0, 0};
  EXPECT_TRUE(tracker_.BeginAgain(1, entry));
  EXPECT_FALSE(tracker_.BeginAgain(1, entry));
  EXPECT_THAT(Deliver(), ElementsAre(4));
  tracker_.Settle(4);
  tracker_.SetBusy(1, false);
  EXPECT_THAT(Deliver(), ElementsAre(1));
}

TEST_F(DeliveryTrackerTest, WhatIsHandedBackHasNotCounted) {
  Deliver(0, 2);
  Retry(1, 1, 5 * kSecond);
  const auto handed = tracker_.HandBack(kSecond);
  ASSERT_EQ(handed.size(), 1u);
  EXPECT_EQ(handed[0].first, 2u);
  EXPECT_EQ(handed[0].second.attempts, 0u);
}

TEST_F(DeliveryTrackerTest, AfterUnknownWritesTheDiskDecides) {
  Deliver();
  tracker_.Reconcile(4,
                     {{1, {DeliveryState::kInFlight, 1, 0, 30 * kSecond}},
                      {2, {DeliveryState::kRetrying, 1, 0, 40 * kSecond}},
                      {4, {DeliveryState::kInFlight, 1, 0, 30 * kSecond}}},
                     kSecond);
  EXPECT_EQ(Check(1, 1), Answerable::kYes);
  EXPECT_EQ(Check(2, 1), Answerable::kStale);
  EXPECT_EQ(Check(3, 1), Answerable::kSettled);
  EXPECT_THAT(Deliver(2 * kSecond, 1), ElementsAre(4));
}

TEST_F(DeliveryTrackerTest, WhatIsBeingWrittenOutlivesUnknownWrites) {
  Deliver();
  tracker_.SetBusy(1, true);
  tracker_.SetBusy(2, true);
  tracker_.Reconcile(3, {{2, {DeliveryState::kRetrying, 1, 0, 0}}}, kSecond);
  EXPECT_EQ(Check(1, 1), Answerable::kBusy);
  EXPECT_EQ(Check(2, 1), Answerable::kBusy);
  EXPECT_EQ(Check(3, 1), Answerable::kSettled);
}

TEST_F(DeliveryTrackerTest, TheFirstUnsettledRecordIsTheOldestOfBoth) {
  EXPECT_EQ(tracker_.FirstUnsettled(index_), 1u);
  Deliver();
  tracker_.Settle(1);
  EXPECT_EQ(tracker_.FirstUnsettled(index_), 2u);
  tracker_.Settle(2);
  tracker_.Settle(3);
  EXPECT_EQ(tracker_.FirstUnsettled(index_), 4u);
}

TEST_F(DeliveryTrackerTest, WhatIsTakenElsewhereSaysWhatIsOut) {
  Restore(3);
  RestoreInFlight(1, 2);
  tracker_.RestoreDelivery(2, {DeliveryState::kRetrying, 1, 0, 9}, 0);
  const SubscriptionState state = tracker_.Export("reader");
  ASSERT_EQ(state.unsettled.size(), 2u);
  EXPECT_TRUE(state.unsettled[0].in_flight);
  EXPECT_FALSE(state.unsettled[1].in_flight);
  EXPECT_EQ(state.cursor, 3u);
}

TEST_F(DeliveryTrackerTest, AnAttemptThatReachedTheDiskCounts) {
  Deliver();
  tracker_.Reconcile(3, {{1, {DeliveryState::kInFlight, 2, 0, 30 * kSecond}}}, kSecond);
  EXPECT_EQ(Check(1, 1), Answerable::kStale);
  EXPECT_EQ(tracker_.Status("reader", index_).retrying, 1u);
}

TEST_F(DeliveryTrackerTest, ASuspectThatIsNotDueKeepsNothingBack) {
  Restore(1);
  RestoreInFlight(1, 2);
  Retry(1, 2, 60 * kSecond);
  EXPECT_THAT(Deliver(0, 1), ElementsAre(2));
  RestoreInFlight(1, 2);
  tracker_.Extend(1, 60 * kSecond);
  EXPECT_THAT(Deliver(0, 1), ElementsAre(3));
}

TEST_F(DeliveryTrackerTest, ASuspectThatIsNotAnsweredComesAloneAgain) {
  Restore(1);
  RestoreInFlight(1, 2);
  EXPECT_THAT(Deliver(), ElementsAre(1));
  EXPECT_THAT(Deliver(31 * kSecond), ElementsAre(1));
  EXPECT_EQ(Check(1, 4), Answerable::kYes);
}

TEST_F(DeliveryTrackerTest, OfWhatIsDueNoMoreComesThanWasAskedFor) {
  Deliver();
  EXPECT_THAT(Deliver(31 * kSecond, 2), ElementsAre(1, 2));
  EXPECT_THAT(Deliver(31 * kSecond, 2), ElementsAre(3));
}

TEST_F(DeliveryTrackerTest, ARetryMayBePutOffAgain) {
  Deliver();
  Retry(1, 1, 10 * kSecond);
  Retry(1, 1, 20 * kSecond);
  EXPECT_EQ(tracker_.Status("reader", index_).in_flight, 2u);
  EXPECT_THAT(Deliver(11 * kSecond), ElementsAre(4));
}

}  // namespace
}  // namespace seaworthy
