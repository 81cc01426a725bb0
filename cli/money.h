// What calls of models may cost, and what has been spent.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "cli/data_dir.h"
#include "common/config.h"
#include "common/shared_table.h"
#include "services/reviewer/policy/budget.h"
#include "services/reviewer/policy/price_table.h"

namespace seaworthy::cli {

// Thread-safe once open.
class Money {
 public:
  // What the day has cost is kept in a file of `layout`, or beside a log that
  // several processes share; null: it is not, and the budget per day does not
  // bind. Errors name the file, the log or the price.
  static absl::StatusOr<std::unique_ptr<Money>> Open(const Config& config, const DataLayout* layout);

  // What every call is paid from.
  Budget* budget() const { return budget_.get(); }
  const PriceTable* prices() const { return prices_.get(); }

 private:
  Money() = default;

  std::unique_ptr<PriceTable> prices_;
  std::unique_ptr<SharedTable> table_;  // Null where one process spends.
  std::unique_ptr<BudgetStore> spending_;
  std::unique_ptr<Budget> budget_;
};

}  // namespace seaworthy::cli
