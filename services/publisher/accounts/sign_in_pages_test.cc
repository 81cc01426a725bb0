#include "services/publisher/accounts/sign_in_pages.h"

#include <gmock/gmock.h>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "services/publisher/accounts/accounts_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

// Keeps what it is given.
class FakeMailer : public Mailer {
 public:
  absl::Status Send(const Mail& mail) override {
    absl::MutexLock lock(&mutex_);
    mails_.push_back(mail);
    return absl::OkStatus();
  }
  // Waits until there are so many.
  std::vector<Mail> Wait(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto arrived = [this, count]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return mails_.size() >= count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&arrived), absl::Seconds(10)));
    return mails_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<Mail> mails_ ABSL_GUARDED_BY(mutex_);
};

class SignInPagesTest : public AccountsFixture {
 protected:
  void Fail(const std::string& account, int times) {
    for (int i = 0; i < times; ++i) TryPassword(account, "wrong-wrong-wrong");
  }
};

TEST_F(SignInPagesTest, ANameOrMailAddressAndItsPasswordSignIn) {
  AddAccount("ann", "editor", "ann@example.org");
  GivePassword("ann");
  Enter(TryPassword("ann", kPassword));
  EXPECT_THAT(DeskGet("/desk/account").body, HasSubstr("ann, editor"));
  Enter(TryPassword("Ann%40Example.org", kPassword));
  EXPECT_THAT(Records(), HasSubstr(R"("action":"sign-in","actor":"ann")"));
}

TEST_F(SignInPagesTest, AWrongPasswordAndAnUnknownNameAreToldTheSame) {
  AddAccount("ann", "editor");
  GivePassword("ann");
  const HttpResponse wrong = TryPassword("ann", "wrong-wrong-wrong");
  const HttpResponse unknown = TryPassword("bob", "wrong-wrong-wrong");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(unknown.status, 403);
  EXPECT_THAT(wrong.body, HasSubstr("do not go together"));
  EXPECT_EQ(wrong.body.size(), unknown.body.size());
  EXPECT_FALSE(wrong.Header("Set-Cookie").has_value());
}

TEST_F(SignInPagesTest, WhatWasTypedIsRecordedNowhere) {
  TryPassword("my-secret-in-the-wrong-field", kPassword);
  EXPECT_THAT(Records(), HasSubstr(R"("outcome":"refused","previous")"));
  EXPECT_THAT(Records(), Not(HasSubstr("my-secret")));
  EXPECT_THAT(Records(), Not(HasSubstr(kPassword)));
}

TEST_F(SignInPagesTest, ADisabledAccountIsRefusedLikeAWrongPassword) {
  AddAccount("ann", "editor");
  GivePassword("ann");
  v1::ChangeAccountRequest request;
  request.set_name("ann");
  request.set_disabled(true);
  ASSERT_TRUE(service_->accounts().ChangeAccount(request).ok());
  EXPECT_EQ(TryPassword("ann", kPassword).status, 403);
}

