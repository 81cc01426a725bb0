#include "services/publisher/api/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ApiTest : public PublisherFixture {
 protected:
  json Body(const HttpResponse& response) { return json::parse(response.body); }
  std::string Code(const HttpResponse& response) { return Body(response)["error"]["code"]; }
  HttpResponse Decide(const std::string& decision, const std::string& hash, const std::string& reason = "") {
    return ApiPost(absl::StrCat("/comparisons/", kAvsB, "/decisions"),
                   json{{"decision", decision}, {"content_hash", hash}, {"reason", reason}}.dump());
  }
};

TEST_F(ApiTest, AnAnnouncementIsReceived) {
  const HttpResponse response = ApiPost("/announcements", "# Tern 1.0",
                                        {{"Content-Type", "text/markdown"},
                                         {"X-Source-Url", "https://a.example/x"},
                                         {"Idempotency-Key", "k1"}});
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(Body(response)["state"], "received");
  EXPECT_EQ(Body(response).size(), 2u);
  const v1::SubmitAnnouncementRequest sent = ingest_.submitted().at(0);
  EXPECT_EQ(sent.document(), "# Tern 1.0");
  EXPECT_EQ(sent.media_type(), "text/markdown");
  EXPECT_EQ(sent.source_url(), "https://a.example/x");
  EXPECT_EQ(sent.idempotency_key(), "k1");
}

TEST_F(ApiTest, TheSameKeyAndBodyGiveTheSameAnswerAnotherBodyConflicts) {
  const HttpHeaders key = {{"Idempotency-Key", "k1"}};
  const HttpResponse first = ApiPost("/announcements", "one", key);
  EXPECT_EQ(ApiPost("/announcements", "one", key).body, first.body);
  const HttpResponse other = ApiPost("/announcements", "two", key);
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(Code(other), "already_exists");
}

TEST_F(ApiTest, ADocumentOfUpToEightMebibytesIsLeftToIngestToRefuse) {
  EXPECT_EQ(ApiPost("/announcements", std::string(8 << 20, 'x')).status, 202);
  EXPECT_EQ(ingest_.submitted().size(), 1u);
  EXPECT_EQ(ApiPost("/announcements", std::string((8 << 20) + 1, 'x')).status, 413);
  EXPECT_EQ(ingest_.submitted().size(), 1u);
}

TEST_F(ApiTest, AnAnnouncementNotYetInTheStateIsReceived) {
  const std::string id = Body(ApiPost("/announcements", "# Tern"))["announcement_id"];
  const json body = Body(ApiGet("/announcements/" + id));
  EXPECT_EQ(body["state"], "received");
  EXPECT_EQ(body["reason"], nullptr);
  EXPECT_EQ(body["tools"], json::array());
  EXPECT_EQ(ApiGet("/announcements/ann-000000000000000000000000").status, 404);
}

TEST_F(ApiTest, ARejectedAnnouncementSaysWhy) {
  FillSampleDesk(aggregator_);
  const json body = Body(ApiGet("/announcements/ann-" + std::string(24, 'b')));
  EXPECT_EQ(body["state"], "rejected");
  EXPECT_THAT(body["reason"].get<std::string>(), HasSubstr("announces no release"));
}

TEST_F(ApiTest, AToolIsToldInFull) {
  Draft();
  const json tool = Body(ApiGet("/tools/lantern-9b"));
  EXPECT_EQ(tool["id"], "lantern-9b");
  EXPECT_EQ(tool["kind"], "model");
  EXPECT_EQ(tool["parameters_b"], json({0.9, 9.0}));
  EXPECT_EQ(tool["context_tokens"], 131072);
  EXPECT_EQ(tool["entry_price_usd"], 0);
  EXPECT_EQ(tool["panel"]["ship_percent"], 75);
  EXPECT_EQ(tool["panel"]["total"], 4);
  EXPECT_EQ(tool["verdicts"][0]["vote"], "ship");
  EXPECT_EQ(tool["verdicts"][0]["endpoint"], "offline");
  const json evidence = tool["facts"][3]["evidence"];
  EXPECT_EQ(evidence["end"].get<int>() - evidence["begin"].get<int>(),
            static_cast<int>(evidence["text"].get<std::string>().size()));
}

