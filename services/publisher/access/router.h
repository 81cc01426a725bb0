// Routes as data, so that tests can enumerate them all.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/publisher/access/desk_sessions.h"
#include "services/publisher/http/http_message.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/tokens/scope.h"

namespace seaworthy {

// Who may call a route.
enum class Access {
  kAnyone,
  kApiReader,   // Anyone; with a token of the route's scope more is shown.
  kApiToken,    // A token of the route's scope: Authorization: Bearer TOKEN.
  kDeskSignIn,  // Anyone from our own pages: the sign-in form.
  // A desk session of any role; writes also the CSRF token, from our pages.
  // So for the three below, which ask for a role: docs/accounts.md.
  kDesk,
  kDeskOperator,  // Operator or admin: sources, pipeline, quarantine, dead letters.
  kDeskEditor,    // Editor or admin: decide, edit, correct.
  kDeskAdmin,     // Admin: accounts, settings, the audit log.
  kSigned,        // Whoever can sign the body; the handler checks before it reads it.
};

// Whether a desk session is needed, whatever its role.
bool NeedsDeskSession(Access access);
// `write` for POST; every role reads.
Access AccessByMethod(absl::string_view method, Access write);

// What a handler gets: the request and what was made of it.
struct Call {
  const HttpRequest& request;
  std::map<std::string, std::string> path;  // By the pattern's names.
  FormFields query;
  FormFields form;          // Desk writes only.
  bool has_token = false;   // A token with the route's scope was given.
  std::string caller = {};  // Whose token it is: `api`, `api:NAME`; empty: none.
  std::optional<DeskSession> session;

  // A query parameter, form field or path part; empty where absent.
  std::string Query(const std::string& name) const;
  std::string Form(const std::string& name) const;
  std::string Path(const std::string& name) const;
};

struct Route {
  std::string method;   // `GET` (serves HEAD too) or `POST`.
  std::string pattern;  // `/tools/{id}`: literal segments and names.
  Access access = Access::kAnyone;
  size_t max_body = 64 << 10;
  std::function<HttpResponse(const Call&)> handler;
  Scope scope = Scope::kAdmin;  // Of the API's routes.
};

// Immutable once made, so thread-safe.
class Router {
 public:
  // Lets a call pass (filling in what it learnt) or answers for the route.
  using Gate = std::function<std::optional<HttpResponse>(const Route& route, Call& call)>;
  // The answer where no route is: 400, 404, 405, 413.
  using ErrorPage = std::function<HttpResponse(const HttpRequest& request, int status, absl::string_view code,
                                               absl::string_view message)>;

  Router(std::vector<Route> routes, Gate gate, ErrorPage error_page);

  HttpResponse Handle(const HttpRequest& request) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Compiled {
    const Route* route;
    std::vector<std::string> segments;
  };
  HttpResponse Run(const Route& route, const HttpRequest& request,
                   std::map<std::string, std::string> path) const;

  std::vector<Route> routes_;
  std::vector<Compiled> compiled_;
  Gate gate_;
  ErrorPage error_page_;
};

}  // namespace seaworthy
