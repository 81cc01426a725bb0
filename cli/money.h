// What calls of models may cost, and what has been spent.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/config.h"
#include "services/reviewer/policy/budget.h"
#include "services/reviewer/policy/price_table.h"

namespace seaworthy::cli {

// Thread-safe once open.
class Money {
 public:
  // In `folder` the day's spending is kept; empty: it is not, and the budget
  // per day does not bind. Errors name the file or the price.
  static absl::StatusOr<std::unique_ptr<Money>> Open(const Config& config, const std::string& folder);

  // What every call is paid from.
  Budget* budget() const { return budget_.get(); }
  const PriceTable* prices() const { return prices_.get(); }

 private:
  Money() = default;

  std::unique_ptr<PriceTable> prices_;
  std::unique_ptr<BudgetStore> spending_;
  std::unique_ptr<Budget> budget_;
};

}  // namespace seaworthy::cli
