#include "services/publisher/desk/desk_sources.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/pages/announcement_view.h"
#include "services/publisher/pages/source_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kRows = 50;
constexpr int kNewest = 20;
// A page about something else waits no longer for the sources.
constexpr absl::Duration kPatience = absl::Seconds(2);
constexpr int64_t kMaxMinutes = 10'080;
constexpr char kListPath[] = "/desk/sources";
constexpr char kBack[] = "Back to the sources";

struct Tab {
  const char* id;
  const char* label;
  v1::ListSourcesRequest::Filter filter;
  uint32_t (v1::ListSourcesResponse::*count)() const;
};

constexpr Tab kTabs[] = {
    {"all", "All", v1::ListSourcesRequest::FILTER_UNSPECIFIED, &v1::ListSourcesResponse::total},
    {"trouble", "In trouble", v1::ListSourcesRequest::IN_TROUBLE, &v1::ListSourcesResponse::in_trouble},
    {"paused", "Paused", v1::ListSourcesRequest::PAUSED, &v1::ListSourcesResponse::paused}};

std::string EmptyText(const std::string& tab) {
  if (tab == "trouble") return "No source is in trouble: the last reading of each went well.";
  if (tab == "paused") return "No source is paused.";
  return "No sources yet. Add one and its announcements come by themselves.";
}

// The choices of a select, the current one marked.
json Choices(const std::vector<std::pair<std::string, std::string>>& all, const std::string& current) {
  json choices = json::array();
  for (const auto& [value, label] : all) {
    choices.push_back({{"value", value}, {"label", label}, {"selected", value == current}});
  }
  return choices;
}

// The fields of the form that adds or changes a source.
json FormView(const v1::Source& source, bool is_new) {
  const uint32_t seconds = source.interval_seconds() == 0 ? 3600 : source.interval_seconds();
  return {{"is_new", is_new},
          {"form_id", source.source_id()},
          {"form_url", source.url()},
          {"form_title", source.title()},
          {"form_minutes", std::max<uint32_t>(1, seconds / 60)},
          {"kinds", Choices({{"", "Find out"},
                             {"feed", "Feed: RSS, Atom or JSON Feed"},
                             {"github_releases", "Releases of a GitHub repository"},
                             {"page", "A page whose facts are compared"},
                             {"webhook", "Webhook: it sends, nothing is read"}},
                            SourceKindWord(source.kind()))},
          {"tiers", Choices({{"", "Not known"},
                             {"vendor", "The vendor itself"},
                             {"documentation", "The vendor’s documentation or price page"},
                             {"third_party", "Somebody else"},
                             {"rumour", "Rumour"}},
                            TierWord(source.tier()))},
          {"signatures", Choices({{"", "None: no webhook"}, {"github", "GitHub"}, {"generic", "Generic"}},
                                 source.signature())},
          {"request_id", RandomHex(16)}};
}

// What the form says. Errors: INVALID_ARGUMENT.
absl::StatusOr<v1::Source> ReadForm(const Call& call) {
  v1::Source source;
  const auto kind = SourceKindOf(call.Form("kind"));
  const auto tier = TierOf(call.Form("tier"));
  if (!kind.ok()) return kind.status();
  if (!tier.ok()) return tier.status();
  int64_t minutes = 60;
  const std::string& said = call.Form("minutes");
  if (!said.empty() && (!absl::SimpleAtoi(said, &minutes) || minutes < 1 || minutes > kMaxMinutes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("The time between two readings must be 1 to ", kMaxMinutes, " minutes (7 days)."));
  }
  source.set_url(std::string(absl::StripAsciiWhitespace(call.Form("url"))));
  source.set_source_id(std::string(absl::StripAsciiWhitespace(call.Form("source_id"))));
  if (source.source_id().empty()) source.set_source_id(SourceIdFrom(source.url()));
  if (source.source_id().empty()) {
    return absl::InvalidArgumentError("Give the source an address, or an id where it is a webhook.");
  }
  source.set_kind(*kind);
  source.set_tier(*tier);
  source.set_title(std::string(absl::StripAsciiWhitespace(call.Form("title"))));
  source.set_interval_seconds(static_cast<uint32_t>(minutes * 60));
  source.set_signature(call.Form("signature"));
  return source;
}

std::string PathOf(const std::string& id) { return absl::StrCat(kListPath, "/", PercentEncode(id)); }

}  // namespace

absl::StatusOr<int> CountSourcesInTrouble(IngestClient* ingest) {
  if (ingest == nullptr) return absl::UnavailableError("this server runs without ingest");
  v1::ListSourcesRequest request;
  request.set_page_size(1);
  const auto sources = ingest->ListSources(request, kPatience);
  if (!sources.ok()) return sources.status();
  return static_cast<int>(sources->in_trouble());
}

absl::StatusOr<v1::ListSourcesResponse> DeskSources::List(const v1::ListSourcesRequest& request) const {
  if (options_.ingest == nullptr) {
    return absl::UnavailableError("This server runs without ingest, which reads the sources.");
  }
  return options_.ingest->ListSources(request);
}

absl::StatusOr<std::optional<v1::SourceView>> DeskSources::Find(const std::string& id) const {
  v1::ListSourcesRequest request;
  request.set_source_id(id);
  const auto sources = List(request);
  if (!sources.ok()) return sources.status();
  if (id.empty() || sources->sources().empty()) return std::nullopt;
  return sources->sources(0);
}

