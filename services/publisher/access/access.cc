#include "services/publisher/access/access.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

constexpr char kFormType[] = "application/x-www-form-urlencoded";

// `localhost`, `127.0.0.1` or `[::1]`, with or without a port.
bool IsLoopbackHost(absl::string_view host) {
  for (const absl::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    if (host == name) return true;
    if (absl::StartsWith(host, name) && host[name.size()] == ':') return true;
  }
  return false;
}

// Who may call a route of the desk.
std::vector<absl::string_view> RolesOf(Access access) {
  if (access == Access::kDeskOperator) return {"operator", "admin"};
  if (access == Access::kDeskEditor) return {"editor", "admin"};
  if (access == Access::kDeskAdmin) return {"admin"};
  return {"operator", "editor", "admin"};
}

bool MayCall(Access access, Role role) {
  const std::string_view name = RoleName(role);
  for (const absl::string_view allowed : RolesOf(access)) {
    if (allowed == absl::string_view(name.data(), name.size())) return true;
  }
  return false;
}

HttpResponse Unauthorized(const std::string& message) {
  HttpResponse response = JsonError(401, "unauthenticated", message);
  response.SetHeader("WWW-Authenticate", "Bearer realm=\"seaworthy\"");
  return response;
}

}  // namespace

bool AccessGate::IsHttps() const { return absl::StartsWithIgnoreCase(options_.public_url, "https://"); }

std::string AccessGate::CookieName() const { return IsHttps() ? "__Host-seaworthy" : "seaworthy"; }

std::string AccessGate::SetCookie(const std::string& session_token) const {
  return absl::StrCat(CookieName(), "=", session_token, "; Path=/; HttpOnly; SameSite=Strict",
                      IsHttps() ? "; Secure" : "", session_token.empty() ? "; Max-Age=0" : "");
}

bool AccessGate::FromOurPages(const HttpRequest& request) const {
  const auto site = request.Header("Sec-Fetch-Site");
  if (site.has_value() && *site != "same-origin") return false;
  const auto origin = request.Header("Origin");
  if (!origin.has_value()) return site.has_value();
  const std::string said = absl::AsciiStrToLower(*origin);
  if (!options_.public_url.empty() && said == OriginOf(options_.public_url)) return true;
  // The same machine under another of its names; never another host's name.
  const std::string host = absl::AsciiStrToLower(request.Header("Host").value_or(""));
  return !IsHttps() && IsLoopbackHost(host) && said == absl::StrCat("http://", host);
}

std::optional<HttpResponse> AccessGate::CheckApi(const Route& route, Call& call) const {
  const auto header = call.request.Header("Authorization");
  if (!header.has_value()) {
    if (route.access == Access::kApiReader) return std::nullopt;
    return Unauthorized("this call needs `Authorization: Bearer TOKEN`; the token is in DATA/api-token");
  }
  constexpr absl::string_view kScheme = "Bearer ";
  const bool bearer = absl::StartsWithIgnoreCase(*header, kScheme);
  if (!bearer || !SecretEquals(std::string(header->substr(kScheme.size())), options_.api_token)) {
    return Unauthorized("the token is not this server's; the right one is in DATA/api-token");
  }
  call.has_token = true;
  return std::nullopt;
}

std::optional<HttpResponse> AccessGate::CheckWrite(const Route& route, Call& call) const {
  if (route.method == "GET") return std::nullopt;
  if (!FromOurPages(call.request)) {
    return options_.desk_page(
        403, "That form did not come from this desk",
        "The browser names another site as its origin, or none. Open the desk at its own "
        "address and try again.");
  }
  const std::string type(call.request.Header("Content-Type").value_or(""));
  if (absl::StripAsciiWhitespace(type.substr(0, type.find(';'))) != kFormType) {
    return options_.desk_page(415, "That is no form of this desk",
                              "Forms are sent as " + std::string(kFormType) + ".");
  }
  auto form = ParseForm(call.request.body);
  if (!form.ok()) {
    return options_.desk_page(400, "That form cannot be read", std::string(form.status().message()));
  }
  call.form = *std::move(form);
  return std::nullopt;
}

std::optional<HttpResponse> AccessGate::CheckDesk(const Route& route, Call& call) const {
  const auto cookie = call.request.Cookie(CookieName());
  if (cookie.has_value() && !cookie->empty()) call.session = options_.sessions->Find(*cookie);
  if (!call.session.has_value()) {
    if (route.method == "GET") return Redirect(303, "/desk/sign-in");
    return options_.desk_page(403, "You are not signed in",
                              "The session has ended (30 minutes without a request, or 8 hours). Nothing was "
                              "changed. Sign in with a new link and do it again.");
  }
  if (!MayCall(route.access, call.session->role)) {
    return options_.desk_page(
        403, "Your account may not do this",
        absl::StrCat("It is ", absl::StrJoin(RolesOf(route.access), " or "),
                     "s' work, and you are signed in as ", std::string(RoleName(call.session->role)),
                     ". Nothing was changed. An admin gives roles out under Accounts."));
  }
  if (auto answer = CheckWrite(route, call)) return answer;
  if (route.method != "GET" && !SecretEquals(call.Form("csrf"), call.session->csrf_token)) {
    return options_.desk_page(
        403, "That form is out of date",
        "It was made for another session. Nothing was changed. Reload the page it stood "
        "on and send it again.");
  }
  return std::nullopt;
}

std::optional<HttpResponse> AccessGate::operator()(const Route& route, Call& call) const {
  switch (route.access) {
    case Access::kAnyone:
    case Access::kSigned:
      return std::nullopt;
    case Access::kApiReader:
    case Access::kApiToken:
      return CheckApi(route, call);
    case Access::kDeskSignIn:
      return CheckWrite(route, call);
    case Access::kDesk:
    case Access::kDeskOperator:
    case Access::kDeskEditor:
    case Access::kDeskAdmin:
      return CheckDesk(route, call);
  }
  return HttpResponse{.status = 403, .headers = {}, .body = ""};
}

}  // namespace seaworthy
