#include "services/publisher/api/hooks.h"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/api/api.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/api/hooks_body.h"
#include "services/publisher/api/hooks_signature.h"
#include "services/publisher/http/http_server.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kTellAgain = absl::Minutes(1);
constexpr size_t kMaxHubBodyBytes = 2 << 20;
constexpr size_t kMaxHubFieldBytes = 2000;

bool HasSignature(const HttpRequest& request, const Hook& hook) {
  return hook.signature == Hook::Signature::kGitHub ? HasGitHubSignature(request, hook.secrets)
                                                    : HasGenericSignature(request, hook.secrets);
}

HttpResponse Refused() {
  return JsonError(401, "unauthenticated",
                   "no webhook of this name takes this signature: check the address, the secret on both "
                   "sides, and that the body was signed and sent unchanged");
}

HttpResponse Ignored(const std::string& why) {
  if (why == "ping") return JsonResponse(200, DumpJson({{"state", "pong"}}));
  return JsonResponse(202, DumpJson({{"state", "ignored"}, {"reason", why}}));
}

HttpResponse TextResponse(int status, std::string body) {
  HttpResponse response{.status = status, .headers = {}, .body = std::move(body)};
  response.SetHeader("Content-Type", "text/plain; charset=utf-8");
  return response;
}

// What a hub may be told.
bool IsHubStatus(uint32_t status) {
  return status == 200 || status == 202 || status == 403 || status == 404 || status == 410;
}

absl::StatusOr<v1::HandleWebSubRequest> HubRequest(const Call& call) {
  v1::HandleWebSubRequest request;
  request.set_source_id(call.Path("source"));
  if (call.request.method == "POST") {
    request.set_signature(std::string(call.request.Header("X-Hub-Signature").value_or("")));
    request.set_content_type(std::string(call.request.Header("Content-Type").value_or("")));
    request.set_body(call.request.body);
    return request;
  }
  request.set_mode(call.Query("hub.mode"));
  request.set_topic(call.Query("hub.topic"));
  request.set_challenge(call.Query("hub.challenge"));
  const std::string lease = call.Query("hub.lease_seconds");
  uint64_t seconds = 0;
  if (!lease.empty() && !absl::SimpleAtoi(lease, &seconds)) {
    return absl::InvalidArgumentError("`hub.lease_seconds` must be a number of seconds");
  }
  request.set_lease_seconds(seconds);
  for (const std::string* field : {&request.mode(), &request.topic(), &request.challenge()}) {
    if (field->size() > kMaxHubFieldBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("a field of the query is longer than ", kMaxHubFieldBytes, " bytes"));
    }
  }
  if (request.mode().empty()) {
    return absl::InvalidArgumentError("`hub.mode` is missing; this is the callback of WebSub hubs");
  }
  return request;
}

}  // namespace

Hooks::Hooks(Options options) : ingest_(options.ingest), clock_(options.clock) {
  nobody_.signature = Hook::Signature::kGitHub;
  nobody_.secrets = {RandomHex(32)};
  for (Hook& hook : options.hooks) hooks_[hook.source_id] = std::move(hook);
}

void Hooks::TellOfRefusal(const Hook& hook) const {
  const absl::Time now = clock_->Now();
  {
    absl::MutexLock lock(&mutex_);
    absl::Time& last = told_.try_emplace(hook.source_id, absl::InfinitePast()).first->second;
    if (now - last < kTellAgain) return;
    last = now;
  }
  spdlog::warn("webhook {}: a request without a right signature was refused; is the secret the sender's?",
               hook.source_id);
}

HttpResponse Hooks::Receive(const Call& call) const {
  const auto found = hooks_.find(call.Path("source"));
  const bool known = found != hooks_.end();
  const Hook& hook = known ? found->second : nobody_;
  if (!HasSignature(call.request, hook)) {
    if (known) TellOfRefusal(hook);
    return Refused();
  }
  const bool github = hook.signature == Hook::Signature::kGitHub;
  if (!github) {
    const absl::Status fresh = CheckGenericMessage(call.request, clock_->Now());
    if (!fresh.ok()) return StatusError(fresh);
  }
  auto content = github ? ReadGitHubHook(call.request) : ReadGenericHook(call.request);
  if (!content.ok()) return StatusError(content.status());
  if (!content->announcement.has_value()) return Ignored(content->ignored);
  return Submit(hook, *std::move(content->announcement));
}

HttpResponse Hooks::Submit(const Hook& hook, v1::SubmitAnnouncementRequest request) const {
  if (ingest_ == nullptr) {
    return StatusError(absl::UnavailableError("this server takes no announcements: it runs without ingest"));
  }
  request.set_source_id(hook.source_id);
  request.set_tier(hook.tier);
  const auto response = ingest_->SubmitAnnouncement(request);
  if (!response.ok()) return StatusError(response.status());
  return JsonResponse(response->repeated() ? 200 : 202,
                      DumpJson({{"announcement_id", response->announcement().announcement_id()},
                                {"state", response->repeated() ? "repeated" : "received"}}));
}

HttpResponse Hooks::Callback(const Call& call) const {
  const auto request = HubRequest(call);
  if (!request.ok()) return StatusError(request.status());
  if (ingest_ == nullptr) return StatusError(absl::UnavailableError("this server runs without ingest"));
  const auto response = ingest_->HandleWebSub(*request);
  if (!response.ok()) return StatusError(response.status());
  if (IsHubStatus(response->status())) {
    return TextResponse(static_cast<int>(response->status()), response->body());
  }
  return StatusError(absl::InternalError(absl::StrCat("ingest answered a hub with ", response->status())));
}

std::vector<Route> Hooks::Routes() const {
  const auto callback = [this](const Call& call) { return Callback(call); };
  return {
      {.method = "POST",
       .pattern = "/api/v1/hooks/{source}",
       .access = Access::kSigned,
       .max_body = kMaxHttpBodyBytes,
       .handler = [this](const Call& call) { return Receive(call); }},
      {.method = "GET", .pattern = "/api/v1/websub/{source}", .access = Access::kAnyone, .handler = callback},
      {.method = "POST",
       .pattern = "/api/v1/websub/{source}",
       .access = Access::kAnyone,
       .max_body = kMaxHubBodyBytes,
       .handler = callback}};
}

}  // namespace seaworthy