TEST_F(SignInPagesTest, AfterFiveFailuresOneHasToWaitAndIsToldHowLong) {
  AddAccount("ann", "editor");
  GivePassword("ann");
  Fail("ann", 5);
  const HttpResponse held = TryPassword("ann", kPassword);
  EXPECT_EQ(held.status, 429);
  EXPECT_EQ(held.Header("Retry-After").value_or(""), "1");
  EXPECT_THAT(held.body, HasSubstr("sign in with a link"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(TryPassword("ann", kPassword).status, 303);
}

TEST_F(SignInPagesTest, WhoeverGuessesTheOwnerSignsInByLinkAndThenByPassword) {
  GivePassword(kOwner);
  Fail(kOwner, 6);
  EXPECT_EQ(TryPassword(kOwner, kPassword).status, 429);
  EXPECT_EQ(DeskPost("/desk/sign-in", "token=" + LinkToken()).status, 303);
  EXPECT_EQ(TryPassword(kOwner, kPassword).status, 303);
}

TEST_F(SignInPagesTest, AKnownBrowserSignsInWhileOthersGuess) {
  AddAccount("ann", "editor");
  GivePassword("ann");
  const HttpResponse first = TryPassword("ann", kPassword);
  std::string device;
  for (const auto& [name, value] : first.headers) {
    if (absl::StartsWith(value, "seaworthy-device=")) device = value.substr(0, value.find(';'));
  }
  cookie_.clear();
  Fail("ann", 6);
  EXPECT_EQ(TryPassword("ann", kPassword).status, 429);
  cookie_ = device;
  EXPECT_EQ(TryPassword("ann", kPassword).status, 303);
}

TEST_F(SignInPagesTest, SigningInEndsTheSessionTheBrowserHad) {
  AddAccount("ann", "editor");
  GivePassword("ann");
  SignInAs("ann");
  const std::string before = cookie_;
  Enter(TryPassword("ann", kPassword));
  EXPECT_NE(cookie_, before);
  const std::string by_password = cookie_;
  Enter(DeskPost("/desk/sign-in", "token=" + TokenFor("ann")));
  for (const std::string& ended : {before, by_password}) {
    cookie_ = ended;
    EXPECT_EQ(DeskGet("/desk/account").status, 303);
  }
}

TEST_F(SignInPagesTest, SigningOutEndsTheSessionAndTheCookie) {
  SignIn();
  const HttpResponse out = DeskPost("/desk/sign-out", "");
  EXPECT_EQ(out.status, 303);
  EXPECT_THAT(std::string(out.Header("Set-Cookie").value_or("")), HasSubstr("Max-Age=0"));
  EXPECT_EQ(DeskGet("/desk").status, 303);
  EXPECT_THAT(Records(), HasSubstr(R"("action":"sign-out")"));
}

TEST_F(SignInPagesTest, WithoutAMailerNoLinkByMailIsOffered) {
  EXPECT_THAT(Get("/desk/sign-in").body, Not(HasSubstr("/desk/sign-in/mail")));
  EXPECT_EQ(DeskPost("/desk/sign-in/mail", "mail=ann%40example.org").status, 404);
}

class MailedLinkTest : public SignInPagesTest {
 protected:
  void SetUp() override {
    options_.mailer = &mailer_;
    SignInPagesTest::SetUp();
    AddAccount("ann", "editor", "ann@example.org");
  }
  HttpResponse Ask(const std::string& mail) { return DeskPost("/desk/sign-in/mail", "mail=" + mail); }
  // The link of the last of so many mails.
  std::string TokenOf(size_t mails) {
    const std::string text = mailer_.Wait(mails).back().text;
    const size_t at = text.find("token=");
    return at == std::string::npos ? "" : text.substr(at + 6, 64);
  }
  FakeMailer mailer_;
};

TEST_F(MailedLinkTest, ALinkComesByMailAndSignsInOnce) {
  EXPECT_EQ(Ask("Ann%40example.org").status, 303);
  const std::string token = TokenOf(1);
  EXPECT_EQ(mailer_.Wait(1).back().to, "ann@example.org");
  EXPECT_EQ(DeskPost("/desk/sign-in", "token=" + token).status, 303);
  EXPECT_EQ(DeskPost("/desk/sign-in", "token=" + token).status, 403);
}

TEST_F(MailedLinkTest, ItLastsAQuarterOfAnHour) {
  Ask("ann%40example.org");
  const std::string token = TokenOf(1);
  clock_.Advance(absl::Minutes(15));
  EXPECT_EQ(DeskPost("/desk/sign-in", "token=" + token).status, 403);
}

TEST_F(MailedLinkTest, TheAnswerDoesNotTellWhoHasAnAccount) {
  const HttpResponse known = Ask("ann%40example.org");
  const HttpResponse unknown = Ask("bob%40example.org");
  EXPECT_EQ(known.status, unknown.status);
  EXPECT_EQ(known.Header("Location"), unknown.Header("Location"));
  EXPECT_EQ(known.body, unknown.body);
}

TEST_F(MailedLinkTest, OneAMinuteAndFiveADayAreMailed) {
  for (size_t i = 1; i <= 5; ++i) {
    Ask("ann%40example.org");
    Ask("ann%40example.org");
    EXPECT_EQ(mailer_.Wait(i).size(), i);
    clock_.Advance(absl::Minutes(2));
  }
  Ask("ann%40example.org");
  clock_.Advance(absl::Hours(25));
  Ask("ann%40example.org");
  EXPECT_EQ(mailer_.Wait(6).size(), 6u);
}

}  // namespace
}  // namespace seaworthy
