#include "services/publisher/desk/desk_tools.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/hash.h"
#include "services/publisher/desk/desk_view.h"
#include "services/publisher/desk/drift_view.h"
#include "services/publisher/desk/identity_view.h"
#include "services/publisher/desk/tool_facts_view.h"
#include "services/publisher/pages/announcement_view.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"
#include "services/publisher/pages/verdict_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kRows = 25;
constexpr int kHistory = 50;
constexpr int kMaxAnnouncements = 50;
constexpr size_t kMaxValues = 50;
constexpr char kListPath[] = "/desk/tools";
constexpr char kBack[] = "Back to the tools";

// Fields an editor may set where nothing was read (docs/facts.md); any other
// of that document can be typed.
constexpr const char* kFields[] = {"name",         "vendor",       "kind",
                                   "modality",     "parameters_b", "license",
                                   "formats",      "pricing",      "entry_price_usd",
                                   "links",        "release_date", "context_tokens",
                                   "availability", "language",     "hardware",
                                   "benchmark",    "limitation",   "use_case",
                                   "feature",      "competitor",   "documentation",
                                   "repository",   "demo",         "base",
                                   "runtime"};

std::string PathOf(const std::string& id) { return absl::StrCat(kListPath, "/", PercentEncode(id)); }

json ToolRow(const v1::ToolView& tool) {
  const v1::Revision& revision = tool.revision();
  const auto asks = std::count_if(revision.corrections().begin(), revision.corrections().end(),
                                  [](const v1::FactCorrection& correction) { return correction.asks(); });
  return {{"id", revision.tool_id()},
          {"id_path", PercentEncode(revision.tool_id())},
          {"name", revision.name().empty() ? revision.tool_id() : revision.name()},
          {"vendor", OrDash(revision.vendor())},
          {"kind", OrDash(Capitalised(KindText(revision.kind())))},
          {"revision", revision.number()},
          {"panel", PanelView(tool.panel())},
          {"asks", asks == 0 ? "" : absl::StrCat(asks)},
          {"conflicts", revision.conflicts().empty() ? "" : absl::StrCat(revision.conflicts_size())},
          {"corrections", revision.corrections().empty() ? "" : absl::StrCat(revision.corrections_size())}};
}

// One value a line, without empty ones. Errors: INVALID_ARGUMENT.
absl::StatusOr<std::vector<std::string>> ReadValues(const std::string& text) {
  std::vector<std::string> values;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view value = absl::StripAsciiWhitespace(line);
    if (!value.empty()) values.emplace_back(value);
  }
  if (values.size() > kMaxValues) {
    return absl::InvalidArgumentError(
        absl::StrCat("There are ", values.size(), " values; a field holds at most ", kMaxValues, "."));
  }
  return values;
}

// What the form asks for. Errors: INVALID_ARGUMENT.
absl::StatusOr<v1::FactCorrection> ReadCorrection(const Call& call, const std::string& action) {
  v1::FactCorrection correction;
  correction.set_tool_id(call.Path("id"));
  correction.set_field(std::string(absl::StripAsciiWhitespace(call.Form("field"))));
  correction.set_editor(call.session->editor);
  correction.set_request_id(call.Form("request_id"));
  correction.set_source_url(std::string(absl::StripAsciiWhitespace(call.Form("source_url"))));
  correction.set_reason(std::string(absl::StripAsciiWhitespace(call.Form("reason"))));
  correction.set_withdraw(action == "let-go");
  if (correction.field().empty()) return absl::InvalidArgumentError("Say which field is to be corrected.");
  if (action == "confirm" && correction.reason().empty()) {
    correction.set_reason("Confirmed against what the sources say now.");
  }
  if (action == "let-go" && correction.reason().empty()) {
    correction.set_reason("Let go: the sources say it themselves.");
  }
  if (correction.reason().empty()) {
    return absl::InvalidArgumentError("Say in a sentence why, so that the next editor knows.");
  }
  if (correction.reason().size() > kMaxReason) {
    return absl::InvalidArgumentError(absl::StrCat("The reason is longer than ", kMaxReason, " bytes."));
  }
  const auto values = ReadValues(call.Form("values"));
  if (!values.ok()) return values.status();
  if (action == "correct" && values->empty() && call.Form("unknown") != "1") {
    return absl::InvalidArgumentError("Give a value, or tick that it is not known.");
  }
  for (const std::string& value : *values) {
    if (!correction.withdraw()) correction.add_values(value);
  }
  return correction;
}

}  // namespace

