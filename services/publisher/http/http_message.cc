#include "services/publisher/http/http_message.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace seaworthy {
namespace {

std::optional<absl::string_view> FindHeader(const HttpHeaders& headers, absl::string_view name) {
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase(key, name)) return value;
  }
  return std::nullopt;
}

// Where nobody knows better.
constexpr char kTryAgainSeconds[] = "5";

constexpr absl::string_view kPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; connect-src "
    "'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'; frame-ancestors ";

}  // namespace

std::optional<absl::string_view> HttpRequest::Header(absl::string_view name) const {
  return FindHeader(headers, name);
}

absl::string_view HttpRequest::RawPath() const {
  return absl::string_view(target).substr(0, target.find('?'));
}

absl::string_view HttpRequest::RawQuery() const {
  const size_t mark = target.find('?');
  return mark == std::string::npos ? absl::string_view() : absl::string_view(target).substr(mark + 1);
}

std::optional<std::string> HttpRequest::Cookie(absl::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, value] : headers) {
    if (!absl::EqualsIgnoreCase(key, "Cookie")) continue;
    for (absl::string_view pair : absl::StrSplit(value, ';')) {
      pair = absl::StripAsciiWhitespace(pair);
      const size_t equals = pair.find('=');
      if (equals == absl::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found.has_value()) return std::nullopt;
      found = std::string(pair.substr(equals + 1));
    }
  }
  return found;
}

void HttpResponse::SetHeader(absl::string_view name, std::string value) {
  for (auto& [key, old] : headers) {
    if (!absl::EqualsIgnoreCase(key, name)) continue;
    old = std::move(value);
    return;
  }
  headers.emplace_back(std::string(name), std::move(value));
}

std::optional<absl::string_view> HttpResponse::Header(absl::string_view name) const {
  return FindHeader(headers, name);
}

absl::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return status < 500 ? "Error" : "Internal Server Error";
  }
}

HttpResponse HtmlResponse(int status, std::string body) {
  return {status, {{"Content-Type", "text/html; charset=utf-8"}}, std::move(body)};
}

HttpResponse JsonResponse(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

HttpResponse JsonError(int status, absl::string_view code, absl::string_view message) {
  const std::string word(code);
  const std::string detail(message);
  const nlohmann::json body = {{"type", "urn:seaworthy:problem:" + word},
                               {"title", std::string(ReasonPhrase(status))},
                               {"status", status},
                               {"detail", detail},
                               {"code", word},
                               {"error", {{"code", word}, {"message", detail}}}};
  HttpResponse response =
      JsonResponse(status, body.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  response.SetHeader("Content-Type", "application/problem+json");
  if (status == 503 || status == 504) response.SetHeader("Retry-After", kTryAgainSeconds);
  return response;
}

HttpResponse Redirect(int status, std::string location) {
  return {status, {{"Location", std::move(location)}}, ""};
}

void AddSecurityHeaders(HttpResponse& response, bool https) {
  // A handler may let our own pages frame its answer, no others.
  const bool framed = response.Header("X-Frame-Options").value_or("") == "SAMEORIGIN";
  response.SetHeader("Content-Security-Policy", std::string(kPolicy) + (framed ? "'self'" : "'none'"));
  response.SetHeader("X-Content-Type-Options", "nosniff");
  if (!framed) response.SetHeader("X-Frame-Options", "DENY");
  // Not `no-referrer`: browsers would send `Origin: null` with our own forms.
  response.SetHeader("Referrer-Policy", "same-origin");
  response.SetHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.SetHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.SetHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  if (https) response.SetHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  if (!response.Header("Cache-Control").has_value()) response.SetHeader("Cache-Control", "no-store");
}

}  // namespace seaworthy
