// Desk pages about the panel and the machinery: predictions, health, status.
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "services/publisher/desk/desk.h"
#include "services/publisher/pages/cost_text.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"
#include "services/publisher/pages/panel_state.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// A share as `82%`; a dash of nothing.
std::string ShareText(uint64_t part, uint64_t whole) {
  return whole == 0 ? OrDash("") : PercentText(static_cast<double>(part) / static_cast<double>(whole));
}

std::string PerVerdict(uint64_t count, uint64_t verdicts) {
  if (verdicts == 0) return OrDash("");
  return absl::StrFormat("%.1f", static_cast<double>(count) / static_cast<double>(verdicts));
}

using SpendByName = std::map<std::string, v1::Spend>;

// What was spent, by persona, then by endpoint and model.
SpendByName SumSpend(const google::protobuf::RepeatedPtrField<v1::PanelCounts>& rows) {
  SpendByName by_name;
  for (const v1::PanelCounts& row : rows) {
    const std::string through = absl::StrCat(row.endpoint(), row.model().empty() ? "" : " · ", row.model());
    for (const std::string& name : {absl::StrCat("Persona ", row.persona_id()), through}) {
      if (row.spend().verdicts() == 0) continue;
      v1::Spend& sum = by_name[name];
      sum.set_verdicts(sum.verdicts() + row.spend().verdicts());
      sum.set_input_tokens(sum.input_tokens() + row.spend().input_tokens());
      sum.set_output_tokens(sum.output_tokens() + row.spend().output_tokens());
      sum.set_cost_micro_usd(sum.cost_micro_usd() + row.spend().cost_micro_usd());
      sum.set_unpriced(sum.unpriced() + row.spend().unpriced());
    }
  }
  return by_name;
}

