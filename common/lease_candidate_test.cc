#include "common/lease_candidate.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/lease_fakes.h"
#include "common/lease_keeper.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kTtl = absl::Seconds(5);

class LeaseCandidateTest : public testing::Test {
 protected:
  LeaseCandidate Make(const std::string& holder) {
    return {&table_, &clock_, {.name = "leader", .ttl = kTtl}, holder};
  }
  bool Holds(const LeaseCandidate& candidate) const { return clock_.Now() < candidate.held_until(); }
  // Both take their steps for so long, a tenth of a second apart.
  void Run(absl::Duration time, std::vector<LeaseCandidate*> candidates) {
    for (const absl::Duration end = clock_.Now() + time; clock_.Now() < end;) {
      clock_.Advance(absl::Milliseconds(100));
      int holders = 0;
      for (LeaseCandidate* candidate : candidates) {
        if (clock_.Now() >= candidate->next()) candidate->Step({}).IgnoreError();
      }
      for (const LeaseCandidate* candidate : {&one_, &two_}) holders += Holds(*candidate) ? 1 : 0;
      EXPECT_LE(holders, 1);
    }
  }

  FakeSteadyClock clock_;
  MemoryTable table_;
  LeaseCandidate one_ = Make("one");
  LeaseCandidate two_ = Make("two");
};

TEST_F(LeaseCandidateTest, TheFirstHasItAsLongAsItRenews) {
  Run(absl::Minutes(1), {&one_, &two_});
  EXPECT_TRUE(Holds(one_));
  EXPECT_FALSE(Holds(two_));
  EXPECT_EQ(two_.record().holder, "one");
}

TEST_F(LeaseCandidateTest, WhoFallsSilentIsReplacedAfterTheTtlNotBefore) {
  Run(kTtl * 3, {&one_, &two_});
  Run(kTtl - absl::Seconds(1), {&two_});
  EXPECT_FALSE(Holds(two_));
  Run(absl::Seconds(3), {&two_});
  EXPECT_TRUE(Holds(two_));
  EXPECT_GT(two_.token(), one_.token());
}

TEST_F(LeaseCandidateTest, AHolderThatWasStoppedKnowsWhenItComesBack) {
  Run(kTtl, {&one_, &two_});
  clock_.Advance(kTtl);
  EXPECT_FALSE(Holds(one_));
  Run(kTtl * 3, {&two_});
  ASSERT_TRUE(Holds(two_));
  Run(kTtl * 3, {&one_, &two_});
  EXPECT_TRUE(Holds(two_));
}

TEST_F(LeaseCandidateTest, AReleasedOneIsTakenAtTheNextLook) {
  Run(kTtl, {&one_, &two_});
  ASSERT_TRUE(one_.Step({.want = false}).ok());
  EXPECT_FALSE(Holds(one_));
  Run(absl::Seconds(1), {&two_});
  EXPECT_TRUE(Holds(two_));
}

TEST_F(LeaseCandidateTest, AFreeOneIsLeftToWhoHesitatesLess) {
  ASSERT_TRUE(one_.Step({.hesitation = absl::Seconds(1)}).ok());
  ASSERT_TRUE(two_.Step({}).ok());
  EXPECT_TRUE(Holds(two_));
  EXPECT_FALSE(Holds(one_));
}

TEST_F(LeaseCandidateTest, WhileTheTableIsAwayTheHolderStopsInTime) {
  Run(kTtl, {&one_, &two_});
  table_.SetFault(MemoryTable::Fault::kAway);
  Run(kTtl, {&one_, &two_});
  EXPECT_FALSE(Holds(one_));
  EXPECT_FALSE(Holds(two_));
  table_.SetFault(MemoryTable::Fault::kNone);
  Run(kTtl * 2, {&one_, &two_});
  EXPECT_TRUE(Holds(one_) || Holds(two_));
}

TEST_F(LeaseCandidateTest, ALostAnswerMakesNoSecondHolderAndNoStranger) {
  table_.SetFault(MemoryTable::Fault::kAnswerLost);
  EXPECT_FALSE(one_.Step({}).ok());
  EXPECT_FALSE(Holds(one_));
  table_.SetFault(MemoryTable::Fault::kNone);
  Run(absl::Seconds(1), {&one_, &two_});
  EXPECT_TRUE(Holds(one_));
  const uint64_t token = one_.token();
  table_.SetFault(MemoryTable::Fault::kAnswerLost);
  Run(absl::Seconds(3), {&one_});
  table_.SetFault(MemoryTable::Fault::kNone);
  Run(absl::Seconds(1), {&one_, &two_});
  EXPECT_TRUE(Holds(one_));
  EXPECT_EQ(one_.token(), token);
}