TEST_F(ApiTest, WhatIsUnknownIsNull) {
  aggregator_.AddTool(BareTool("breakwater", "Breakwater"));
  const json tool = Body(ApiGet("/tools/breakwater"));
  for (const char* field : {"vendor", "kind", "category", "tagline", "description", "license",
                            "context_tokens", "pricing", "entry_price_usd", "release_date"}) {
    EXPECT_TRUE(tool.contains(field) && tool[field].is_null()) << field;
  }
  for (const char* field : {"modality", "parameters_b", "formats", "links", "facts"}) {
    EXPECT_EQ(tool[field], json::array()) << field;
  }
}

TEST_F(ApiTest, WithoutATokenOnlyWhatIsPublishedShowsAsItWasApproved) {
  Draft();
  EXPECT_EQ(Get("/api/v1/tools/gannet").status, 404);
  EXPECT_EQ(Get(absl::StrCat("/api/v1/comparisons/", kAvsB)).status, 404);
  Publish(kAvsB);
  aggregator_.ChangeTool(SampleTool("gannet", "Gannet", 4));
  EXPECT_EQ(Body(Get("/api/v1/tools/gannet"))["panel"]["ship"], 1);
  EXPECT_EQ(Body(ApiGet("/tools/gannet"))["panel"]["ship"], 4);
  EXPECT_EQ(Body(Get(absl::StrCat("/api/v1/comparisons/", kAvsB)))["state"], "approved");
  EXPECT_EQ(Body(ApiGet(absl::StrCat("/comparisons/", kAvsB)))["state"], "drafted");
  EXPECT_EQ(Body(Get("/api/v1/tools"))["tools"].size(), 2u);
}

TEST_F(ApiTest, DraftsNeedTheToken) {
  const HttpResponse response = Get("/api/v1/comparisons?state=drafted");
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(Body(response)["error"]["message"].get<std::string>(), HasSubstr("Bearer"));
}

TEST_F(ApiTest, AWrongTokenIsRefusedEvenWhereNoneIsNeeded) {
  const HttpResponse response = Get("/api/v1/tools", {{"Authorization", "Bearer nonsense"}});
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(std::string(response.Header("WWW-Authenticate").value_or("")), HasSubstr("Bearer"));
}

TEST_F(ApiTest, ListsGoByCursor) {
  FillSampleDesk(aggregator_);
  for (const bool token : {true, false}) {
    std::vector<std::string> ids;
    std::string cursor;
    do {
      const std::string path = absl::StrCat("/tools?limit=2&cursor=", cursor);
      const json page = Body(token ? ApiGet(path) : Get("/api/v1" + path));
      for (const json& tool : page["tools"]) ids.push_back(tool["id"]);
      cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
    } while (!cursor.empty());
    EXPECT_EQ(ids.size(), 5u) << token;
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  }
}

TEST_F(ApiTest, LimitsAndStatesAreChecked) {
  for (const char* path : {"/tools?limit=0", "/tools?limit=x", "/tools?limit=99999",
                           "/comparisons?state=lost", "/tools?cursor=nonsense"}) {
    EXPECT_EQ(ApiGet(path).status, 400) << path;
  }
}

TEST_F(ApiTest, AComparisonIsToldInShortAndInFull) {
  Draft();
  const json brief = Body(ApiGet("/comparisons?state=drafted"))["comparisons"][0];
  EXPECT_EQ(brief["id"], kAvsB);
  EXPECT_EQ(brief["tools"], json({"gannet", "lantern-9b"}));
  const json full = Body(ApiGet("/comparisons/lantern-9b-vs-gannet"));
  EXPECT_EQ(full["tools"][0]["id"], "gannet");
  EXPECT_EQ(full["content_hash"], brief["content_hash"]);
}

TEST_F(ApiTest, APairIsMadeByHand) {
  Draft();
  aggregator_.AddTool(SampleTool("tern", "Tern", 2));
  const HttpResponse response = ApiPost("/comparisons", R"({"tools": ["tern", "gannet"]})");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(Body(response)["id"], "gannet-vs-tern");
  for (const char* bad : {"", "[]", "{}", R"({"tools": ["a"]})", R"({"tools": [1, 2]})", "{\"tools\": "}) {
    EXPECT_EQ(ApiPost("/comparisons", bad).status, 400) << bad;
  }
}

