#include "cli/panel.h"

#include <algorithm>
#include <utility>

#include "common/clock.h"
#include "common/status_macros.h"
#include "services/reviewer/panel.h"

namespace seaworthy::cli {
namespace {

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

absl::StatusOr<std::unique_ptr<Panel>> Panel::Open(const Config& config,
                                                   absl::Span<const v1::Persona> personas,
                                                   const DataLayout* layout) {
  auto panel = std::unique_ptr<Panel>(new Panel);
  SEAWORTHY_ASSIGN_OR_RETURN(panel->endpoints_, MakeEndpoints(config, personas));
  panel->max_in_flight_ = MostInFlight(panel->endpoints_);
  SEAWORTHY_ASSIGN_OR_RETURN(panel->money_, Money::Open(config, layout));
  if (config.panel.cache && layout != nullptr && AnyWantsPrompts(panel->endpoints_)) {
    SEAWORTHY_ASSIGN_OR_RETURN(panel->cache_,
                               OpenAnswerCache(layout->dir + "/answers", AnswerCacheOptions()));
  }
  VerdictSeeker::Options options = PanelDefaults();
  options.routes = panel->endpoints_.routes;
  options.limits = panel->endpoints_.limits;
  options.cache = panel->cache_.get();
  options.budget = panel->money_->budget();
  options.prices = panel->money_->prices();
  panel->seeker_ = std::make_unique<VerdictSeeker>(std::move(options));
  return panel;
}

}  // namespace seaworthy::cli
