// Money: reserved before a call, settled after it, never spent twice.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/reviewer/policy/budget_store.h"

namespace seaworthy {

// Limits per UTC day, shared by all budgets over one store, and per run.
// Thread-safe. What may be spent is taken from the store before it is, in steps
// of a hundredth of the day's budget: the day's sum is never too low, and too
// high by a step for each process killed today. Any call may wait for the store.
class Budget {
 public:
  struct Options {
    // In millionths of a dollar; 0: no limit.
    uint64_t per_day = 0;
    uint64_t per_run = 0;
    Clock* clock = Clock::Real();
    // Not owned, outlives the budget; null: one in memory.
    BudgetStore* store = nullptr;
  };
  // Why nothing is granted, and until when.
  struct Pause {
    std::string message;
    absl::Time until;
  };

  // Errors: those of the store.
  static absl::StatusOr<std::unique_ptr<Budget>> Open(Options options);
  ~Budget();

  // Sets `micro_usd` aside, or says why not. Amounts of 0 are always granted.
  std::optional<Pause> Reserve(uint64_t micro_usd);
  // What the reserved amount came to; may be more.
  void Settle(uint64_t reserved, uint64_t cost);

  // Set from a refusal until something is granted or its time has come.
  std::optional<Pause> paused() const;
  // Settled today, with what others had taken when the store was last asked.
  uint64_t today() const;
  // Settled in this run.
  uint64_t this_run() const;
  bool limited() const { return options_.per_day > 0 || options_.per_run > 0; }

 private:
  Budget(Options options, std::unique_ptr<BudgetStore> own, const DayTaken& taken);
  void TurnDay(int64_t day) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Spent or set aside, today and by this process.
  uint64_t held() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return settled_ + reserved_; }
  std::optional<Pause> Refusal(uint64_t micro_usd, absl::Time now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes what `more` needs beyond what is taken, and a step ahead; nothing
  // where that is over `limit` (0: none).
  absl::Status Take(uint64_t more, uint64_t limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveBack();

  const Options options_;
  const std::unique_ptr<BudgetStore> own_;  // Null where one was given.
  BudgetStore* const store_;
  mutable absl::Mutex mutex_;
  int64_t day_ ABSL_GUARDED_BY(mutex_);
  // Of the day: by this process, and by all others of it.
  uint64_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t others_ ABSL_GUARDED_BY(mutex_);
  uint64_t settled_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t reserved_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t run_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Pause> pause_ ABSL_GUARDED_BY(mutex_);
};

// `$4.98`; parts of a cent only below one.
std::string Dollars(uint64_t micro_usd);
// The next midnight in UTC.
absl::Time NextUtcDay(absl::Time now);

}  // namespace seaworthy
