#include "services/publisher/desk/desk_queue.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/hash.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/desk/desk_sources.h"
#include "services/publisher/desk/desk_view.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"
#include "services/publisher/pages/panel_state.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxText = 200;
constexpr int kCounted = 100;

struct Word {
  const char* id;
  const char* label;
};

constexpr Word kStates[] = {{"drafted", "To decide"},   {"waiting", "Waiting"},   {"sent_back", "Sent back"},
                            {"scheduled", "Scheduled"}, {"approved", "Approved"}, {"rejected", "Rejected"},
                            {"withdrawn", "Withdrawn"}};
constexpr Word kWho[] = {{"", "Anybody’s"}, {"mine", "Mine"}, {"nobody", "Nobody’s"}};
constexpr Word kChecklist[] = {{"", "Any"}, {"clean", "Clean"}, {"blocked", "Blocked"}};
constexpr Word kOrders[] = {
    {"", "Oldest first"}, {"newest", "Newest first"}, {"split", "Widest split first"}};

const char* EmptyText(const std::string& state) {
  if (state == "drafted") {
    return "Nothing waits for a decision. A comparison lands here once both tools have all their verdicts.";
  }
  if (state == "waiting") return "No pair is waiting for verdicts.";
  if (state == "approved") return "Nothing is approved yet. What you approve is public at once.";
  if (state == "rejected") return "Nothing was rejected.";
  if (state == "sent_back") return "Nothing was sent back.";
  if (state == "scheduled") return "Nothing is scheduled.";
  return "Nothing was withdrawn.";
}

template <size_t N>
bool Knows(const Word (&words)[N], const std::string& id) {
  return std::any_of(std::begin(words), std::end(words), [&id](const Word& word) { return id == word.id; });
}

template <size_t N>
json Choices(const Word (&words)[N], const std::string& chosen) {
  json choices = json::array();
  for (const Word& word : words) {
    choices.push_back({{"id", word.id}, {"label", word.label}, {"chosen", chosen == word.id}});
  }
  return choices;
}

json ToolCell(const v1::PublishedToolSummary& tool) {
  v1::Panel panel;
  json votes = json::array();
  for (const v1::PersonaVote& vote : tool.votes()) {
    const bool ship = vote.vote() == v1::SHIP;
    panel.set_total(panel.total() + 1);
    panel.set_ship(panel.ship() + (ship ? 1 : 0));
    votes.push_back({{"ship", ship}});
  }
  if (panel.total() > 0) panel.set_ship_percent((200 * panel.ship() + panel.total()) / (2 * panel.total()));
  return {{"name", tool.name().empty() ? tool.tool_id() : tool.name()},
          {"vendor", tool.vendor()},
          {"category", tool.category()},
          {"panel", PanelView(panel)},
          {"votes", std::move(votes)}};
}

// Who is on it, and what this editor may do about that.
void AddAssignment(const v1::QueueEntry& entry, const std::string& editor, json& row) {
  const bool taken = entry.has_assignment() && !entry.assignment().editor().empty();
  row["taken_by"] = taken ? entry.assignment().editor() : "";
  row["taken_until"] = taken ? TimeText(entry.assignment().expire_time()) : "";
  row["mine"] = taken && entry.assignment().editor() == editor;
  row["others"] = taken && entry.assignment().editor() != editor;
  row["free"] = !taken;
}

json Row(const v1::QueueEntry& entry, const std::string& editor) {
  const v1::Comparison& comparison = entry.comparison();
  const bool drafted = comparison.state() == v1::Comparison::DRAFTED;
  json row = {{"id", comparison.comparison_id()},
              {"hash", comparison.content_hash()},
              {"state", StateText(comparison.state())},
              {"by_hand", comparison.by_hand()},
              {"updated", TimeText(comparison.update_time())},
              {"published_differs", !comparison.published_hash().empty() &&
                                        comparison.published_hash() != comparison.content_hash()},
              {"decided", comparison.has_last_decision()},
              {"decision", DecisionView(comparison.last_decision())},
              {"first_editor", comparison.has_first_approval() ? comparison.first_approval().editor() : ""},
              {"public_at", TimeText(comparison.publish_time())},
              {"embargo", TimeText(comparison.embargo_time())},
              {"open_total", entry.open_marks()},
              {"any_open", entry.open_marks() > 0},
              {"conflicts", entry.conflicts() == 0 ? "" : absl::StrCat(entry.conflicts())},
              {"missing", entry.verdicts_missing() == 0 ? "" : absl::StrCat(entry.verdicts_missing())},
              {"pickable", drafted},
              {"clean", drafted && entry.blocking().empty()},
              {"blocking", json::array()},
              {"a", ToolCell(entry.a())},
              {"b", ToolCell(entry.b())}};
  for (const std::string& title : entry.blocking()) row["blocking"].push_back({{"title", title}});
  row["blocked"] = !entry.blocking().empty();
  AddAssignment(entry, editor, row);
  return row;
}

