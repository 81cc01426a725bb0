// Who may call which route: API token, desk session, CSRF token, origin.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "services/publisher/access/desk_sessions.h"
#include "services/publisher/access/proxy.h"
#include "services/publisher/access/router.h"
#include "services/publisher/people/people.h"
#include "services/publisher/tokens/api_tokens.h"

namespace seaworthy {

// Thread-safe.
class AccessGate {
 public:
  struct Options {
    DeskSessions* sessions = nullptr;  // Not owned.
    People* people = nullptr;          // Not owned.
    TrustedProxy proxy;
    std::string api_token;        // The operator's, of all scopes. Not empty.
    ApiTokens* tokens = nullptr;  // All others. Not owned; may be null.
    std::string public_url;       // May be empty.
    // A desk page that says what is wrong.
    std::function<HttpResponse(int status, const std::string& title, const std::string& message)> desk_page;
  };
  explicit AccessGate(Options options) : options_(std::move(options)) {}

  // Nothing where the call may pass, its session and form filled in.
  std::optional<HttpResponse> operator()(const Route& route, Call& call) const;

  // The session cookie's name: with `__Host-` where the site is https.
  std::string CookieName() const;
  // A Set-Cookie value; an empty token clears the cookie.
  std::string SetCookie(const std::string& session_token) const;
  // The same for the cookie by which a browser is known again.
  std::string DeviceCookieName() const;
  // Adds both cookies to an answer.
  void SetCookies(const DeskSessions::SignedIn& made, HttpResponse& response) const;
  // By what right a request calls the API.
  struct ApiCaller {
    bool operators_own = false;     // The token of the data folder.
    std::optional<ApiToken> token;  // Any other.
    bool Has(Scope scope) const { return operators_own || (token.has_value() && token->scopes.Has(scope)); }
    std::string Name() const;  // `api`, `api:NAME`.
  };
  // Nothing where the request names no token, or a wrong one.
  std::optional<ApiCaller> ApiCallerOf(const HttpRequest& request) const;
  // Where the request comes from.
  SignInClient ClientOf(const HttpRequest& request) const;
  // Whether one of our own pages sent the request, by what the browser says.
  bool FromOurPages(const HttpRequest& request) const;

 private:
  bool IsHttps() const;
  std::optional<HttpResponse> CheckApi(const Route& route, Call& call) const;
  std::optional<HttpResponse> CheckWrite(const Route& route, Call& call) const;
  // The session of the cookie, unless the proxy names somebody else now.
  std::optional<DeskSession> SessionOf(const HttpRequest& request) const;
  // Signs in whom the proxy names.
  std::optional<HttpResponse> SignInByProxy(const Route& route, const HttpRequest& request) const;
  absl::StatusOr<Account> ProxyAccount(const std::string& mail, const std::string& address) const;
  std::optional<HttpResponse> CheckRole(const Route& route, const Call& call) const;
  std::optional<HttpResponse> CheckDesk(const Route& route, Call& call) const;

  const Options options_;
};

}  // namespace seaworthy
