#include "services/publisher/api/hooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/bounded_json.h"
#include "common/hash.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kSecret[] = "first-secret-0123456789";
constexpr char kNewSecret[] = "second-secret-0123456789";

json ReleaseEvent(const std::string& action, const std::string& name, const std::string& body) {
  return {{"action", action},
          {"release",
           {{"id", 4711},
            {"name", name},
            {"tag_name", "v1.2.0"},
            {"body", body},
            {"draft", false},
            {"published_at", "2026-11-20T09:14:00Z"},
            {"html_url", "https://github.com/acme/tern/releases/tag/v1.2.0"}}},
          {"repository", {{"name", "tern"}, {"html_url", "https://github.com/acme/tern"}}}};
}

class HooksTest : public PublisherFixture {
 protected:
  void SetUp() override {
    options_.hooks = {Hook{"acme", Hook::Signature::kGitHub, {kSecret, kNewSecret}, v1::VENDOR},
                      Hook{"feedly", Hook::Signature::kGeneric, {kSecret}, v1::RUMOUR}};
    PublisherFixture::SetUp();
  }
  HttpResponse Post(const std::string& source, const std::string& body, HttpHeaders headers) {
    return SendHttp(service_->port(), {"POST", "/api/v1/hooks/" + source, std::move(headers), body});
  }
  HttpResponse GitHub(const std::string& event, const std::string& body,
                      const std::string& secret = kSecret) {
    return Post("acme", body,
                {{"X-GitHub-Event", event},
                 {"X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"},
                 {"Content-Type", "application/json"},
                 {"X-Hub-Signature-256", "sha256=" + ToHex(HmacSha256(secret, body))}});
  }
  HttpResponse Generic(const std::string& body, const std::string& type, const std::string& id = "msg_1",
                       absl::Duration age = absl::ZeroDuration()) {
    const std::string time = absl::StrCat(absl::ToUnixSeconds(clock_.Now() - age));
    const std::string mac = HmacSha256(kSecret, absl::StrCat(id, ".", time, ".", body));
    return Post("feedly", body,
                {{"webhook-id", id},
                 {"webhook-timestamp", time},
                 {"Content-Type", type},
                 {"webhook-signature", "v1,AAAA v1," + absl::Base64Escape(mac)}});
  }
  v1::SubmitAnnouncementRequest Sent(size_t index = 0) { return ingest_.submitted().at(index); }
  static std::string Message(const HttpResponse& response) {
    return json::parse(response.body)["error"]["message"];
  }
};

TEST_F(HooksTest, AGitHubReleaseIsSubmittedAsADocument) {
  const auto response = GitHub("release", ReleaseEvent("published", "v1.2.0", "Faster **joins**.").dump());
  EXPECT_EQ(response.status, 202) << response.body;
  const auto sent = Sent();
  EXPECT_THAT(sent.document(), StartsWith("# tern v1.2.0\n"));
  EXPECT_THAT(sent.document(), HasSubstr("Faster **joins**."));
  EXPECT_THAT(sent.document(), HasSubstr("2026-11-20"));
  EXPECT_EQ(sent.media_type(), "text/markdown");
  EXPECT_EQ(sent.source_url(), "https://github.com/acme/tern/releases/tag/v1.2.0");
  EXPECT_EQ(sent.source_id(), "acme");
  EXPECT_EQ(sent.entry_key(), "4711");
  EXPECT_EQ(sent.tier(), v1::VENDOR);
}

TEST_F(HooksTest, PublishedReleasedAndRedeliveredGiveTheSameDocument) {
  const auto first = GitHub("release", ReleaseEvent("published", "Tern", "x").dump());
  const auto again = GitHub("release", ReleaseEvent("released", "Tern", "x").dump());
  EXPECT_EQ(Sent(0).SerializeAsString(), Sent(1).SerializeAsString());
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json::parse(again.body)["state"], "repeated");
  EXPECT_EQ(json::parse(first.body)["announcement_id"], json::parse(again.body)["announcement_id"]);
}

