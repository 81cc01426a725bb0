#include "services/ingest/watch/websub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/timestamps.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);

v1::WatchHub Asked() {
  v1::WatchHub hub;
  hub.set_topic("https://acme.example/feed?a=b");
  hub.set_secret("s3");
  hub.set_awaited(true);
  return hub;
}

v1::HandleWebSubRequest Question(const std::string& topic) {
  v1::HandleWebSubRequest request;
  request.set_mode("subscribe");
  request.set_topic(topic);
  request.set_challenge("42");
  request.set_lease_seconds(1000);
  return request;
}

TEST(WebSubTest, HubAndSelfAreFoundInLinkHeaders) {
  const HubLinks links = ReadHubLinks(
      "<https://hub.example/>; rel=\"hub\", <https://acme.example/feed>; title=\"x\"; rel=\"alternate "
      "self\", "
      "<javascript:x>; rel=hub");
  EXPECT_EQ(links.hub, "https://hub.example/");
  EXPECT_EQ(links.self, "https://acme.example/feed");
  EXPECT_EQ(ReadHubLinks("<https://hub.example/; rel=hub").hub, "");
}

TEST(WebSubTest, TheFormIsEncoded) {
  EXPECT_THAT(SubscribeForm(Asked(), "https://me.example/x"),
              HasSubstr("hub.topic=https%3A%2F%2Facme.example%2Ffeed%3Fa%3Db&"));
}

TEST(WebSubTest, OnlyTheRightSignatureIsTaken) {
  // RFC 4231, test case 2.
  const std::string right = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  EXPECT_TRUE(SignatureIsRight("Jefe", right, "what do ya want for nothing?"));
  EXPECT_FALSE(SignatureIsRight("Jefe", right, "what do ya want for something?"));
  EXPECT_FALSE(SignatureIsRight("jefe", right, "what do ya want for nothing?"));
  EXPECT_FALSE(SignatureIsRight("", right, "what do ya want for nothing?"));
  EXPECT_FALSE(SignatureIsRight("Jefe", "md5=00", "what do ya want for nothing?"));
  EXPECT_FALSE(SignatureIsRight("Jefe", "", "what do ya want for nothing?"));
}

TEST(WebSubTest, TheHubsQuestionStartsTheLease) {
  v1::WatchHub hub = Asked();
  const auto answer = AnswerHub(Question(hub.topic()), kNow, &hub);
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.body(), "42");
  EXPECT_TRUE(hub.verified());
  EXPECT_EQ(TimeOf(hub.lease_end()), kNow + absl::Seconds(1000));
  EXPECT_LT(TimeOf(hub.next_try_time()), TimeOf(hub.lease_end()));
}

TEST(WebSubTest, WhatWasNotAskedForIsNotConfirmed) {
  v1::WatchHub hub = Asked();
  EXPECT_EQ(AnswerHub(Question("https://evil.example/"), kNow, &hub).status(), 404);
  hub.set_awaited(false);
  EXPECT_EQ(AnswerHub(Question(hub.topic()), kNow, &hub).status(), 404);
  v1::HandleWebSubRequest leave = Question(hub.topic());
  leave.set_mode("unsubscribe");
  EXPECT_EQ(AnswerHub(leave, kNow, &hub).status(), 404);
  EXPECT_FALSE(hub.verified());
}

TEST(WebSubTest, OnlyAddressesOthersReachAreGivenToHubs) {
  EXPECT_TRUE(IsReachable("https://reviews.example"));
  for (const char* url : {"", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:80"}) {
    EXPECT_FALSE(IsReachable(url)) << url;
  }
}

}  // namespace
}  // namespace seaworthy
