// The event log's contract: what subscriptions deliver, and answers to it.
// Included by event_log_contract_test.h.
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

TEST_P(EventLogContract, ASubscriptionDeliversFromTheFirstRecordInOrder) {
  AppendMany(3);
  const auto reader = Open();
  const std::vector<Delivery> fetched = Fetch(*reader, 10);
  EXPECT_EQ(SequencesOf(fetched), (Sequences{1, 2, 3}));
  EXPECT_EQ(fetched[0].attempt, 1u);
  EXPECT_EQ(fetched[0].record.payload, "payload");
  EXPECT_TRUE(HasNothing(*reader));
}

TEST_P(EventLogContract, ASubscriptionDeliversOnlyItsSubjects) {
  AppendMany(2, "test.one");
  AppendMany(2, "test.two");
  AppendMany(1, "test.one");
  SubscriptionOptions options = Named("ones");
  options.subjects = {"test.one"};
  const auto reader = Open(options);
  EXPECT_EQ(SequencesOf(Fetch(*reader, 10)), (Sequences{1, 2, 5}));
}

TEST_P(EventLogContract, SubjectsAreExact) {
  AppendMany(1, "test.one.more");
  AppendMany(1, "test.one");
  SubscriptionOptions options = Named("ones");
  options.subjects = {"test.one", "test.one", "test.none"};
  const auto reader = Open(options);
  EXPECT_EQ(SequencesOf(Fetch(*reader, 10)), (Sequences{2}));
}

TEST_P(EventLogContract, FetchWaitsForTheNextRecord) {
  const auto reader = Open();
  std::thread writer([this] { AppendMany(1); });
  EXPECT_EQ(SequencesOf(Fetch(*reader, 1)), (Sequences{1}));
  writer.join();
}

TEST_P(EventLogContract, WhatIsAcknowledgedDoesNotComeAgainAfterACrash) {
  AppendMany(2);
  const auto reader = Open();
  const std::vector<Delivery> fetched = Fetch(*reader, 2);
  ASSERT_TRUE(reader->Ack(fetched[0]).ok());
  harness().CrashAndReopen();
  const auto after = Open();
  const std::vector<Delivery> again = Fetch(*after, 10);
  EXPECT_EQ(SequencesOf(again), (Sequences{2}));
  EXPECT_EQ(again[0].attempt, 2u);
}

TEST_P(EventLogContract, ManyAreAcknowledgedWithTheirEffectsAsOne) {
  AppendMany(3);
  const auto reader = Open();
  const std::vector<Delivery> fetched = Fetch(*reader, 3);
  const std::vector<Acknowledgement> answers = {{&fetched[0], {Event("x")}}, {&fetched[2], {Event("y")}}};
  ASSERT_TRUE(reader->AckAll(answers).ok());
  EXPECT_TRUE(reader->AckAll(answers).ok());
  harness().CrashAndReopen();
  EXPECT_EQ(log().LastSequence(), 5u);
  const auto after = Open();
  EXPECT_EQ(SequencesOf(Fetch(*after, 1)), (Sequences{2}));
}

TEST_P(EventLogContract, OfManyAcknowledgedWithOneBadEffectNoneCounts) {
  AppendMany(2);
  const auto reader = Open();
  const std::vector<Delivery> fetched = Fetch(*reader, 2);
  const std::vector<Acknowledgement> answers = {{&fetched[0], {Event("x")}}, {&fetched[1], {Event("")}}};
  EXPECT_EQ(reader->AckAll(answers).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log().LastSequence(), 2u);
  EXPECT_TRUE(reader->Ack(fetched[0]).ok());
}

TEST_P(EventLogContract, AcknowledgingOutOfOrderSettlesOnlyThatRecord) {
  AppendMany(3);
  const auto reader = Open();
  const std::vector<Delivery> fetched = Fetch(*reader, 3);
  ASSERT_TRUE(reader->Ack(fetched[1]).ok());
  harness().CrashAndReopen();
  const auto after = Open();
  EXPECT_EQ(SequencesOf(Fetch(*after, 10)), (Sequences{1, 3}));
}

