// The event log's contract: what is not answered, fails, is given up on, comes
// again, and what clocks do to it. Included by event_log_contract_test.h.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/event_log_contract_fixture.h"

namespace seaworthy {

TEST_P(EventLogContract, WhatIsNotAnsweredInTimeComesAgain) {
  AppendMany(1);
  const auto reader = Open();
  FetchOne(*reader);
  EXPECT_TRUE(HasNothing(*reader));
  harness().Advance(absl::Seconds(31));
  EXPECT_EQ(FetchOne(*reader).attempt, 2u);
}

TEST_P(EventLogContract, AWaitingFetchNoticesThatTimeHasMoved) {
  AppendMany(1);
  const auto reader = Open();
  FetchOne(*reader);
  std::thread mover([this] { harness().Advance(absl::Seconds(31)); });
  EXPECT_EQ(FetchOne(*reader).attempt, 2u);
  mover.join();
}

TEST_P(EventLogContract, AFetchThatFindsNothingDueEndsInTime) {
  AppendMany(1);
  const auto reader = Open();
  FetchOne(*reader);
  EXPECT_TRUE(Fetch(*reader, 1, absl::Milliseconds(50)).empty());
}

TEST_P(EventLogContract, InProgressStartsTheTimeAnew) {
  AppendMany(1);
  const auto reader = Open();
  const Delivery delivery = FetchOne(*reader);
  harness().Advance(absl::Seconds(20));
  ASSERT_TRUE(reader->InProgress(delivery).ok());
  harness().Advance(absl::Seconds(20));
  EXPECT_TRUE(HasNothing(*reader));
  harness().Advance(absl::Seconds(11));
  EXPECT_EQ(FetchOne(*reader).attempt, 2u);
}

TEST_P(EventLogContract, ALateAcknowledgementStillCounts) {
  AppendMany(1);
  const auto reader = Open();
  const Delivery late = FetchOne(*reader);
  harness().Advance(absl::Seconds(31));
  FetchOne(*reader);
  ASSERT_TRUE(reader->Ack(late).ok());
  harness().Advance(absl::Seconds(31));
  EXPECT_TRUE(HasNothing(*reader));
}

TEST_P(EventLogContract, RetryAfterWaitsForTheDelay) {
  AppendMany(1);
  const auto reader = Open();
  ASSERT_TRUE(reader->RetryAfter(FetchOne(*reader), absl::Minutes(5), "busy").ok());
  harness().Advance(absl::Minutes(4));
  EXPECT_TRUE(HasNothing(*reader));
  harness().Advance(absl::Minutes(2));
  EXPECT_EQ(FetchOne(*reader).attempt, 2u);
}

TEST_P(EventLogContract, RetryAfterSurvivesACrash) {
  AppendMany(1);
  const auto reader = Open();
  ASSERT_TRUE(reader->RetryAfter(FetchOne(*reader), absl::Minutes(5), "busy").ok());
  harness().CrashAndReopen();
  const auto after = Open();
  EXPECT_TRUE(HasNothing(*after));
  harness().Advance(absl::Minutes(6));
  EXPECT_EQ(FetchOne(*after).attempt, 2u);
}

TEST_P(EventLogContract, ARetryHoldsNothingElseUp) {
  AppendMany(2);
  SubscriptionOptions options = Named("narrow");
  options.max_in_flight = 1;
  const auto reader = Open(options);
  ASSERT_TRUE(reader->RetryAfter(FetchOne(*reader), absl::Minutes(5), "busy").ok());
  EXPECT_EQ(FetchOne(*reader).record.sequence, 2u);
}

TEST_P(EventLogContract, TheLastFailureMakesADeadLetter) {
  AppendMany(1);
  const auto reader = Open();
  for (int attempt = 0; attempt < 5; ++attempt) {
    ASSERT_TRUE(reader->RetryAfter(FetchOne(*reader), absl::ZeroDuration(), "still broken").ok());
  }
  const v1::DeadLetter letter = LastLetter();
  EXPECT_EQ(letter.subscription(), "reader");
  EXPECT_EQ(letter.sequence(), 1u);
  EXPECT_EQ(letter.subject(), "test.made");
  EXPECT_EQ(letter.attempts(), 5u);
  EXPECT_EQ(letter.reason(), "still broken");
}

TEST_P(EventLogContract, RejectMakesADeadLetterAtOnceAndForGood) {
  AppendMany(1);
  SubscriptionOptions options = Named("reader");
  options.subjects = {"test.made"};
  const auto reader = Open(options);
  ASSERT_TRUE(reader->Reject(FetchOne(*reader), "not for us").ok());
  EXPECT_EQ(LastLetter().reason(), "not for us");
  EXPECT_EQ(log().Read(2)->dedup_id, "dead:reader:1");
  harness().CrashAndReopen();
  const auto after = Open(options);
  EXPECT_TRUE(HasNothing(*after));
  EXPECT_EQ(StatusOf("reader").dead, 1u);
}

TEST_P(EventLogContract, WhatIsNeverAnsweredBecomesADeadLetterToo) {
  AppendMany(1);
  SubscriptionOptions options = Named("reader");
  options.subjects = {"test.made"};
  const auto reader = Open(options);
  for (int attempt = 0; attempt < 5; ++attempt) {
    FetchOne(*reader);
    harness().Advance(absl::Seconds(31));
  }
  EXPECT_TRUE(HasNothing(*reader));
  EXPECT_EQ(LastLetter().attempts(), 5u);
}

TEST_P(EventLogContract, ARecordThatKillsItsConsumerIsParked) {
  AppendMany(1);
  SubscriptionOptions options = Named("reader");
  options.subjects = {"test.made"};
  for (uint32_t attempt = 1; attempt <= 5; ++attempt) {
    const auto reader = Open(options);
    EXPECT_EQ(FetchOne(*reader).attempt, attempt);
    harness().CrashAndReopen();
  }
  const auto reader = Open(options);
  EXPECT_TRUE(HasNothing(*reader));
  EXPECT_EQ(LastLetter().sequence(), 1u);
}

TEST_P(EventLogContract, ADeadLetterThatFailsMakesNoOther) {
  AppendMany(1);
  const auto reader = Open();
  ASSERT_TRUE(reader->Reject(FetchOne(*reader), "first").ok());
  ASSERT_TRUE(reader->Reject(FetchOne(*reader), "second").ok());
  EXPECT_EQ(log().LastSequence(), 2u);
  EXPECT_TRUE(HasNothing(*reader));
}

TEST_P(EventLogContract, WhatWasGivenUpCanComeAgainFromItsFirstAttempt) {
  AppendMany(1);
  SubscriptionOptions options = Named("reader");
  options.subjects = {"test.made"};
  const auto reader = Open(options);
  ASSERT_TRUE(reader->Reject(FetchOne(*reader), "not yet").ok());
  const absl::StatusOr<Appended> again = log().Redeliver("reader", 1, Event("again", "test.note"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(log().FindByDedupId("again")->sequence, again->sequence);
  const Delivery delivery = FetchOne(*reader);
  EXPECT_EQ(delivery.record.sequence, 1u);
  EXPECT_EQ(delivery.attempt, 1u);
}

TEST_P(EventLogContract, ARedeliverySurvivesACrashTogetherWithItsNote) {
  AppendMany(2);
  const auto reader = Open();
  for (const Delivery& delivery : Fetch(*reader, 2)) ASSERT_TRUE(reader->Ack(delivery).ok());
  ASSERT_TRUE(log().Redeliver("reader", 1, Event("again", "test.note")).ok());
  harness().CrashAndReopen();
  EXPECT_EQ(log().LastSequence(), 3u);
  const auto after = Open();
  EXPECT_EQ(SequencesOf(Fetch(*after, 10)), (Sequences{1, 3}));
}

TEST_P(EventLogContract, ASubscriptionThatIsClosedFindsItsRedeliveryLater) {
  AppendMany(1);
  {
    const auto reader = Open();
    ASSERT_TRUE(reader->Ack(FetchOne(*reader)).ok());
  }
  ASSERT_TRUE(log().Redeliver("reader", 1, Event("again", "test.note")).ok());
  EXPECT_EQ(FetchOne(*Open()).record.sequence, 1u);
}

TEST_P(EventLogContract, ARedeliveryAskedForTwiceHappensOnce) {
  AppendMany(1);
  const auto reader = Open();
  ASSERT_TRUE(reader->Ack(FetchOne(*reader)).ok());
  ASSERT_TRUE(log().Redeliver("reader", 1, Event("again", "test.note")).ok());
  for (const Delivery& delivery : Fetch(*reader, 2)) ASSERT_TRUE(reader->Ack(delivery).ok());
  const absl::StatusOr<Appended> second = log().Redeliver("reader", 1, Event("again", "test.note"));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->duplicate);
  EXPECT_TRUE(HasNothing(*reader));
}

TEST_P(EventLogContract, WhatIsUnderWayOrNeverCameIsNotDeliveredAgain) {
  AppendMany(2);
  const auto reader = Open();
  FetchOne(*reader);
  EXPECT_EQ(log().Redeliver("reader", 1, Event("a")).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(log().Redeliver("reader", 2, Event("a")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(log().Redeliver("reader", 0, Event("a")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(log().Redeliver("nobody", 1, Event("a")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(log().Redeliver("reader", 1, Event("")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log().LastSequence(), 2u);
}

TEST_P(EventLogContract, OfManyWhoAskForARedeliveryAtOnceOneIsHeard) {
  AppendMany(1);
  const auto reader = Open();
  ASSERT_TRUE(reader->Ack(FetchOne(*reader)).ok());
  std::atomic<int> heard{0};
  std::vector<std::thread> editors;
  for (int i = 0; i < 16; ++i) {
    editors.emplace_back([this, &heard, i] {
      if (log().Redeliver("reader", 1, Event(absl::StrCat("again ", i), "test.note")).ok()) ++heard;
    });
  }
  for (std::thread& editor : editors) editor.join();
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(log().LastSequence(), 2u);
}

TEST_P(EventLogContract, WhatFailsAgainHasALetterOfItsOwn) {
  AppendMany(1);
  SubscriptionOptions options = Named("reader");
  options.subjects = {"test.made"};
  const auto reader = Open(options);
  ASSERT_TRUE(reader->Reject(FetchOne(*reader), "first").ok());
  ASSERT_TRUE(log().Redeliver("reader", 1, Event("again", "test.note")).ok());
  ASSERT_TRUE(reader->Reject(FetchOne(*reader), "second").ok());
  EXPECT_EQ(LastLetter().reason(), "second");
  EXPECT_EQ(StatusOf("reader").dead, 2u);
  harness().CrashAndReopen();
  EXPECT_EQ(StatusOf("reader").dead, 2u);
}

TEST_P(EventLogContract, AClockThatGoesBackLosesAndReordersNothing) {
  Append(Event("a"));
  const auto reader = Open();
  ASSERT_TRUE(reader->RetryAfter(FetchOne(*reader), absl::Minutes(1), "busy").ok());
  harness().Advance(-absl::Hours(24));
  Append(Event("b"));
  const Delivery second = FetchOne(*reader);
  EXPECT_EQ(second.record.sequence, 2u);
  ASSERT_TRUE(reader->Ack(second).ok());
  harness().Advance(absl::Minutes(2));
  EXPECT_EQ(FetchOne(*reader).record.sequence, 1u);
  harness().CrashAndReopen();
  EXPECT_EQ(log().LastSequence(), 2u);
}

TEST_P(EventLogContract, ARetryComesInTimeThoughTheClockWentBackMeanwhile) {
  AppendMany(1);
  const auto reader = Open();
  ASSERT_TRUE(reader->RetryAfter(FetchOne(*reader), absl::Minutes(1), "busy").ok());
  harness().Advance(-absl::Hours(24));
  harness().CrashAndReopen();
  const auto after = Open();
  EXPECT_TRUE(HasNothing(*after));
  harness().Advance(absl::Minutes(2));
  EXPECT_EQ(FetchOne(*after).record.sequence, 1u);
}

}  // namespace seaworthy
