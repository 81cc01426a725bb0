#include "services/publisher/accounts/token_pages.h"

#include <gmock/gmock.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/accounts/accounts_fixture.h"

namespace seaworthy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class TokenPagesTest : public AccountsFixture {
 protected:
  void SetUp() override {
    AccountsFixture::SetUp();
    SignIn();
  }
  HttpResponse Make(const std::string& name, const std::string& fields) {
    return DeskPost("/desk/tokens", absl::StrCat("name=", name, "&", fields));
  }
  // The token on a page; empty where there is none.
  static std::string SecretOn(const HttpResponse& page) {
    const size_t at = page.body.find("<pre class=\"command\">sw_");
    return at == std::string::npos ? "" : page.body.substr(at + 21, 76);
  }
  int ReadWith(const std::string& secret) {
    return Get("/api/v1/comparisons?state=drafted", {{"Authorization", "Bearer " + secret}}).status;
  }
  std::string IdOf(const std::string& name) {
    for (const ApiToken& token : service_->tokens().List()) {
      if (token.name == name) return token.id;
    }
    return "";
  }
};

TEST_F(TokenPagesTest, ATokenIsShownOnceAndWorks) {
  const HttpResponse made = Make("build-bot", "may-read=1&days=90");
  EXPECT_EQ(made.status, 200);
  const std::string secret = SecretOn(made);
  ASSERT_EQ(secret.size(), 76u) << made.body;
  EXPECT_EQ(ReadWith(secret), 200);
  const std::string page = DeskGet("/desk/tokens").body;
  EXPECT_THAT(page, AllOf(HasSubstr("build-bot"), HasSubstr("sw_" + IdOf("build-bot"))));
  EXPECT_THAT(page, Not(HasSubstr(secret.substr(12))));
}

TEST_F(TokenPagesTest, ARevokedTokenIsRefusedAtOnce) {
  const std::string secret = SecretOn(Make("bot", "may-read=1&days=0"));
  const std::string path = "/desk/tokens/" + IdOf("bot");
  EXPECT_EQ(DeskPost(path, "action=revoke").status, 303);
  EXPECT_EQ(ReadWith(secret), 401);
  EXPECT_THAT(DeskGet("/desk/tokens").body, HasSubstr("No token yet"));
  EXPECT_EQ(DeskPost(path, "action=revoke").status, 404);
}

TEST_F(TokenPagesTest, WhatIsNotRightIsRefusedWithTheReason) {
  EXPECT_THAT(Make("bot", "days=90").body, HasSubstr("needs at least one scope"));
  EXPECT_THAT(Make("B%2Fb", "may-read=1&days=90").body, HasSubstr("begins with a letter"));
  EXPECT_THAT(Make("bot", "may-read=1").body, HasSubstr("how many days"));
  EXPECT_EQ(Make("bot", "may-read=1&days=-1").status, 400);
  EXPECT_EQ(Make("bot", "may-read=1&days=99999999999").status, 400);
  EXPECT_EQ(DeskPost("/desk/tokens/12345678", "action=rename").status, 400);
  EXPECT_TRUE(service_->tokens().List().empty());
  Make("bot", "may-read=1&days=90");
  EXPECT_EQ(Make("bot", "may-read=1&days=90").status, 409);
}

TEST_F(TokenPagesTest, MakingAndRevokingAreInTheAuditLogWithWhoAndWhereWithoutTheToken) {
  const std::string secret = SecretOn(Make("bot", "may-ingest=1&may-read=1&days=90"));
  DeskPost("/desk/tokens/" + IdOf("bot"), "action=revoke");
  const std::string records = Records();
  for (const char* action : {"token add", "token revoke"}) {
    EXPECT_THAT(records, HasSubstr(absl::StrCat(R"("action":")", action,
                                                R"(","actor":"owner","address":"127.0.0.1")")));
  }
  EXPECT_THAT(records, HasSubstr(R"("detail":"read ingest")"));
  EXPECT_THAT(records, Not(HasSubstr(secret.substr(12))));
}

TEST_F(TokenPagesTest, AnEndedTokenSaysSo) {
  Make("bot", "may-read=1&days=30");
  EXPECT_THAT(DeskGet("/desk/tokens").body, Not(HasSubstr(">ended<")));
  clock_.Advance(absl::Hours(24 * 30));
  SignIn();
  EXPECT_THAT(DeskGet("/desk/tokens").body, HasSubstr(">ended<"));
}

TEST_F(TokenPagesTest, ManyTokensStandOnPages) {
  for (int i = 0; i < 51; ++i) {
    ASSERT_TRUE(service_->tokens().Add(absl::StrCat("bot-", i), ScopeSet::All(), {}, {"command", ""}).ok());
  }
  const std::string first = DeskGet("/desk/tokens").body;
  EXPECT_THAT(first, AllOf(HasSubstr("51 in all"), HasSubstr("/desk/tokens?cursor=50")));
  const std::string second = DeskGet("/desk/tokens?cursor=50").body;
  EXPECT_THAT(second, AllOf(HasSubstr("sw_"), Not(HasSubstr("?cursor=100"))));
  EXPECT_EQ(DeskGet("/desk/tokens?cursor=x").status, 400);
  EXPECT_EQ(DeskGet("/desk/tokens?cursor=5000000000").status, 200);
}

TEST_F(TokenPagesTest, OnlyAdminsSeeThem) {
  for (const char* role : {"editor", "operator"}) {
    AddAccount(role, role);
    SignInAs(role);
    EXPECT_EQ(DeskGet("/desk/tokens").status, 403) << role;
    EXPECT_EQ(Make("bot", "may-read=1&days=90").status, 403) << role;
    EXPECT_THAT(DeskGet("/desk/account").body, Not(HasSubstr("/desk/tokens"))) << role;
  }
  EXPECT_TRUE(service_->tokens().List().empty());
}

}  // namespace
}  // namespace seaworthy
