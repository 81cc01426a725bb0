// What a day has cost, for all who share a budget.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/shared_table.h"

namespace seaworthy {

// What is taken from a day's budget: spent, or set aside to be.
struct DayTaken {
  // Days since 1970-01-01, UTC.
  int64_t day = 0;
  uint64_t micro_usd = 0;

  friend bool operator==(const DayTaken&, const DayTaken&) = default;
};

// Thread-safe.
class BudgetStore {
 public:
  virtual ~BudgetStore() = default;
  // All zero where nothing was taken. Errors: DATA_LOSS, UNAVAILABLE.
  virtual absl::StatusOr<DayTaken> Load() = 0;
  // Puts what `change` makes of the newest value in its place and returns that;
  // `change` is called again where another was faster. Durable on return.
  // Errors: DATA_LOSS, UNAVAILABLE (changed or not), ABORTED (too many at once).
  virtual absl::StatusOr<DayTaken> Change(absl::FunctionRef<DayTaken(DayTaken)> change) = 0;
};

// Ends with the process.
std::unique_ptr<BudgetStore> NewMemoryBudgetStore();
// A file of one line, `DAY MICRO_USD`, replaced whole; for one process.
std::unique_ptr<BudgetStore> NewFileBudgetStore(std::string path);
// The same line as the value `day` of a table (not owned), for all processes
// that share it.
std::unique_ptr<BudgetStore> NewSharedBudgetStore(SharedTable* table);

}  // namespace seaworthy
