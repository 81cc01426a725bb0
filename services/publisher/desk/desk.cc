#include "services/publisher/desk/desk.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/hash.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/desk/desk_view.h"
#include "services/publisher/pages/announcement_view.h"
#include "services/publisher/pages/mark_view.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"
#include "services/publisher/pages/panel_state.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kRows = 25;
constexpr int kAnnouncementRows = 20;
constexpr int kCounted = 100;
// Form encoding may write three bytes for each of a 2 MiB announcement.
constexpr size_t kMaxAnnouncementForm = 7 << 20;

const std::vector<std::pair<std::string, std::string>>& Tabs() {
  static const auto* const kTabs =
      new std::vector<std::pair<std::string, std::string>>{{"drafted", "To decide"},
                                                           {"waiting", "Waiting"},
                                                           {"approved", "Approved"},
                                                           {"rejected", "Rejected"},
                                                           {"withdrawn", "Withdrawn"}};
  return *kTabs;
}

std::string EmptyText(const std::string& state) {
  if (state == "drafted") {
    return "Nothing waits for a decision. A comparison lands here once both tools have all their verdicts.";
  }
  if (state == "waiting") return "No pair is waiting for verdicts.";
  if (state == "approved") return "Nothing is approved yet. What you approve is public at once.";
  if (state == "rejected") return "Nothing was rejected.";
  return "Nothing was withdrawn.";
}

}  // namespace

HttpResponse Desk::Message(int status, const std::string& title, const std::string& message,
                           const std::string& back_url, const std::string& back_label) const {
  return frame_.Message(status, title, message, back_url, back_label);
}

json Desk::Frame(const Call& call, const std::string& section, const std::string& title) const {
  return frame_.View(call, section, title);
}

HttpResponse Desk::Page(const char* name, const json& view) const { return frame_.Page(name, view); }

HttpResponse Desk::Failed(const absl::Status& status, const std::string& what) const {
  return frame_.Failed(status, what);
}

HttpResponse Desk::ShowSignIn(const Call& call) const {
  json view = Frame(call, "", "Sign in");
  const std::string token = call.Query("token");
  const bool valid = options_.sessions->IsLinkToken(token);
  view["base_url"] = options_.base_url();
  view["token"] = valid ? token : "";
  view["stale"] = !token.empty() && !valid;
  return Page("desk_sign_in", view);
}

json Desk::QueueRow(const v1::Comparison& comparison) const {
  json row = {{"id", comparison.comparison_id()},
              {"state", StateText(comparison.state())},
              {"by_hand", comparison.by_hand()},
              {"updated", TimeText(comparison.update_time())},
              {"published_differs", !comparison.published_hash().empty() &&
                                        comparison.published_hash() != comparison.content_hash()},
              {"decided", comparison.has_last_decision()},
              {"decision", DecisionView(comparison.last_decision())}};
  v1::GetComparisonRequest request;
  request.set_comparison_id(comparison.comparison_id());
  const auto view = options_.aggregator->GetComparison(request);
  const bool known = view.ok();
  row["open_total"] = known ? OpenMarksOf(view->content()) : 0;
  row["any_open"] = row["open_total"] != 0;
  for (const bool first : {true, false}) {
    const std::string id = first ? comparison.tool_a() : comparison.tool_b();
    json tool = {{"name", id}, {"category", ""}, {"panel", PanelView({})}, {"pips", json::array()}};
    if (known) {
      const json full = ToolPageView(first ? view->content().a() : view->content().b(), options_.personas);
      for (const char* key : {"name", "category", "panel", "pips"}) tool[key] = full[key];
      if (tool["name"].get<std::string>().empty()) tool["name"] = id;
    }
    row[first ? "a" : "b"] = std::move(tool);
  }
  return row;
}

