#include "common/nats/journal_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/rocksdb_event_log_format.h"

namespace seaworthy {
namespace {

using journal::Commit;
using journal::Note;
using journal::NoteKind;
using ::testing::HasSubstr;

constexpr int64_t kSecond = 1'000'000;

// A stream as its writers would make it, a commit at a time.
class JournalStateTest : public testing::Test {
 protected:
  Commit NextLetters(const std::vector<std::string>& ids) { return Next(ids, {}, "a", 0, "dead.letter"); }
  // The next commit of `instance`, with a record for each id.
  Commit Next(const std::vector<std::string>& ids, std::vector<Note> notes = {},
              const std::string& instance = "a", int64_t time_us = 0, const std::string& subject = "a.b") {
    Commit commit;
    commit.instance = instance;
    commit.epoch = "e";
    commit.time_us = time_us;
    commit.first_sequence = state_.last() + 1;
    commit.previous_hash = state_.commit_hash();
    std::string hash = state_.record_hash();
    for (const std::string& id : ids) {
      const auto body = event_log_format::EncodeBody({id, subject, "payload"});
      const auto head =
          event_log_format::EncodeHead(state_.last() + 1 + commit.records.size(), 0, hash, body.digest);
      commit.records.push_back(head.bytes + body.bytes);
      hash = head.hash;
    }
    commit.notes = std::move(notes);
    Seal(commit);
    return commit;
  }
  static void Seal(Commit& commit) { journal::EncodeCommit(commit); }
  absl::Status Apply(const Commit& commit, int64_t now_us = 0) {
    return state_.Apply(state_.applied() + 1, commit, now_us);
  }
  std::string WhyNot(const Commit& commit) {
    const uint64_t last = state_.last();
    const absl::Status status = Apply(commit);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(state_.last(), last) << "nothing may change";
    return std::string(status.message());
  }
  static Note Of(NoteKind kind, uint64_t sequence = 0, uint32_t attempts = 0, int64_t due_us = 0) {
    return {kind, "reader", sequence, attempts, due_us, {}};
  }
  SubscriptionStatus Reader() const {
    return state_.subscribers().at("reader").tracker.Status("reader", state_.index());
  }

  JournalState state_;
};

TEST_F(JournalStateTest, RecordsAreFoundByPlaceAndId) {
  ASSERT_TRUE(Apply(Next({"x", "y"})).ok());
  ASSERT_TRUE(Apply(Next({"z"})).ok());
  EXPECT_EQ(state_.FindSequence("z"), 3u);
  EXPECT_EQ(state_.FindSequence("w"), std::nullopt);
  EXPECT_EQ(state_.StreamSequenceOf(2), 1u);
  EXPECT_EQ(state_.StreamSequenceOf(3), 2u);
  EXPECT_EQ(state_.Recent(2)->dedup_id, "y");
  EXPECT_EQ(state_.Recent(0), nullptr);
  EXPECT_EQ(state_.Recent(4), nullptr);
}

TEST_F(JournalStateTest, AnEmptyStateHasNothingOfLate) {
  EXPECT_TRUE(state_.empty());
  EXPECT_EQ(state_.Recent(1), nullptr);
  EXPECT_EQ(state_.EpochOf("a"), "");
}

TEST_F(JournalStateTest, AQueueOrACopyThatBeganIsNotEmpty) {
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kImportBegun)})).ok());
  EXPECT_FALSE(state_.empty());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kImportDone), Of(NoteKind::kSubscribed)})).ok());
  EXPECT_FALSE(state_.empty());
}

TEST_F(JournalStateTest, AMessageOutOfItsPlaceIsDamage) {
  const Commit first = Next({"x"});
  ASSERT_TRUE(Apply(first).ok());
  EXPECT_THAT(WhyNot(first), HasSubstr("message 2 of the log's stream"));
  Commit gap = Next({"y"});
  gap.first_sequence = 7;
  Seal(gap);
  EXPECT_THAT(WhyNot(gap), HasSubstr("its first record is 7, but the log ends at 1"));
}

TEST_F(JournalStateTest, ARecordThatDoesNotContinueTheOneBeforeIsDamage) {
  ASSERT_TRUE(Apply(Next({"x"})).ok());
  Commit commit = Next({"y"});
  const auto body = event_log_format::EncodeBody({"y", "a.b", "payload"});
  const std::string other(event_log_format::kHashBytes, 'o');
  commit.records[0] = event_log_format::EncodeHead(2, 0, other, body.digest).bytes + body.bytes;
  Seal(commit);
  EXPECT_THAT(WhyNot(commit), HasSubstr("record 2 does not continue"));
  commit.records[0].back() ^= 1;
  Seal(commit);
  EXPECT_THAT(WhyNot(commit), HasSubstr("record 2 is damaged"));
}

