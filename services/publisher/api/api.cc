#include "services/publisher/api/api.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/error_codes.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/api/api_page.h"
#include "services/publisher/http/failure_log.h"
#include "services/publisher/http/http_server.h"
#include "services/publisher/pages/panel_state.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxReasonBytes = 4000;
constexpr size_t kMaxHeaderBytes = 255;
constexpr uint64_t kMaxPlace = 1 << 20;

absl::StatusOr<json> ParseObject(const std::string& body) {
  json value = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) {
    return absl::InvalidArgumentError(
        "the body must be a JSON object, for example {\"tools\": [\"a\", \"b\"]}");
  }
  return value;
}

// A string member; empty where it is absent or null.
absl::StatusOr<std::string> StringMember(const json& object, const std::string& name) {
  const auto it = object.find(name);
  if (it == object.end() || it->is_null()) return std::string();
  if (!it->is_string()) return absl::InvalidArgumentError(absl::StrCat("`", name, "` must be a string"));
  return it->get<std::string>();
}

absl::StatusOr<v1::DecideRequest> ReadDecision(const Call& call) {
  const auto object = ParseObject(call.request.body);
  if (!object.ok()) return object.status();
  const auto kind = StringMember(*object, "decision");
  const auto hash = StringMember(*object, "content_hash");
  const auto reason = StringMember(*object, "reason");
  for (const auto* member : {&kind, &hash, &reason}) {
    if (!member->ok()) return member->status();
  }
  v1::DecideRequest request;
  v1::Decision& decision = *request.mutable_decision();
  decision.set_kind(DecisionKindOf(*kind));
  if (decision.kind() == v1::DECISION_KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError("`decision` must be approve, reject or withdraw");
  }
  if (hash->empty()) {
    return absl::InvalidArgumentError(
        "`content_hash` is missing: read the comparison and send the hash of what you decided on");
  }
  if (reason->size() > kMaxReasonBytes) {
    return absl::InvalidArgumentError(absl::StrCat("`reason` is longer than ", kMaxReasonBytes, " bytes"));
  }
  decision.set_comparison_id(call.Path("id"));
  decision.set_content_hash(*hash);
  decision.set_reason(*reason);
  decision.set_editor(call.caller);
  decision.set_request_id(std::string(call.request.Header("Idempotency-Key").value_or("")));
  return request;
}

// A byte's place; absent is 0.
absl::StatusOr<uint32_t> PlaceMember(const json& object, const std::string& name) {
  const auto it = object.find(name);
  if (it == object.end()) return 0;
  if (it->is_number_unsigned() && it->get<uint64_t>() <= kMaxPlace) return it->get<uint32_t>();
  return absl::InvalidArgumentError(absl::StrCat("`", name, "` must be a byte's place in the quote"));
}

absl::StatusOr<v1::AmendVerdictRequest> ReadAmendment(const Call& call) {
  const auto object = ParseObject(call.request.body);
  if (!object.ok()) return object.status();
  v1::AmendVerdictRequest request;
  v1::Amendment& amendment = *request.mutable_amendment();
  const auto read = [&object](const std::string& name, std::string* value) {
    auto member = StringMember(*object, name);
    if (!member.ok()) return member.status();
    *value = *std::move(member);
    return absl::OkStatus();
  };
  std::string kind;
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, std::string*>>{
           {"kind", &kind},
           {"verdict_id", amendment.mutable_verdict_id()},
           {"quote_hash", amendment.mutable_base_hash()},
           {"quote", amendment.mutable_quote()},
           {"reason", amendment.mutable_reason()}}) {
    const absl::Status status = read(name, value);
    if (!status.ok()) return status;
  }
  amendment.set_kind(AmendmentKindOf(kind));
  if (amendment.kind() == v1::AMENDMENT_KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError("`kind` must be edit or accept");
  }
  const auto begin = PlaceMember(*object, "begin");
  const auto end = PlaceMember(*object, "end");
  if (!begin.ok()) return begin.status();
  if (!end.ok()) return end.status();
  amendment.set_mark_begin(*begin);
  amendment.set_mark_end(*end);
  amendment.set_editor(call.caller);
  amendment.set_request_id(std::string(call.request.Header("Idempotency-Key").value_or("")));
  return request;
}

