#include "services/publisher/access/access.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxProxyName = 24;
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

HttpResponse OutOfScope(Scope scope) {
  const std::string name(ScopeName(scope));
  HttpResponse response =
      JsonError(403, "insufficient_scope",
                absl::StrCat("the token has not the scope `", name,
                             "`; make one that has it with `seaworthy token add NAME --scope ", name, "`"));
  response.SetHeader(
      "WWW-Authenticate",
      absl::StrCat("Bearer realm=\"seaworthy\", error=\"insufficient_scope\", scope=\"", name, "\""));
  return response;
}

}  // namespace

bool AccessGate::IsHttps() const { return absl::StartsWithIgnoreCase(options_.public_url, "https://"); }

std::string AccessGate::CookieName() const { return IsHttps() ? "__Host-seaworthy" : "seaworthy"; }

std::string AccessGate::SetCookie(const std::string& session_token) const {
  return absl::StrCat(CookieName(), "=", session_token, "; Path=/; HttpOnly; SameSite=Strict",
                      IsHttps() ? "; Secure" : "", session_token.empty() ? "; Max-Age=0" : "");
}

std::string AccessGate::DeviceCookieName() const { return CookieName() + "-device"; }

void AccessGate::SetCookies(const DeskSessions::SignedIn& made, HttpResponse& response) const {
  response.headers.emplace_back("Set-Cookie", SetCookie(made.session));
  response.headers.emplace_back(
      "Set-Cookie", absl::StrCat(DeviceCookieName(), "=", made.device, "; Path=/; HttpOnly; SameSite=Strict",
                                 IsHttps() ? "; Secure" : "",
                                 "; Max-Age=", absl::ToInt64Seconds(DeskSessions::kDeviceLife)));
}

SignInClient AccessGate::ClientOf(const HttpRequest& request) const {
  return {.address = options_.proxy.AddressOf(request),
          .agent = std::string(request.Header("User-Agent").value_or("")),
          .device = request.Cookie(DeviceCookieName()).value_or("")};
}

std::optional<DeskSession> AccessGate::SessionOf(const HttpRequest& request) const {
  const auto cookie = request.Cookie(CookieName());
  if (!cookie.has_value() || cookie->empty()) return std::nullopt;
  auto session = options_.sessions->Find(*cookie);
  if (!session.has_value() || session->how != "proxy") return session;
  if (options_.proxy.MailOf(request) == session->mail) return session;
  options_.sessions->SignOut(*cookie, ClientOf(request).address).IgnoreError();
  return std::nullopt;
}

absl::StatusOr<Account> AccessGate::ProxyAccount(const std::string& mail, const std::string& address) const {
  auto account = options_.people->accounts->FindByMail(mail);
  if (account.ok() && account->disabled) return absl::NotFoundError("disabled");
  if (!absl::IsNotFound(account.status()) || !options_.proxy.role().has_value()) return account;
  Account added;
  added.mail = mail;
  added.role = *options_.proxy.role();
  // Of the address' first part; where that is taken, with a piece of its hash.
  std::string name = "u-";
  for (const char c : mail.substr(0, std::min<size_t>(mail.find('@'), kMaxProxyName))) {
    name.push_back(absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '-');
  }
  added.name =
      name.size() > 2 && absl::ascii_isalpha(static_cast<unsigned char>(name[2])) ? name.substr(2) : name;
  absl::Status made = options_.people->accounts->Add(added, {"proxy", address});
  if (!made.ok()) {
    added.name = absl::StrCat(added.name, "-", Sha256Hex(mail).substr(0, 8));
    made = options_.people->accounts->Add(added, {"proxy", address});
  }
  if (!made.ok()) return made;
  return options_.people->accounts->FindByMail(mail);
}