TEST_F(HooksTest, AnEditedReleaseIsANewStateOfItsEntry) {
  GitHub("release", ReleaseEvent("published", "Tern", "x").dump());
  EXPECT_EQ(GitHub("release", ReleaseEvent("edited", "Tern", "y").dump()).status, 202);
  EXPECT_EQ(Sent(0).entry_key(), Sent(1).entry_key());
  EXPECT_NE(Sent(0).document(), Sent(1).document());
}

TEST_F(HooksTest, TitlesNameTheRepository) {
  GitHub("release", ReleaseEvent("published", "Tern 1.2", "a").dump());
  GitHub("release", ReleaseEvent("published", "", "b").dump());
  GitHub("release", ReleaseEvent("published", "Faster\n# joins", "c").dump());
  EXPECT_THAT(Sent(0).document(), StartsWith("# Tern 1.2\n"));
  EXPECT_THAT(Sent(1).document(), StartsWith("# tern v1.2.0\n"));
  EXPECT_THAT(Sent(2).document(), StartsWith("# tern v1.2.0: Faster # joins\n"));
}

TEST_F(HooksTest, OtherEventsAndActionsAreIgnored) {
  EXPECT_EQ(GitHub("ping", "{}").status, 200);
  for (const auto& [event, action] : {std::pair{"push", "x"}, {"release", "deleted"}, {"", "published"}}) {
    const auto response = GitHub(event, ReleaseEvent(action, "Tern", "x").dump());
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(json::parse(response.body)["state"], "ignored");
  }
  json draft = ReleaseEvent("edited", "Tern", "x");
  draft["release"]["draft"] = true;
  EXPECT_EQ(json::parse(GitHub("release", draft.dump()).body)["state"], "ignored");
  EXPECT_EQ(ingest_.submitted().size(), 0u);
}

TEST_F(HooksTest, BothSecretsAreGoodWhileOneIsReplaced) {
  const std::string body = ReleaseEvent("published", "Tern", "x").dump();
  EXPECT_EQ(GitHub("release", body, kSecret).status, 202);
  EXPECT_EQ(GitHub("release", body, kNewSecret).status, 200);
  EXPECT_EQ(GitHub("release", body, "third-secret-0123456789").status, 401);
}

TEST_F(HooksTest, UnknownSourcesAndWrongSignaturesAreOneAnswer) {
  const HttpHeaders signed_by_nobody = {{"X-Hub-Signature-256", "sha256=" + std::string(64, '0')}};
  const auto unknown = Post("nobody", "{}", signed_by_nobody);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_THAT(Message(unknown), HasSubstr("check the address"));
  for (const char* source : {"acme", "feedly"}) {
    EXPECT_EQ(Post(source, "{}", signed_by_nobody).body, unknown.body);
    EXPECT_EQ(Post(source, "{}", {}).body, unknown.body);
  }
  EXPECT_EQ(ingest_.submitted().size(), 0u);
}

TEST_F(HooksTest, AChangedBodyOrIdOrTimeHasNoSignature) {
  const std::string time = absl::StrCat(absl::ToUnixSeconds(clock_.Now()));
  const std::string good = absl::Base64Escape(HmacSha256(kSecret, absl::StrCat("m1.", time, ".body")));
  const auto send = [&](const std::string& id, const std::string& at, const std::string& body,
                        const std::string& version) {
    return Post("feedly", body,
                {{"webhook-id", id}, {"webhook-timestamp", at}, {"webhook-signature", version + good}})
        .status;
  };
  EXPECT_EQ(send("m1", time, "body", "v1,"), 202);
  EXPECT_EQ(send("m2", time, "body", "v1,"), 401);
  EXPECT_EQ(send("m1", time + "0", "body", "v1,"), 401);
  EXPECT_EQ(send("m1", time, "Body", "v1,"), 401);
  EXPECT_EQ(send("m1", time, "body", "v1a,"), 401);
}

TEST_F(HooksTest, AGenericDocumentIsSubmittedUnderItsMessageId) {
  EXPECT_EQ(Generic("# Tern 1.0", "text/markdown").status, 202);
  EXPECT_EQ(Sent().document(), "# Tern 1.0");
  EXPECT_EQ(Sent().media_type(), "text/markdown");
  EXPECT_EQ(Sent().entry_key(), "msg_1");
  EXPECT_EQ(Sent().source_id(), "feedly");
  EXPECT_EQ(Sent().tier(), v1::RUMOUR);
  EXPECT_EQ(Generic("# Tern 1.0", "text/markdown").status, 200);
}

