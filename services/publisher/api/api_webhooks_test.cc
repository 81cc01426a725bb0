#include "services/publisher/api/api_webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// Takes everything.
class TakingPoster : public HookPoster {
 public:
  absl::StatusOr<HookAnswer> Post(const HookPost& post) override {
    absl::MutexLock lock(&mutex_);
    bodies_.push_back(post.body);
    return HookAnswer{.status = 200, .retry_after = std::nullopt};
  }
  std::vector<std::string> WaitFor(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return bodies_.size() >= count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)));
    return bodies_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> bodies_;
};

class ApiWebhooksTest : public PublisherFixture {
 protected:
  void SetUp() override {
    options_.hook_poster = &poster_;
    PublisherFixture::SetUp();
  }
  void TearDown() override { service_ = nullptr; }
  json Body(const HttpResponse& response) { return json::parse(response.body); }
  json Add(const std::string& body = R"({"url": "https://r.example/in"})") {
    const HttpResponse response = ApiPost("/webhooks", body);
    EXPECT_EQ(response.status, 201) << response.body;
    return Body(response);
  }
  TakingPoster poster_;
};

TEST_F(ApiWebhooksTest, AWebhookIsToldWhatIsPublished) {
  Add();
  Draft();
  Publish(kAvsB);
  service_->CatchUp().IgnoreError();
  EXPECT_EQ(json::parse(poster_.WaitFor(1)[0])["data"]["comparison"], kAvsB);
}

TEST_F(ApiWebhooksTest, ItsSecretIsShownWhenItIsMadeAndNeverAgain) {
  const json made = Add();
  const std::string secret = made["secret"];
  EXPECT_THAT(secret, testing::StartsWith("whsec_"));
  const std::string id = made["id"];
  EXPECT_THAT(ApiGet("/webhooks").body, Not(HasSubstr(secret)));
  EXPECT_THAT(ApiGet("/webhooks/" + id).body, Not(HasSubstr("secret")));
  EXPECT_EQ(Body(ApiGet("/webhooks/" + id))["state"], "active");
}

TEST_F(ApiWebhooksTest, ATestSendsAPing) {
  const std::string id = Add()["id"];
  EXPECT_EQ(ApiPost("/webhooks/" + id + "/test", "").status, 200);
  EXPECT_EQ(json::parse(poster_.WaitFor(1)[0])["type"], "ping");
}

TEST_F(ApiWebhooksTest, ADeletedWebhookIsGone) {
  const std::string id = Add()["id"];
  const HttpHeaders token = {{"Authorization", absl::StrCat("Bearer ", kToken)}};
  const auto remove = [&] {
    return SendHttp(service_->port(), {"DELETE", "/api/v1/webhooks/" + id, token, ""}).status;
  };
  EXPECT_EQ(remove(), 204);
  EXPECT_EQ(remove(), 404);
  EXPECT_EQ(ApiPost("/webhooks/" + id + "/test", "").status, 404);
  EXPECT_EQ(Body(ApiGet("/webhooks"))["webhooks"].size(), 0u);
}

TEST_F(ApiWebhooksTest, WhatIsWrongIsNamed) {
  for (const char* bad :
       {"", "[]", "{}", R"({"url": 5})", R"({"url": "ftp://r.example"})",
        R"({"url": "https://r.example", "events": []})", R"({"url": "https://r.example", "events": ["all"]})",
        R"({"url": "https://r.example", "events": "comparison.published"})"}) {
    EXPECT_EQ(ApiPost("/webhooks", bad).status, 400) << bad;
  }
  for (size_t i = 0; i < HookBook::kMaxHooks; ++i) Add();
  EXPECT_EQ(ApiPost("/webhooks", R"({"url": "https://r.example"})").status, 409);
}

TEST_F(ApiWebhooksTest, ListsGoByCursor) {
  for (int i = 0; i < 3; ++i) Add();
  const json first = Body(ApiGet("/webhooks?limit=2"));
  EXPECT_EQ(first["webhooks"].size(), 2u);
  const json rest = Body(ApiGet("/webhooks?cursor=" + first["next_cursor"].get<std::string>()));
  EXPECT_EQ(rest["webhooks"].size(), 1u);
  EXPECT_EQ(rest["next_cursor"], nullptr);
}

}  // namespace
}  // namespace seaworthy