// What was picked: comparison ids with the hash seen, in the order of the ids.
std::vector<std::pair<std::string, std::string>> Picked(const Call& call) {
  std::vector<std::pair<std::string, std::string>> picked;
  for (const auto& [name, hash] : call.form) {
    if (absl::StartsWith(name, "pick-") && picked.size() < static_cast<size_t>(DeskQueue::kRows)) {
      picked.emplace_back(name.substr(5), hash);
    }
  }
  return picked;
}

const char* DoneWord(v1::DecisionKind kind) {
  if (kind == v1::APPROVE) return "Approved";
  return kind == v1::REJECT ? "Rejected" : "Sent back";
}

}  // namespace

absl::StatusOr<QueueFilter> QueueFilter::Of(const Call& call) {
  QueueFilter filter;
  if (!call.Query("state").empty()) filter.state = call.Query("state");
  filter.text = call.Query("q");
  filter.category = call.Query("category");
  filter.who = call.Query("who");
  filter.checklist = call.Query("checklist");
  filter.order = call.Query("order");
  if (!Knows(kStates, filter.state)) {
    return absl::InvalidArgumentError("There is no such list. Choose one of the tabs.");
  }
  if (!Knows(kWho, filter.who) || !Knows(kChecklist, filter.checklist) || !Knows(kOrders, filter.order)) {
    return absl::InvalidArgumentError("There is no such filter. Choose from those above the list.");
  }
  if (filter.text.size() > kMaxText || filter.category.size() > kMaxText) {
    return absl::InvalidArgumentError("Search for fewer words: at most 200 bytes.");
  }
  return filter;
}

std::string QueueFilter::Query() const {
  std::string query = absl::StrCat("state=", state);
  for (const auto& [name, value] :
       {std::pair{"q", &text}, std::pair{"category", &category}, std::pair{"who", &who},
        std::pair{"checklist", &checklist}, std::pair{"order", &order}}) {
    if (!value->empty()) absl::StrAppend(&query, "&", name, "=", PercentEncode(*value));
  }
  return query;
}

v1::ListQueueRequest QueueFilter::Request(const std::string& editor) const {
  v1::ListQueueRequest request;
  request.set_page_size(DeskQueue::kRows);
  request.add_states(StateOf(state));
  if (state == "sent_back") request.set_states(0, v1::Comparison::SENT_BACK);
  if (state == "scheduled") request.set_states(0, v1::Comparison::SCHEDULED);
  // A comparison's id is looked for as its tools' words.
  request.set_text(absl::StrReplaceAll(text, {{"-vs-", " "}, {" vs ", " "}}));
  request.set_category(category);
  request.set_editor(who == "mine" ? editor : who == "nobody" ? "-" : "");
  request.set_blocked(checklist == "clean" ? 1 : checklist == "blocked" ? 2 : 0);
  request.set_order(order == "newest"  ? v1::ListQueueRequest::NEWEST
                    : order == "split" ? v1::ListQueueRequest::SPLIT
                                       : v1::ListQueueRequest::OLDEST);
  return request;
}

std::string QueueFingerprint(const v1::ListQueueResponse& queue) {
  std::string text = absl::StrCat(queue.total());
  for (const v1::QueueEntry& entry : queue.entries()) {
    const v1::Comparison& comparison = entry.comparison();
    absl::StrAppend(&text, "|", comparison.comparison_id(), " ", comparison.content_hash(), " ",
                    comparison.state(), " ", entry.assignment().editor(), " ", entry.blocking_size());
  }
  return Sha256Hex(text).substr(0, 16);
}

