#include "services/publisher/edition/subscriber_routes.h"

#include <nlohmann/json.hpp>
#include <string>

#include "common/bounded_json.h"
#include "common/status_macros.h"
#include "services/publisher/edition/subscriber_export.h"
#include "services/publisher/http/failure_log.h"

namespace seaworthy {
namespace {

absl::StatusOr<std::string> AddressIn(const Call& call) {
  SEAWORTHY_ASSIGN_OR_RETURN(const nlohmann::json object, ParseBoundedObject(call.request.body));
  const auto address = object.find("address");
  if (address == object.end() || !address->is_string()) {
    return absl::InvalidArgumentError("`address` must be there and a string");
  }
  return address->get<std::string>();
}

HttpResponse Failed(const Call& call, const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) return JsonError(400, "invalid_argument", status.message());
  LogFailure(std::string(call.request.RawPath()), status);
  return JsonError(503, "unavailable", "nothing was done; try again");
}

HttpResponse Export(const Subscribers& subscribers, const Call& call) {
  const auto address = AddressIn(call);
  if (!address.ok()) return Failed(call, address.status());
  auto kept = ExportAddress(subscribers, *address);
  return kept.ok() ? JsonResponse(200, *std::move(kept)) : Failed(call, kept.status());
}

HttpResponse Erase(Subscribers& subscribers, const Call& call) {
  const auto address = AddressIn(call);
  if (!address.ok()) return Failed(call, address.status());
  const absl::Status erased = subscribers.EraseAddress(*address);
  if (!erased.ok()) return Failed(call, erased);
  return {.status = 204, .headers = {}, .body = ""};
}

}  // namespace

std::vector<Route> SubscriberRoutes(Subscribers* subscribers) {
  const auto route = [](const char* path, std::function<HttpResponse(const Call&)> handler) {
    return Route{.method = "POST",
                 .pattern = path,
                 .access = Access::kApiToken,
                 .handler = std::move(handler),
                 .scope = Scope::kAdmin};
  };
  return {route("/api/v1/subscribers/export",
                [subscribers](const Call& call) { return Export(*subscribers, call); }),
          route("/api/v1/subscribers/erase",
                [subscribers](const Call& call) { return Erase(*subscribers, call); })};
}

}  // namespace seaworthy