HttpResponse DeskTools::ShowList(const Call& call) const {
  const std::string wanted(absl::StripAsciiWhitespace(call.Query("id")));
  if (!wanted.empty()) return Redirect(303, PathOf(wanted));
  const bool asking = call.Query("show") == "asking";
  v1::ListToolsRequest request;
  request.set_page_size(kRows);
  request.set_asks(asking);
  request.set_page_token(call.Query("cursor"));
  const auto response = options_.aggregator->ListTools(request);
  if (!response.ok()) return frame_.Failed(response.status(), "The tools cannot be shown", kListPath, kBack);
  json view = frame_.View(call, "tools", "Tools");
  view["rows"] = json::array();
  for (const v1::ToolView& tool : response->tools()) view["rows"].push_back(ToolRow(tool));
  view["any"] = !view["rows"].empty();
  view["asking"] = asking;
  AddPaging(call, asking ? absl::StrCat(kListPath, "?show=asking") : kListPath, response->next_page_token(),
            view);
  return frame_.Page("desk_tools", view);
}

void DeskTools::AddFacts(const v1::ToolView& tool, json& view) const {
  AnnouncementsById announcements;
  view["told_by"] = json::array();
  for (const std::string& id : tool.revision().announcement_ids()) {
    if (announcements.size() == kMaxAnnouncements) break;
    v1::GetAnnouncementRequest request;
    request.set_announcement_id(id);
    auto announcement = options_.aggregator->GetAnnouncement(request);
    if (!announcement.ok()) {
      announcement = v1::Announcement();
      announcement->set_announcement_id(id);
    }
    view["told_by"].push_back(AnnouncementRow(*announcement));
    announcements[id] = *std::move(announcement);
  }
  view["told_count"] = tool.revision().announcement_ids_size();
  view["more_told"] = tool.revision().announcement_ids_size() > kMaxAnnouncements
                          ? absl::StrCat(tool.revision().announcement_ids_size() - kMaxAnnouncements)
                          : "";
  view["can_split"] = tool.revision().announcement_ids_size() > 1;
  view["groups"] = FactGroups(tool.revision(), announcements);
  view["asking"] = json::array();
  view["conflicts"] = json::array();
  for (json& group : view["groups"]) {
    group["request_id"] = RandomHex(16);
    if (group["asks"].get<bool>()) view["asking"].push_back(group);
    if (group["in_conflict"].get<bool>()) view["conflicts"].push_back(group);
  }
  view["any_asking"] = !view["asking"].empty();
  view["any_conflicts"] = !view["conflicts"].empty();
  view["fields"] = json::array();
  for (const char* field : kFields) view["fields"].push_back({{"field", field}});
}

void DeskTools::AddIdentity(const v1::ToolView& tool, json& view) const {
  v1::ListIdentityRequest request;
  request.set_tool_id(tool.revision().tool_id());
  request.set_page_size(kRows);
  const auto identity = options_.aggregator->ListIdentity(request);
  view["identity_error"] = identity.ok() ? "" : std::string(identity.status().message());
  view["duplicates"] = json::array();
  view["decisions"] = json::array();
  if (identity.ok()) {
    for (const v1::PossibleDuplicate& pair : identity->possible_duplicates()) {
      view["duplicates"].push_back(DuplicateView(pair));
    }
    view["decisions"] = IdentityDecisionViews(*identity);
  }
  view["any_duplicates"] = !view["duplicates"].empty();
  view["any_decisions"] = !view["decisions"].empty();
  v1::ListRevisionsRequest history;
  history.set_tool_id(tool.revision().tool_id());
  history.set_page_size(2);
  const auto revisions = options_.aggregator->ListRevisions(history);
  view["drift"] = revisions.ok() ? Capitalised(DriftSentence(*revisions, options_.personas)) : "";
  view["drift_large"] =
      revisions.ok() && !revisions->revisions().empty() && revisions->revisions(0).drift().is_large();
}

