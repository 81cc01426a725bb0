// Tokens, scopes, limits, pages and errors of the API, over real HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/publisher/testing/publisher_fixture.h"
#include "services/publisher/tokens/api_tokens.h"
#include "services/publisher/web_app.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ApiRightsTest : public PublisherFixture {
 protected:
  std::string Make(const std::string& name, const std::vector<std::string>& scopes,
                   absl::Duration life = absl::Hours(1)) {
    return service_->tokens().Add(name, *ScopeSet::Parse(scopes), life, {"command", ""})->secret;
  }
  HttpResponse Call(const std::string& method, const std::string& path, const std::string& token,
                    const std::string& body = "") {
    HttpHeaders headers;
    if (!token.empty()) headers.emplace_back("Authorization", absl::StrCat("Bearer ", token));
    return SendHttp(service_->port(), {method, "/api/v1" + path, std::move(headers), body});
  }
  std::string Code(const HttpResponse& response) { return json::parse(response.body)["code"]; }
  // The API's routes; their handlers are gone.
  std::vector<Route> Routes() {
    const auto store = *PeopleStore::OpenInMemory();
    PublisherService::Options options = options_;
    options.people = store.get();
    WebApp app(options, *WebApp::ReadFiles("web"), *People::Open(store.get(), &clock_), [] { return ""; });
    std::vector<Route> routes = app.routes();
    routes.erase(std::remove_if(routes.begin(), routes.end(),
                                [](const Route& r) { return !absl::StartsWith(r.pattern, "/api/v1/"); }),
                 routes.end());
    return routes;
  }
  static std::string PathOf(const Route& route) {
    return absl::StrReplaceAll(route.pattern.substr(7), {{"{id}", "gannet"}, {"{source}", "acme"}});
  }
};

TEST_F(ApiRightsTest, EveryRouteAsksForItsScopeAndNoOther) {
  std::map<Scope, std::string> tokens;
  for (const Scope scope : kScopes) {
    tokens[scope] = Make("t-" + std::string(ScopeName(scope)), {std::string(ScopeName(scope))});
  }
  int checked = 0;
  for (const Route& route : Routes()) {
    if (route.access != Access::kApiToken) continue;
    for (const auto& [scope, token] : tokens) {
      const HttpResponse response = Call(route.method, PathOf(route), token);
      const std::string what =
          absl::StrCat(route.method, " ", route.pattern, " with ", std::string(ScopeName(scope)));
      if (scope == route.scope) {
        EXPECT_TRUE(response.status != 401 && response.status != 403) << what << " " << response.status;
      } else {
        EXPECT_EQ(response.status, 403) << what;
        EXPECT_EQ(Code(response), "insufficient_scope") << what;
      }
      ++checked;
    }
  }
  EXPECT_GE(checked, 60);
}

TEST_F(ApiRightsTest, WritesNeverAskForTheScopeThatReads) {
  for (const Route& route : Routes()) {
    if (route.access != Access::kApiToken || route.method == "GET") continue;
    EXPECT_NE(route.scope, Scope::kRead) << route.pattern;
  }
}

TEST_F(ApiRightsTest, TheOpenApiDocumentNamesEachRoutesScope) {
  std::ifstream file("web/api/openapi.json");
  const json paths = json::parse(file).at("paths");
  for (const Route& route : Routes()) {
    const json& operation = paths.at(route.pattern).at(absl::AsciiStrToLower(route.method));
    const std::string name = absl::StrCat(route.method, " ", route.pattern);
    const std::string scope(ScopeName(route.scope));
    const json needed = json::parse(absl::StrCat(R"([{"token": [")", scope, R"("]}])"));
    if (route.access == Access::kApiToken) {
      EXPECT_EQ(operation["x-scope"], scope) << name;
      EXPECT_EQ(operation["security"], needed) << name;
    } else {
      EXPECT_TRUE(operation["security"].empty() || operation["security"][0].empty()) << name;
    }
  }
}

TEST_F(ApiRightsTest, WithoutTheScopeToReadATokenSeesWhatEverybodySees) {
  Draft();
  const std::string path = absl::StrCat("/comparisons/", kAvsB);
  EXPECT_EQ(Call("GET", path, Make("in", {"ingest"})).status, 404);
  EXPECT_EQ(Call("GET", path, Make("out", {"read"})).status, 200);
  EXPECT_EQ(Call("GET", "/comparisons?state=drafted", Make("in2", {"ingest"})).status, 401);
}

TEST_F(ApiRightsTest, AnEndedOrRevokedTokenIsRefusedEverywhere) {
  const std::string token = Make("bot", {"read"}, absl::Hours(1));
  EXPECT_EQ(Call("GET", "/status", token).status, 200);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Call("GET", "/status", token).status, 401);
  const std::string other = Make("bot2", {"read"});
  EXPECT_TRUE(service_->tokens().Revoke(other.substr(3, 8), {"command", ""}).ok());
  EXPECT_EQ(Call("GET", "/tools", other).status, 401);
}

TEST_F(ApiRightsTest, WhatATokenDecidesIsRecordedUnderItsName) {
  Draft();
  const std::string body =
      json{{"decision", "approve"}, {"content_hash", aggregator_.ContentHash(kAvsB)}}.dump();
  EXPECT_EQ(
      Call("POST", absl::StrCat("/comparisons/", kAvsB, "/decisions"), Make("bot", {"decide"}), body).status,
      200);
  EXPECT_EQ(aggregator_.decisions().at(0).editor(), "api:bot");
}

