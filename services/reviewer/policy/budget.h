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

namespace seaworthy {

// What a day has cost.
struct DaySpent {
  // Days since 1970-01-01, UTC.
  int64_t day = 0;
  uint64_t micro_usd = 0;
};

// Where a day's sum outlives the process. Thread-safe.
class BudgetStore {
 public:
  virtual ~BudgetStore() = default;
  // All zero where nothing was saved. Errors: DATA_LOSS, UNAVAILABLE.
  virtual absl::StatusOr<DaySpent> Load() = 0;
  // Durable on return.
  virtual absl::Status Save(const DaySpent& spent) = 0;
};

// A file of one line, replaced whole.
std::unique_ptr<BudgetStore> NewFileBudgetStore(std::string path);

// Limits per UTC day and per run. Thread-safe. After a crash the day's sum is
// never too low: what may be spent is saved before it is, in steps of a
// hundredth of the day's budget, by which it may be too high.
class Budget {
 public:
  struct Options {
    // In millionths of a dollar; 0: no limit.
    uint64_t per_day = 0;
    uint64_t per_run = 0;
    Clock* clock = Clock::Real();
    // Not owned, outlives the budget; null: nothing outlives the process.
    BudgetStore* store = nullptr;
  };
  // Why nothing is granted, and until when.
  struct Pause {
    std::string message;
    absl::Time until;
  };

  // Reads what today has cost. Errors: those of the store.
  static absl::StatusOr<std::unique_ptr<Budget>> Open(Options options);
  ~Budget();

  // Sets `micro_usd` aside, or says why not. Amounts of 0 are always granted.
  std::optional<Pause> Reserve(uint64_t micro_usd);
  // What the reserved amount came to; may be more.
  void Settle(uint64_t reserved, uint64_t cost);

  // Set from a refusal until something is granted or its time has come.
  std::optional<Pause> paused() const;
  // Settled today; settled in this run.
  uint64_t today() const;
  uint64_t this_run() const;
  bool limited() const { return options_.per_day > 0 || options_.per_run > 0; }

 private:
  Budget(Options options, const DaySpent& spent);
  void TurnDay(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<Pause> Refusal(uint64_t micro_usd, absl::Time now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SaveAhead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  DaySpent today_ ABSL_GUARDED_BY(mutex_);
  uint64_t run_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t reserved_ ABSL_GUARDED_BY(mutex_) = 0;
  // What the store holds for today.
  uint64_t saved_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Pause> pause_ ABSL_GUARDED_BY(mutex_);
};

// `$4.98`; parts of a cent only below one.
std::string Dollars(uint64_t micro_usd);
// The next midnight in UTC.
absl::Time NextUtcDay(absl::Time now);

}  // namespace seaworthy