HttpResponse DeskTools::ShowOne(const Call& call) const {
  v1::GetToolRequest request;
  request.set_tool_id(call.Path("id"));
  uint32_t revision = 0;
  if (!call.Query("revision").empty() && !absl::SimpleAtoi(call.Query("revision"), &revision)) {
    return frame_.Message(400, "No such revision", "A revision is a number from 1.", PathOf(call.Path("id")),
                          "Back to the tool");
  }
  request.set_revision(revision);
  const auto tool = options_.aggregator->GetTool(request);
  if (!tool.ok()) return frame_.Failed(tool.status(), "There is no such tool", kListPath, kBack);
  const std::string& id = tool->revision().tool_id();
  json view = frame_.View(call, "tools", tool->revision().name().empty() ? id : tool->revision().name());
  view["tool"] = ToolPageView(*tool, options_.personas);
  for (json& verdict : view["tool"]["verdicts"]) {
    AddDeskVerdict(FindVerdict(*tool, verdict["persona_id"].get<std::string>()), verdict);
    verdict["any_earlier"] = false;
    verdict["asked_again"] = "";
  }
  view["tool_id"] = id;
  view["id_path"] = PercentEncode(id);
  view["path"] = PathOf(id);
  // A merged tool's id answers as the one that stays.
  view["asked_id"] = id == call.Path("id") ? "" : call.Path("id");
  view["aliases"] = json::array();
  for (const std::string& alias : tool->revision().aliases()) view["aliases"].push_back({{"name", alias}});
  view["any_aliases"] = !view["aliases"].empty();
  view["newest"] = tool->tool().latest_revision();
  view["is_newest"] = revision == 0 || revision == tool->tool().latest_revision();
  view["can_amend"] = false;
  view["open_claims"] = true;
  view["request_id"] = RandomHex(16);
  AddFacts(*tool, view);
  AddIdentity(*tool, view);
  return frame_.Page("desk_tool", view);
}

HttpResponse DeskTools::ShowHistory(const Call& call) const {
  const std::string id = call.Path("id");
  v1::ListRevisionsRequest request;
  request.set_tool_id(id);
  // One more than is shown, to tell what the oldest shown changed.
  request.set_page_size(kHistory + 1);
  const auto response = options_.aggregator->ListRevisions(request);
  if (!response.ok())
    return frame_.Failed(response.status(), "The history cannot be shown", kListPath, kBack);
  json view = frame_.View(call, "tools", "History");
  view["tool_id"] = id;
  view["path"] = PathOf(id);
  view["name"] = id;
  view["rows"] = json::array();
  for (int i = 0; i < response->revisions_size() && i < kHistory; ++i) {
    const v1::RevisionView* before =
        i + 1 < response->revisions_size() ? &response->revisions(i + 1) : nullptr;
    view["rows"].push_back(RevisionRow(response->revisions(i), before, options_.personas));
  }
  if (!response->revisions().empty() && !response->revisions(0).revision().name().empty()) {
    view["name"] = response->revisions(0).revision().name();
  }
  view["empty"] = view["rows"].empty();
  view["cut"] = response->revisions_size() > kHistory;
  return frame_.Page("desk_history", view);
}

HttpResponse DeskTools::Correct(const Call& call) const {
  constexpr char kWhat[] = "Nothing was corrected";
  const std::string path = PathOf(call.Path("id"));
  const std::string action = call.Form("action");
  if (action != "correct" && action != "confirm" && action != "let-go") {
    return frame_.Message(400, kWhat, "Choose what is to be done: correct, confirm or let go.", path,
                          "Back to the tool");
  }
  v1::CorrectFactRequest request;
  auto correction = ReadCorrection(call, action);
  if (!correction.ok()) return frame_.Failed(correction.status(), kWhat, path, "Back to the tool");
  *request.mutable_correction() = *std::move(correction);
  const auto tool = options_.aggregator->CorrectFact(request);
  if (!tool.ok()) return frame_.Failed(tool.status(), kWhat, path, "Back to the tool");
  return Redirect(303, absl::StrCat(path, "?done=", action, "#facts"));
}

std::vector<Route> DeskTools::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (DeskTools::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = AccessByMethod(method, Access::kDeskEditor),
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", "/desk/tools", &DeskTools::ShowList),
          route("GET", "/desk/tools/{id}", &DeskTools::ShowOne),
          route("GET", "/desk/tools/{id}/history", &DeskTools::ShowHistory),
          route("POST", "/desk/tools/{id}/corrections", &DeskTools::Correct)};
}

}  // namespace seaworthy
