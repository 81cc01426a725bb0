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
#include "services/publisher/desk/evidence_view.h"
#include "services/publisher/desk/word_diff.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"
#include "services/publisher/pages/verdict_view.h"

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

// What editors did to each verdict, under it; edits as words out and in.
void AddHistory(const v1::ComparisonView& comparison, json& view) {
  std::map<std::string, std::string> quotes;  // By verdict, as before the next edit.
  for (const v1::ToolView* tool : {&comparison.content().a(), &comparison.content().b()}) {
    for (const v1::Verdict& verdict : tool->verdicts()) {
      quotes[verdict.verdict_id()] = verdict.original_quote();
    }
  }
  for (const v1::Amendment& amendment : comparison.amendments()) {
    const bool edit = amendment.kind() == v1::EDIT_QUOTE;
    std::string& before = quotes[amendment.verdict_id()];
    const json done = {
        {"what", edit ? "Edited the quote" : "Accepted a mark"},
        {"who", amendment.editor()},
        {"when", TimeText(amendment.amend_time())},
        {"reason", amendment.reason()},
        {"runs", edit && !before.empty() ? WordDiff(before, amendment.quote()) : json::array()}};
    if (edit) before = amendment.quote();
    for (json& row : view["personas"]) {
      for (const char* side : {"a", "b"}) {
        if (row[side]["id"] != amendment.verdict_id()) continue;
        row[side]["any_history"] = true;
        row[side]["history"].push_back(done);
      }
    }
  }
}

// What this state offers to an editor.
void AddActions(const v1::Comparison& comparison, const std::string& editor, json& view) {
  const v1::Comparison::State state = comparison.state();
  const bool drafted = state == v1::Comparison::DRAFTED;
  const bool published = !comparison.published_hash().empty();
  view["can_approve"] = drafted || state == v1::Comparison::WITHDRAWN;
  view["can_reject"] = drafted;
  view["can_unschedule"] = state == v1::Comparison::SCHEDULED;
  view["can_reopen"] = state == v1::Comparison::REJECTED || state == v1::Comparison::SENT_BACK ||
                       state == v1::Comparison::WITHDRAWN;
  view["can_withdraw"] = published;
  view["published"] = published;
  view["withdraw_hash"] = comparison.published_hash();
  view["published_differs"] = published && comparison.published_hash() != comparison.content_hash();
  view["waiting"] = state == v1::Comparison::WAITING;
  view["scheduled_for"] = state == v1::Comparison::SCHEDULED ? TimeText(comparison.publish_time()) : "";
  view["embargo_until"] = TimeText(comparison.embargo_time());
  const bool first = comparison.has_first_approval();
  view["first_editor"] = first ? comparison.first_approval().editor() : "";
  view["first_when"] = first ? TimeText(comparison.first_approval().decide_time()) : "";
  view["first_was_you"] = first && comparison.first_approval().editor() == editor;
}

// A tool of a comparison with what the content leaves out: what its sources
// disagree on, and its reviews that were asked again. As it is where that
// cannot be read.
v1::ToolView WithDeskParts(AggregatorClient& aggregator, const v1::ToolView& tool) {
  v1::GetToolRequest request;
  request.set_tool_id(tool.revision().tool_id());
  request.set_revision(tool.revision().number());
  v1::ToolView whole = tool;
  if (const auto found = aggregator.GetTool(request); found.ok()) {
    *whole.mutable_earlier_verdicts() = found->earlier_verdicts();
    *whole.mutable_repeats() = found->repeats();
    *whole.mutable_revision()->mutable_conflicts() = found->revision().conflicts();
  }
  return whole;
}

