// What every engine of the event log must do, whichever runs. An engine's test
// includes this once and instantiates EventLogContract with its harness.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {

// One engine on a place of its own, with a clock the test moves.
class EventLogHarness {
 public:
  virtual ~EventLogHarness() = default;
  virtual EventLog& log() = 0;
  // As after kill -9: whatever was open is gone, the log is opened anew.
  // Subscriptions of before may still be destroyed, without effect on the new.
  virtual void CrashAndReopen() = 0;
  // Closed in order and opened anew; no subscription may be left.
  virtual void Restart() = 0;
  // Moves the log's clock, backwards too.
  virtual void Advance(absl::Duration by) = 0;
};

// Named, so that a failing case says which engine it ran on.
struct EventLogEngine {
  std::string name;
  std::function<std::unique_ptr<EventLogHarness>()> make;
  friend void PrintTo(const EventLogEngine& engine, std::ostream* out) { *out << engine.name; }
};

class EventLogContract : public testing::TestWithParam<EventLogEngine> {
 protected:
  using Sequences = std::vector<uint64_t>;
  // For what must happen; nothing waits so long unless it fails.
  static constexpr absl::Duration kSoon = absl::Seconds(20);

  EventLog& log() { return harness_->log(); }
  EventLogHarness& harness() { return *harness_; }

  static NewEvent Event(std::string id, std::string subject = "test.made", std::string payload = "payload") {
    return {std::move(id), std::move(subject), std::move(payload)};
  }
  uint64_t Append(const NewEvent& event) {
    const absl::StatusOr<Appended> appended = log().Append(event);
    EXPECT_TRUE(appended.ok()) << appended.status();
    return appended.ok() ? appended->sequence : 0;
  }
  void AppendMany(int count, const std::string& subject = "test.made") {
    for (int i = 0; i < count; ++i) Append(Event(absl::StrCat(subject, ":", log().LastSequence()), subject));
  }
  absl::StatusCode AppendError(const NewEvent& event) { return log().Append(event).status().code(); }

  std::unique_ptr<Subscription> Open(SubscriptionOptions options) {
    absl::StatusOr<std::unique_ptr<Subscription>> opened = log().Subscribe(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  std::unique_ptr<Subscription> Open() { return Open(Named("reader")); }
  static SubscriptionOptions Named(std::string name) {
    SubscriptionOptions options;
    options.name = std::move(name);
    return options;
  }

  static std::vector<Delivery> Fetch(Subscription& from, size_t max, absl::Duration timeout = kSoon) {
    absl::StatusOr<std::vector<Delivery>> fetched = from.Fetch(max, timeout);
    EXPECT_TRUE(fetched.ok()) << fetched.status();
    return fetched.ok() ? *std::move(fetched) : std::vector<Delivery>();
  }
  static Delivery FetchOne(Subscription& from) {
    std::vector<Delivery> fetched = Fetch(from, 1);
    EXPECT_EQ(fetched.size(), 1u);
    return fetched.empty() ? Delivery() : fetched.front();
  }
  static Sequences SequencesOf(const std::vector<Delivery>& deliveries) {
    Sequences sequences;
    for (const Delivery& delivery : deliveries) sequences.push_back(delivery.record.sequence);
    return sequences;
  }
  static bool HasNothing(Subscription& from) { return Fetch(from, 10, absl::ZeroDuration()).empty(); }
  SubscriptionStatus StatusOf(const std::string& name) {
    for (const SubscriptionStatus& status : log().ListSubscriptions()) {
      if (status.name == name) return status;
    }
    ADD_FAILURE() << name << " is not listed";
    return {};
  }
  // The log's last record as a dead letter.
  v1::DeadLetter LastLetter() {
    const absl::StatusOr<Record> record = log().Read(log().LastSequence());
    EXPECT_TRUE(record.ok() && record->subject == "dead.letter") << record.status();
    v1::Event event;
    EXPECT_TRUE(record.ok() && event.ParseFromString(record->payload));
    return event.dead_letter();
  }

  std::unique_ptr<EventLogHarness> harness_ = GetParam().make();
};

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
