#include "services/publisher/accounts/account_pages.h"

#include <gmock/gmock.h>

#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/publisher/accounts/accounts_fixture.h"

namespace seaworthy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class AccountPagesTest : public AccountsFixture {
 protected:
  HttpResponse SetPassword(const std::string& current, const std::string& password) {
    return DeskPost("/desk/account/password",
                    absl::StrCat("current=", current, "&password=", password, "&again=", password));
  }
  // The hash of the one other session on the page of one's account.
  std::string OtherSession() {
    const std::string page = DeskGet("/desk/account").body;
    const size_t at = page.find("name=\"session\" value=\"");
    return at == std::string::npos ? "" : page.substr(at + 22, 64);
  }
  HttpResponse Act(const std::string& name, const std::string& fields) {
    return DeskPost("/desk/accounts/" + name, fields);
  }
};

TEST_F(AccountPagesTest, OnesSessionsAreListedAndEnded) {
  SignIn();
  const std::string elsewhere = cookie_;
  SignInAs(kOwner);
  EXPECT_EQ(DeskPost("/desk/account/sessions", "session=" + OtherSession()).status, 303);
  EXPECT_EQ(DeskGet("/desk/account").status, 200);
  EXPECT_EQ(OtherSession(), "");
  cookie_ = elsewhere;
  EXPECT_EQ(DeskGet("/desk").status, 303);
}

TEST_F(AccountPagesTest, AllOtherSessionsEndTogether) {
  std::vector<std::string> elsewhere;
  for (int i = 0; i < 3; ++i) {
    SignInAs(kOwner);
    elsewhere.push_back(cookie_);
  }
  const std::string own = cookie_;
  ASSERT_EQ(DeskPost("/desk/account/sessions", "session=others").status, 303);
  for (const std::string& cookie : elsewhere) {
    cookie_ = cookie;
    EXPECT_EQ(DeskGet("/desk").status, cookie == own ? 200 : 303);
  }
}

TEST_F(AccountPagesTest, NobodyEndsAnothersSession) {
  AddAccount("ann", "editor");
  SignIn();
  SignInAs(kOwner);
  const std::string others = OtherSession();
  ASSERT_NE(others, "");
  SignInAs("ann");
  EXPECT_EQ(DeskPost("/desk/account/sessions", "session=" + others).status, 404);
}

TEST_F(AccountPagesTest, ANewPasswordEndsAllSessionsAndBeginsOne) {
  AddAccount("ann", "editor");
  SignInAs("ann");
  const std::string before = cookie_;
  Enter(SetPassword("", kPassword));
  EXPECT_NE(cookie_, before);
  cookie_ = before;
  EXPECT_EQ(DeskGet("/desk/account").status, 303);
  EXPECT_EQ(TryPassword("ann", kPassword).status, 303);
}

TEST_F(AccountPagesTest, WhoSignedInByPasswordGivesItAgainToChangeIt) {
  AddAccount("ann", "editor");
  GivePassword("ann");
  Enter(TryPassword("ann", kPassword));
  EXPECT_THAT(DeskGet("/desk/account").body, HasSubstr("Present password"));
  EXPECT_EQ(SetPassword("wrong-wrong-wrong", "another-long-password").status, 400);
  EXPECT_EQ(SetPassword(kPassword, "short").status, 400);
  EXPECT_EQ(SetPassword(kPassword, "another-long-password").status, 303);
  EXPECT_EQ(TryPassword("ann", kPassword).status, 403);
}

TEST_F(AccountPagesTest, AnAdminAddsAnAccountAndGetsItsLinkOnce) {
  SignIn();
  const HttpResponse added = DeskPost("/desk/accounts", "name=ann&mail=ann%40example.org&role=editor");
  EXPECT_EQ(added.status, 200);
  const size_t at = added.body.find("sign-in?token=");
  ASSERT_NE(at, std::string::npos) << added.body;
  EXPECT_THAT(DeskGet("/desk/accounts").body,
              AllOf(HasSubstr("ann@example.org"), Not(HasSubstr("sign-in?token="))));
  Enter(DeskPost("/desk/sign-in", "token=" + added.body.substr(at + 14, 64)));
  EXPECT_THAT(DeskGet("/desk/account").body, HasSubstr("ann, editor"));
}

TEST_F(AccountPagesTest, ANameTakenOrAnUnknownRoleIsRefusedWithTheReason) {
  SignIn();
  AddAccount("ann", "editor");
  EXPECT_THAT(DeskPost("/desk/accounts", "name=ann&role=editor").body, HasSubstr("an account ann already"));
  EXPECT_EQ(DeskPost("/desk/accounts", "name=bob&role=god").status, 400);
  EXPECT_EQ(DeskPost("/desk/accounts", "name=B%2Fb&role=editor").status, 400);
}

TEST_F(AccountPagesTest, AnAdminDisablesEnablesAndRemoves) {
  AddAccount("ann", "editor");
  SignInAs("ann");
  const std::string anns = cookie_;
  SignInAs(kOwner);
  EXPECT_EQ(Act("ann", "action=disable").status, 303);
  EXPECT_THAT(DeskGet("/desk/accounts").body, HasSubstr("disabled"));
  EXPECT_EQ(Act("ann", "action=enable").status, 303);
  EXPECT_EQ(Act("ann", "action=role&role=operator").status, 303);
  EXPECT_EQ(Act("ann", "action=remove").status, 303);
  EXPECT_EQ(Act("ann", "action=link").status, 404);
  cookie_ = anns;
  EXPECT_EQ(DeskGet("/desk").status, 303);
}