// Personas of one tool: earlier rounds, and who is being asked again.
void AddRounds(const v1::ToolView& tool, const char* side, json& view) {
  for (json& row : view["personas"]) {
    json& verdict = row[side];
    verdict["tool_id"] = tool.revision().tool_id();
    verdict["persona_id"] = row["id"];
    verdict["asked_again"] = "";
    verdict["asked_by"] = "";
    verdict["earlier"] = json::array();
    for (const v1::ReviewRepeat& repeat : tool.repeats()) {
      if (repeat.persona_id() != row["id"]) continue;
      verdict["asked_again"] = repeat.reason();
      verdict["asked_by"] = repeat.editor();
    }
    const v1::Verdict* now = FindVerdict(tool, row["id"].get<std::string>());
    for (const v1::Verdict& earlier : tool.earlier_verdicts()) {
      if (earlier.persona_id() != row["id"]) continue;
      verdict["earlier"].push_back(
          {{"vote_was", earlier.vote() == v1::SHIP ? "Ship" : "Skip"},
           {"confidence_was", PercentText(earlier.confidence())},
           {"round_was", earlier.round() + 1},
           {"runs", now == nullptr ? json::array() : WordDiff(earlier.quote(), now->quote())}});
    }
    verdict["any_earlier"] = !verdict["earlier"].empty();
    AddDeskVerdict(now, verdict);
  }
}

json ChecklistView(const absl::StatusOr<v1::GetChecklistResponse>& checklist) {
  json view = {{"items", json::array()}, {"unknown", ""}, {"holds", false}, {"failing", ""}};
  if (!checklist.ok()) {
    view["unknown"] = std::string(checklist.status().message());
    return view;
  }
  int failing = 0;
  for (const v1::ChecklistItem& item : checklist->items()) {
    failing += item.blocking() && !item.passed() ? 1 : 0;
    view["items"].push_back({{"title", item.title()},
                             {"passed", item.passed()},
                             {"blocks", item.blocking() && !item.passed()},
                             {"notes", !item.blocking() && !item.passed()},
                             {"message", item.message()}});
  }
  view["holds"] = failing == 0;
  view["failing"] = failing == 0 ? "" : absl::StrCat(failing);
  return view;
}

}  // namespace

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

json Desk::PublicationRows(const v1::Comparison& comparison) const {
  json rows = json::array();
  v1::ListPublicationsRequest request;
  request.set_comparison_id(comparison.comparison_id());
  const auto publications = options_.aggregator->ListPublications(request);
  if (!publications.ok()) return rows;
  for (const v1::Publication& publication : publications->publications()) {
    rows.push_back({{"decision", DecisionView(publication.decision())},
                    {"public_from", TimeText(publication.publish_time())},
                    {"current", publication.current()},
                    {"short", publication.content_hash().substr(0, 12)},
                    {"path", absl::StrCat(ComparisonPath(comparison.comparison_id()), "/publications/",
                                          PercentEncode(publication.content_hash()))}});
  }
  return rows;
}

void Desk::AddEditorial(const v1::ComparisonView& found, json& view) const {
  const v1::Comparison& comparison = found.comparison();
  v1::GetChecklistRequest request;
  request.set_comparison_id(comparison.comparison_id());
  view["checklist"] = ChecklistView(options_.aggregator->GetChecklist(request));
  view["checklist_holds"] = view["checklist"]["holds"];
  view["drifts"] = Drifts(comparison);
  view["publications"] = PublicationRows(comparison);
  view["any_publications"] = !view["publications"].empty();
  const v1::ToolView a = WithDeskParts(*options_.aggregator, found.content().a());
  const v1::ToolView b = WithDeskParts(*options_.aggregator, found.content().b());
  view["conflict_tools"] = json::array();
  for (const v1::ToolView* tool : {&a, &b}) {
    const json rows = ConflictRows(tool->revision());
    if (rows.empty()) continue;
    view["conflict_tools"].push_back(
        {{"name", tool->revision().name()},
         {"tool_path", absl::StrCat("/desk/tools/", PercentEncode(tool->revision().tool_id()))},
         {"conflict_rows", rows}});
  }
  view["any_conflicts"] = !view["conflict_tools"].empty();
  view["a"]["fact_rows"] = FactRows(found.content().a().revision());
  view["b"]["fact_rows"] = FactRows(found.content().b().revision());
  AddRounds(a, "a", view);
  AddRounds(b, "b", view);
  v1::ListDecisionsRequest history;
  history.set_comparison_id(comparison.comparison_id());
  const auto decisions = options_.aggregator->ListDecisions(history);
  view["decisions"] = json::array();
  if (decisions.ok()) {
    for (const v1::Decision& decision : decisions->decisions()) {
      view["decisions"].push_back(DecisionView(decision));
    }
  }
  view["any_decisions"] = !view["decisions"].empty();
}

