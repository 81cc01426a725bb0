// Signing in by what a proxy in front of the desk says.
#include <gmock/gmock.h>

#include "services/publisher/accounts/accounts_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kHeader[] = "X-Auth-Request-Email";

class ProxySignInTest : public AccountsFixture {
 protected:
  void SetUp() override { ServeBehind({"127.0.0.1"}, ""); }
  void ServeBehind(const std::vector<std::string>& addresses, const std::string& role) {
    options_.proxy_header = kHeader;
    options_.proxy_addresses = addresses;
    options_.proxy_role = role;
    AccountsFixture::SetUp();
  }
  HttpResponse AskAs(const std::string& mail) {
    return Get("/desk/account", {{"Cookie", cookie_}, {kHeader, mail}});
  }
  // Takes the cookie a sign-in set.
  void Keep(const HttpResponse& answer) {
    const std::string cookie(answer.Header("Set-Cookie").value_or(""));
    cookie_ = cookie.substr(0, cookie.find(';'));
  }
};

TEST_F(ProxySignInTest, WhomTheProxyNamesIsSignedInWhereItAsked) {
  AddAccount("ann", "editor", "ann@example.org");
  const HttpResponse answer = AskAs("Ann@example.org");
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.Header("Location").value_or(""), "/desk/account");
  Keep(answer);
  EXPECT_THAT(AskAs("ann@example.org").body, HasSubstr("ann, editor"));
}

TEST_F(ProxySignInTest, TheSessionEndsWhenTheProxyNamesNobodyOrSomebodyElse) {
  AddAccount("ann", "editor", "ann@example.org");
  AddAccount("bob", "editor", "bob@example.org");
  Keep(AskAs("ann@example.org"));
  const std::string anns = cookie_;
  EXPECT_EQ(DeskGet("/desk/account").Header("Location").value_or(""), "/desk/sign-in");
  cookie_ = anns;
  EXPECT_EQ(AskAs("ann@example.org").status, 303);
  Keep(AskAs("ann@example.org"));
  Keep(AskAs("bob@example.org"));
  EXPECT_THAT(AskAs("bob@example.org").body, HasSubstr("bob, editor"));
}

TEST_F(ProxySignInTest, AnUnknownOrDisabledAddressIsRefusedAndRecorded) {
  EXPECT_EQ(AskAs("eve@example.org").status, 403);
  EXPECT_THAT(Records(), HasSubstr(R"("detail":"proxy")"));
  AddAccount("ann", "editor", "ann@example.org");
  v1::ChangeAccountRequest request;
  request.set_name("ann");
  request.set_disabled(true);
  ASSERT_TRUE(service_->accounts().ChangeAccount(request).ok());
  EXPECT_EQ(AskAs("ann@example.org").status, 403);
}

TEST_F(ProxySignInTest, WithARoleAnUnknownAddressGetsAnAccountOfIt) {
  ServeBehind({"127.0.0.0/8"}, "operator");
  Keep(AskAs("Eve.Harbour@example.org"));
  EXPECT_THAT(AskAs("eve.harbour@example.org").body,
              HasSubstr("eve-harbour, operator, eve.harbour@example.org"));
}

TEST_F(ProxySignInTest, FromAnyoneElseTheHeaderIsRefusedNotIgnored) {
  ServeBehind({"10.1.0.0/16"}, "admin");
  const HttpResponse answer = AskAs("ann@example.org");
  EXPECT_EQ(answer.status, 403);
  EXPECT_FALSE(answer.Header("Set-Cookie").has_value());
  SignIn();
  EXPECT_EQ(AskAs("ann@example.org").status, 403);
  EXPECT_EQ(DeskGet("/desk/account").status, 200);
}

TEST_F(ProxySignInTest, AWriteStillNeedsItsSessionAndToken) {
  AddAccount("ann", "admin", "ann@example.org");
  const HttpResponse answer =
      SendHttp(service_->port(), {"POST",
                                  "/desk/accounts",
                                  {{"Origin", Origin()},
                                   {kHeader, "ann@example.org"},
                                   {"Content-Type", "application/x-www-form-urlencoded"}},
                                  "name=eve&role=admin"});
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(Records(), Not(HasSubstr("eve")));
}

}  // namespace
}  // namespace seaworthy
