// The event log's contract for engines that can be trimmed. Such an engine's
// test includes this too and instantiates EventLogTrimContract.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/event_log_contract_fixture.h"

namespace seaworthy {

class EventLogTrimContract : public EventLogContract {
 protected:
  // Records 1 to `count`, each settled by `reader`.
  void AppendSettled(int count) {
    AppendMany(count);
    const auto reader = Open();
    for (const Delivery& delivery : Fetch(*reader, static_cast<size_t>(count))) {
      EXPECT_TRUE(reader->Ack(delivery).ok());
    }
  }
  absl::StatusCode TrimError(uint64_t sequence) { return log().TrimBefore(sequence).code(); }
};

TEST_P(EventLogTrimContract, WhatLiesBeforeTheCutIsGoneAndTheRestIsAsItWas) {
  AppendSettled(10);
  const std::string hash = log().Read(7)->hash;
  ASSERT_TRUE(log().TrimBefore(7).ok());
  EXPECT_EQ(log().FirstSequence(), 7u);
  EXPECT_EQ(log().LastSequence(), 10u);
  EXPECT_EQ(log().Read(7)->hash, hash);
  EXPECT_EQ(log().ReadAfter(6, 10, absl::ZeroDuration())->size(), 4u);
}

TEST_P(EventLogTrimContract, ReadingBelowTheCutNamesTheFirstRecordAndTheWayOut) {
  AppendSettled(10);
  ASSERT_TRUE(log().TrimBefore(7).ok());
  for (const absl::Status& status :
       {log().Read(6).status(), log().Read(1).status(), log().ReadAfter(0, 1, absl::ZeroDuration()).status(),
        log().ReadAfter(5, 1, absl::ZeroDuration()).status(), log().FindByDedupId("test.made:0").status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
    EXPECT_NE(status.message().find("begins at record 7"), absl::string_view::npos) << status;
    EXPECT_NE(status.message().find("seaworthy restore"), absl::string_view::npos) << status;
  }
}

TEST_P(EventLogTrimContract, ATrimmedLogIsTheSameAfterACrash) {
  AppendSettled(10);
  const std::string hash = log().Read(10)->hash;
  ASSERT_TRUE(log().TrimBefore(7).ok());
  harness().CrashAndReopen();
  EXPECT_EQ(log().FirstSequence(), 7u);
  EXPECT_EQ(log().LastSequence(), 10u);
  EXPECT_EQ(log().Read(10)->hash, hash);
  EXPECT_EQ(Append(Event("next")), 11u);
}

TEST_P(EventLogTrimContract, AnIdThatWasTrimmedAwayIsStillKnown) {
  AppendSettled(10);
  ASSERT_TRUE(log().TrimBefore(10).ok());
  EXPECT_EQ(Append(Event("test.made:3")), 4u);
  harness().CrashAndReopen();
  EXPECT_EQ(Append(Event("test.made:3")), 4u);
  EXPECT_EQ(log().LastSequence(), 10u);
}

TEST_P(EventLogTrimContract, WhatIsNotSettledStays) {
  AppendMany(6);
  const auto reader = Open();
  const std::vector<Delivery> fetched = Fetch(*reader, 4);
  for (size_t at : {0, 1, 3}) ASSERT_TRUE(reader->Ack(fetched[at]).ok());
  EXPECT_EQ(TrimError(4), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(log().TrimBefore(3).ok());
  ASSERT_TRUE(reader->Ack(fetched[2]).ok());
  EXPECT_EQ(TrimError(6), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(log().TrimBefore(5).ok());
  EXPECT_EQ(SequencesOf(Fetch(*reader, 10)), (Sequences{5, 6}));
}

TEST_P(EventLogTrimContract, SubjectsNobodyAskedForDoNotHoldItUp) {
  AppendMany(4, "test.other");
  AppendMany(2);
  SubscriptionOptions options = Named("reader");
  options.subjects = {"test.made"};
  const auto reader = Open(options);
  EXPECT_EQ(TrimError(6), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(log().TrimBefore(5).ok());
  EXPECT_EQ(SequencesOf(Fetch(*reader, 10)), (Sequences{5, 6}));
}

TEST_P(EventLogTrimContract, TheLastRecordStays) {
  AppendSettled(3);
  EXPECT_EQ(TrimError(4), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(log().TrimBefore(3).ok());
  EXPECT_TRUE(log().TrimBefore(2).ok());
  EXPECT_EQ(log().FirstSequence(), 3u);
}

TEST_P(EventLogTrimContract, ASubscriptionThatIsNewBeginsAtTheCut) {
  AppendSettled(5);
  ASSERT_TRUE(log().TrimBefore(4).ok());
  const auto late = Open(Named("late"));
  EXPECT_EQ(StatusOf("late").pending, 2u);
  EXPECT_EQ(SequencesOf(Fetch(*late, 10)), (Sequences{4, 5}));
}

TEST_P(EventLogTrimContract, WhatWasGivenUpIsStillCountedAndDoesNotComeAgain) {
  AppendMany(1);
  SubscriptionOptions options = Named("reader");
  options.subjects = {"test.made"};
  {
    const auto reader = Open(options);
    ASSERT_TRUE(reader->Reject(FetchOne(*reader), "bad").ok());
  }
  Append(Event("last", "test.other"));
  ASSERT_TRUE(log().TrimBefore(3).ok());
  EXPECT_EQ(log().Redeliver("reader", 1, Event("again", "test.note")).status().code(),
            absl::StatusCode::kOutOfRange);
  harness().CrashAndReopen();
  EXPECT_EQ(StatusOf("reader").dead, 1u);
}

TEST_P(EventLogTrimContract, ItCanBeTrimmedAgainAndAgain) {
  for (uint64_t round = 1; round <= 5; ++round) {
    AppendSettled(10);
    ASSERT_TRUE(log().TrimBefore(round * 10).ok());
    harness().CrashAndReopen();
    EXPECT_EQ(log().FirstSequence(), round * 10);
    EXPECT_EQ(log().LastSequence(), round * 10);
  }
}

}  // namespace seaworthy