TEST_P(EventLogContract, InFlightIsBounded) {
  AppendMany(5);
  SubscriptionOptions options = Named("narrow");
  options.max_in_flight = 2;
  const auto reader = Open(options);
  const std::vector<Delivery> fetched = Fetch(*reader, 10);
  EXPECT_EQ(SequencesOf(fetched), (Sequences{1, 2}));
  EXPECT_TRUE(HasNothing(*reader));
  ASSERT_TRUE(reader->Ack(fetched[0]).ok());
  EXPECT_EQ(SequencesOf(Fetch(*reader, 10)), (Sequences{3}));
}

TEST_P(EventLogContract, EffectsAreAppendedWithTheAcknowledgement) {
  AppendMany(1);
  const auto reader = Open();
  const std::vector<NewEvent> effects = {Event("effect 1"), Event("effect 2")};
  ASSERT_TRUE(reader->Ack(FetchOne(*reader), effects).ok());
  harness().CrashAndReopen();
  EXPECT_EQ(log().FindByDedupId("effect 1")->sequence, 2u);
  EXPECT_EQ(log().FindByDedupId("effect 2")->sequence, 3u);
  const auto after = Open();
  EXPECT_EQ(SequencesOf(Fetch(*after, 10)), (Sequences{2, 3}));
}

TEST_P(EventLogContract, EffectsThatAreThereAlreadyAreNotAppendedTwice) {
  AppendMany(1);
  Append(Event("effect"));
  const auto reader = Open();
  const std::vector<NewEvent> effects = {Event("effect")};
  ASSERT_TRUE(reader->Ack(FetchOne(*reader), effects).ok());
  EXPECT_EQ(log().LastSequence(), 2u);
}

TEST_P(EventLogContract, AcknowledgingTwiceChangesNothing) {
  AppendMany(1);
  const auto reader = Open();
  const Delivery delivery = FetchOne(*reader);
  const std::vector<NewEvent> effects = {Event("effect")};
  ASSERT_TRUE(reader->Ack(delivery).ok());
  EXPECT_TRUE(reader->Ack(delivery, effects).ok());
  EXPECT_EQ(log().LastSequence(), 1u);
}

TEST_P(EventLogContract, AnAcknowledgementWithBadEffectsDoesNotCount) {
  AppendMany(1);
  const auto reader = Open();
  const std::vector<NewEvent> effects = {Event("good"), Event("")};
  EXPECT_EQ(reader->Ack(FetchOne(*reader), effects).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log().LastSequence(), 1u);
  harness().Advance(absl::Seconds(31));
  EXPECT_EQ(FetchOne(*reader).attempt, 2u);
}

TEST_P(EventLogContract, AnswersToWhatIsSettledChangeNothing) {
  AppendMany(1);
  const auto reader = Open();
  const Delivery delivery = FetchOne(*reader);
  ASSERT_TRUE(reader->Ack(delivery).ok());
  EXPECT_TRUE(reader->RetryAfter(delivery, absl::ZeroDuration(), "late").ok());
  EXPECT_TRUE(reader->Reject(delivery, "late").ok());
  EXPECT_TRUE(reader->InProgress(delivery).ok());
  EXPECT_TRUE(HasNothing(*reader));
  EXPECT_EQ(log().LastSequence(), 1u);
}