std::string HeaderOr(const Call& call, absl::string_view name) {
  return std::string(call.request.Header(name).value_or(""));
}

HttpResponse Ok(const json& body) { return JsonResponse(200, DumpJson(body)); }

}  // namespace

HttpResponse StatusError(const absl::Status& status) {
  const int http = ToHttpStatus(status.code());
  const std::string code = absl::AsciiStrToLower(absl::StatusCodeToString(status.code()));
  // What went wrong inside is for the log, not for whoever asks.
  if (http >= 500) LogFailure("API", status);
  if (http == 500) return JsonError(500, code, "the server failed; its log says why");
  return JsonError(http, code, status.message());
}

HttpResponse Api::SubmitAnnouncement(const Call& call) const {
  if (options_.ingest == nullptr) {
    return StatusError(absl::UnavailableError("this server takes no announcements: it runs without ingest"));
  }
  v1::SubmitAnnouncementRequest request;
  request.set_document(call.request.body);
  request.set_media_type(HeaderOr(call, "Content-Type"));
  request.set_source_url(HeaderOr(call, "X-Source-Url"));
  request.set_idempotency_key(HeaderOr(call, "Idempotency-Key"));
  request.set_traceparent(HeaderOr(call, "traceparent"));
  if (request.idempotency_key().size() > kMaxHeaderBytes) {
    return StatusError(absl::InvalidArgumentError("Idempotency-Key is longer than 255 characters"));
  }
  const auto response = options_.ingest->SubmitAnnouncement(request);
  if (!response.ok()) return StatusError(response.status());
  spdlog::debug("publisher: {} is handed in", response->announcement().announcement_id());
  return JsonResponse(202, DumpJson({{"announcement_id", response->announcement().announcement_id()},
                                     {"state", "received"}}));
}

HttpResponse Api::GetAnnouncement(const Call& call) const {
  v1::GetAnnouncementRequest request;
  request.set_announcement_id(call.Path("id"));
  auto announcement = options_.aggregator->GetAnnouncement(request);
  if (absl::IsNotFound(announcement.status()) && options_.ingest != nullptr) {
    // In the log, not yet in the state.
    v1::GetReceivedAnnouncementRequest received;
    received.set_announcement_id(call.Path("id"));
    announcement = options_.ingest->GetReceivedAnnouncement(received);
    if (announcement.ok()) announcement->set_state(v1::Announcement::RECEIVED);
  }
  if (!announcement.ok()) return StatusError(announcement.status());
  return Ok(AnnouncementJson(*announcement));
}

HttpResponse Api::ListTools(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  if (!call.has_token) return ListPublishedTools(call, *limit);
  v1::ListToolsRequest request;
  request.set_page_size(*limit);
  request.set_page_token(call.Query("cursor"));
  const auto response = options_.aggregator->ListTools(request);
  if (!response.ok()) return StatusError(response.status());
  json tools = json::array();
  for (const v1::ToolView& tool : response->tools()) tools.push_back(ToolJson(tool, true));
  return PageResponse(call, "tools", std::move(tools), response->next_page_token());
}

HttpResponse Api::ListPublishedTools(const Call& call, int limit) const {
  const auto ids = options_.published->ToolIds();
  if (!ids.ok()) return StatusError(ids.status());
  auto it = std::upper_bound(ids->begin(), ids->end(), call.Query("cursor"));
  json tools = json::array();
  std::string next;
  for (; it != ids->end(); ++it) {
    if (static_cast<int>(tools.size()) == limit) {
      next = *(it - 1);
      break;
    }
    const auto tool = options_.published->Tool(*it);
    if (absl::IsNotFound(tool.status())) continue;  // Withdrawn meanwhile.
    if (!tool.ok()) return StatusError(tool.status());
    tools.push_back(ToolJson(tool->tool));
  }
  return PageResponse(call, "tools", std::move(tools), next);
}

