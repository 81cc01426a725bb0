// A reviewer's page.
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/publisher/pages/charts.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/verdict_view.h"
#include "services/publisher/site/site.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kHtml[] = "text/html; charset=utf-8";
constexpr size_t kVerdicts = 6;
// Models are read from so many of the newest comparisons.
constexpr size_t kRead = 12;
// Ship rates are counted over so many of the newest.
constexpr size_t kCounted = 5000;

// Ship and total over each tool's newest published form.
struct ShipRate {
  int ship = 0;
  int total = 0;
};

ShipRate CountVotes(const PublishedIndex& index, const std::string& persona_id) {
  ShipRate rate;
  std::set<std::string> seen;
  for (const PublishedEntryPtr& entry : index.Newest(kCounted)) {
    for (const auto& tool : {entry->a, entry->b}) {
      if (!seen.insert(tool->id).second) continue;
      for (const v1::PersonaVote& vote : tool->votes) {
        if (vote.persona_id() != persona_id) continue;
        ++rate.total;
        rate.ship += vote.vote() == v1::SHIP ? 1 : 0;
      }
    }
  }
  return rate;
}

// `llama-3.1` of `meta/llama-3.1:latest`: what follows the last slash, up to a
// colon or an at.
std::string ModelFamily(const v1::Provenance& provenance) {
  if (provenance.rule_based()) return "fixed rules, no model";
  std::string name = provenance.model().empty() ? provenance.model_asked() : provenance.model();
  name = name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
  return name.substr(0, name.find_first_of(":@"));
}

// How resolved predictions of a probability came out, from published ones.
v1::Calibration Calibrate(const v1::ListPredictionsResponse& ledger, const std::string& persona_id) {
  constexpr int kBins = 10;
  v1::Calibration calibration;
  for (int i = 0; i < kBins; ++i) calibration.add_bins();
  for (const v1::Prediction& prediction : ledger.predictions()) {
    const auto outcome = prediction.resolution().outcome();
    const bool came_true = outcome == v1::PredictionResolution::CAME_TRUE;
    if (prediction.persona_id() != persona_id || !prediction.has_probability()) continue;
    if (!came_true && outcome != v1::PredictionResolution::DID_NOT) continue;
    const int place = std::min(kBins - 1, static_cast<int>(prediction.probability() * kBins));
    v1::CalibrationBin& bin = *calibration.mutable_bins(std::max(0, place));
    bin.set_count(bin.count() + 1);
    bin.set_came_true(bin.came_true() + (came_true ? 1 : 0));
    bin.set_probability_sum(bin.probability_sum() + prediction.probability());
    calibration.set_resolved(calibration.resolved() + 1);
    calibration.set_came_true(calibration.came_true() + (came_true ? 1 : 0));
  }
  return calibration;
}

}  // namespace

absl::StatusOr<Site::Page> Site::RenderPersona(const std::string& id) const {
  const auto persona = std::find_if(options_.personas.begin(), options_.personas.end(),
                                    [&id](const v1::Persona& one) { return one.persona_id() == id; });
  if (persona == options_.personas.end())
    return absl::NotFoundError(absl::StrCat("there is no persona ", id));
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  json view = Frame(
      absl::StrCat("/personas/", id), absl::StrCat(persona->title(), " · Seaworthy"),
      absl::StrCat(persona->title(), ", an AI persona of the panel: mandate, ship rate, newest verdicts."));
  view["title"] = persona->title();
  view["mandate"] = persona->mandate();
  view["beats"] = json::array();
  for (const v1::BeatSpec& beat : persona->beats()) view["beats"].push_back({{"title", beat.title()}});
  const ShipRate rate = CountVotes(*index, id);
  view["rate"] = rate.total == 0 ? "—" : PercentText(static_cast<double>(rate.ship) / rate.total);
  view["rate_said"] = rate.total == 0 ? "no published verdict yet"
                                      : absl::StrCat(rate.ship, " of ", rate.total, " tools ship");

  view["verdicts"] = json::array();
  std::map<std::string, int> families;
  std::set<std::string> seen;
  for (const PublishedEntryPtr& entry : index->Newest(kRead)) {
    const auto published = options_.published->Comparison(entry->id);
    if (!published.ok()) continue;
    for (const v1::ToolView* tool : {&published->content().a(), &published->content().b()}) {
      const v1::Verdict* verdict = FindVerdict(*tool, id);
      if (verdict == nullptr || !seen.insert(tool->revision().tool_id()).second) continue;
      ++families[ModelFamily(verdict->provenance())];
      if (view["verdicts"].size() >= kVerdicts) continue;
      json one = VerdictView(*tool, id, persona->title());
      one["tool_id"] = tool->revision().tool_id();
      view["verdicts"].push_back(std::move(one));
    }
  }
  view["any_verdicts"] = !view["verdicts"].empty();
  view["families"] = json::array();
  for (const auto& [family, count] : families) {
    view["families"].push_back({{"name", family.empty() ? "not named" : family}, {"count", count}});
  }
  view["any_families"] = !families.empty();
  const auto ledger = options_.published->Predictions(500);
  const v1::Calibration calibration = ledger.ok() ? Calibrate(*ledger, id) : v1::Calibration();
  view["calibration"] = CalibrationChart(calibration);
  view["resolved"] = calibration.resolved() == 0
                         ? ""
                         : absl::StrCat(calibration.came_true(), " of ", calibration.resolved());
  return Page{kHtml, options_.templates->Render("persona", view), ""};
}

}  // namespace seaworthy