TEST_F(LeaseCandidateTest, TheNextProcessOfThatNameHasItAtOnce) {
  Run(kTtl, {&one_});
  const uint64_t token = one_.token();
  LeaseCandidate again = Make("one");
  ASSERT_TRUE(again.Step({}).ok());
  EXPECT_TRUE(Holds(again));
  EXPECT_GT(again.token(), token);
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(one_.Step({}).ok());
  EXPECT_FALSE(Holds(one_));
}

TEST_F(LeaseCandidateTest, BytesThatAreNoLeaseAreReplacedAfterTheTtl) {
  ASSERT_TRUE(table_.Write("leader", "{\"holder\": 7", 0).ok());
  Run(kTtl - absl::Seconds(1), {&one_});
  EXPECT_FALSE(Holds(one_));
  Run(absl::Seconds(3), {&one_});
  EXPECT_TRUE(Holds(one_));
}

TEST_F(LeaseCandidateTest, ALongerTtlOfTheHolderIsRespected) {
  LeaseCandidate slow(&table_, &clock_, {.name = "leader", .ttl = absl::Seconds(60)}, "slow");
  ASSERT_TRUE(slow.Step({}).ok());
  Run(absl::Seconds(50), {&two_});
  EXPECT_FALSE(Holds(two_));
  Run(absl::Seconds(15), {&two_});
  EXPECT_TRUE(Holds(two_));
}

TEST_F(LeaseCandidateTest, TheNoteStaysForTheNextHolder) {
  Run(absl::Seconds(1), {&one_});
  ASSERT_TRUE(one_.Step({.note = "as far as 7"}).ok());
  Run(kTtl * 2, {&two_});
  ASSERT_TRUE(Holds(two_));
  EXPECT_EQ(two_.record().note, "as far as 7");
}

class LeaseKeeperTest : public testing::Test {
 protected:
  static bool Soon(const std::function<bool()>& is) {
    SteadyWait wait;
    for (int i = 0; i < 2'000 && !is(); ++i) wait.WaitFor(absl::Milliseconds(5));
    return is();
  }
  std::unique_ptr<MemoryTable> table_ = std::make_unique<MemoryTable>();
  MemoryTable* const raw_ = table_.get();
  FakeSteadyClock clock_;
};

TEST_F(LeaseKeeperTest, WhatEndsIsFreeForTheNext) {
  LeaseKeeper keeper(std::move(table_), "one", &clock_);
  {
    const auto lease = keeper.Want({.name = "a"});
    EXPECT_TRUE(Soon([&] { return lease->Held(); }));
  }
  LeaseCandidate next(raw_, &clock_, {.name = "a"}, "two");
  ASSERT_TRUE(next.Step({}).ok());
  EXPECT_LT(clock_.Now(), next.held_until());
}

TEST_F(LeaseKeeperTest, WhoYieldsIsNoHolderUntilItsPauseIsOver) {
  LeaseKeeper keeper(std::move(table_), "one", SteadyClock::Real());
  const auto lease = keeper.Want({.name = "a"});
  ASSERT_TRUE(Soon([&] { return lease->Held(); }));
  lease->Yield(absl::Milliseconds(300));
  EXPECT_FALSE(lease->Held());
  EXPECT_TRUE(Soon([&] { return lease->State().holder.empty(); }));
  EXPECT_TRUE(Soon([&] { return lease->Held(); }));
}

TEST_F(LeaseKeeperTest, AnOwnerThatIsStuckLosesIt) {
  LeaseKeeper keeper(std::move(table_), "one", SteadyClock::Real());
  const auto lease =
      keeper.Want({.name = "a", .ttl = absl::Milliseconds(200), .patience = absl::Milliseconds(400)});
  ASSERT_TRUE(Soon([&] { return lease->Held(); }));
  ASSERT_TRUE(Soon([&] { return !lease->Held() && lease->State().holder.empty(); }));
  lease->Alive();
  EXPECT_TRUE(Soon([&] { return lease->Held(); }));
}

TEST(AlwaysHeldLeasesTest, TheOneProcessHoldsAll) {
  const auto leases = NewAlwaysHeldLeases("only");
  const auto lease = leases->Want({.name = "a"});
  lease->Yield(absl::Hours(1));
  EXPECT_TRUE(lease->Held());
  EXPECT_EQ(lease->State().holder, "only");
}

}  // namespace
}  // namespace seaworthy