TEST_F(AccountPagesTest, TheOwnerCanBeNeitherRemovedDisabledNorDemoted) {
  SignIn();
  for (const char* action : {"action=disable", "action=remove", "action=role&role=editor"}) {
    EXPECT_EQ(Act(kOwner, action).status, 409) << action;
  }
  EXPECT_EQ(DeskGet("/desk/accounts").status, 200);
}

TEST_F(AccountPagesTest, AnEditorSeesNoPageOfTheAdmins) {
  AddAccount("ann", "editor");
  SignInAs("ann");
  for (const char* path : {"/desk/accounts", "/desk/audit", "/desk/audit/export"}) {
    EXPECT_EQ(DeskGet(path).status, 403) << path;
    EXPECT_THAT(DeskGet("/desk/account").body, Not(HasSubstr(path)));
  }
  EXPECT_EQ(DeskPost("/desk/accounts", "name=bob&role=admin").status, 403);
  EXPECT_EQ(Act("ann", "action=role&role=admin").status, 403);
}

TEST_F(AccountPagesTest, EveryWriteOfTheDeskIsRecordedBeforeItIsDone) {
  SignIn();
  Draft();
  DeskPost(absl::StrCat("/desk/comparisons/", kAvsB, "/decisions"), "decision=approve&content_hash=0");
  const std::string records = Records();
  const size_t asked = records.find(
      R"("action":"POST /desk/comparisons/{id}/decisions","actor":"owner","address":"127.0.0.1","detail":"decision=approve content_hash=0")");
  ASSERT_NE(asked, std::string::npos) << records;
  EXPECT_NE(records.find(R"("outcome":"asked")", asked), std::string::npos) << records;
}

TEST_F(AccountPagesTest, AWriteThatFailsIsRecordedWithItsStatus) {
  ApiPost("/comparisons/no-such-pair/decisions", R"({"decision":"approve","content_hash":"0"})");
  EXPECT_THAT(Records(), AllOf(HasSubstr(R"("actor":"api")"), HasSubstr(R"("outcome":"404")")));
}

TEST_F(AccountPagesTest, ReadsAreNotRecorded) {
  SignIn();
  const std::string before = Records();
  for (const char* path : {"/desk", "/desk/account", "/desk/accounts", "/desk/audit"}) DeskGet(path);
  ApiGet("/comparisons");
  EXPECT_EQ(Records(), before);
}

TEST_F(AccountPagesTest, TheAuditLogIsShownAndExportedAsItVerifies) {
  SignIn();
  AddAccount("ann", "editor");
  EXPECT_THAT(DeskGet("/desk/audit").body,
              AllOf(HasSubstr("account add"), HasSubstr("command"), HasSubstr("records 1 to ")));
  const HttpResponse out = DeskGet("/desk/audit/export");
  EXPECT_THAT(std::string(out.Header("Content-Disposition").value_or("")), HasSubstr("attachment"));
  AuditVerifier verifier;
  for (const absl::string_view line : absl::StrSplit(out.body, '\n', absl::SkipEmpty())) {
    ASSERT_TRUE(verifier.Add(std::string(line)).ok()) << line;
  }
  EXPECT_EQ(verifier.Finish()->Text(), service_->accounts().head().Text());
}

// What the store cannot take.
class FailingStore : public PeopleStore {
 public:
  explicit FailingStore(PeopleStore* store) : store_(store) {}
  absl::StatusOr<std::optional<std::string>> Get(Family family, std::string_view key) const override {
    return store_->Get(family, key);
  }
  absl::Status Scan(Family family, std::string_view prefix, std::string_view from,
                    const Visitor& visit) const override {
    return store_->Scan(family, prefix, from, visit);
  }
  absl::Status ScanDown(Family family, std::string_view prefix, std::string_view from,
                        const Visitor& visit) const override {
    return store_->ScanDown(family, prefix, from, visit);
  }
  absl::Status Write(const PeopleBatch& batch) override {
    return fail ? absl::UnavailableError("the disk is full") : store_->Write(batch);
  }
  std::string KeyFor(std::string_view purpose) const override { return store_->KeyFor(purpose); }

  std::atomic<bool> fail = false;

 private:
  PeopleStore* const store_;
};

class FailingStoreTest : public AccountPagesTest {
 protected:
  void SetUp() override {
    options_.people = &failing_;
    PublisherFixture::SetUp();
    SignIn();
    Draft();
    failing_.fail = true;
  }
  FailingStore failing_{store_.get()};
};

TEST_F(FailingStoreTest, WhatCannotBeRecordedIsNotDone) {
  const std::string path = absl::StrCat("/desk/comparisons/", kAvsB, "/decisions");
  EXPECT_EQ(DeskPost(path, "decision=reject&reason=no").status, 503);
  EXPECT_EQ(ApiPost("/announcements", "# A").status, 503);
  EXPECT_TRUE(aggregator_.decisions().empty());
  EXPECT_TRUE(ingest_.submitted().empty());
}

TEST_F(FailingStoreTest, PagesAreReadByWhoIsSignedInAndNobodyElseComesIn) {
  EXPECT_EQ(DeskGet("/desk").status, 200);
  const HttpResponse refused = TryPassword(kOwner, "wrong-wrong-wrong");
  EXPECT_EQ(refused.status, 503);
  EXPECT_FALSE(refused.Header("Set-Cookie").has_value());
}

}  // namespace
}  // namespace seaworthy