TEST_F(ApiRightsTest, ErrorsAreProblems) {
  const HttpResponse response = Call("GET", "/tools/nothing", "");
  EXPECT_EQ(response.Header("Content-Type").value_or(""), "application/problem+json");
  const json problem = json::parse(response.body);
  EXPECT_EQ(problem["type"], "urn:seaworthy:problem:not_found");
  EXPECT_EQ(problem["title"], "Not Found");
  EXPECT_EQ(problem["status"], 404);
  EXPECT_EQ(problem["code"], "not_found");
  EXPECT_EQ(problem["detail"], problem["error"]["message"]);
}

TEST_F(ApiRightsTest, AnswersThatMayBeTriedAgainSayWhen) {
  aggregator_.FailWith(absl::UnavailableError("the aggregator restarts"));
  EXPECT_EQ(Call("GET", "/tools", kToken).Header("Retry-After").value_or(""), "5");
}

TEST_F(ApiRightsTest, ListsNameTheNextPage) {
  FillSampleDesk(aggregator_);
  const HttpResponse first = Call("GET", "/tools?limit=2", kToken);
  const std::string link(first.Header("Link").value_or(""));
  EXPECT_THAT(link, HasSubstr("rel=\"next\""));
  const std::string next = link.substr(1, link.find('>') - 1);
  EXPECT_THAT(next, HasSubstr("limit=2"));
  const json page = json::parse(Call("GET", next.substr(7), kToken).body);
  EXPECT_GT(page["tools"][0]["id"].get<std::string>(), json::parse(first.body)["tools"][1]["id"]);
  EXPECT_FALSE(Call("GET", "/tools", kToken).Header("Link").has_value());
}

class ApiLimitsTest : public ApiRightsTest {
 protected:
  void SetUp() override {
    options_.api_anonymous_per_minute = 3;
    options_.api_token_per_minute = 5;
    ApiRightsTest::SetUp();
  }
  int Passing(const std::string& token, const std::string& path = "/tools") {
    int passed = 0;
    for (int i = 0; i < 10; ++i) passed += Call("GET", path, token).status == 429 ? 0 : 1;
    return passed;
  }
};

TEST_F(ApiLimitsTest, CallsAreLimitedByAddressAndByToken) {
  const std::string token = Make("bot", {"read"});
  EXPECT_EQ(Passing(""), 3);
  EXPECT_EQ(Passing(token), 5);
  EXPECT_EQ(Passing(kToken), 10);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Passing("", "/openapi.json"), 3);
}

TEST_F(ApiLimitsTest, GuessingTokensIsLimitedByAddress) {
  EXPECT_EQ(Passing("sw_00000000_" + std::string(64, '0')), 3);
  EXPECT_EQ(Passing("wrong"), 0);
}

TEST_F(ApiLimitsTest, AnswersSayWhatIsLeft) {
  const HttpResponse first = Call("GET", "/tools", "");
  EXPECT_EQ(first.Header("RateLimit-Policy").value_or(""), "\"address\";q=3;w=60");
  EXPECT_EQ(first.Header("RateLimit").value_or(""), "\"address\";r=2;t=20");
  Passing("");
  const HttpResponse refused = Call("GET", "/tools", "");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Header("Retry-After").value_or(""), "20");
  EXPECT_EQ(Code(refused), "rate_limited");
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(Call("GET", "/tools", "").status, 200);
}

TEST_F(ApiLimitsTest, PagesAreNotLimited) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get("/").status, 200);
}

class ApiPublicTest : public ApiRightsTest {};

TEST_F(ApiPublicTest, ChangesAreToldFromAPlaceOn) {
  Draft();
  Publish(kAvsB);
  const json all = json::parse(Call("GET", "/changes", "").body);
  ASSERT_EQ(all["changes"].size(), 1u);
  EXPECT_EQ(all["changes"][0]["comparison"], kAvsB);
  EXPECT_EQ(all["changes"][0]["state"], "published");
  const json rest =
      json::parse(Call("GET", absl::StrCat("/changes?after=", all["next_after"].get<uint64_t>()), "").body);
  EXPECT_EQ(rest["changes"].size(), 0u);
  EXPECT_EQ(Call("GET", "/changes?after=x", "").status, 400);
}

TEST_F(ApiPublicTest, SearchFindsWhatIsPublishedOnly) {
  Draft();
  EXPECT_EQ(json::parse(Call("GET", "/search?q=gannet", "").body)["tools"].size(), 0u);
  Publish(kAvsB);
  const json found = json::parse(Call("GET", "/search?q=gannet", "").body);
  ASSERT_GE(found["tools"].size(), 1u);
  EXPECT_EQ(found["tools"][0]["id"], "gannet");
  EXPECT_EQ(Call("GET", "/search", "").status, 400);
  EXPECT_EQ(Call("GET", "/search?q=" + std::string(201, 'x'), "").status, 400);
}

TEST_F(ApiPublicTest, CorrectionsNameNoEditor) {
  Draft();
  Publish(kAvsB);
  v1::IssueCorrectionRequest request;
  request.mutable_correction()->set_note("The licence is MIT.");
  request.mutable_correction()->set_editor("ann");
  request.mutable_correction()->set_tool_id("gannet");
  ASSERT_TRUE(aggregator_.IssueCorrection(request, absl::Seconds(1)).ok());
  const HttpResponse response = Call("GET", "/corrections", "");
  EXPECT_EQ(json::parse(response.body)["corrections"][0]["note"], "The licence is MIT.");
  EXPECT_THAT(response.body, testing::Not(HasSubstr("ann\"")));
}

}  // namespace
}  // namespace seaworthy