// Whoever spent anything, with what of it today.
json SpendViews(const v1::AggregatorStatus& status) {
  const SpendByName today = SumSpend(status.spent_today_by());
  json views = json::array();
  for (const auto& [name, sum] : SumSpend(status.spent_by())) {
    const auto of_today = today.find(name);
    views.push_back({{"name", name},
                     {"today", of_today == today.end() ? OrDash("") : SpendText(of_today->second)},
                     {"text", SpendText(sum)},
                     {"verdicts", sum.verdicts()}});
  }
  return views;
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

// Everything in the log's queues added up: what a glance is for.
json PipelineView(const v1::AggregatorStatus& status) {
  uint64_t pending = 0;
  uint64_t in_flight = 0;
  uint64_t retrying = 0;
  uint64_t dead = 0;
  for (const v1::QueueStatus& queue : status.queues()) {
    pending += queue.pending();
    in_flight += queue.in_flight();
    retrying += queue.retrying();
    dead += queue.dead();
  }
  const auto tile = [](const char* label, uint64_t count, bool bad, const char* url) {
    return json({{"label", label}, {"count", GroupedText(count)}, {"bad", bad && count > 0}, {"url", url}});
  };
  const auto count = [&status](const char* name) -> uint64_t {
    const auto it = status.counts().find(name);
    return it == status.counts().end() ? 0 : it->second;
  };
  return json::array({tile("Events waiting", pending, false, ""), tile("In flight", in_flight, false, ""),
                      tile("To be tried again", retrying, true, ""),
                      tile("Given up on", dead, true, "/desk/dead-letters"),
                      tile("Reviews to come", count("reviews.pending"), false, ""),
                      tile("To decide", count("comparisons.drafted"), false, "/desk")});
}

// What was spent today, against what may be.
std::string BudgetText(const v1::Spend& today, double budget_usd) {
  const std::string spent = SpendText(today).empty() ? "nothing" : SpendText(today);
  if (budget_usd <= 0) return absl::StrCat(spent, "; no budget is set");
  const double share = static_cast<double>(today.cost_micro_usd()) / (budget_usd * 1e6);
  return absl::StrCat(spent, " of ", MoneyText(static_cast<uint64_t>(budget_usd * 1e6)), " a day (",
                      PercentText(share), ")");
}

// How a persona's stated probabilities compare with what came of them.
json CalibrationView(const v1::Calibration& calibration) {
  json bins = json::array();
  for (int i = 0; i < calibration.bins_size(); ++i) {
    const v1::CalibrationBin& bin = calibration.bins(i);
    if (bin.count() == 0) continue;
    bins.push_back({{"range", absl::StrCat(10 * i, "–", 10 * (i + 1), "%")},
                    {"stated", PercentText(bin.probability_sum() / static_cast<double>(bin.count()))},
                    {"came", ShareText(bin.came_true(), bin.count())},
                    {"n", bin.count()}});
  }
  return bins;
}

// One row for each persona: its file, votes and how its predictions came out.
json PersonaRows(const v1::PanelHealth& health, const std::vector<v1::Persona>& personas) {
  json rows = json::array();
  for (const v1::Persona& persona : personas) {
    uint64_t verdicts = 0;
    uint64_t ship = 0;
    for (const v1::PanelCounts& counts : health.counts()) {
      if (counts.persona_id() != persona.persona_id()) continue;
      verdicts += counts.verdicts();
      ship += counts.ship();
    }
    json row = {{"title", persona.title()},
                {"file", absl::StrCat(persona.persona_id(), ".md")},
                {"hash", OrDash(persona.prompt_hash().substr(0, 12))},
                {"verdicts", verdicts},
                {"ship", ShareText(ship, verdicts)},
                {"resolved", "none resolved"},
                {"bins", json::array()},
                {"any_bins", false}};
    for (const v1::Calibration& calibration : health.calibration()) {
      if (calibration.persona_id() != persona.persona_id()) continue;
      if (calibration.resolved() + calibration.without_probability() == 0) continue;
      row["resolved"] = absl::StrCat(
          calibration.came_true(), " of ", calibration.resolved(), " came true",
          calibration.resolved() == 0 ? "" : absl::StrFormat("; Brier %.2f", calibration.brier()));
      row["bins"] = CalibrationView(calibration);
      row["any_bins"] = !row["bins"].empty();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

json Desk::AnnouncedTool(const std::string& tool_id) const {
  json view = {{"id", tool_id}, {"id_path", PercentEncode(tool_id)}, {"failures", json::array()}};
  v1::GetToolRequest request;
  request.set_tool_id(tool_id);
  const auto tool = options_.aggregator->GetTool(request);
  if (tool.ok()) view["failures"] = PanelView(tool->panel())["failures"];
  return view;
}

HttpResponse Desk::ShowPanel(const Call& call) const {
  const auto health = options_.aggregator->GetPanelHealth({});
  if (!health.ok()) return Failed(health.status(), "The panel's health cannot be shown");
  const auto title = [this](const std::string& id) { return PersonaTitle(options_.personas, id); };
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
  view["persona_rows"] = PersonaRows(*health, options_.personas);
  view["empty"] = health->counts().empty();
  view["any_agreements"] = !health->agreements().empty();
  view["any_failures"] = !health->failures().empty();
  return Page("desk_panel", view);
}

HttpResponse Desk::ShowStatus(const Call& call) const {
  const auto status = options_.aggregator->GetStatus({});
  if (!status.ok()) return Failed(status.status(), "The status cannot be shown");
  json view = Frame(call, "status", "Status");
  std::map<std::string, uint64_t> counts(status->counts().begin(), status->counts().end());
  view["counts"] = json::array();
  for (const auto& [name, count] : counts) {
    view["counts"].push_back(
        {{"name", Capitalised(absl::StrReplaceAll(name, {{".", " "}, {"_", " "}}))}, {"count", count}});
  }
  view["pipeline"] = PipelineView(*status);
  view["budget"] = BudgetText(status->spent_today(), options_.budget_usd_per_day);
  view["panel"] = PanelStateView(AskPanelState(options_.reviewer), options_.personas);
  view["spent_today"] = SpendText(status->spent_today());
  view["spent_total"] = SpendText(status->spent_total());
  view["spent"] = SpendViews(*status);
  view["any_spent"] = !view["spent"].empty();
  view["queues"] = json::array();
  for (const v1::QueueStatus& queue : status->queues()) {
    view["queues"].push_back({{"name", queue.name()},
                              {"pending", queue.pending()},
                              {"in_flight", queue.in_flight()},
                              {"retrying", queue.retrying()},
                              {"dead", queue.dead()},
                              {"any_dead", queue.dead() > 0}});
  }
  view["any_queues"] = !view["queues"].empty();
  view["log_sequence"] = status->log_sequence();
  view["applied_sequence"] = status->applied_sequence();
  view["behind"] = status->log_sequence() > status->applied_sequence()
                       ? absl::StrCat(status->log_sequence() - status->applied_sequence())
                       : "";
  view["log_first_sequence"] = status->log_first_sequence();
  view["log_retention_days"] =
      status->log_retention_days() == 0 ? "" : absl::StrCat(status->log_retention_days());
  view["leading"] = status->leading();
  view["leader"] = status->leader();
  view["endpoint"] = options_.endpoint;
  view["version"] = options_.version;
  return Page("desk_status", view);
}

}  // namespace seaworthy