std::optional<HttpResponse> AccessGate::SignInByProxy(const Route& route, const HttpRequest& request) const {
  const std::string mail = options_.proxy.MailOf(request);
  if (route.method != "GET" || mail.empty()) return std::nullopt;
  const SignInClient client = ClientOf(request);
  const auto account = ProxyAccount(mail, client.address);
  if (!account.ok()) {
    options_.people->audit->Append({"", "sign-in", "", "refused", "proxy", client.address}).IgnoreError();
    return options_.desk_page(
        403, "You have no account here",
        "Your organisation's sign-in names an address that no account of this desk has, "
        "or whose account is disabled. Ask an admin of the desk.");
  }
  // Who signs in by the proxy has shown who it is: passwords count anew.
  options_.people->throttle->Forget(account->name);
  PeopleBatch more;
  options_.people->throttle->Keep(account->name, more);
  const auto made = options_.sessions->Begin(
      {.account = account->name, .how = "proxy", .mail = mail, .replaced = ""}, client, std::move(more));
  if (!made.ok()) {
    return options_.desk_page(503, "Nobody can sign in just now", "The server's log says why. Try again.");
  }
  HttpResponse response = Redirect(303, request.target);
  SetCookies(*made, response);
  return response;
}

std::optional<HttpResponse> AccessGate::CheckRole(const Route& route, const Call& call) const {
  if (MayCall(route.access, call.session->role)) return std::nullopt;
  if (route.method != "GET") {
    options_.people->audit
        ->Append({call.session->editor, absl::StrCat(route.method, " ", route.pattern),
                  std::string(call.request.RawPath()), "refused", "role", ClientOf(call.request).address})
        .IgnoreError();
  }
  return options_.desk_page(
      403, "Your account may not do this",
      absl::StrCat("It is ", absl::StrJoin(RolesOf(route.access), " or "),
                   "s' work, and you are signed in as ", std::string(RoleName(call.session->role)),
                   ". Nothing was changed. An admin gives roles out under Accounts."));
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

std::string AccessGate::ApiCaller::Name() const {
  return operators_own ? "api" : absl::StrCat("api:", token.has_value() ? token->name : "");
}

std::optional<AccessGate::ApiCaller> AccessGate::ApiCallerOf(const HttpRequest& request) const {
  constexpr absl::string_view kScheme = "Bearer ";
  const absl::string_view header = request.Header("Authorization").value_or("");
  if (!absl::StartsWithIgnoreCase(header, kScheme)) return std::nullopt;
  const std::string secret(header.substr(kScheme.size()));
  if (SecretEquals(secret, options_.api_token)) return ApiCaller{.operators_own = true, .token = {}};
  if (options_.tokens == nullptr) return std::nullopt;
  auto token = options_.tokens->Find(secret);
  if (!token.has_value()) return std::nullopt;
  return ApiCaller{.operators_own = false, .token = std::move(token)};
}

std::optional<HttpResponse> AccessGate::CheckApi(const Route& route, Call& call) const {
  if (!call.request.Header("Authorization").has_value()) {
    if (route.access == Access::kApiReader) return std::nullopt;
    return Unauthorized(
        absl::StrCat("this call needs `Authorization: Bearer TOKEN`, a token with the scope `",
                     std::string(ScopeName(route.scope)), "`; the operator's is in DATA/api-token"));
  }
  const auto caller = ApiCallerOf(call.request);
  if (!caller.has_value()) {
    return Unauthorized(
        "the token is not this server's, or it has ended or was revoked; the operator's is in "
        "DATA/api-token, "
        "others are made with `seaworthy token add`");
  }
  call.caller = caller->Name();
  call.has_token = caller->Has(route.scope);
  if (call.has_token || route.access == Access::kApiReader) return std::nullopt;
  return OutOfScope(route.scope);
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
  if (options_.proxy.Forged(call.request)) {
    return options_.desk_page(403, "That is no request of the sign-in proxy",
                              "It carries the header that only the proxy in front of this server may send.");
  }
  call.session = SessionOf(call.request);
  if (!call.session.has_value()) {
    if (auto answer = SignInByProxy(route, call.request)) return answer;
  }
  if (!call.session.has_value()) {
    if (route.method == "GET") return Redirect(303, "/desk/sign-in");
    return options_.desk_page(403, "You are not signed in",
                              "The session has ended (30 minutes without a request, or 8 hours). Nothing was "
                              "changed. Sign in with a new link and do it again.");
  }
  if (auto answer = CheckRole(route, call)) return answer;
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