TEST_F(HooksTest, TheJsonFormSaysWhereTheDocumentIsFrom) {
  const json body = {{"document", "Now with joins."},
                     {"media_type", "text/markdown"},
                     {"source_url", "https://acme.example/tern"},
                     {"entry_key", "tern-1"},
                     {"title", "Tern 1.0"}};
  EXPECT_EQ(Generic(body.dump(), "application/json; charset=utf-8").status, 202);
  EXPECT_EQ(Sent().document(), "# Tern 1.0\n\nNow with joins.");
  EXPECT_EQ(Sent().source_url(), "https://acme.example/tern");
  EXPECT_EQ(Sent().entry_key(), "tern-1");
}

TEST_F(HooksTest, ATitleCannotBringMarkup) {
  const json body = {{"document", "<p>x</p>"}, {"media_type", "text/html"}, {"title", "A <script> & B"}};
  Generic(body.dump(), "application/json");
  EXPECT_EQ(Sent().document(), "<h1>A &lt;script&gt; &amp; B</h1>\n<p>x</p>");
}

TEST_F(HooksTest, BodiesThatAreNoneAreRefusedWithTheWayOut) {
  const std::string deep = "{\"document\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  for (const auto& [body, says] : std::vector<std::pair<std::string, std::string>>{
           {deep, "nested deeper than 64"},
           {"[]", "a JSON object"},
           {"{\"document\": \"\xff\"}", "a JSON object in UTF-8"},
           {"{\"text\": \"x\"}", "the members are document"},
           {"{\"document\": 7}", "no string member"},
           {"{}", "`document` is missing"}}) {
    const auto response = Generic(body, "application/json");
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(Message(response), HasSubstr(says));
  }
  EXPECT_EQ(GitHub("release", R"({"action": "published", "release": {"id": "x"}})").status, 400);
}

TEST_F(HooksTest, OldAndEarlyMessagesAreRefused) {
  EXPECT_EQ(Generic("x", "text/plain", "m1", absl::Minutes(4)).status, 202);
  EXPECT_EQ(Generic("y", "text/plain", "m2", absl::Minutes(-4)).status, 202);
  for (const absl::Duration age : {absl::Minutes(6), absl::Minutes(-6)}) {
    const auto response = Generic("x", "text/plain", "m3", age);
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(Message(response), HasSubstr("5 minutes"));
  }
  EXPECT_EQ(Generic("x", "text/plain", std::string(300, 'i')).status, 400);
}

TEST_F(HooksTest, AStandardWebhooksSecretIsTheBase64OfItsKey) {
  options_.hooks[1].secrets = {"whsec_" + absl::Base64Escape(kSecret)};
  Serve();
  EXPECT_EQ(Generic("x", "text/plain").status, 202);
}

TEST_F(HooksTest, AHubsQuestionGoesToIngestAndItsAnswerBack) {
  const auto response =
      Get("/api/v1/websub/acme?hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example%2Ff&hub.challenge=c%3C1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "c<1");
  EXPECT_EQ(response.Header("Content-Type").value_or(""), "text/plain; charset=utf-8");
  EXPECT_EQ(Get("/api/v1/websub/acme?hub.mode=denied").status, 404);
  EXPECT_EQ(Get("/api/v1/websub/acme").status, 400);
  EXPECT_EQ(Get("/api/v1/websub/acme?hub.mode=subscribe&hub.lease_seconds=-1").status, 400);
  EXPECT_EQ(SendHttp(service_->port(), {"POST", "/api/v1/websub/acme", {}, "<feed/>"}).status, 200);
}

TEST(NestsDeeperTest, CountsBracketsOutsideStringsOnly) {
  EXPECT_FALSE(NestsDeeper(R"({"a": "[[[[\"[[[", "b": [[]]})", 3));
  EXPECT_TRUE(NestsDeeper(R"({"a": [[[]]]})", 3));
}

}  // namespace
}  // namespace seaworthy
