// The desk's page of a comparison.
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/desk/desk.h"
#include "services/publisher/desk/desk_view.h"
#include "services/publisher/desk/drift_view.h"
#include "services/publisher/pages/mark_view.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// Every open mark of a comparison's rows, with where its note stands.
json OpenList(const json& personas) {
  json list = json::array();
  for (const json& row : personas) {
    for (const char* side : {"a", "b"}) {
      const json& verdict = row[side];
      for (const json& mark : verdict["marks"]) {
        if (!mark["open"].get<bool>()) continue;
        list.push_back(
            {{"target", absl::StrCat(verdict["id"].get<std::string>(), "-", mark["number"].get<int>())},
             {"sign", mark["sign"]},
             {"text", mark["text"]},
             {"said", mark["said"]},
             {"tool", verdict["tool"]},
             {"persona", row["title"]}});
      }
    }
  }
  return list;
}

// What editors did to each verdict, under it.
void AddHistory(const v1::ComparisonView& comparison, json& view) {
  for (const v1::Amendment& amendment : comparison.amendments()) {
    for (json& row : view["personas"]) {
      for (const char* side : {"a", "b"}) {
        if (row[side]["id"] != amendment.verdict_id()) continue;
        row[side]["any_history"] = true;
        row[side]["history"].push_back(
            {{"what", amendment.kind() == v1::EDIT_QUOTE ? "Edited the quote" : "Accepted a mark"},
             {"who", amendment.editor()},
             {"when", TimeText(amendment.amend_time())},
             {"reason", amendment.reason()}});
      }
    }
  }
}

// What this state offers to an editor.
void AddActions(const v1::Comparison& comparison, json& view) {
  const bool drafted = comparison.state() == v1::Comparison::DRAFTED;
  const bool published = !comparison.published_hash().empty();
  view["can_approve"] = drafted || comparison.state() == v1::Comparison::WITHDRAWN;
  view["can_reject"] = drafted;
  view["can_withdraw"] = published;
  view["published"] = published;
  view["open_claims"] = true;
  view["withdraw_hash"] = comparison.published_hash();
  view["published_differs"] = published && comparison.published_hash() != comparison.content_hash();
  view["waiting"] = comparison.state() == v1::Comparison::WAITING;
}

}  // namespace

json DecisionView(const v1::Decision& decision) {
  static const auto* const kWords = new std::map<int, std::string>{
      {v1::APPROVE, "Approved"}, {v1::REJECT, "Rejected"}, {v1::WITHDRAW, "Withdrawn"}};
  const auto word = kWords->find(decision.kind());
  return {{"what", word == kWords->end() ? "Decided" : word->second},
          {"who", decision.editor()},
          {"when", TimeText(decision.decide_time())},
          {"reason", decision.reason()},
          {"hash", decision.content_hash().substr(0, 12)}};
}

int OpenMarksOf(const v1::ComparisonContent& content) {
  int open = 0;
  for (const v1::ToolView* tool : {&content.a(), &content.b()}) {
    for (const v1::Verdict& verdict : tool->verdicts()) open += CountOpenMarks(verdict);
  }
  return open;
}

json Desk::Drifts(const v1::Comparison& comparison) const {
  json drifts = json::array();
  for (const std::string& id : {comparison.tool_a(), comparison.tool_b()}) {
    v1::ListRevisionsRequest request;
    request.set_tool_id(id);
    request.set_page_size(2);
    const auto revisions = options_.aggregator->ListRevisions(request);
    if (!revisions.ok()) continue;
    const std::string said = DriftSentence(*revisions, options_.personas);
    if (said.empty()) continue;
    const v1::RevisionView& newest = revisions->revisions(0);
    drifts.push_back({{"text", absl::StrCat(newest.revision().name(), ", ", said)},
                      {"large", newest.drift().is_large()},
                      {"path", absl::StrCat("/desk/tools/", PercentEncode(id), "/history")}});
  }
  return drifts;
}

HttpResponse Desk::ShowComparison(const Call& call) const {
  v1::GetComparisonRequest request;
  request.set_comparison_id(call.Path("id"));
  const auto found = options_.aggregator->GetComparison(request);
  if (!found.ok()) return Failed(found.status(), "There is no such comparison");
  const v1::Comparison& comparison = found->comparison();
  v1::ListDecisionsRequest history;
  history.set_comparison_id(comparison.comparison_id());
  const auto decisions = options_.aggregator->ListDecisions(history);
  json view = Frame(call, "queue", "Comparison");
  view.update(ComparisonPageView(found->content(), options_.personas));
  view["id"] = comparison.comparison_id();
  view["page_title"] = absl::StrCat(view["title"].get<std::string>(), " · Seaworthy desk");
  view["state"] = StateText(comparison.state());
  view["content_hash"] = comparison.content_hash();
  view["hash_short"] = comparison.content_hash().substr(0, 12);
  view["request_id"] = RandomHex(16);
  view["by_hand"] = comparison.by_hand();
  view["created"] = TimeText(comparison.create_time());
  view["updated"] = TimeText(comparison.update_time());
  AddActions(comparison, view);
  view["drifts"] = Drifts(comparison);
  view["weak_total"] = 0;
  for (const json& row : view["personas"]) {
    view["weak_total"] =
        view["weak_total"].get<int>() + row["a"]["weak_count"].get<int>() + row["b"]["weak_count"].get<int>();
  }
  view["any_weak"] = view["weak_total"].get<int>() > 0;
  view["open_total"] = OpenMarksOf(found->content());
  view["any_open"] = OpenMarksOf(found->content()) > 0;
  view["open_list"] = OpenList(view["personas"]);
  view["any_hidden_text"] = view["a"]["any_hidden"] || view["b"]["any_hidden"];
  view["comparison_id"] = comparison.comparison_id();
  view["can_amend"] = true;
  AddHistory(*found, view);
  view["decisions"] = json::array();
  if (decisions.ok()) {
    for (const v1::Decision& decision : decisions->decisions()) {
      view["decisions"].push_back(DecisionView(decision));
    }
  }
  view["any_decisions"] = !view["decisions"].empty();
  return Page("desk_comparison", view);
}

HttpResponse Desk::ShowPreview(const Call& call) const {
  v1::GetComparisonRequest request;
  request.set_comparison_id(call.Path("id"));
  const auto found = options_.aggregator->GetComparison(request);
  if (!found.ok()) return Failed(found.status(), "There is no such comparison");
  return HtmlResponse(200, options_.site->Preview(found->content()));
}

}  // namespace seaworthy