void Desk::AddAssignment(const v1::Comparison& comparison, const std::string& editor, json& view) const {
  view["taken_by"] = "";
  view["taken_until"] = "";
  view["mine"] = false;
  // The queue knows who is on what; asked for this comparison alone.
  v1::ListQueueRequest request;
  request.set_text(absl::StrCat(comparison.tool_a(), " ", comparison.tool_b()));
  request.add_states(comparison.state());
  request.set_page_size(50);
  const auto queue = options_.aggregator->ListQueue(request);
  if (!queue.ok()) return;
  for (const v1::QueueEntry& entry : queue->entries()) {
    if (entry.comparison().comparison_id() != comparison.comparison_id()) continue;
    view["taken_by"] = entry.assignment().editor();
    view["taken_until"] = TimeText(entry.assignment().expire_time());
    view["mine"] = !editor.empty() && entry.assignment().editor() == editor;
  }
}

HttpResponse Desk::ShowComparison(const Call& call) const {
  v1::GetComparisonRequest request;
  request.set_comparison_id(call.Path("id"));
  const auto found = options_.aggregator->GetComparison(request);
  if (!found.ok()) return Failed(found.status(), "There is no such comparison");
  const v1::Comparison& comparison = found->comparison();
  json view = Frame(call, "queue", "Comparison");
  view.update(ComparisonPageView(found->content(), options_.personas));
  view["id"] = comparison.comparison_id();
  view["comparison_id"] = comparison.comparison_id();
  view["page_title"] = absl::StrCat(view["title"].get<std::string>(), " · Seaworthy desk");
  view["state"] = StateText(comparison.state());
  view["state_word"] = StateWord(comparison.state());
  view["content_hash"] = comparison.content_hash();
  view["hash_short"] = comparison.content_hash().substr(0, 12);
  view["request_id"] = RandomHex(16);
  view["by_hand"] = comparison.by_hand();
  view["created"] = TimeText(comparison.create_time());
  view["updated"] = TimeText(comparison.update_time());
  view["address"] = ComparisonPath(comparison.comparison_id());
  view["events"] = absl::StrCat("/desk/events?comparison=", PercentEncode(comparison.comparison_id()),
                                "&seen=", ComparisonFingerprint(comparison));
  AddActions(comparison, call.session->editor, view);
  AddAssignment(comparison, call.session->editor, view);
  AddEditorial(*found, view);
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
  view["can_amend"] = true;
  AddHistory(*found, view);
  return Page("desk_comparison", view);
}

HttpResponse Desk::ShowPreview(const Call& call) const {
  v1::GetComparisonRequest request;
  request.set_comparison_id(call.Path("id"));
  const auto found = options_.aggregator->GetComparison(request);
  if (!found.ok()) return Failed(found.status(), "There is no such comparison");
  v1::PublishedComparison published;
  const auto before = options_.published->Comparison(found->comparison().comparison_id());
  if (before.ok()) published = *before;
  *published.mutable_content() = found->content();
  published.set_content_hash(found->comparison().content_hash());
  // Public already: as it is. Else as an approval now would make it.
  if (!before.ok() || before->content_hash() != published.content_hash()) {
    const int64_t now = absl::ToUnixSeconds(options_.clock->Now());
    v1::Decision& decision = *published.mutable_decision();
    decision.Clear();
    decision.set_comparison_id(found->comparison().comparison_id());
    decision.set_kind(v1::APPROVE);
    decision.set_content_hash(published.content_hash());
    decision.set_editor(call.session->editor);
    decision.mutable_decide_time()->set_seconds(now);
    published.mutable_publish_time()->set_seconds(now);
    if (!before.ok()) published.mutable_first_publish_time()->set_seconds(now);
  }
  HttpResponse response = HtmlResponse(200, options_.site->RenderAs(published));
  // The comparison's own page shows it in a frame without scripts and forms.
  response.SetHeader("X-Frame-Options", "SAMEORIGIN");
  response.SetHeader("X-Robots-Tag", "noindex");
  return response;
}

}  // namespace seaworthy
