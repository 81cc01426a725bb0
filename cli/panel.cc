#include "cli/panel.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/clock.h"
#include "common/status_macros.h"
#include "services/reviewer/panel.h"

namespace seaworthy::cli {
namespace {

uint64_t MicroUsd(double usd) { return static_cast<uint64_t>(std::llround(usd * 1e6)); }

// A lane never needs less, and what it holds stays bounded.
constexpr size_t kLeastInFlight = 16;
constexpr size_t kMostInFlight = 4096;

size_t MostInFlight(const Endpoints& endpoints) {
  size_t most = kLeastInFlight;
  for (const auto& [persona, route] : endpoints.routes) {
    size_t sum = 0;
    for (const LlmEndpoint* endpoint : route) {
      sum += static_cast<size_t>(endpoints.limits.at(endpoint).max_in_flight);
    }
    most = std::max(most, sum);
  }
  return std::min(most, kMostInFlight);
}

bool AnyWantsPrompts(const Endpoints& endpoints) {
  return std::any_of(endpoints.limits.begin(), endpoints.limits.end(),
                     [](const auto& limit) { return limit.first->wants_prompt(); });
}

}  // namespace

absl::Status Panel::OpenMoney(const Config& config, const std::string& folder) {
  SEAWORTHY_ASSIGN_OR_RETURN(PriceTable prices, MakePrices(config));
  prices_ = std::make_unique<PriceTable>(std::move(prices));
  Budget::Options budget;
  budget.per_run = MicroUsd(config.panel.budget_usd_per_run);
  if (!folder.empty()) {
    budget.per_day = MicroUsd(config.panel.budget_usd_per_day);
    spending_ = NewFileBudgetStore(folder + "/spending");
    budget.store = spending_.get();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(budget_, Budget::Open(budget));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Panel>> Panel::Open(const Config& config,
                                                   absl::Span<const v1::Persona> personas,
                                                   const std::string& folder) {
  auto panel = std::unique_ptr<Panel>(new Panel);
  SEAWORTHY_ASSIGN_OR_RETURN(panel->endpoints_, MakeEndpoints(config, personas));
  panel->max_in_flight_ = MostInFlight(panel->endpoints_);
  SEAWORTHY_RETURN_IF_ERROR(panel->OpenMoney(config, folder));
  if (config.panel.cache && !folder.empty() && AnyWantsPrompts(panel->endpoints_)) {
    SEAWORTHY_ASSIGN_OR_RETURN(panel->cache_, OpenAnswerCache(folder + "/answers", AnswerCacheOptions()));
  }
  VerdictSeeker::Options options = PanelDefaults();
  options.routes = panel->endpoints_.routes;
  options.limits = panel->endpoints_.limits;
  options.cache = panel->cache_.get();
  options.budget = panel->budget_.get();
  options.prices = panel->prices_.get();
  panel->seeker_ = std::make_unique<VerdictSeeker>(std::move(options));
  return panel;
}

}  // namespace seaworthy::cli
