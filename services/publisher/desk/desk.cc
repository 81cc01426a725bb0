#include "services/publisher/desk/desk.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/pages/announcement_view.h"
#include "services/publisher/pages/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kAnnouncementRows = 20;
// Form encoding may write three bytes for each of a 2 MiB announcement.
constexpr size_t kMaxAnnouncementForm = 7 << 20;

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

HttpResponse Desk::ShowPublished(const Call& call) const {
  const auto entries = options_.published->All();
  if (!entries.ok()) return Failed(entries.status(), "What is published cannot be shown");
  json view = Frame(call, "published", "Published");
  view["entries"] = json::array();
  for (const PublishedEntryPtr& entry : *entries) view["entries"].push_back(EntryView(*entry));
  view["empty"] = entries->empty();
  view["count"] = entries->size();
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

DeskEvents::Options Desk::Events() const {
  DeskSessions* const sessions = options_.sessions;
  const AccessGate* const gate = options_.gate;
  return {.aggregator = options_.aggregator,
          .is_live = [sessions](const std::string& token) { return sessions->IsLive(token); },
          .token_of =
              [gate](const HttpRequest& request) { return request.Cookie(gate->CookieName()).value_or(""); }};
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
      route("GET", "/desk/published", Access::kDesk, &Desk::ShowPublished),
      route("GET", "/desk/announcements", Access::kDesk, &Desk::ShowAnnouncements),
      route("POST", "/desk/comparisons", Access::kDeskEditor, &Desk::RequestComparison),
      route("GET", "/desk/comparisons/{id}", Access::kDesk, &Desk::ShowComparison),
      route("GET", "/desk/preview/{id}", Access::kDesk, &Desk::ShowPreview),
      route("POST", "/desk/comparisons/{id}/decisions", Access::kDeskEditor, &Desk::Decide),
      route("POST", "/desk/comparisons/{id}/amendments", Access::kDeskEditor, &Desk::Amend),
      route("POST", "/desk/comparisons/{id}/repeats", Access::kDeskEditor, &Desk::AskAgain),
      route("POST", "/desk/comparisons/{id}/embargo", Access::kDeskEditor, &Desk::SetEmbargo),
      route("GET", "/desk/panel", Access::kDesk, &Desk::ShowPanel),
      route("GET", "/desk/status", Access::kDesk, &Desk::ShowStatus),
  };
  routes[0].max_body = kMaxAnnouncementForm;
  for (auto& part : {queue_.Routes(), events_->Routes(), corrections_.Routes(), machinery_.Routes(),
                     sources_.Routes(), quarantine_.Routes(), tools_.Routes(), identity_.Routes()}) {
    routes.insert(routes.end(), part.begin(), part.end());
  }
  return routes;
}

}  // namespace seaworthy
