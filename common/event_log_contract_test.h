// What every engine of the event log must do, whichever runs: appending and
// reading here, subscriptions in the files it includes. An engine's test
// includes this once and instantiates EventLogContract with its harness.
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
#include "common/event_log_checks.h"
#include "common/event_log_contract_failures_test.h"
#include "common/event_log_contract_fixture.h"
#include "common/event_log_contract_subscriptions_test.h"

namespace seaworthy {

TEST_P(EventLogContract, SequencesCountFromOneWithoutGaps) {
  EXPECT_EQ(log().LastSequence(), 0u);
  EXPECT_EQ(Append(Event("a")), 1u);
  EXPECT_EQ(Append(Event("b")), 2u);
  EXPECT_EQ(log().LastSequence(), 2u);
}

TEST_P(EventLogContract, ReadReturnsWhatWasAppended) {
  const std::string payload("\0 any \xff bytes", 12);
  Append(Event("id 1", "test.made", payload));
  const absl::StatusOr<Record> record = log().Read(1);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->sequence, 1u);
  EXPECT_EQ(record->dedup_id, "id 1");
  EXPECT_EQ(record->subject, "test.made");
  EXPECT_EQ(record->payload, payload);
  EXPECT_EQ(record->hash.size(), 32u);
}

TEST_P(EventLogContract, EqualEventsHaveDifferentHashesByTheirPlace) {
  Append(Event("a"));
  Append(Event("b"));
  EXPECT_NE(log().Read(1)->hash, log().Read(2)->hash);
}

TEST_P(EventLogContract, AnIdSeenBeforeReturnsTheFirstSequenceAndChangesNothing) {
  Append(Event("a", "test.made", "first"));
  Append(Event("b"));
  const absl::StatusOr<Appended> again = log().Append(Event("a", "test.other", "second"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->sequence, 1u);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(log().LastSequence(), 2u);
  EXPECT_EQ(log().Read(1)->payload, "first");
}

TEST_P(EventLogContract, AnIdIsKnownAfterACrashAndALongTime) {
  Append(Event("a"));
  harness().CrashAndReopen();
  harness().Advance(absl::Hours(24 * 400));
  EXPECT_EQ(Append(Event("a")), 1u);
  EXPECT_EQ(log().LastSequence(), 1u);
}

TEST_P(EventLogContract, ABatchIsAppendedInOrderAndKnowsItsOwnIds) {
  const std::vector<NewEvent> events = {Event("a"), Event("b"), Event("a")};
  const absl::StatusOr<std::vector<Appended>> appended = log().AppendBatch(events);
  ASSERT_TRUE(appended.ok()) << appended.status();
  ASSERT_EQ(appended->size(), 3u);
  EXPECT_EQ((*appended)[0].sequence, 1u);
  EXPECT_EQ((*appended)[1].sequence, 2u);
  EXPECT_EQ((*appended)[2].sequence, 1u);
  EXPECT_TRUE((*appended)[2].duplicate);
}

TEST_P(EventLogContract, ABatchWithOneBadEventAppendsNothing) {
  const std::vector<NewEvent> events = {Event("a"), Event("")};
  EXPECT_EQ(log().AppendBatch(events).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log().LastSequence(), 0u);
}

TEST_P(EventLogContract, TheLargestBatchIsAppendedWhole) {
  constexpr size_t kRest = 100;  // Of each, for its id and subject.
  std::vector<NewEvent> events;
  for (size_t i = 0; i < kMaxBatchBytes / kMaxPayloadBytes; ++i) {
    events.push_back(
        Event(absl::StrCat("large ", i), "test.made", std::string(kMaxPayloadBytes - kRest, 'p')));
  }
  const absl::StatusOr<std::vector<Appended>> appended = log().AppendBatch(events);
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(log().Read(events.size())->payload, events.back().payload);
}

TEST_P(EventLogContract, AnEmptyBatchIsNoError) {
  const absl::StatusOr<std::vector<Appended>> appended = log().AppendBatch({});
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_TRUE(appended->empty());
}

TEST_P(EventLogContract, BoundsAreRefusedByName) {
  EXPECT_EQ(AppendError(Event("")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AppendError(Event(std::string(256, 'a'))), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AppendError(Event("a", "")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AppendError(Event("a", "No.Capitals")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AppendError(Event("a", "dots..twice")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AppendError(Event("a", "ends.")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(AppendError(Event("a", "ok", std::string(kMaxPayloadBytes + 1, 'a'))),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(EventLogContract, TheLargestEventIsKeptWhole) {
  const NewEvent largest = Event(std::string(255, 'i'), "test.made", std::string(kMaxPayloadBytes, 'p'));
  Append(largest);
  harness().CrashAndReopen();
  const absl::StatusOr<Record> record = log().FindByDedupId(largest.dedup_id);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->payload, largest.payload);
}

TEST_P(EventLogContract, WhatIsNotThereIsNotFound) {
  AppendMany(1);
  EXPECT_EQ(log().Read(0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(log().Read(2).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(log().FindByDedupId("never").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(EventLogContract, ReadAfterGoesOnFromAPosition) {
  AppendMany(5);
  const absl::StatusOr<std::vector<Record>> records = log().ReadAfter(1, 3, absl::ZeroDuration());
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ(records->front().sequence, 2u);
  EXPECT_EQ(records->back().sequence, 4u);
  EXPECT_TRUE(log().ReadAfter(5, 3, absl::ZeroDuration())->empty());
}

TEST_P(EventLogContract, ReadAfterWaitsForTheNextRecord) {
  std::thread writer([this] { AppendMany(1); });
  const absl::StatusOr<std::vector<Record>> records = log().ReadAfter(0, 10, kSoon);
  writer.join();
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->size(), 1u);
}

TEST_P(EventLogContract, APositionBeyondTheEndMeansLostRecords) {
  AppendMany(2);
  EXPECT_EQ(log().ReadAfter(3, 1, absl::ZeroDuration()).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_P(EventLogContract, WhatWasAcknowledgedSurvivesACrash) {
  AppendMany(20);
  const std::string hash = log().Read(20)->hash;
  harness().CrashAndReopen();
  EXPECT_EQ(log().LastSequence(), 20u);
  EXPECT_EQ(log().Read(20)->hash, hash);
  EXPECT_EQ(Append(Event("next")), 21u);
}

TEST_P(EventLogContract, SixtyFourWritersOfOneIdGetOneSequence) {
  std::vector<uint64_t> sequences(64);
  std::vector<std::thread> writers;
  for (uint64_t& sequence : sequences) {
    writers.emplace_back([this, &sequence] { sequence = Append(Event("same")); });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(std::set<uint64_t>(sequences.begin(), sequences.end()), std::set<uint64_t>{1});
  EXPECT_EQ(log().LastSequence(), 1u);
}

TEST_P(EventLogContract, SixtyFourWritersOfManyIdsLeaveNoGapAndNoDouble) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 64; ++writer) {
    writers.emplace_back([this] {
      for (int i = 0; i < 20; ++i) Append(Event(absl::StrCat("id ", i)));
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(log().LastSequence(), 20u);
  std::set<std::string> ids;
  for (uint64_t sequence = 1; sequence <= 20; ++sequence) ids.insert(log().Read(sequence)->dedup_id);
  EXPECT_EQ(ids.size(), 20u);
}

}  // namespace seaworthy