HttpResponse Api::GetTool(const Call& call) const {
  if (!call.has_token) {
    const auto tool = options_.published->Tool(call.Path("id"));
    return tool.ok() ? Ok(ToolJson(tool->tool)) : StatusError(tool.status());
  }
  v1::GetToolRequest request;
  request.set_tool_id(call.Path("id"));
  uint32_t revision = 0;
  if (!call.Query("revision").empty() && !absl::SimpleAtoi(call.Query("revision"), &revision)) {
    return StatusError(absl::InvalidArgumentError("revision must be a number from 1"));
  }
  request.set_revision(revision);
  const auto tool = options_.aggregator->GetTool(request);
  return tool.ok() ? Ok(ToolJson(*tool, true)) : StatusError(tool.status());
}

HttpResponse Api::ListComparisons(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  const std::string state = call.Query("state");
  v1::ListComparisonsRequest request;
  request.set_state(StateOf(state));
  if (!state.empty() && request.state() == v1::Comparison::STATE_UNSPECIFIED) {
    return StatusError(
        absl::InvalidArgumentError("state must be waiting, drafted, approved, rejected or withdrawn"));
  }
  if (!call.has_token) {
    if (!state.empty() && state != "approved") {
      return JsonError(401, "unauthenticated",
                       absl::StrCat("comparisons in state ", state,
                                    " need `Authorization: Bearer TOKEN`, a token with the scope `read`"));
    }
    return ListPublishedComparisons(call, *limit);
  }
  request.set_page_size(*limit);
  request.set_page_token(call.Query("cursor"));
  request.set_tool_id(call.Query("tool"));
  const auto response = options_.aggregator->ListComparisons(request);
  if (!response.ok()) return StatusError(response.status());
  json comparisons = json::array();
  for (const v1::Comparison& comparison : response->comparisons()) {
    comparisons.push_back(ComparisonJson(comparison));
  }
  return PageResponse(call, "comparisons", std::move(comparisons), response->next_page_token());
}

HttpResponse Api::ListPublishedComparisons(const Call& call, int limit) const {
  v1::ListPublishedComparisonsRequest request;
  request.set_page_size(limit);
  request.set_page_token(call.Query("cursor"));
  request.set_tool_id(call.Query("tool"));
  const auto response = options_.aggregator->ListPublishedComparisons(request);
  if (!response.ok()) return StatusError(response.status());
  json comparisons = json::array();
  for (const v1::PublishedComparison& published : response->comparisons()) {
    json entry = PublishedJson(published);
    entry["tools"] = {published.content().a().revision().tool_id(),
                      published.content().b().revision().tool_id()};
    comparisons.push_back(std::move(entry));
  }
  return PageResponse(call, "comparisons", std::move(comparisons), response->next_page_token());
}

HttpResponse Api::GetComparison(const Call& call) const {
  if (!call.has_token) {
    const auto published = options_.published->Comparison(call.Path("id"));
    return published.ok() ? Ok(PublishedJson(*published)) : StatusError(published.status());
  }
  v1::GetComparisonRequest request;
  request.set_comparison_id(call.Path("id"));
  const auto view = options_.aggregator->GetComparison(request);
  return view.ok() ? Ok(ComparisonViewJson(*view)) : StatusError(view.status());
}

HttpResponse Api::RequestComparison(const Call& call) const {
  const auto object = ParseObject(call.request.body);
  if (!object.ok()) return StatusError(object.status());
  const auto tools = object->find("tools");
  if (tools == object->end() || !tools->is_array() || tools->size() != 2 || !(*tools)[0].is_string() ||
      !(*tools)[1].is_string()) {
    return StatusError(
        absl::InvalidArgumentError("`tools` must hold two tool ids: {\"tools\": [\"a\", \"b\"]}"));
  }
  v1::RequestComparisonRequest request;
  request.set_tool_a((*tools)[0].get<std::string>());
  request.set_tool_b((*tools)[1].get<std::string>());
  request.set_editor(call.caller);
  const auto comparison = options_.aggregator->RequestComparison(request);
  if (!comparison.ok()) return StatusError(comparison.status());
  return JsonResponse(202, DumpJson(ComparisonJson(*comparison)));
}

