#include "services/publisher/edition/bounce_route.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "services/publisher/edition/bounce.h"
#include "services/publisher/http/failure_log.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kPath[] = "/api/v1/bounces";
constexpr size_t kMaxBounce = 1 << 20;

HttpResponse NotKept() { return JsonError(503, "unavailable", "the bounce was not kept; send it again"); }

HttpResponse TakeBounce(Subscribers& subscribers, const std::string& body) {
  const auto bounce = ReadBounce(body);
  if (!bounce.ok()) return JsonError(400, "invalid_argument", std::string(bounce.status().message()));
  const auto found = subscribers.FindByAddress(bounce->address);
  if (!found.ok() && !absl::IsInvalidArgument(found.status())) {
    LogFailure(kPath, found.status());
    return NotKept();
  }
  const char* effect = "unknown";
  if (found.ok() && found->has_value()) {
    const std::string& id = (*found)->subscriber_id();
    const std::string reason = absl::StrCat(bounce->status, " ", bounce->reason);
    const absl::Status kept =
        bounce->permanent ? subscribers.Suspend(id, reason) : subscribers.NoteSoftBounce(id, reason);
    if (!kept.ok()) return NotKept();
    const auto now = subscribers.Get(id);
    effect = now.ok() && now->state() == v1::Subscriber::SUSPENDED ? "suspended" : "noted";
  }
  return JsonResponse(200, json({{"status", bounce->status}, {"effect", effect}}).dump());
}

}  // namespace

Route BounceRoute(Subscribers* subscribers) {
  return {.method = "POST",
          .pattern = kPath,
          .access = Access::kApiToken,
          .max_body = kMaxBounce,
          .handler = [subscribers](const Call& call) { return TakeBounce(*subscribers, call.request.body); },
          .scope = Scope::kIngest};
}

}  // namespace seaworthy
