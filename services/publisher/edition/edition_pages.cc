#include "services/publisher/edition/edition_pages.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/error_codes.h"
#include "services/publisher/edition/bounce.h"
#include "services/publisher/edition/edition_view.h"
#include "services/publisher/http/failure_log.h"
#include "services/publisher/http/url_codec.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kEditions = 52;
constexpr size_t kMaxBounce = 1 << 20;
constexpr char kFresh[] = "public, max-age=0, must-revalidate";

HttpResponse Fresh(std::string body) {
  HttpResponse response = HtmlResponse(200, std::move(body));
  response.SetHeader("Cache-Control", kFresh);
  return response;
}

}  // namespace

HttpResponse EditionPages::Failed(const std::string& path, const absl::Status& status) const {
  const int http = ToHttpStatus(status.code());
  if (http >= 500) LogFailure(path, status);
  return HtmlResponse(http, options_.error_page(http));
}

HttpResponse EditionPages::ShowList(const Call& call) const {
  v1::ListEditionsRequest request;
  request.set_approved_only(true);
  request.set_page_size(kEditions);
  request.set_page_token(call.Query("cursor"));
  const auto response = options_.aggregator->ListEditions(request);
  if (!response.ok()) return Failed("/editions", response.status());
  json view = {{"title", "Editions"},
               {"page_title", "Editions · Seaworthy"},
               {"page_description", "What was published, changed, corrected and resolved, week by week."},
               {"editions", json::array()}};
  for (const v1::Edition& edition : response->editions()) {
    view["editions"].push_back(EditionView(edition, ""));
  }
  view["empty"] = response->editions().empty();
  view["next"] = response->next_page_token().empty()
                     ? ""
                     : absl::StrCat("/editions?cursor=", PercentEncode(response->next_page_token()));
  return Fresh(options_.page("editions", "/editions", std::move(view)));
}

HttpResponse EditionPages::ShowEdition(const Call& call) const {
  v1::GetEditionRequest request;
  request.set_edition_id(call.Path("id"));
  const auto edition = options_.aggregator->GetEdition(request);
  if (!edition.ok()) return Failed("/editions", edition.status());
  // A draft is as if it were not there.
  if (edition->state() != v1::Edition::APPROVED) return HtmlResponse(404, options_.error_page(404));
  json view = EditionView(*edition, "");
  view["page_title"] = absl::StrCat(edition->title(), " · Seaworthy");
  view["page_description"] = absl::StrCat("The edition of ", edition->edition_id(), ": ",
                                          edition->items_size(), " things that changed on Seaworthy.");
  return Fresh(options_.page("edition", absl::StrCat("/editions/", edition->edition_id()), std::move(view)));
}

HttpResponse EditionPages::TakeBounce(const Call& call) const {
  const auto bounce = ReadBounce(call.request.body);
  if (!bounce.ok()) return JsonError(400, "invalid_argument", std::string(bounce.status().message()));
  Subscribers& subscribers = options_.room->subscribers();
  const auto found = subscribers.FindByAddress(bounce->address);
  if (!found.ok() && !absl::IsInvalidArgument(found.status())) {
    LogFailure("/api/v1/bounces", found.status());
    return JsonError(503, "unavailable", "the bounce was not kept; send it again");
  }
  const char* effect = "unknown";
  if (found.ok() && found->has_value()) {
    const std::string& id = (*found)->subscriber_id();
    const std::string reason = absl::StrCat(bounce->status, " ", bounce->reason);
    const absl::Status kept =
        bounce->permanent ? subscribers.Suspend(id, reason) : subscribers.NoteSoftBounce(id, reason);
    if (!kept.ok()) return JsonError(503, "unavailable", "the bounce was not kept; send it again");
    const auto now = subscribers.Get(id);
    effect = now.ok() && now->state() == v1::Subscriber::SUSPENDED ? "suspended" : "noted";
  }
  return JsonResponse(200, json({{"status", bounce->status}, {"effect", effect}}).dump());
}

std::vector<Route> EditionPages::Routes() const {
  const auto route = [this](const char* method, const char* path, Access access,
                            HttpResponse (EditionPages::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = access,
                 .max_body = access == Access::kApiToken ? kMaxBounce : size_t{4} << 10,
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); },
                 .scope = Scope::kIngest};
  };
  return {route("GET", "/editions", Access::kAnyone, &EditionPages::ShowList),
          route("GET", "/editions/{id}", Access::kAnyone, &EditionPages::ShowEdition),
          route("POST", "/api/v1/bounces", Access::kApiToken, &EditionPages::TakeBounce)};
}

}  // namespace seaworthy
