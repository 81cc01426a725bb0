#include "services/publisher/api/api_page.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/http/url_codec.h"

namespace seaworthy {
namespace {

constexpr int kDefaultLimit = 50;
constexpr int kMaxLimit = 200;

}  // namespace

absl::StatusOr<int> PageLimit(const Call& call) {
  const std::string text = call.Query("limit");
  if (text.empty()) return kDefaultLimit;
  int limit = 0;
  if (!absl::SimpleAtoi(text, &limit) || limit < 1 || limit > kMaxLimit) {
    return absl::InvalidArgumentError(absl::StrCat("limit must be a number from 1 to ", kMaxLimit));
  }
  return limit;
}

HttpResponse PageResponse(const Call& call, const std::string& field, nlohmann::json entries,
                          const std::string& next_cursor) {
  nlohmann::json body = {{field, std::move(entries)}, {"next_cursor", nullptr}};
  if (next_cursor.empty()) return JsonResponse(200, DumpJson(body));
  body["next_cursor"] = next_cursor;
  HttpResponse response = JsonResponse(200, DumpJson(body));
  std::string link = absl::StrCat("<", std::string(call.request.RawPath()), "?");
  for (const auto& [name, value] : call.query) {
    if (name != "cursor") absl::StrAppend(&link, PercentEncode(name), "=", PercentEncode(value), "&");
  }
  absl::StrAppend(&link, "cursor=", PercentEncode(next_cursor), ">; rel=\"next\"");
  response.SetHeader("Link", std::move(link));
  return response;
}

}  // namespace seaworthy
