#include "services/reviewer/policy/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "common/hash.h"
#include "common/lease_fakes.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kDollar = 1'000'000;

class BudgetTest : public testing::Test {
 protected:
  BudgetTest() { std::filesystem::create_directories(dir_); }
  ~BudgetTest() override {
    budget_.reset();
    std::filesystem::remove_all(dir_);
  }
  void Open(uint64_t per_day, uint64_t per_run = 0) {
    budget_.reset();
    store_ = NewFileBudgetStore(dir_ + "/spent");
    Budget::Options options;
    options.per_day = per_day;
    options.per_run = per_run;
    options.clock = &clock_;
    options.store = store_.get();
    auto opened = Budget::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    budget_ = *std::move(opened);
  }
  // One whole call.
  bool Spend(uint64_t micro_usd) {
    if (budget_->Reserve(micro_usd).has_value()) return false;
    budget_->Settle(micro_usd, micro_usd);
    return true;
  }

  const std::string dir_ = testing::TempDir() + "/budget-" + RandomHex(8);
  FakeClock clock_;
  std::unique_ptr<BudgetStore> store_;
  std::unique_ptr<Budget> budget_;
};

TEST_F(BudgetTest, RefusesWithAMessageThatSaysTheWayOut) {
  Open(5 * kDollar);
  EXPECT_TRUE(Spend(4'980'000));
  EXPECT_FALSE(budget_->Reserve(10'000).has_value());
  const auto pause = budget_->Reserve(100'000);
  ASSERT_TRUE(pause.has_value());
  EXPECT_EQ(pause->message,
            "budget of $5.00 for today is spent ($4.98 settled, $0.01 reserved); it goes on at 00:00 UTC or "
            "with a larger [budget] per_day_usd");
  EXPECT_EQ(pause->until, NextUtcDay(clock_.Now()));
}

TEST_F(BudgetTest, WhatIsUnderWayCountsUntilItIsSettled) {
  Open(kDollar);
  EXPECT_FALSE(budget_->Reserve(900'000).has_value());
  const auto pause = budget_->Reserve(200'000);
  ASSERT_TRUE(pause.has_value());
  EXPECT_THAT(pause->message, HasSubstr("when calls under way have settled"));
  EXPECT_LT(pause->until, clock_.Now() + absl::Minutes(1));
  budget_->Settle(900'000, 100'000);
  EXPECT_FALSE(budget_->Reserve(200'000).has_value());
}

TEST_F(BudgetTest, ANewDayIsANewBudget) {
  Open(kDollar);
  EXPECT_TRUE(Spend(kDollar));
  EXPECT_FALSE(Spend(1));
  EXPECT_TRUE(budget_->paused().has_value());
  clock_.Advance(NextUtcDay(clock_.Now()) - clock_.Now());
  EXPECT_FALSE(budget_->paused().has_value());
  EXPECT_TRUE(Spend(kDollar));
}

TEST_F(BudgetTest, AClockSetBackDoesNotOpenADayTwice) {
  Open(kDollar);
  EXPECT_TRUE(Spend(kDollar));
  clock_.Advance(-absl::Hours(24));
  EXPECT_FALSE(Spend(1));
}

TEST_F(BudgetTest, ARunHasItsOwnLimit) {
  Open(0, kDollar);
  EXPECT_TRUE(Spend(kDollar));
  const auto pause = budget_->Reserve(1);
  ASSERT_TRUE(pause.has_value());
  EXPECT_THAT(pause->message, HasSubstr("for this run is spent ($1.00 settled"));
  EXPECT_THAT(pause->message, HasSubstr("per_run_usd"));
  Open(0, kDollar);
  EXPECT_TRUE(Spend(kDollar));
}

TEST_F(BudgetTest, OneCallLargerThanTheBudgetIsToldApart) {
  Open(10'000);
  EXPECT_THAT(budget_->Reserve(30'000)->message, HasSubstr("is less than one call may cost ($0.03)"));
}

TEST_F(BudgetTest, FreeCallsAreAlwaysGranted) {
  Open(kDollar);
  EXPECT_TRUE(Spend(kDollar));
  EXPECT_FALSE(budget_->Reserve(0).has_value());
}

TEST_F(BudgetTest, ARestartKnowsWhatTheDayHasCost) {
  Open(5 * kDollar);
  EXPECT_TRUE(Spend(3 * kDollar));
  Open(5 * kDollar);
  EXPECT_EQ(budget_->today(), 3 * kDollar);
  EXPECT_FALSE(Spend(3 * kDollar));
  EXPECT_TRUE(Spend(2 * kDollar));
}

TEST_F(BudgetTest, AKillNeverForgetsSpentMoney) {
  Open(5 * kDollar);
  uint64_t spent = 0;
  for (uint64_t cost = 1000; cost < 200'000; cost += 7919) {
    EXPECT_FALSE(budget_->Reserve(cost).has_value());
    spent += cost;
    // What a process killed here leaves behind, the call under way included.
    const uint64_t left = NewFileBudgetStore(dir_ + "/spent")->Load()->micro_usd;
    EXPECT_GE(left, spent);
    EXPECT_LE(left, spent + 50'000);
    budget_->Settle(cost, cost);
  }
}

TEST_F(BudgetTest, WhatCostsMoreThanItsReserveIsTakenToo) {
  Open(kDollar);
  EXPECT_FALSE(budget_->Reserve(900'000).has_value());
  budget_->Settle(900'000, 1'200'000);
  EXPECT_EQ(store_->Load()->micro_usd, 1'200'000u);
  EXPECT_FALSE(Spend(1));
}

TEST_F(BudgetTest, ADayThatCannotBeWrittenDownIsNotSpentFrom) {
  Open(kDollar);
  EXPECT_TRUE(Spend(1000));
  std::filesystem::remove_all(dir_);
  const auto pause = budget_->Reserve(100'000);
  ASSERT_TRUE(pause.has_value());
  EXPECT_THAT(pause->message, HasSubstr("cannot write the budget's file"));
  EXPECT_LT(pause->until, clock_.Now() + absl::Minutes(1));
  std::filesystem::create_directories(dir_);
  EXPECT_TRUE(Spend(100'000));
}

// Two processes and what they share.
class SharedBudgetTest : public testing::Test {
 protected:
  std::unique_ptr<Budget> Open(BudgetStore& store, uint64_t per_day) {
    Budget::Options options;
    options.per_day = per_day;
    options.clock = &clock_;
    options.store = &store;
    return *Budget::Open(options);
  }

  FakeClock clock_;
  MemoryTable table_;
  const std::unique_ptr<BudgetStore> store_ = NewSharedBudgetStore(&table_);
};

TEST_F(SharedBudgetTest, AllSpendFromOneDay) {
  const auto one = Open(*store_, kDollar);
  auto other = Open(*store_, kDollar);
  EXPECT_FALSE(one->Reserve(600'000).has_value());
  one->Settle(600'000, 600'000);
  EXPECT_THAT(other->Reserve(600'000)->message, HasSubstr("is spent ($0.61 settled"));
  EXPECT_FALSE(other->Reserve(300'000).has_value());
  other->Settle(300'000, 300'000);
  EXPECT_TRUE(one->Reserve(100'000).has_value());
  // What it had set aside and did not spend is the others' again.
  other.reset();
  EXPECT_FALSE(one->Reserve(100'000).has_value());
}

TEST_F(SharedBudgetTest, ManyAtOnceNeverSpendMoreThanTheDay) {
  std::atomic<uint64_t> spent = 0;
  std::vector<std::thread> processes;
  processes.reserve(4);
  for (int i = 0; i < 4; ++i) {
    processes.emplace_back([&] {
      const auto budget = Open(*store_, kDollar);
      while (!budget->Reserve(700).has_value()) {
        budget->Settle(700, 650);
        spent += 650;
      }
    });
  }
  for (std::thread& process : processes) process.join();
  EXPECT_LE(spent, kDollar);
  EXPECT_GE(spent, kDollar * 94 / 100);
  EXPECT_EQ(store_->Load()->micro_usd, spent);
}

TEST_F(SharedBudgetTest, WhereItIsAwayNothingIsSpentButWhatWasSetAside) {
  const auto budget = Open(*store_, 5 * kDollar);
  EXPECT_FALSE(budget->Reserve(100'000).has_value());
  table_.SetFault(MemoryTable::Fault::kAway);
  EXPECT_FALSE(budget->Reserve(50'000).has_value());
  EXPECT_THAT(budget->Reserve(50'000)->message, HasSubstr("is not known: away"));
  table_.SetFault(MemoryTable::Fault::kNone);
  EXPECT_FALSE(budget->Reserve(50'000).has_value());
}

TEST_F(SharedBudgetTest, AnAnswerLostCountsTooMuchAndNeverTooLittle) {
  const auto budget = Open(*store_, 5 * kDollar);
  table_.SetFault(MemoryTable::Fault::kAnswerLost);
  EXPECT_TRUE(budget->Reserve(100'000).has_value());
  table_.SetFault(MemoryTable::Fault::kNone);
  EXPECT_FALSE(budget->Reserve(100'000).has_value());
  EXPECT_GE(store_->Load()->micro_usd, 200'000u);
}

TEST_F(SharedBudgetTest, WhoseDayBeganFirstTurnsItForAll) {
  FakeClock ahead;
  ahead.Advance(NextUtcDay(clock_.Now()) - ahead.Now());
  Budget::Options options;
  options.per_day = kDollar;
  options.clock = &ahead;
  options.store = store_.get();
  const auto late = Open(*store_, kDollar);
  EXPECT_FALSE(late->Reserve(kDollar).has_value());
  late->Settle(kDollar, kDollar);
  const auto early = *Budget::Open(options);
  EXPECT_FALSE(early->Reserve(600'000).has_value());
  EXPECT_FALSE(late->Reserve(300'000).has_value());
  EXPECT_TRUE(early->Reserve(200'000).has_value());
}

TEST_F(BudgetTest, ABrokenFileIsAnErrorNotAFreeDay) {
  std::ofstream(dir_ + "/spent") << "nonsense";
  const auto loaded = NewFileBudgetStore(dir_ + "/spent")->Load();
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("remove it to count from zero"));
}

}  // namespace
}  // namespace seaworthy
