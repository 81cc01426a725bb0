#include "services/publisher/api/api_sources.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/api/api.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/api/api_page.h"
#include "services/publisher/pages/announcement_view.h"
#include "services/publisher/pages/source_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxDocumentBytes = 2 << 20;
constexpr size_t kMaxKeyBytes = 255;
constexpr uint64_t kMaxInterval = 604'800;

absl::Status NoIngest() {
  return absl::UnavailableError("this server runs without ingest, which reads the sources");
}

// Errors: INVALID_ARGUMENT naming the member.
absl::Status ReadText(const json& object, const char* name, std::string* value) {
  const auto it = object.find(name);
  if (it == object.end() || it->is_null()) return absl::OkStatus();
  if (!it->is_string()) return absl::InvalidArgumentError(absl::StrCat("`", name, "` must be a string"));
  *value = it->get<std::string>();
  return absl::OkStatus();
}

absl::Status ReadInterval(const json& object, v1::Source& source) {
  const auto it = object.find("interval_seconds");
  if (it == object.end() || it->is_null()) return absl::OkStatus();
  if (!it->is_number_unsigned() || it->get<uint64_t>() > kMaxInterval) {
    return absl::InvalidArgumentError(absl::StrCat("`interval_seconds` must be 60 to ", kMaxInterval));
  }
  source.set_interval_seconds(it->get<uint32_t>());
  return absl::OkStatus();
}

absl::Status ReadPaused(const json& object, v1::Source& source) {
  const auto it = object.find("paused");
  if (it == object.end() || it->is_null()) return absl::OkStatus();
  if (!it->is_boolean()) return absl::InvalidArgumentError("`paused` must be true or false");
  source.set_paused(it->get<bool>());
  return absl::OkStatus();
}

struct SourceRequest {
  std::string action;
  v1::Source source;
};

// Errors: INVALID_ARGUMENT.
absl::StatusOr<SourceRequest> ReadRequest(const Call& call) {
  const json object = json::parse(call.request.body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return absl::InvalidArgumentError(
        R"(the body must be a JSON object, for example {"action": "put", "url": "https://…"})");
  }
  SourceRequest request;
  std::string kind;
  std::string tier;
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, std::string*>>{
           {"action", &request.action},
           {"source_id", request.source.mutable_source_id()},
           {"url", request.source.mutable_url()},
           {"title", request.source.mutable_title()},
           {"signature", request.source.mutable_signature()},
           {"kind", &kind},
           {"tier", &tier}}) {
    if (absl::Status status = ReadText(object, name, value); !status.ok()) return status;
  }
  if (absl::Status status = ReadInterval(object, request.source); !status.ok()) return status;
  if (absl::Status status = ReadPaused(object, request.source); !status.ok()) return status;
  const auto known_kind = SourceKindOf(kind);
  if (!known_kind.ok()) return known_kind.status();
  const auto known_tier = TierOf(tier);
  if (!known_tier.ok()) return known_tier.status();
  request.source.set_kind(*known_kind);
  request.source.set_tier(*known_tier);
  if (request.source.source_id().empty() && request.action == "put") {
    request.source.set_source_id(SourceIdFrom(request.source.url()));
  }
  if (request.source.source_id().empty()) return absl::InvalidArgumentError("`source_id` is missing");
  return request;
}

}  // namespace

HttpResponse ApiSources::ListSources(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  if (options_.ingest == nullptr) return StatusError(NoIngest());
  v1::ListSourcesRequest request;
  request.set_page_size(*limit);
  request.set_page_token(call.Query("cursor"));
  const auto sources = options_.ingest->ListSources(request);
  if (!sources.ok()) return StatusError(sources.status());
  json list = json::array();
  for (const v1::SourceView& view : sources->sources()) list.push_back(SourceJson(view));
  return PageResponse(call, "sources", std::move(list), sources->next_page_token());
}

HttpResponse ApiSources::ChangeSource(const Call& call) const {
  if (options_.ingest == nullptr) return StatusError(NoIngest());
  auto request = ReadRequest(call);
  if (!request.ok()) return StatusError(request.status());
  absl::StatusOr<v1::SourceView> view =
      absl::InvalidArgumentError("`action` must be put, pause, resume, remove or read");
  if (request->action == "read") {
    v1::ReadSourceRequest read;
    read.set_source_id(request->source.source_id());
    view = options_.ingest->ReadSource(read);
  } else if (SourceChangeOf(request->action) != v1::SourceChange::KIND_UNSPECIFIED) {
    v1::ChangeSourceRequest change;
    change.mutable_change()->set_kind(SourceChangeOf(request->action));
    *change.mutable_change()->mutable_source() = std::move(request->source);
    change.mutable_change()->set_operator_(call.caller);
    change.mutable_change()->set_request_id(std::string(call.request.Header("Idempotency-Key").value_or("")));
    view = options_.ingest->ChangeSource(change);
  }
  return view.ok() ? JsonResponse(200, DumpJson(SourceJson(*view))) : StatusError(view.status());
}

HttpResponse ApiSources::ListAnnouncements(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  v1::ListAnnouncementsRequest request;
  request.set_page_size(*limit);
  request.set_page_token(call.Query("cursor"));
  request.set_state(AnnouncementStateOf(call.Query("state")));
  if (!call.Query("state").empty() && request.state() == v1::Announcement::STATE_UNSPECIFIED) {
    return StatusError(
        absl::InvalidArgumentError("state must be received, recorded, rejected, split or corrected"));
  }
  const auto response = options_.aggregator->ListAnnouncements(request);
  if (!response.ok()) return StatusError(response.status());
  json list = json::array();
  for (const v1::Announcement& announcement : response->announcements()) {
    list.push_back(AnnouncementJson(announcement));
  }
  return PageResponse(call, "announcements", std::move(list), response->next_page_token());
}

HttpResponse ApiSources::Retry(const Call& call) const {
  if (options_.ingest == nullptr) return StatusError(NoIngest());
  v1::RetryAnnouncementRequest request;
  request.set_announcement_id(call.Path("id"));
  request.set_document(call.request.body);
  request.set_media_type(std::string(call.request.Header("Content-Type").value_or("")));
  request.set_source_url(std::string(call.request.Header("X-Source-Url").value_or("")));
  request.set_editor(call.caller);
  request.set_request_id(std::string(call.request.Header("Idempotency-Key").value_or("")));
  if (request.request_id().size() > kMaxKeyBytes) {
    return StatusError(absl::InvalidArgumentError("Idempotency-Key is longer than 255 characters"));
  }
  const auto response = options_.ingest->RetryAnnouncement(request);
  if (!response.ok()) return StatusError(response.status());
  return JsonResponse(202, DumpJson({{"announcement_id", response->announcement().announcement_id()},
                                     {"state", "received"},
                                     {"replaces", call.Path("id")}}));
}

std::vector<Route> ApiSources::Routes() const {
  const auto route = [this](const char* method, const char* path, Scope scope,
                            HttpResponse (ApiSources::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = Access::kApiToken,
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); },
                 .scope = scope};
  };
  std::vector<Route> routes = {
      route("POST", "/api/v1/announcements/{id}/retry", Scope::kIngest, &ApiSources::Retry),
      route("GET", "/api/v1/announcements", Scope::kRead, &ApiSources::ListAnnouncements),
      route("GET", "/api/v1/sources", Scope::kRead, &ApiSources::ListSources),
      route("POST", "/api/v1/sources", Scope::kSources, &ApiSources::ChangeSource)};
  routes[0].max_body = kMaxDocumentBytes;
  return routes;
}

}  // namespace seaworthy
