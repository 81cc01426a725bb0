// Every route against everyone who might call it, over real HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/publisher/people/mailer.h"
#include "services/publisher/testing/publisher_fixture.h"
#include "services/publisher/tokens/api_tokens.h"
#include "services/publisher/web_app.h"

namespace seaworthy {
namespace {

using testing::AnyOf;
using testing::Eq;

// Writes anybody may ask for, beside the API's signed ones.
const std::set<std::string>& PublicWrites() {
  static const auto* const kWrites = new std::set<std::string>{"POST /vote",
                                                               "POST /api/v1/websub/{source}",
                                                               "POST /mcp",
                                                               "POST /subscribe",
                                                               "POST /subscribe/confirm/{token}",
                                                               "POST /unsubscribe/{token}",
                                                               "POST /unsubscribe/{token}/erase"};
  return *kWrites;
}

class SilentMailer : public Mailer {
 public:
  absl::Status Send(const Mail&) override { return absl::OkStatus(); }
};

class AccessMatrixTest : public PublisherFixture {
 protected:
  void SetUp() override {
    options_.mailer = &mailer_;
    PublisherFixture::SetUp();
    Draft();
    options_.people = store_.get();
    auto people = *People::Open(store_.get(), &clock_);
    tokens_ = *ApiTokens::Open({store_.get(), people->audit.get(), &clock_});
    options_.tokens = tokens_.get();
    app_ =
        std::make_unique<WebApp>(options_, *WebApp::ReadFiles("web"), std::move(people), [] { return ""; });
    for (const Route& route : app_->routes()) {
      routes_.push_back({route.method, route.pattern, route.access, 0, nullptr});
    }
  }
  // Before what it was given, which is a part of this.
  void TearDown() override { service_ = nullptr; }
  std::string PathOf(const Route& route) {
    const bool comparison =
        absl::StrContains(route.pattern, "compar") || absl::StrContains(route.pattern, "preview");
    return absl::StrReplaceAll(route.pattern,
                               {{"{id}", comparison ? kAvsB : "gannet"}, {"{source}", "acme"}});
  }
  HttpResponse Call(const Route& route, const std::string& path, HttpHeaders headers) {
    return SendHttp(service_->port(), {route.method, path, std::move(headers), ""});
  }
  // Whoever it is gets no page and changes nothing.
  void ExpectRefused(const Route& route, const HttpResponse& response, const std::string& who) {
    EXPECT_THAT(response.status, AnyOf(Eq(303), Eq(401), Eq(403), Eq(404), Eq(415)))
        << who << " " << route.method << " " << route.pattern;
    EXPECT_FALSE(response.Header("Set-Cookie").has_value());
    ExpectNothingChanged();
  }
  void ExpectNothingChanged() {
    EXPECT_EQ(aggregator_.decisions().size(), 0u);
    EXPECT_EQ(aggregator_.amendments().size(), 0u);
    EXPECT_EQ(ingest_.submitted().size(), 0u);
    EXPECT_EQ(aggregator_.identity_decisions().size() + aggregator_.corrections().size(), 0u);
    EXPECT_TRUE(tokens_->List().empty());
    EXPECT_EQ(ingest_.source_changes().size() + ingest_.sources_read().size() + ingest_.retried().size(), 0u);
  }
  bool NeedsCredentials(const Route& route) {
    return NeedsDeskSession(route.access) || route.access == Access::kApiToken;
  }
  bool IsDeskWrite(const Route& route) {
    return route.method == "POST" && (NeedsDeskSession(route.access) || route.access == Access::kDeskSignIn);
  }
  SilentMailer mailer_;
  const std::unique_ptr<PeopleStore> store_ = *PeopleStore::OpenInMemory();
  std::unique_ptr<ApiTokens> tokens_;
  std::unique_ptr<WebApp> app_;
  std::vector<Route> routes_;
};

TEST_F(AccessMatrixTest, NothingPrivateWithoutCredentials) {
  int checked = 0;
  for (const Route& route : routes_) {
    if (!NeedsCredentials(route)) continue;
    ++checked;
    ExpectRefused(route, Call(route, PathOf(route), {{"Origin", Origin()}}), "stranger");
    ExpectRefused(route, Call(route, PathOf(route), {{"Authorization", "Bearer wrong"}}), "wrong token");
    ExpectRefused(route, Call(route, PathOf(route), {{"Cookie", "seaworthy=" + std::string(64, 'a')}}),
                  "made up");
  }
  EXPECT_GE(checked, 20);
}

TEST_F(AccessMatrixTest, NothingIsTakenUnsignedWhereASignatureIsAsked) {
  int checked = 0;
  for (const Route& route : routes_) {
    if (route.access != Access::kSigned) continue;
    ++checked;
    const std::string token = absl::StrCat("Bearer ", kToken);
    EXPECT_EQ(Call(route, PathOf(route), {}).status, 401) << route.pattern;
    EXPECT_EQ(Call(route, PathOf(route), {{"Authorization", token}}).status, 401) << route.pattern;
    ExpectRefused(route, Call(route, PathOf(route) + "/", {}), "odd path");
  }
  EXPECT_EQ(checked, 1);
}

TEST_F(AccessMatrixTest, TheApiTokenOpensNoDeskAndTheCookieNoApi) {
  SignIn();
  for (const Route& route : routes_) {
    if (NeedsDeskSession(route.access)) {
      ExpectRefused(route, Call(route, PathOf(route), {{"Authorization", absl::StrCat("Bearer ", kToken)}}),
                    "token");
    }
    if (route.access == Access::kApiToken) {
      ExpectRefused(route, Call(route, PathOf(route), {{"Cookie", cookie_}, {"Origin", Origin()}}), "cookie");
    }
  }
}

TEST_F(AccessMatrixTest, NoSpellingOfAPathGetsAroundTheCheck) {
  for (const Route& route : routes_) {
    if (!NeedsCredentials(route)) continue;
    const std::string path = PathOf(route);
    for (const std::string& odd :
         {path + "/", "/" + path, path + "/.", path + "/..;/", "/x/.." + path, path + "%2f", path + "%00",
          path + "%20", absl::StrReplaceAll(path, {{"desk", "DESK"}, {"api", "Api"}}) + ".",
          absl::StrReplaceAll(path, {{"desk", "%64esk"}, {"api", "%61pi"}}), path + "//", path + ";x=1"}) {
      ExpectRefused(route, Call(route, odd, {{"Origin", Origin()}}), odd);
    }
  }
}

TEST_F(AccessMatrixTest, OtherMethodsAreRefusedOnEveryPath) {
  for (const Route& route : routes_) {
    for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
      if (method == std::string("DELETE") && absl::StartsWith(route.pattern, "/api/v1/webhooks/{id}"))
        continue;
      const int status = SendHttp(service_->port(), {method, PathOf(route), {}, ""}).status;
      EXPECT_THAT(status, AnyOf(Eq(405), Eq(404), Eq(400))) << method << " " << route.pattern;
    }
  }
}

TEST_F(AccessMatrixTest, EveryDeskWriteNeedsOurOrigin) {
  SignIn();
  int checked = 0;
  for (const Route& route : routes_) {
    if (!IsDeskWrite(route)) continue;
    ++checked;
    const std::string body = absl::StrCat("csrf=", csrf_, "&token=", LinkToken());
    const HttpHeaders form = {{"Cookie", cookie_}, {"Content-Type", "application/x-www-form-urlencoded"}};
    for (const auto& extra :
         std::vector<HttpHeaders>{{},
                                  {{"Origin", "null"}},
                                  {{"Origin", "http://evil.example"}},
                                  {{"Origin", Origin() + ".evil.example"}},
                                  {{"Origin", Origin()}, {"Sec-Fetch-Site", "cross-site"}},
                                  {{"Origin", Origin()}, {"Sec-Fetch-Site", "same-site"}},
                                  {{"Origin", "http://evil.example"}, {"Host", "evil.example"}}}) {
      HttpHeaders headers = form;
      headers.insert(headers.end(), extra.begin(), extra.end());
      const HttpResponse response = SendHttp(service_->port(), {"POST", PathOf(route), headers, body});
      EXPECT_EQ(response.status, 403) << route.pattern;
      EXPECT_FALSE(response.Header("Set-Cookie").has_value());
    }
  }
  EXPECT_GE(checked, 5);
}

TEST_F(AccessMatrixTest, EveryDeskWriteNeedsItsSessionsToken) {
  SignIn();
  const std::string other_csrf = csrf_;
  SignIn();
  const std::string own = csrf_;
  for (const Route& route : routes_) {
    if (route.method != "POST" || !NeedsDeskSession(route.access)) continue;
    for (const std::string& token : {std::string(), other_csrf, std::string(64, '0')}) {
      csrf_ = token;
      EXPECT_EQ(DeskPost(PathOf(route), "reason=x").status, 403) << route.pattern;
    }
  }
  csrf_ = own;
  EXPECT_EQ(DeskGet("/desk").status, 200);
}

TEST_F(AccessMatrixTest, EveryAnswerCarriesTheSecurityHeaders) {
  SignIn();
  for (const Route& route : routes_) {
    const HttpResponse response = Call(route, PathOf(route), {{"Cookie", cookie_}});
    EXPECT_TRUE(absl::StrContains(std::string(response.Header("Content-Security-Policy").value_or("")),
                                  "default-src 'none'"))
        << route.pattern;
    EXPECT_TRUE(response.Header("Cache-Control").has_value()) << route.pattern;
    if (NeedsDeskSession(route.access) || route.access == Access::kApiToken) {
      EXPECT_EQ(response.Header("Cache-Control").value_or(""), "no-store") << route.pattern;
    }
  }
}

// Who may call a route follows from its address. A route added at another
// place than these is named here, or the test fails.
TEST_F(AccessMatrixTest, WhoMayCallARouteFollowsFromItsAddress) {
  const std::set<std::string> before_sign_in = {"/desk/sign-in", "/desk/sign-in/mail"};
  for (const Route& route : routes_) {
    const std::string name = absl::StrCat(route.method, " ", route.pattern);
    const bool admins = absl::StartsWith(route.pattern, "/desk/accounts") ||
                        absl::StartsWith(route.pattern, "/desk/audit") ||
                        absl::StartsWith(route.pattern, "/desk/tokens") ||
                        absl::StartsWith(route.pattern, "/desk/subscribers");
    if (route.pattern == "/desk" || absl::StartsWith(route.pattern, "/desk/")) {
      EXPECT_NE(NeedsDeskSession(route.access), before_sign_in.contains(route.pattern)) << name;
      EXPECT_EQ(route.access == Access::kDeskAdmin, admins) << name;
    } else if (route.method != "GET" && route.access != Access::kApiToken &&
               route.access != Access::kSigned) {
      EXPECT_TRUE(PublicWrites().contains(name)) << name;
    }
  }
}

// Somebody and what they send with every request.
struct Caller {
  std::string name;
  HttpHeaders headers;
  std::string body;
};

class OddRequestsTest : public AccessMatrixTest {
 protected:
  HttpResponse Ask(const std::string& method, const std::string& target, const Caller& caller) {
    HttpRequest request{method, target, caller.headers, caller.body};
    request.headers.emplace_back("Host", "localhost");
    request.headers.emplace_back("Origin", "http://localhost");
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.peer = "127.0.0.1";
    return app_->Handle(request);
  }
  // Signed in with an account of that role, its CSRF token in every body.
  Caller SignedIn(const std::string& role) {
    v1::AddAccountRequest request;
    request.set_name(role.substr(0, 2) + "-account");
    request.set_role(role);
    const std::string url = app_->accounts().AddAccount(request)->url();
    const HttpResponse entered = Ask("POST", "/desk/sign-in", {"", {}, url.substr(url.find("token="))});
    const std::string cookie(entered.Header("Set-Cookie").value_or(""));
    Caller caller{role, {{"Cookie", cookie.substr(0, cookie.find(';'))}}, ""};
    const std::string page = Ask("GET", "/desk/account", caller).body;
    const size_t at = page.find("name=\"csrf\" value=\"");
    EXPECT_NE(at, std::string::npos) << page;
    caller.body = "csrf=" + page.substr(at + 19, 64) +
                  "&name=eve&role=admin&action=role&reason=x&session=others&may-read=1&days=1";
    return caller;
  }
  // What docs/accounts.md says, written down a second time.
  static bool MayCall(const Route& route, const std::string& role) {
    if (route.access == Access::kAnyone || route.access == Access::kApiReader) return true;
    if (route.access == Access::kDesk) return role != "stranger";
    if (route.access == Access::kDeskOperator) return role == "operator" || role == "admin";
    if (route.access == Access::kDeskEditor) return role == "editor" || role == "admin";
    return route.access == Access::kDeskAdmin && role == "admin";
  }
  // Whether there is something at the route's address that the method asks
  // for and the role may have: pages that all read, with forms that few send.
  bool MayUse(const Route& route, const std::string& method, const std::string& role) {
    const std::string asked = method == "HEAD" ? "GET" : method;
    for (const Route& other : routes_) {
      if (other.pattern == route.pattern && other.method == asked && MayCall(other, role)) return true;
    }
    return false;
  }
  // A page was shown or a form taken.
  static bool Succeeded(const HttpResponse& response) {
    const bool elsewhere =
        response.status == 303 && response.Header("Location").value_or("") != "/desk/sign-in";
    return response.status / 100 == 2 || elsewhere;
  }
  static std::vector<std::string> Spellings(const std::string& path) {
    const auto with = [&path](const char* from, const char* to) {
      return absl::StrReplaceAll(path, {{from, to}});
    };
    return {path,
            path + "/",
            path + "//",
            "/" + path,
            "//x" + path,
            path + "/.",
            path + "/..;/",
            "/x/.." + path,
            "/." + path,
            path + "%2f",
            path + "%00",
            path + "%20",
            path + ";x=1",
            path + "?x=1",
            path + "#x",
            path + ".html",
            path + "%3b",
            with("/", "%2f"),
            with("/", "\\"),
            with("desk", "DESK"),
            with("a", "%61"),
            with("a", "%2561"),
            with("s", "\u017f"),
            with("/", "/%2e/"),
            with("e", "\xef\xbd\x85"),
            "http://localhost" + path};
  }
  static constexpr const char* kMethods[] = {"GET",     "HEAD",  "POST",     "PUT",  "DELETE", "PATCH",
                                             "OPTIONS", "TRACE", "get",      "post", "Post",   "head",
                                             "CONNECT", "POST ", "PROPFIND", "",     "GET\t"};
};

TEST_F(OddRequestsTest, NoMethodAndNoSpellingGetsAnybodyMoreThanItsRole) {
  const std::vector<Caller> callers = {
      {"stranger", {}, "csrf=x"}, SignedIn("operator"), SignedIn("editor"), SignedIn("admin")};
  const size_t accounts = app_->accounts().ListAccounts()->accounts_size();
  int tried = 0;
  for (const Route& route : routes_) {
    if (!NeedsCredentials(route)) continue;
    for (const Caller& caller : callers) {
      for (const std::string& path : Spellings(PathOf(route))) {
        for (const char* method : kMethods) {
          if (MayUse(route, method, caller.name)) continue;
          const HttpResponse response = Ask(method, path, caller);
          ++tried;
          EXPECT_FALSE(Succeeded(response))
              << caller.name << " " << method << " " << path << " " << response.status;
        }
      }
    }
  }
  ExpectNothingChanged();
  EXPECT_EQ(app_->accounts().ListAccounts()->accounts_size(), accounts);
  EXPECT_GE(tried, 20000);
}

TEST_F(OddRequestsTest, OfAWriteOnlyItsOwnMethodAndSpellingDoesAnything) {
  const Caller admin = SignedIn("admin");
  for (const Route& route : routes_) {
    if (route.method != "POST" || !NeedsDeskSession(route.access)) continue;
    for (const std::string& path : Spellings(PathOf(route))) {
      for (const char* method : kMethods) {
        const bool own = std::string(method) == "POST";
        if (own) continue;
        Ask(method, path, admin);
      }
      if (path != PathOf(route) && path != PathOf(route) + "?x=1") {
        EXPECT_NE(Ask("POST", path, {"no token", admin.headers, ""}).status / 100, 2) << path;
      }
    }
  }
  ExpectNothingChanged();
}

TEST_F(OddRequestsTest, EveryRoleReadsItsPages) {
  for (const char* role : {"operator", "editor", "admin"}) {
    const Caller caller = SignedIn(role);
    for (const Route& route : routes_) {
      if (!NeedsDeskSession(route.access) || route.method != "GET") continue;
      const int status = Ask("GET", PathOf(route), caller).status;
      EXPECT_EQ(status == 403, !MayCall(route, role)) << role << " " << route.pattern << " " << status;
    }
  }
}

TEST_F(AccessMatrixTest, TheOpenApiDocumentHoldsExactlyTheRoutes) {
  std::ifstream file("web/api/openapi.json");
  const nlohmann::json document = nlohmann::json::parse(file);
  std::set<std::string> documented, served;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, unused] : methods.items()) {
      documented.insert(absl::StrCat(absl::AsciiStrToUpper(method), " ", path));
    }
  }
  for (const Route& route : routes_) {
    if (absl::StartsWith(route.pattern, "/api/") || route.pattern == "/mcp")
      served.insert(absl::StrCat(route.method, " ", route.pattern));
  }
  EXPECT_EQ(documented, served);
}

}  // namespace
}  // namespace seaworthy