HttpResponse DeskSources::ShowList(const Call& call) const {
  const std::string tab = call.Query("show").empty() ? "all" : call.Query("show");
  const auto* chosen =
      std::find_if(std::begin(kTabs), std::end(kTabs), [&tab](const Tab& t) { return t.id == tab; });
  if (chosen == std::end(kTabs)) {
    return frame_.Message(400, "No such list", "There is no such list. Choose one of the tabs.", kListPath,
                          kBack);
  }
  v1::ListSourcesRequest request;
  request.set_page_size(kRows);
  request.set_page_token(call.Query("cursor"));
  request.set_filter(chosen->filter);
  const auto sources = List(request);
  if (!sources.ok()) return frame_.Failed(sources.status(), "The sources cannot be shown");
  json view = frame_.View(call, "sources", "Sources");
  view["tabs"] = json::array();
  for (const Tab& t : kTabs) {
    view["tabs"].push_back(
        {{"id", t.id}, {"label", t.label}, {"count", (*sources.*t.count)()}, {"current", t.id == tab}});
  }
  view["rows"] = json::array();
  for (const v1::SourceView& source : sources->sources()) {
    json row = SourceRow(source);
    row["request_id"] = RandomHex(16);
    view["rows"].push_back(std::move(row));
  }
  AddPaging(call, tab == "all" ? kListPath : absl::StrCat(kListPath, "?show=", tab),
            sources->next_page_token(), view);
  view["empty"] = view["rows"].empty() ? EmptyText(tab) : "";
  view["any"] = !view["rows"].empty();
  view.update(FormView({}, true));
  return frame_.Page("desk_sources", view);
}

json DeskSources::Newest(const std::string& source_id) const {
  v1::ListAnnouncementsRequest request;
  request.set_page_size(kNewest);
  request.set_source_id(source_id);
  json rows = json::array();
  const auto response = options_.aggregator->ListAnnouncements(request);
  if (!response.ok()) return rows;
  for (const v1::Announcement& one : response->announcements()) rows.push_back(AnnouncementRow(one));
  return rows;
}

HttpResponse DeskSources::ShowOne(const Call& call) const {
  const auto found = Find(call.Path("id"));
  if (!found.ok()) return frame_.Failed(found.status(), "The source cannot be shown", kListPath, kBack);
  const std::optional<v1::SourceView>& source = *found;
  if (!source.has_value()) {
    return frame_.Message(404, "There is no such source", "It may have been removed; what it brought stays.",
                          kListPath, kBack);
  }
  json row = SourceRow(*source);
  json view = frame_.View(call, "sources", row["name"].get<std::string>());
  view["source"] = std::move(row);
  view.update(FormView(source->source(), false));
  view["newest"] = Newest(call.Path("id"));
  view["any_newest"] = !view["newest"].empty();
  return frame_.Page("desk_source", view);
}

absl::Status DeskSources::Change(const Call& call, v1::SourceChange::Kind kind, v1::Source source) const {
  if (options_.ingest == nullptr) return absl::UnavailableError("This server runs without ingest.");
  v1::ChangeSourceRequest request;
  v1::SourceChange& change = *request.mutable_change();
  change.set_kind(kind);
  *change.mutable_source() = std::move(source);
  change.set_operator_(call.session->editor);
  change.set_request_id(call.Form("request_id"));
  return options_.ingest->ChangeSource(request).status();
}

HttpResponse DeskSources::Put(const Call& call) const {
  constexpr char kWhat[] = "The source was not saved";
  auto source = ReadForm(call);
  if (!source.ok()) return frame_.Failed(source.status(), kWhat, kListPath, kBack);
  const std::string id = source->source_id();
  const auto found = Find(id);
  if (!found.ok()) return frame_.Failed(found.status(), kWhat, kListPath, kBack);
  const std::optional<v1::SourceView>& there = *found;
  if (call.Form("is_new") == "1" && there.has_value()) {
    return frame_.Message(
        409, kWhat,
        absl::StrCat("There is a source `", id,
                     "` already. Change it on its page, or add this one under an id of its own."),
        PathOf(id), "To that source");
  }
  if (there.has_value()) source->set_paused(there->source().paused());
  const absl::Status changed = Change(call, v1::SourceChange::PUT, *std::move(source));
  if (!changed.ok()) return frame_.Failed(changed, kWhat, kListPath, kBack);
  return Redirect(303, absl::StrCat(PathOf(id), "?done=source-put"));
}

HttpResponse DeskSources::Act(const Call& call) const {
  constexpr char kWhat[] = "Nothing was changed";
  const std::string& id = call.Path("id");
  const std::string action = call.Form("action");
  absl::Status status =
      absl::InvalidArgumentError("Choose what is to be done: read now, pause, resume or remove.");
  if (action == "read") {
    v1::ReadSourceRequest request;
    request.set_source_id(id);
    status = options_.ingest == nullptr ? absl::UnavailableError("This server runs without ingest.")
                                        : options_.ingest->ReadSource(request).status();
  } else if (action == "remove" && call.Form("sure") != "1") {
    status = absl::InvalidArgumentError("Tick the box that says you are sure, then remove it.");
  } else if (action == "pause" || action == "resume" || action == "remove") {
    v1::Source source;
    source.set_source_id(id);
    status = Change(call, SourceChangeOf(action), std::move(source));
  }
  if (!status.ok()) return frame_.Failed(status, kWhat, PathOf(id), "Back to the source");
  const bool stay = action != "remove" && call.Form("from") != "list";
  return Redirect(303, absl::StrCat(stay ? PathOf(id) : kListPath, "?done=source-", action));
}

std::vector<Route> DeskSources::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (DeskSources::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = AccessByMethod(method, Access::kDeskOperator),
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", "/desk/sources", &DeskSources::ShowList),
          route("POST", "/desk/sources", &DeskSources::Put),
          route("GET", "/desk/sources/{id}", &DeskSources::ShowOne),
          route("POST", "/desk/sources/{id}", &DeskSources::Act)};
}

}  // namespace seaworthy
