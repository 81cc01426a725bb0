#include "services/publisher/api/api_webhooks.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bounded_json.h"
#include "services/publisher/api/api.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/api/api_page.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxEvents = 20;

json OrNull(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json TimeOrNull(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// Without its secret.
json HookJson(const HookBook::Listed& listed) {
  const OutHook& hook = listed.hook;
  return {{"id", hook.id},
          {"url", hook.url},
          {"events", hook.events},
          {"description", OrNull(hook.description)},
          {"state", hook.disabled ? "disabled" : "active"},
          {"reason", OrNull(hook.reason)},
          {"waiting", listed.waiting},
          {"failures", hook.failures},
          {"dead", hook.dead},
          {"last_status", hook.last_status == 0 ? json(nullptr) : json(hook.last_status)},
          {"last_error", OrNull(hook.last_error)},
          {"last_time", TimeOrNull(hook.last_time)},
          {"create_time", TimeOrNull(hook.created)}};
}

struct Wanted {
  std::string url;
  std::vector<std::string> events;
  std::string description;
};

// A member that may be left out. Errors: INVALID_ARGUMENT naming it.
absl::Status ReadText(const json& object, const char* name, std::string& value) {
  const auto it = object.find(name);
  if (it == object.end() || it->is_null()) return absl::OkStatus();
  if (!it->is_string()) return absl::InvalidArgumentError(absl::StrCat("`", name, "` must be a string"));
  value = it->get<std::string>();
  return absl::OkStatus();
}

absl::StatusOr<Wanted> ReadWanted(const Call& call) {
  const auto object = ParseBoundedObject(call.request.body);
  if (!object.ok()) return object.status();
  Wanted wanted;
  if (absl::Status read = ReadText(*object, "url", wanted.url); !read.ok()) return read;
  if (absl::Status read = ReadText(*object, "description", wanted.description); !read.ok()) return read;
  const auto events = object->find("events");
  if (events == object->end() || events->is_null()) return wanted;
  if (!events->is_array() || events->empty() || events->size() > kMaxEvents) {
    return absl::InvalidArgumentError("`events` must be a list of events, or left out for all of them");
  }
  for (const json& event : *events) {
    if (!event.is_string()) return absl::InvalidArgumentError("`events` must be a list of names");
    wanted.events.push_back(event.get<std::string>());
  }
  return wanted;
}

}  // namespace

HttpResponse ApiWebhooks::Add(const Call& call) const {
  auto wanted = ReadWanted(call);
  if (!wanted.ok()) return StatusError(wanted.status());
  const auto hook = options_.book->Add(wanted->url, std::move(wanted->events), wanted->description);
  if (absl::IsResourceExhausted(hook.status())) {
    return JsonError(409, "failed_precondition", hook.status().message());
  }
  if (!hook.ok()) return StatusError(hook.status());
  json body = HookJson({*hook, 0});
  body["secret"] = hook->secret;
  HttpResponse response = JsonResponse(201, DumpJson(body));
  response.SetHeader("Location", "/api/v1/webhooks/" + hook->id);
  return response;
}

HttpResponse ApiWebhooks::List(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  json list = json::array();
  std::string next;
  for (const HookBook::Listed& listed : options_.book->List()) {
    if (listed.hook.id <= call.Query("cursor")) continue;
    if (static_cast<int>(list.size()) == *limit) {
      next = list.back()["id"];
      break;
    }
    list.push_back(HookJson(listed));
  }
  return PageResponse(call, "webhooks", std::move(list), next);
}

HttpResponse ApiWebhooks::Get(const Call& call) const {
  const auto listed = options_.book->Get(call.Path("id"));
  return listed.ok() ? JsonResponse(200, DumpJson(HookJson(*listed))) : StatusError(listed.status());
}

HttpResponse ApiWebhooks::Remove(const Call& call) const {
  const absl::Status removed = options_.book->Remove(call.Path("id"));
  if (!removed.ok()) return StatusError(removed);
  return {.status = 204, .headers = {}, .body = ""};
}

HttpResponse ApiWebhooks::Enable(const Call& call) const {
  const absl::Status enabled = options_.book->Enable(call.Path("id"));
  if (!enabled.ok()) return StatusError(enabled);
  options_.out->Wake();
  return Get(call);
}

HttpResponse ApiWebhooks::Test(const Call& call) const {
  const absl::Status sent = options_.book->Ping(call.Path("id"));
  if (!sent.ok()) return StatusError(sent);
  options_.out->Wake();
  return Get(call);
}

std::vector<Route> ApiWebhooks::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (ApiWebhooks::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = absl::StrCat("/api/v1/webhooks", path),
                 .access = Access::kApiToken,
                 .handler =
                     [this, handler](const Call& call) {
                       if (options_.book != nullptr) return (this->*handler)(call);
                       return StatusError(absl::UnavailableError("this server sends no webhooks"));
                     },
                 .scope = Scope::kAdmin};
  };
  return {route("POST", "", &ApiWebhooks::Add),
          route("GET", "", &ApiWebhooks::List),
          route("GET", "/{id}", &ApiWebhooks::Get),
          route("DELETE", "/{id}", &ApiWebhooks::Remove),
          route("POST", "/{id}/enable", &ApiWebhooks::Enable),
          route("POST", "/{id}/test", &ApiWebhooks::Test)};
}

}  // namespace seaworthy
