#include "cli/money.h"

#include <cmath>
#include <utility>

#include "cli/endpoints.h"
#include "cli/leases.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

uint64_t MicroUsd(double usd) { return static_cast<uint64_t>(std::llround(usd * 1e6)); }

}  // namespace

absl::StatusOr<std::unique_ptr<Money>> Money::Open(const Config& config, const DataLayout* layout) {
  auto money = std::unique_ptr<Money>(new Money);
  SEAWORTHY_ASSIGN_OR_RETURN(PriceTable prices, MakePrices(config));
  money->prices_ = std::make_unique<PriceTable>(std::move(prices));
  Budget::Options budget;
  budget.per_run = MicroUsd(config.panel.budget_usd_per_run);
  if (layout != nullptr) {
    budget.per_day = MicroUsd(config.panel.budget_usd_per_day);
    SEAWORTHY_ASSIGN_OR_RETURN(money->table_, OpenSharedTable(config.log, *layout, "BUDGET"));
    money->spending_ = money->table_ != nullptr ? NewSharedBudgetStore(money->table_.get())
                                                : NewFileBudgetStore(layout->dir + "/spending");
    budget.store = money->spending_.get();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(money->budget_, Budget::Open(budget));
  return money;
}

}  // namespace seaworthy::cli