TEST_F(JournalStateTest, ADeliveryIsOutUntilItIsSettled) {
  ASSERT_TRUE(Apply(Next({"x", "y"}, {Of(NoteKind::kSubscribed)})).ok());
  EXPECT_EQ(Reader().pending, 2u);
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kDelivered, 1, 1, 30 * kSecond)})).ok());
  EXPECT_EQ(Reader().in_flight, 1u);
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kExtended, 1, 1, 60 * kSecond)})).ok());
  EXPECT_EQ(state_.subscribers().at("reader").out.at(1).due_us, 60 * kSecond);
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kSettled, 1)})).ok());
  EXPECT_EQ(Reader().in_flight + Reader().retrying, 0u);
  EXPECT_EQ(Reader().pending, 1u);
}

TEST_F(JournalStateTest, WhatAnInstanceHeldIsDueWhenItOpensAnew) {
  ASSERT_TRUE(Apply(Next({"x", "y"}, {Of(NoteKind::kSubscribed)})).ok());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kDelivered, 1, 1, kSecond)}, "a")).ok());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kDelivered, 2, 1, kSecond)}, "b")).ok());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kOpened)}, "a")).ok());
  EXPECT_EQ(state_.EpochOf("a"), "e");
  EXPECT_EQ(Reader().in_flight, 1u);
  EXPECT_EQ(Reader().retrying, 1u);
  EXPECT_EQ(state_.subscribers().at("reader").out.count(2), 1u);
}

TEST_F(JournalStateTest, AClockAheadOfOursIsTakenBack) {
  ASSERT_TRUE(Apply(Next({"x"}, {Of(NoteKind::kSubscribed)})).ok());
  ASSERT_TRUE(
      Apply(Next({}, {Of(NoteKind::kDelivered, 1, 1, 130 * kSecond)}, "a", 100 * kSecond), kSecond).ok());
  EXPECT_EQ(state_.subscribers().at("reader").out.at(1).due_us, 31 * kSecond);
}

TEST_F(JournalStateTest, ASettledRecordIsDueAgainOnce) {
  ASSERT_TRUE(Apply(Next({"x"}, {Of(NoteKind::kSubscribed)})).ok());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kDelivered, 1, 1, kSecond)})).ok());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kSettled, 1), Of(NoteKind::kAgain, 1)})).ok());
  EXPECT_EQ(Reader().retrying, 1u);
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kAgain, 1)})).ok());
  EXPECT_EQ(Reader().retrying, 1u);
}

TEST_F(JournalStateTest, ACopyIsNoLogUntilItIsDone) {
  Note begun = Of(NoteKind::kImportBegun);
  begun.subscription = "embedded";
  ASSERT_TRUE(Apply(Next({"x", "y"}, {begun})).ok());
  EXPECT_TRUE(state_.importing());
  EXPECT_FALSE(state_.empty());
  EXPECT_EQ(state_.import_source(), "embedded");
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kPosition, 2), Of(NoteKind::kOwed, 1, 1, 9 * kSecond),
                              Of(NoteKind::kHeld, 2, 2, 9 * kSecond), Of(NoteKind::kImportDone)}))
                  .ok());
  EXPECT_FALSE(state_.importing());
  EXPECT_EQ(Reader().pending, 0u);
  EXPECT_EQ(Reader().retrying, 2u);
}

class JournalSummaryTest : public JournalStateTest {
 protected:
  // What who starts after the beginning is gone makes of it.
  absl::Status Restore(JournalState& into, const Commit& head, const std::vector<std::string>& ids,
                       uint64_t applied) {
    return into.RestoreSummary(applied, head, ids, 0);
  }
  absl::Status Restore(const Commit& head, const std::vector<std::string>& ids) {
    JournalState state;
    return Restore(state, head, ids, state_.applied());
  }
};

