// Desk pages about the panel: a tool, predictions, health.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "services/publisher/cost_text.h"
#include "services/publisher/desk.h"
#include "services/publisher/ledger_view.h"
#include "services/publisher/page_text.h"
#include "services/publisher/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kPredictionRows = 50;

// A share as `82%`; a dash of nothing.
std::string ShareText(uint64_t part, uint64_t whole) {
  return whole == 0 ? OrDash("") : PercentText(static_cast<double>(part) / static_cast<double>(whole));
}

std::string TitleOf(const std::vector<v1::Persona>& personas, const std::string& id) {
  for (const v1::Persona& persona : personas) {
    if (persona.persona_id() == id) return persona.title();
  }
  return Capitalised(id);
}

std::string PerVerdict(uint64_t count, uint64_t verdicts) {
  if (verdicts == 0) return OrDash("");
  return absl::StrFormat("%.1f", static_cast<double>(count) / static_cast<double>(verdicts));
}

json CountsView(const v1::PanelCounts& counts, const std::string& title) {
  const bool by_rules = counts.rule_based() == counts.verdicts();
  const std::string spent = SpendText(counts.spend());
  return {{"persona", title},
          {"endpoint", OrDash(counts.endpoint())},
          {"model", counts.model()},
          {"verdicts", counts.verdicts()},
          {"cached", counts.from_cache() == 0 ? "" : absl::StrCat(counts.from_cache())},
          {"repaired", counts.repaired() == 0 ? "" : absl::StrCat(counts.repaired())},
          {"ship", ShareText(counts.ship(), counts.verdicts())},
          {"marks", PerVerdict(counts.marks_unsupported() + counts.marks_contradicted(), counts.verdicts())},
          {"unsupported", counts.marks_unsupported()},
          {"contradicted", counts.marks_contradicted()},
          {"spent", !spent.empty() ? spent
                    : by_rules     ? "by rules"
                                   : OrDash("")}};
}

}  // namespace

json Desk::AnnouncedTool(const std::string& tool_id) const {
  json view = {{"id", tool_id}, {"failures", json::array()}};
  v1::GetToolRequest request;
  request.set_tool_id(tool_id);
  const auto tool = options_.aggregator->GetTool(request);
  if (tool.ok()) view["failures"] = PanelView(tool->panel())["failures"];
  return view;
}

HttpResponse Desk::ShowTool(const Call& call) const {
  v1::GetToolRequest request;
  request.set_tool_id(call.Path("id"));
  const auto tool = options_.aggregator->GetTool(request);
  if (!tool.ok()) return Failed(tool.status(), "There is no such tool");
  json view = Frame(call, "announcements", tool->revision().name());
  view["tool"] = ToolPageView(*tool, options_.personas);
  view["can_amend"] = false;
  view["open_claims"] = true;
  return Page("desk_tool", view);
}

HttpResponse Desk::ShowPredictions(const Call& call) const {
  v1::ListPredictionsRequest request;
  request.set_page_size(kPredictionRows);
  request.set_page_token(call.Query("cursor"));
  const auto response = options_.aggregator->ListPredictions(request);
  if (!response.ok()) return Failed(response.status(), "The predictions cannot be shown");
  json view = Frame(call, "predictions", "Predictions");
  view["predictions"] = PredictionViews(*response, options_.personas, "/desk/tools/");
  view["ledger_caption"] = "Earliest first";
  view["empty"] = response->predictions().empty();
  view["next"] = response->next_page_token().empty()
                     ? ""
                     : absl::StrCat("/desk/predictions?cursor=", PercentEncode(response->next_page_token()));
  view["first"] = call.Query("cursor").empty() ? "" : "/desk/predictions";
  return Page("desk_predictions", view);
}

HttpResponse Desk::ShowPanel(const Call& call) const {
  const auto health = options_.aggregator->GetPanelHealth({});
  if (!health.ok()) return Failed(health.status(), "The panel's health cannot be shown");
  const auto title = [this](const std::string& id) { return TitleOf(options_.personas, id); };
  json view = Frame(call, "panel", "Panel");
  for (const char* list : {"rows", "agreements", "likeness", "failures"}) view[list] = json::array();
  for (const v1::PanelCounts& counts : health->counts()) {
    view["rows"].push_back(CountsView(counts, title(counts.persona_id())));
  }
  for (const v1::Agreement& pair : health->agreements()) {
    view["agreements"].push_back({{"a", title(pair.persona_a())},
                                  {"b", title(pair.persona_b())},
                                  {"share", ShareText(pair.same(), pair.both())},
                                  {"both", pair.both()}});
  }
  for (const v1::Likeness& likeness : health->likeness()) {
    view["likeness"].push_back({{"persona", title(likeness.persona_id())},
                                {"share", ShareText(likeness.repeated_sequences(), likeness.sequences())},
                                {"verdicts", likeness.verdicts()}});
  }
  for (const v1::FailureCount& failure : health->failures()) {
    view["failures"].push_back({{"persona", title(failure.persona_id())},
                                {"outcome", absl::StrReplaceAll(failure.outcome(), {{"_", " "}})},
                                {"count", failure.count()},
                                {"advice", OutcomeAdvice(failure.outcome())}});
  }
  view["empty"] = health->counts().empty();
  view["any_agreements"] = !health->agreements().empty();
  view["any_failures"] = !health->failures().empty();
  return Page("desk_panel", view);
}

}  // namespace seaworthy