TEST_P(EventLogContract, AnAnswerToWhatWasNeverDeliveredIsRefused) {
  AppendMany(2);
  const auto reader = Open();
  Delivery never = FetchOne(*reader);
  never.record.sequence = 2;
  const std::vector<Acknowledgement> answers = {{&never, {Event("x")}}};
  EXPECT_EQ(reader->Ack(never).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(reader->AckAll(answers).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(reader->AckAll({}).ok());
  EXPECT_EQ(log().LastSequence(), 2u);
}

TEST_P(EventLogContract, OfManyWhoAnswerAtOnceOneIsHeard) {
  for (int round = 0; round < 20; ++round) {
    AppendMany(1);
    const auto reader = Open();
    const std::vector<Delivery> fetched = Fetch(*reader, 10);
    const uint64_t before = log().LastSequence();
    std::vector<std::thread> workers;
    for (int i = 0; i < 6; ++i) {
      workers.emplace_back([&, i] {
        std::vector<Acknowledgement> answers;
        const std::vector<NewEvent> effects = {Event(absl::StrCat("effect ", round, ".", i), "test.effect")};
        for (const Delivery& delivery : fetched) answers.push_back({&delivery, effects});
        EXPECT_TRUE(i % 2 == 0 ? reader->AckAll(answers).ok() : reader->Ack(fetched[0], effects).ok());
      });
    }
    for (std::thread& worker : workers) worker.join();
    EXPECT_EQ(log().LastSequence(), before + 1);
    for (const Delivery& delivery : Fetch(*reader, 10)) ASSERT_TRUE(reader->Ack(delivery).ok());
  }
}

TEST_P(EventLogContract, WorkersOfOneSubscriptionShareItsRecords) {
  AppendMany(60);
  const auto reader = Open();
  std::atomic<int> delivered{0};
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&] {
      while (delivered < 60) {
        for (const Delivery& delivery : Fetch(*reader, 3, absl::Milliseconds(1))) {
          EXPECT_TRUE(reader->Ack(delivery).ok());
          ++delivered;
        }
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(delivered, 60);
}

TEST_P(EventLogContract, SubscriptionsDoNotDisturbEachOther) {
  AppendMany(2);
  const auto one = Open(Named("one"));
  const auto two = Open(Named("two"));
  ASSERT_TRUE(one->Ack(FetchOne(*one)).ok());
  EXPECT_EQ(FetchOne(*two).record.sequence, 1u);
}

TEST_P(EventLogContract, AnEndedSubscriptionHandsItsDeliveriesBackUncounted) {
  AppendMany(1);
  FetchOne(*Open());
  EXPECT_EQ(FetchOne(*Open()).attempt, 1u);
  harness().Restart();
  EXPECT_EQ(FetchOne(*Open()).attempt, 1u);
}

TEST_P(EventLogContract, ASubscriptionThatEndsAfterItsLogWasClosedStillHandsBack) {
  AppendMany(1);
  {
    const auto reader = Open();
    FetchOne(*reader);
    log().Close();
  }
  harness().Restart();
  EXPECT_EQ(FetchOne(*Open()).attempt, 1u);
}

TEST_P(EventLogContract, StatusCountsEveryRecordOnce) {
  AppendMany(6);
  AppendMany(3, "test.other");
  SubscriptionOptions options = Named("reader");
  options.subjects = {"test.made"};
  const auto reader = Open(options);
  const std::vector<Delivery> fetched = Fetch(*reader, 4);
  ASSERT_TRUE(reader->Ack(fetched[0]).ok());
  ASSERT_TRUE(reader->RetryAfter(fetched[1], absl::Minutes(5), "busy").ok());
  ASSERT_TRUE(reader->Reject(fetched[2], "bad").ok());
  const SubscriptionStatus status = StatusOf("reader");
  EXPECT_EQ(status.pending, 2u);
  EXPECT_EQ(status.in_flight, 1u);
  EXPECT_EQ(status.retrying, 1u);
  EXPECT_EQ(status.dead, 1u);
}

TEST_P(EventLogContract, ASubscriptionIsListedBeforeItIsOpenedAgain) {
  AppendMany(3);
  Open(Named("sleeper"));
  harness().Restart();
  EXPECT_EQ(StatusOf("sleeper").pending, 3u);
}

TEST_P(EventLogContract, ANameIsOpenOnce) {
  const auto reader = Open();
  EXPECT_EQ(log().Subscribe(Named("reader")).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_P(EventLogContract, BadSubscriptionsAreRefused) {
  SubscriptionOptions none = Named("reader");
  none.max_in_flight = 0;
  EXPECT_EQ(log().Subscribe(none).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log().Subscribe(Named("")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log().Subscribe(Named("a b")).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(EventLogContract, CloseWakesEveryWaiter) {
  const auto reader = Open();
  std::thread fetcher(
      [&] { EXPECT_EQ(reader->Fetch(1, kSoon).status().code(), absl::StatusCode::kCancelled); });
  std::thread tailer(
      [&] { EXPECT_EQ(log().ReadAfter(0, 1, kSoon).status().code(), absl::StatusCode::kCancelled); });
  log().Close();
  fetcher.join();
  tailer.join();
  EXPECT_EQ(AppendError(Event("late")), absl::StatusCode::kCancelled);
  log().Close();
}

}  // namespace seaworthy