TEST_F(JournalSummaryTest, WhatItAddsUpToIsTheSameElsewhere) {
  ASSERT_TRUE(Apply(Next({"x", "y", "z"}, {Of(NoteKind::kOpened), Of(NoteKind::kSubscribed)})).ok());
  ASSERT_TRUE(
      Apply(Next({}, {Of(NoteKind::kDelivered, 1, 1, kSecond), Of(NoteKind::kDelivered, 2, 1, kSecond)}))
          .ok());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kRetry, 2, 1, 9 * kSecond)})).ok());
  state_.subscribers()["asked for, never committed"];
  JournalState restored;
  ASSERT_TRUE(Restore(restored, state_.Summary(0), state_.SummaryIds(), state_.applied()).ok());
  EXPECT_EQ(restored.first(), 4u);
  EXPECT_EQ(restored.last(), 3u);
  EXPECT_EQ(restored.FindSequence("y"), 2u);
  EXPECT_EQ(restored.EpochOf("a"), "e");
  EXPECT_EQ(restored.subscribers().size(), 1u);
  const auto& reader = restored.subscribers().at("reader");
  EXPECT_EQ(reader.out.at(1).instance, "a");
  EXPECT_EQ(reader.out.count(2), 0u);
  EXPECT_EQ(reader.tracker.Status("reader", restored.index()).retrying, 1u);
}

TEST_F(JournalSummaryTest, ASummaryOfAnotherPlaceOrOfLessIsDamage) {
  ASSERT_TRUE(Apply(Next({"x", "y"})).ok());
  const Commit head = state_.Summary(0);
  const std::vector<std::string> ids = state_.SummaryIds();
  EXPECT_TRUE(Restore(head, ids).ok());
  const auto refused = [&](auto change) {
    Commit other = head;
    change(other);
    return absl::IsDataLoss(Restore(other, ids));
  };
  EXPECT_TRUE(refused([](Commit& other) { ++other.number; }));
  EXPECT_TRUE(refused([](Commit& other) { other.epoch.pop_back(); }));
  EXPECT_TRUE(refused([](Commit& other) { other.first_sequence = 0; }));
  EXPECT_TRUE(refused([](Commit& other) { ++other.first_sequence; }));
  EXPECT_TRUE(absl::IsDataLoss(Restore(head, {ids[0].substr(0, 24)})));
  EXPECT_TRUE(absl::IsDataLoss(Restore(head, {ids[0].substr(0, 47)})));
}

TEST_F(JournalSummaryTest, ManyIdsComeInPieces) {
  constexpr size_t kIds = 350'000;
  std::string all;
  for (uint64_t id = 1; id <= kIds; ++id) {
    all.append(event_log_format::Be64(id))
        .append(event_log_format::Be64(0))
        .append(event_log_format::Be64(id));
  }
  Commit head = state_.Summary(0);
  head.first_sequence = kIds + 1;
  JournalState restored;
  ASSERT_TRUE(Restore(restored, head, {all}, 0).ok());
  const std::vector<std::string> pieces = restored.SummaryIds();
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].size() + pieces[1].size(), all.size());
}

TEST_F(JournalSummaryTest, TheFirstRecordOnlyGoesForward) {
  ASSERT_TRUE(Apply(Next({"x", "y"})).ok());
  ASSERT_TRUE(Apply(Next({"z"})).ok());
  state_.SetFirst(2);
  state_.SetFirst(1);
  EXPECT_EQ(state_.first(), 2u);
  EXPECT_EQ(state_.Recent(1), nullptr);
  EXPECT_EQ(state_.StreamSequenceOf(3), 2u);
  EXPECT_EQ(state_.FindSequence("x"), 1u);
  state_.SetFirst(9);
  EXPECT_EQ(state_.Recent(3), nullptr);
}

TEST_F(JournalSummaryTest, WhatIsDueAgainAndTrimmedAwayHoldsNothingUp) {
  ASSERT_TRUE(Apply(Next({"x", "y"}, {Of(NoteKind::kSubscribed), Of(NoteKind::kDelivered, 1, 1)})).ok());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kSettled, 1), Of(NoteKind::kAgain, 1)})).ok());
  state_.SetFirst(2);
  EXPECT_EQ(Reader().retrying, 0u);
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kAgain, 1)})).ok()) << "its writer had not heard of the cut";
  EXPECT_EQ(Reader().retrying, 0u);
  EXPECT_EQ(Reader().pending, 1u);
}

TEST_F(JournalStateTest, DeadLettersOfACopyAreCountedWhereTheirQueueStands) {
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kImportBegun)})).ok());
  ASSERT_TRUE(Apply(NextLetters({"dead:reader:1", "dead:other:1"})).ok());
  ASSERT_TRUE(Apply(Next({}, {Of(NoteKind::kPosition, 1), Of(NoteKind::kImportDone)})).ok());
  EXPECT_EQ(Reader().dead, 1u);
  ASSERT_TRUE(Apply(NextLetters({"dead:reader:2", "dead:nobody:1"})).ok());
  EXPECT_EQ(Reader().dead, 2u);
}

}  // namespace
}  // namespace seaworthy