HttpResponse Api::Decide(const Call& call) const {
  const auto request = ReadDecision(call);
  if (!request.ok()) return StatusError(request.status());
  const auto comparison = options_.aggregator->Decide(*request);
  return comparison.ok() ? Ok(ComparisonJson(*comparison)) : StatusError(comparison.status());
}

HttpResponse Api::Amend(const Call& call) const {
  const auto request = ReadAmendment(call);
  if (!request.ok()) return StatusError(request.status());
  const auto verdict = options_.aggregator->AmendVerdict(*request);
  return verdict.ok() ? Ok(VerdictJson(*verdict, true)) : StatusError(verdict.status());
}

HttpResponse Api::ListPredictions(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  v1::ListPredictionsRequest request;
  request.set_page_size(*limit);
  request.set_page_token(call.Query("cursor"));
  request.set_published(!call.has_token);
  const auto ledger = options_.aggregator->ListPredictions(request);
  if (!ledger.ok()) return StatusError(ledger.status());
  return PageResponse(call, "predictions", PredictionsJson(*ledger), ledger->next_page_token());
}

HttpResponse Api::GetPanelHealth(const Call&) const {
  const auto health = options_.aggregator->GetPanelHealth({});
  return health.ok() ? Ok(PanelHealthJson(*health)) : StatusError(health.status());
}

HttpResponse Api::Status(const Call& call) const {
  if (!call.has_token) return Ok({{"status", "ok"}, {"version", options_.version}});
  const auto status = options_.aggregator->GetStatus({});
  if (!status.ok()) return StatusError(status.status());
  json body = StatusJson(*status);
  body["status"] = "ok";
  body["version"] = options_.version;
  body["endpoints"] = json::array({{{"name", options_.endpoint}}});
  AddPanelStateJson(AskPanelState(options_.reviewer), body);
  return Ok(body);
}

HttpResponse Api::MakeDeskLink(const Call& call) const {
  return JsonResponse(201, DumpJson({{"url", options_.make_desk_link()}, {"valid_hours", 24}}));
}

std::vector<Route> Api::Routes() const {
  using Method = HttpResponse (Api::*)(const Call&) const;
  const auto route = [this](const char* method, const char* path, Access access, Method handler,
                            Scope scope = Scope::kRead) {
    return Route{.method = method,
                 .pattern = absl::StrCat("/api/v1", path),
                 .access = access,
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); },
                 .scope = scope};
  };
  std::vector<Route> routes = {
      route("POST", "/announcements", Access::kApiToken, &Api::SubmitAnnouncement, Scope::kIngest),
      route("GET", "/announcements/{id}", Access::kApiToken, &Api::GetAnnouncement),
      route("GET", "/tools", Access::kApiReader, &Api::ListTools),
      route("GET", "/tools/{id}", Access::kApiReader, &Api::GetTool),
      route("GET", "/comparisons", Access::kApiReader, &Api::ListComparisons),
      route("POST", "/comparisons", Access::kApiToken, &Api::RequestComparison, Scope::kDecide),
      route("GET", "/comparisons/{id}", Access::kApiReader, &Api::GetComparison),
      route("POST", "/comparisons/{id}/decisions", Access::kApiToken, &Api::Decide, Scope::kDecide),
      route("POST", "/amendments", Access::kApiToken, &Api::Amend, Scope::kDecide),
      route("GET", "/predictions", Access::kApiReader, &Api::ListPredictions),
      route("GET", "/panel", Access::kApiToken, &Api::GetPanelHealth),
      route("GET", "/status", Access::kApiReader, &Api::Status),
      route("POST", "/desk-links", Access::kApiToken, &Api::MakeDeskLink, Scope::kDeskLinks),
  };
  // More than ingest takes: what is too large is refused there and kept.
  routes[0].max_body = kMaxHttpBodyBytes;
  routes.push_back({.method = "GET",
                    .pattern = "/api/v1/openapi.json",
                    .access = Access::kAnyone,
                    .handler = [this](const Call&) { return JsonResponse(200, options_.openapi); }});
  return routes;
}

}  // namespace seaworthy
