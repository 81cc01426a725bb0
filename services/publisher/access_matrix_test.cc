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
#include "services/publisher/testing/publisher_fixture.h"
#include "services/publisher/web_app.h"

namespace seaworthy {
namespace {

using testing::AnyOf;
using testing::Eq;

class AccessMatrixTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    Draft();
    const auto store = *PeopleStore::OpenInMemory();
    WebApp app(options_, *WebApp::ReadFiles("web"), *People::Open(store.get(), &clock_), [] { return ""; });
    for (const Route& route : app.routes()) {
      routes_.push_back({route.method, route.pattern, route.access, 0, nullptr});
    }
  }
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
    EXPECT_EQ(aggregator_.decisions().size(), 0u);
    EXPECT_EQ(aggregator_.amendments().size(), 0u);
    EXPECT_EQ(ingest_.submitted().size(), 0u);
    EXPECT_EQ(aggregator_.identity_decisions().size() + aggregator_.corrections().size(), 0u);
    EXPECT_EQ(ingest_.source_changes().size() + ingest_.sources_read().size() + ingest_.retried().size(), 0u);
  }
  bool NeedsCredentials(const Route& route) {
    return NeedsDeskSession(route.access) || route.access == Access::kApiToken;
  }
  bool IsDeskWrite(const Route& route) {
    return route.method == "POST" && (NeedsDeskSession(route.access) || route.access == Access::kDeskSignIn);
  }
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

TEST_F(AccessMatrixTest, TheOpenApiDocumentHoldsExactlyTheRoutes) {
  std::ifstream file("web/api/openapi.json");
  const nlohmann::json document = nlohmann::json::parse(file);
  std::set<std::string> documented, served;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, unused] : methods.items()) {
      documented.insert(absl::StrCat(absl::AsciiStrToUpper(method), " /api/v1", path));
    }
  }
  for (const Route& route : routes_) {
    if (absl::StartsWith(route.pattern, "/api/"))
      served.insert(absl::StrCat(route.method, " ", route.pattern));
  }
  EXPECT_EQ(documented, served);
}

}  // namespace
}  // namespace seaworthy