json DeskQueue::WaitingElsewhere() const {
  const auto status = options_.aggregator->GetStatus({});
  json list = json::array();
  const auto add = [&list](uint64_t count, const char* one, const char* many, const char* url,
                           bool at_least) {
    if (count == 0) return;
    list.push_back({{"count", absl::StrCat(count, at_least ? " or more" : "")},
                    {"label", count == 1 && !at_least ? one : many},
                    {"url", url}});
  };
  const auto count = [&status](const char* name) -> uint64_t {
    if (!status.ok()) return 0;
    const auto it = status->counts().find(name);
    return it == status->counts().end() ? 0 : it->second;
  };
  uint64_t dead = 0;
  if (status.ok()) {
    for (const v1::QueueStatus& queue : status->queues()) dead += queue.dead();
  }
  add(dead, "event given up on", "events given up on", "/desk/dead-letters", false);
  add(count("corrections.asking"), "correction asks", "corrections ask", "/desk/tools?show=asking", false);
  v1::ListIdentityRequest request;
  request.set_page_size(kCounted);
  const auto identity = options_.aggregator->ListIdentity(request);
  const int pairs = identity.ok() ? identity->possible_duplicates_size() : 0;
  add(static_cast<uint64_t>(pairs), "possible duplicate", "possible duplicates", "/desk/identity",
      pairs == kCounted);
  const auto trouble = CountSourcesInTrouble(options_.ingest);
  add(trouble.ok() ? static_cast<uint64_t>(*trouble) : 0, "source in trouble", "sources in trouble",
      "/desk/sources?show=trouble", false);
  add(count("announcements.rejected"), "refused announcement", "refused announcements", "/desk/quarantine",
      false);
  return list;
}

void DeskQueue::AddFilters(const QueueFilter& filter, const v1::ListQueueResponse& queue, json& view) const {
  view["tabs"] = json::array();
  for (const Word& state : kStates) {
    const auto it = queue.counts().find(state.id);
    QueueFilter other = filter;
    other.state = state.id;
    view["tabs"].push_back({{"label", state.label},
                            {"url", absl::StrCat("/desk?", other.Query())},
                            {"count", it == queue.counts().end() ? 0 : it->second},
                            {"current", filter.state == state.id}});
    if (filter.state == state.id) view["tab_label"] = state.label;
  }
  std::vector<std::pair<std::string, uint64_t>> categories(queue.categories().begin(),
                                                           queue.categories().end());
  std::sort(categories.begin(), categories.end());
  view["categories"] = json::array();
  bool known = filter.category.empty();
  for (const auto& [name, count] : categories) {
    if (name.empty()) continue;
    known = known || name == filter.category;
    view["categories"].push_back({{"name", name}, {"count", count}, {"chosen", name == filter.category}});
  }
  if (!known) {
    view["categories"].push_back({{"name", filter.category}, {"count", 0}, {"chosen", true}});
  }
  view["who"] = Choices(kWho, filter.who);
  view["checklist"] = Choices(kChecklist, filter.checklist);
  view["orders"] = Choices(kOrders, filter.order);
  view["q"] = filter.text;
  view["state"] = filter.state;
  view["filtered"] =
      !filter.text.empty() || !filter.category.empty() || !filter.who.empty() || !filter.checklist.empty();
}

HttpResponse DeskQueue::Show(const Call& call) const {
  const auto filter = QueueFilter::Of(call);
  if (!filter.ok()) return frame_.Failed(filter.status(), "No such list");
  v1::ListQueueRequest request = filter->Request(call.session->editor);
  request.set_page_token(call.Query("cursor"));
  const auto queue = options_.aggregator->ListQueue(request);
  if (!queue.ok()) {
    return frame_.Failed(queue.status(), "The queue cannot be shown", "/desk", "Try again");
  }
  json view = frame_.View(call, "queue", "Queue");
  AddFilters(*filter, *queue, view);
  const std::string address = absl::StrCat("/desk?", filter->Query());
  view["rows"] = json::array();
  bool pickable = false;
  for (const v1::QueueEntry& entry : queue->entries()) {
    view["rows"].push_back(Row(entry, call.session->editor));
    pickable = pickable || view["rows"].back()["pickable"].get<bool>();
  }
  view["pickable_any"] = pickable;
  view["none"] = queue->entries().empty();
  view["empty"] = view["none"].get<bool>() && !view["filtered"].get<bool>() ? EmptyText(filter->state) : "";
  view["no_match"] = view["none"].get<bool>() && view["filtered"].get<bool>();
  view["unfiltered"] = absl::StrCat("/desk?state=", filter->state);
  view["hint"] = filter->state == "drafted";
  view["total"] = queue->total() >= 10'000 ? "10,000 or more" : GroupedText(queue->total());
  view["one"] = queue->total() == 1;
  view["address"] = address;
  view["request_id"] = RandomHex(16);
  // Later pages shift under the reader anyway: only the first is watched.
  view["events"] = call.Query("cursor").empty()
                       ? absl::StrCat("/desk/events?", filter->Query(), "&seen=", QueueFingerprint(*queue))
                       : "";
  view["elsewhere"] = WaitingElsewhere();
  view["any_elsewhere"] = !view["elsewhere"].empty();
  view["stuck"] = json::array();
  if (const auto panel = AskPanelState(options_.reviewer); panel.ok()) {
    for (const std::string& text : StuckTexts(*panel)) view["stuck"].push_back({{"text", text}});
  }
  AddPaging(call, address, queue->next_page_token(), view);
  return frame_.Page("desk_queue", view);
}

