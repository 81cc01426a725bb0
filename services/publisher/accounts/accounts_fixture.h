// A publisher with accounts, for the tests of what is about them.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/publisher/accounts/account_commands.h"
#include "services/publisher/people/people_store.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {

inline constexpr char kPassword[] = "four-masts-and-a-mizzen";

class AccountsFixture : public PublisherFixture {
 protected:
  void SetUp() override {
    options_.people = store_.get();
    PublisherFixture::SetUp();
  }
  // Before what it was given, which may be a part of this.
  void TearDown() override { service_ = nullptr; }
  void AddAccount(const std::string& name, const std::string& role, const std::string& mail = "") {
    v1::AddAccountRequest request;
    request.set_name(name);
    request.set_role(role);
    request.set_mail(mail);
    const auto link = service_->accounts().AddAccount(request);
    ASSERT_TRUE(link.ok()) << link.status();
  }
  void GivePassword(const std::string& name) {
    v1::ChangeAccountRequest request;
    request.set_name(name);
    request.set_password(kPassword);
    const absl::Status given = service_->accounts().ChangeAccount(request);
    ASSERT_TRUE(given.ok()) << given;
  }
  // The token of a link that signs the account in.
  std::string TokenFor(const std::string& name) {
    v1::MakeAccountLinkRequest request;
    request.set_name(name);
    const auto link = service_->accounts().MakeAccountLink(request);
    EXPECT_TRUE(link.ok()) << link.status();
    return link.ok() ? link->url().substr(link->url().find("token=") + 6) : "";
  }
  // Signs in as the account, in a browser of its own: later desk calls are its.
  void SignInAs(const std::string& name) {
    cookie_.clear();
    Enter(DeskPost("/desk/sign-in", "token=" + TokenFor(name)));
  }
  HttpResponse TryPassword(const std::string& account, const std::string& password) {
    return DeskPost("/desk/sign-in", absl::StrCat("account=", account, "&password=", password));
  }
  // Takes the session's cookie and CSRF token from the answer of a sign-in.
  void Enter(const HttpResponse& answer) {
    ASSERT_EQ(answer.status, 303) << answer.body;
    const std::string cookie(answer.Header("Set-Cookie").value_or(""));
    cookie_ = cookie.substr(0, cookie.find(';'));
    const std::string page = DeskGet("/desk/account").body;
    const size_t at = page.find("name=\"csrf\" value=\"");
    ASSERT_NE(at, std::string::npos) << page;
    csrf_ = page.substr(at + 19, 64);
  }
  // The audit log as JSON lines.
  std::string Records() {
    std::string text;
    const auto page = service_->accounts().ReadAudit({});
    EXPECT_TRUE(page.ok()) << page.status();
    for (const std::string& line : page->lines()) absl::StrAppend(&text, line, "\n");
    return text;
  }

  const std::unique_ptr<PeopleStore> store_ = *PeopleStore::OpenInMemory();
};

}  // namespace seaworthy
