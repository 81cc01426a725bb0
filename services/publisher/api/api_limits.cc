#include "services/publisher/api/api_limits.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/people/throttle.h"

namespace seaworthy {
namespace {

bool IsLimited(const HttpRequest& request) {
  return absl::StartsWith(request.target, "/api/") || request.RawPath() == "/mcp";
}

int64_t SecondsUp(absl::Duration duration) {
  return absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
}

// draft-ietf-httpapi-ratelimit-headers-10.
void Say(const std::string& policy, int per_minute, const RateLimiter::Standing& standing,
         HttpResponse& response) {
  response.SetHeader("RateLimit-Policy", absl::StrCat("\"", policy, "\";q=", per_minute, ";w=60"));
  response.SetHeader("RateLimit", absl::StrCat("\"", policy, "\";r=", standing.remaining,
                                               ";t=", SecondsUp(standing.full_again)));
}

}  // namespace

HttpResponse ApiLimits::Run(const HttpRequest& request, const std::function<HttpResponse()>& handle) const {
  if (!IsLimited(request)) return handle();
  const auto caller = options_.gate->ApiCallerOf(request);
  if (caller.has_value() && caller->operators_own) return handle();
  const std::string policy = caller.has_value() ? "token" : "address";
  const int per_minute = caller.has_value() ? options_.token_per_minute : options_.anonymous_per_minute;
  if (per_minute <= 0) return handle();
  const std::string who =
      caller.has_value() ? caller->token->id : AddressBucket(options_.gate->ClientOf(request).address);
  const auto standing = limiter_.Take(absl::StrCat(policy, " ", who), per_minute);
  if (standing.allowed) {
    HttpResponse response = handle();
    Say(policy, per_minute, standing, response);
    return response;
  }
  HttpResponse refused =
      JsonError(429, "rate_limited",
                absl::StrCat("more than ", per_minute, " calls a minute by this ", policy,
                             "; wait as long as Retry-After says, or ask the operator for a token"));
  refused.SetHeader("Retry-After", absl::StrCat(SecondsUp(standing.retry_after)));
  Say(policy, per_minute, standing, refused);
  return refused;
}

}  // namespace seaworthy