HttpResponse DeskQueue::DecideSeveral(const Call& call) const {
  const std::string back = LocalPath(call.Form("back"), "/desk");
  const v1::DecisionKind kind = DeskDecisionOf(call.Form("decision"));
  const auto picked = Picked(call);
  if (kind != v1::APPROVE && kind != v1::REJECT && kind != v1::SEND_BACK) {
    return frame_.Message(400, "Nothing was decided", "Choose approve, send back or reject.", back);
  }
  if (picked.empty()) {
    return frame_.Message(400, "Nothing was decided", "Select at least one comparison first.", back);
  }
  if (kind != v1::APPROVE && call.Form("reason").empty()) {
    return frame_.Message(400, "A reason is missing",
                          "Say in a sentence why, so that the next editor knows. It is kept with each.",
                          back);
  }
  json done = json::array();
  json refused = json::array();
  for (const auto& [id, hash] : picked) {
    v1::DecideRequest request;
    v1::Decision& decision = *request.mutable_decision();
    decision.set_comparison_id(id);
    decision.set_kind(kind);
    decision.set_content_hash(hash);
    if (kind != v1::APPROVE) decision.set_reason(call.Form("reason"));
    decision.set_editor(call.session->editor);
    decision.set_request_id(absl::StrCat(call.Form("request_id"), "-", id));
    const auto decided = options_.aggregator->Decide(request);
    const json row = {{"id", id},
                      {"short", hash.substr(0, 12)},
                      {"why", decided.ok() ? "" : std::string(decided.status().message())}};
    (decided.ok() ? done : refused).push_back(row);
  }
  json view = frame_.View(call, "queue", "Several decided");
  view["word"] = DoneWord(kind);
  view["done_count"] = done.size();
  view["refused_count"] = refused.size();
  view["any_done"] = !done.empty();
  view["any_refused"] = !refused.empty();
  view["done_rows"] = std::move(done);
  view["refused_rows"] = std::move(refused);
  view["back"] = back;
  return frame_.Page("desk_several", view);
}

HttpResponse DeskQueue::Assign(const Call& call) const {
  const std::string back =
      LocalPath(call.Form("back"), absl::StrCat("/desk/comparisons/", PercentEncode(call.Path("id"))));
  const std::string action = call.Form("action");
  if (action != "take" && action != "leave" && action != "take-over") {
    return frame_.Message(400, "Nothing was changed", "Choose take, leave or take over.", back, "Back");
  }
  v1::AssignComparisonRequest request;
  request.mutable_assignment()->set_comparison_id(call.Path("id"));
  if (action != "leave") request.mutable_assignment()->set_editor(call.session->editor);
  request.mutable_assignment()->set_take_over(action == "take-over");
  const auto assigned = options_.aggregator->AssignComparison(request);
  if (absl::IsAborted(assigned.status())) {
    return frame_.Message(409, "Somebody else is on it",
                          absl::StrCat(std::string(assigned.status().message()),
                                       ". Take it over on its page if you have spoken with them."),
                          back, "Back");
  }
  if (!assigned.ok()) return frame_.Failed(assigned.status(), "Nothing was changed", back, "Back");
  return Redirect(303, WithDone(back, action));
}

std::vector<Route> DeskQueue::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (DeskQueue::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = AccessByMethod(method, Access::kDeskEditor),
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", "/desk", &DeskQueue::Show),
          route("POST", "/desk/decisions", &DeskQueue::DecideSeveral),
          route("POST", "/desk/comparisons/{id}/assignment", &DeskQueue::Assign)};
}

}  // namespace seaworthy