TEST_F(ApiTest, ADecisionNamesTheContentItWasTakenOn) {
  Draft();
  const std::string hash = aggregator_.ContentHash(kAvsB);
  EXPECT_EQ(Decide("approve", std::string(64, '0')).status, 409);
  EXPECT_EQ(Decide("approve", "").status, 400);
  EXPECT_EQ(Decide("bless", hash).status, 400);
  const HttpResponse response = Decide("approve", hash);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Body(response)["state"], "approved");
  EXPECT_EQ(aggregator_.decisions().at(0).editor(), "api");
}

TEST_F(ApiTest, StatusTellsCountsQueuesEndpointsAndVersion) {
  Draft();
  const json status = Body(ApiGet("/status"));
  EXPECT_EQ(status["counts"]["comparisons.drafted"], 1);
  EXPECT_EQ(status["queues"][0]["name"], "reviewer");
  EXPECT_EQ(status["endpoints"][0]["name"], "offline");
  EXPECT_EQ(status["log_first_sequence"], 1);
  EXPECT_EQ(status["log_retention_days"], 0);
  EXPECT_EQ(status["leading"], false);
  EXPECT_EQ(status["leader"], nullptr);
  EXPECT_FALSE(status["version"].get<std::string>().empty());
  EXPECT_FALSE(Body(Get("/api/v1/status")).contains("counts"));
}

TEST_F(ApiTest, StatusTellsStatesOfEndpointsAndLanes) {
  reviewer_.SetStatus(StuckPanel("no key"));
  const json status = Body(ApiGet("/status"));
  EXPECT_EQ(status["endpoints_state"][0]["state"], "open");
  EXPECT_EQ(status["endpoints_state"][0]["until"], "2025-11-19T09:46:00Z");
  EXPECT_EQ(status["endpoints_state"][0]["outcomes"], json({{"ok", 7}, {"rate_limited", 3}}));
  EXPECT_EQ(status["endpoints_state"][0]["cost_today_micro_usd"], 124'600);
  EXPECT_EQ(status["endpoints_state"][1]["until"], nullptr);
  EXPECT_EQ(
      status["lanes"][0],
      json({{"persona", "dx"}, {"open", false}, {"reason", "no key"}, {"until", "2025-11-19T09:46:00Z"}}));
  EXPECT_EQ(status["lanes"][1]["open"], true);
  EXPECT_FALSE(Body(Get("/api/v1/status")).contains("lanes"));
}

TEST_F(ApiTest, StatusTellsWhoSpentWhatToday) {
  FillSampleDesk(aggregator_);
  const json status = Body(ApiGet("/status"));
  ASSERT_EQ(status["spent_today_by"].size(), 1u);
  EXPECT_EQ(status["spent_today_by"][0]["persona"], "dx");
  EXPECT_EQ(status["spent_today_by"][0]["spend"]["cost_micro_usd"], 38'000);
  EXPECT_GT(status["spent_by"].size(), 1u);
}

TEST_F(ApiTest, StatusSaysNullWhereTheReviewerIsSilent) {
  reviewer_.SetStatus(absl::UnavailableError("away"));
  const json status = Body(ApiGet("/status"));
  EXPECT_EQ(status["endpoints_state"], nullptr);
  EXPECT_EQ(status["lanes"], nullptr);
  EXPECT_EQ(status["status"], "ok");
}

TEST_F(ApiTest, ADeskLinkFromTheApiSignsIn) {
  const HttpResponse made = ApiPost("/desk-links", "");
  EXPECT_EQ(made.status, 201);
  const std::string url = Body(made)["url"];
  EXPECT_EQ(DeskPost("/desk/sign-in", url.substr(url.find("token="))).status, 303);
}

TEST_F(ApiTest, FailuresInsideAreNotTold) {
  aggregator_.FailWith(absl::InternalError("/var/lib/secret"));
  const HttpResponse response = ApiGet("/tools");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::Not(HasSubstr("secret")));
  aggregator_.FailWith(absl::UnavailableError("the aggregator restarts"));
  EXPECT_EQ(ApiGet("/tools").status, 503);
}

TEST_F(ApiTest, AnUnknownAddressIsAJsonError) {
  EXPECT_EQ(Code(Get("/api/v1/nothing")), "not_found");
  EXPECT_EQ(Code(SendHttp(service_->port(), {"DELETE", "/api/v1/tools", {}, ""})), "method_not_allowed");
}

}  // namespace
}  // namespace seaworthy