json Desk::WaitingElsewhere(const absl::StatusOr<v1::AggregatorStatus>& status) const {
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

HttpResponse Desk::ShowQueue(const Call& call) const {
  const std::string state = call.Query("state").empty() ? "drafted" : call.Query("state");
  v1::ListComparisonsRequest request;
  request.set_state(StateOf(state));
  request.set_page_size(kRows);
  request.set_page_token(call.Query("cursor"));
  if (request.state() == v1::Comparison::STATE_UNSPECIFIED) {
    return Failed(absl::InvalidArgumentError("There is no such list. Choose one of the tabs."),
                  "No such list");
  }
  const auto response = options_.aggregator->ListComparisons(request);
  if (!response.ok()) return Failed(response.status(), "The queue cannot be shown");
  const auto status = options_.aggregator->GetStatus({});
  json view = Frame(call, "queue", "Queue");
  view["tabs"] = json::array();
  for (const auto& [id, label] : Tabs()) {
    json count = "";
    if (status.ok()) {
      const auto it = status->counts().find("comparisons." + id);
      count = it == status->counts().end() ? "0" : absl::StrCat(it->second);
    }
    view["tabs"].push_back({{"id", id}, {"label", label}, {"count", count}, {"current", id == state}});
    if (id == state) view["tab_label"] = label;
  }
  view["elsewhere"] = WaitingElsewhere(status);
  view["any_elsewhere"] = !view["elsewhere"].empty();
  const auto panel = AskPanelState(options_.reviewer);
  view["stuck"] = json::array();
  if (panel.ok()) {
    for (const std::string& text : StuckTexts(*panel)) view["stuck"].push_back({{"text", text}});
  }
  view["rows"] = json::array();
  for (const v1::Comparison& comparison : response->comparisons())
    view["rows"].push_back(QueueRow(comparison));
  view["empty"] = response->comparisons().empty() ? EmptyText(state) : "";
  view["state"] = state;
  view["hint"] = state == "drafted";
  view["next"] =
      response->next_page_token().empty()
          ? ""
          : absl::StrCat("/desk?state=", state, "&cursor=", PercentEncode(response->next_page_token()));
  view["first"] = call.Query("cursor").empty() ? "" : absl::StrCat("/desk?state=", state);
  return Page("desk_queue", view);
}

HttpResponse Desk::ShowPublished(const Call& call) const {
  const auto entries = options_.published->All();
  if (!entries.ok()) return Failed(entries.status(), "What is published cannot be shown");
  json view = Frame(call, "published", "Published");
  view["entries"] = json::array();
  for (const PublishedEntry& entry : **entries) view["entries"].push_back(EntryView(entry));
  view["empty"] = (*entries)->empty();
  view["count"] = (*entries)->size();
  return Page("desk_published", view);
}

json Desk::AnnouncementRows(v1::Announcement::State state) const {
  v1::ListAnnouncementsRequest request;
  request.set_page_size(kAnnouncementRows);
  request.set_state(state);
  json rows = json::array();
  const auto response = options_.aggregator->ListAnnouncements(request);
  if (!response.ok()) return rows;
  for (const v1::Announcement& announcement : response->announcements()) {
    json row = AnnouncementRow(announcement);
    row["tools"] = json::array();
    for (const std::string& tool : announcement.tool_ids()) row["tools"].push_back(AnnouncedTool(tool));
    rows.push_back(std::move(row));
  }
  return rows;
}

HttpResponse Desk::ShowAnnouncements(const Call& call) const {
  json view = Frame(call, "announcements", "Announcements");
  view["received"] = AnnouncementRows(v1::Announcement::RECEIVED);
  view["rejected"] = AnnouncementRows(v1::Announcement::REJECTED);
  view["split"] = AnnouncementRows(v1::Announcement::SPLIT);
  view["recorded"] = AnnouncementRows(v1::Announcement::RECORDED);
  view["any_split"] = !view["split"].empty();
  view["any_received"] = !view["received"].empty();
  view["any_rejected"] = !view["rejected"].empty();
  view["any_recorded"] = !view["recorded"].empty();
  view["can_submit"] = options_.ingest != nullptr;
  return Page("desk_announcements", view);
}

std::vector<Route> Desk::Routes() const {
  using Method = HttpResponse (Desk::*)(const Call&) const;
  const auto route = [this](const char* method, const char* path, Access access, Method handler) {
    return Route{
        .method = method, .pattern = path, .access = access, .handler = [this, handler](const Call& call) {
          return (this->*handler)(call);
        }};
  };
  std::vector<Route> routes = {
      route("POST", "/desk/announcements", Access::kDesk, &Desk::SubmitAnnouncement),
      route("GET", "/desk/sign-in", Access::kAnyone, &Desk::ShowSignIn),
      route("POST", "/desk/sign-in", Access::kDeskSignIn, &Desk::SignIn),
      route("POST", "/desk/sign-out", Access::kDesk, &Desk::SignOut),
      route("GET", "/desk", Access::kDesk, &Desk::ShowQueue),
      route("GET", "/desk/published", Access::kDesk, &Desk::ShowPublished),
      route("GET", "/desk/announcements", Access::kDesk, &Desk::ShowAnnouncements),
      route("POST", "/desk/comparisons", Access::kDeskEditor, &Desk::RequestComparison),
      route("GET", "/desk/comparisons/{id}", Access::kDesk, &Desk::ShowComparison),
      route("GET", "/desk/preview/{id}", Access::kDesk, &Desk::ShowPreview),
      route("POST", "/desk/comparisons/{id}/decisions", Access::kDeskEditor, &Desk::Decide),
      route("POST", "/desk/comparisons/{id}/amendments", Access::kDeskEditor, &Desk::Amend),
      route("GET", "/desk/predictions", Access::kDesk, &Desk::ShowPredictions),
      route("GET", "/desk/panel", Access::kDesk, &Desk::ShowPanel),
      route("GET", "/desk/status", Access::kDesk, &Desk::ShowStatus),
  };
  routes[0].max_body = kMaxAnnouncementForm;
  for (auto& part : {sources_.Routes(), quarantine_.Routes(), tools_.Routes(), identity_.Routes()}) {
    routes.insert(routes.end(), part.begin(), part.end());
  }
  return routes;
}

}  // namespace seaworthy
