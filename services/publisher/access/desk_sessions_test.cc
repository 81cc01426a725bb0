#include "services/publisher/access/desk_sessions.h"

#include <gtest/gtest.h>

#include "services/publisher/people/people_fixture.h"

namespace seaworthy {
namespace {

class DeskSessionsTest : public PeopleFixture {
 protected:
  DeskSessions Sessions() {
    return DeskSessions({.store = store_.get(),
                         .accounts = people_->accounts.get(),
                         .audit = people_->audit.get(),
                         .clock = &clock_});
  }
  std::string SignIn() { return sessions_.SignIn(sessions_.MakeLinkToken()).value_or(""); }
  // A session of an account that was added.
  std::string SignInAs(const std::string& name) {
    return sessions_.SignIn(*sessions_.MakeLink(name, "link")).value_or("");
  }
  const ChangedBy by_ = {"owner", "127.0.0.1"};
  DeskSessions sessions_{{.store = store_.get(),
                          .accounts = people_->accounts.get(),
                          .audit = people_->audit.get(),
                          .clock = &clock_}};
};

TEST_F(DeskSessionsTest, ThePrintedLinkSignsInAsTheOwner) {
  const auto session = sessions_.Find(SignIn());
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ(session->editor, kOwner);
  EXPECT_EQ(session->role, Role::kAdmin);
}

TEST_F(DeskSessionsTest, SessionsAndLinksSurviveARestartAsHashesOnly) {
  const std::string session = SignIn();
  const std::string link = sessions_.MakeLinkToken();
  DeskSessions later = Sessions();
  EXPECT_TRUE(later.Find(session).has_value());
  EXPECT_EQ(later.Find(session)->csrf_token, sessions_.Find(session)->csrf_token);
  EXPECT_TRUE(later.SignIn(link).has_value());
  for (const Family family : {Family::kSessions, Family::kLinks, Family::kAudit}) {
    EXPECT_TRUE(store_
                    ->Scan(family, "", "",
                           [&](std::string_view key, std::string_view value) {
                             EXPECT_EQ(key.find(session), std::string_view::npos);
                             EXPECT_EQ(value.find(session), std::string_view::npos);
                             EXPECT_EQ(value.find(link), std::string_view::npos);
                             return true;
                           })
                    .ok());
  }
}

TEST_F(DeskSessionsTest, ARestartDoesNotMakeAnIdleSessionLonger) {
  const std::string session = SignIn();
  clock_.Advance(absl::Minutes(30));
  EXPECT_FALSE(Sessions().Find(session).has_value());
}

TEST_F(DeskSessionsTest, ASessionInUseSurvivesARestart) {
  const std::string session = SignIn();
  clock_.Advance(absl::Minutes(29));
  ASSERT_TRUE(sessions_.Find(session).has_value());
  clock_.Advance(absl::Minutes(29));
  EXPECT_TRUE(Sessions().Find(session).has_value());
}

TEST_F(DeskSessionsTest, AnotherRolePasswordOrADisabledAccountEndsItsSessions) {
  ASSERT_TRUE(Add("ann").ok());
  std::string session = SignInAs("ann");
  ASSERT_TRUE(people_->accounts->SetRole("ann", Role::kOperator, by_).ok());
  EXPECT_FALSE(sessions_.Find(session).has_value());
  session = SignInAs("ann");
  ASSERT_TRUE(people_->accounts->SetPasswordHash("ann", "x", by_).ok());
  EXPECT_FALSE(sessions_.Find(session).has_value());
  session = SignInAs("ann");
  ASSERT_TRUE(people_->accounts->SetDisabled("ann", true, by_).ok());
  EXPECT_FALSE(sessions_.Find(session).has_value());
  EXPECT_EQ(SignInAs("ann"), "");
}

TEST_F(DeskSessionsTest, SigningInAgainEndsTheSessionItReplaces) {
  const std::string session = SignIn();
  const auto made = sessions_.Begin({.account = kOwner, .how = "password", .mail = "", .replaced = session},
                                    SignInClient(), {});
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_FALSE(sessions_.Find(session).has_value());
  EXPECT_TRUE(sessions_.Find(made->session).has_value());
}

TEST_F(DeskSessionsTest, ABrowserThatSignedInIsKnownToThatAccountOnly) {
  ASSERT_TRUE(Add("ann").ok());
  const auto made = sessions_.SignIn(*sessions_.MakeLink("ann", "link"), SignInClient());
  ASSERT_TRUE(made.ok());
  EXPECT_NE(sessions_.KnownDevice("ann", made->device), "");
  EXPECT_EQ(sessions_.KnownDevice(kOwner, made->device), "");
  EXPECT_EQ(sessions_.KnownDevice("ann", std::string(64, 'a')), "");
}

TEST_F(DeskSessionsTest, AMailLinkLastsAQuarterOfAnHourAndFiveADayAreSent) {
  const std::string link = *sessions_.MakeLink(kOwner, "mail");
  clock_.Advance(absl::Minutes(15));
  EXPECT_FALSE(sessions_.SignIn(link).has_value());
  for (int i = 1; i < DeskSessions::kMailLinksADay; ++i) {
    EXPECT_TRUE(*sessions_.MayMail(kOwner));
    ASSERT_TRUE(sessions_.SignIn(*sessions_.MakeLink(kOwner, "mail")).has_value());
    EXPECT_FALSE(*sessions_.MayMail(kOwner));
    clock_.Advance(absl::Minutes(15));
  }
  EXPECT_FALSE(*sessions_.MayMail(kOwner));
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(*sessions_.MayMail(kOwner));
}

TEST_F(DeskSessionsTest, OnesOwnSessionsAreListedAndEndedOthersNot) {
  ASSERT_TRUE(Add("ann").ok());
  const std::string own = SignIn(), other = SignInAs("ann");
  const std::string hash = sessions_.Find(other)->hash;
  EXPECT_EQ(sessions_.List("ann")->size(), 1u);
  EXPECT_EQ(sessions_.End(kOwner, hash, by_).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(sessions_.End("ann", hash, by_).ok());
  EXPECT_FALSE(sessions_.Find(other).has_value());
  EXPECT_TRUE(sessions_.Find(own).has_value());
}

TEST_F(DeskSessionsTest, ALinkSignsInOnce) {
  const std::string link = sessions_.MakeLinkToken();
  EXPECT_TRUE(sessions_.SignIn(link).has_value());
  EXPECT_FALSE(sessions_.SignIn(link).has_value());
}

TEST_F(DeskSessionsTest, LookingAtALinkDoesNotUseItUp) {
  const std::string link = sessions_.MakeLinkToken();
  EXPECT_TRUE(sessions_.IsLinkToken(link));
  EXPECT_TRUE(sessions_.SignIn(link).has_value());
}

TEST_F(DeskSessionsTest, ALinkLastsADay) {
  const std::string link = sessions_.MakeLinkToken();
  clock_.Advance(absl::Hours(24));
  EXPECT_FALSE(sessions_.SignIn(link).has_value());
}

TEST_F(DeskSessionsTest, ASessionEndsWhenIdle) {
  const std::string session = SignIn();
  clock_.Advance(absl::Minutes(29));
  EXPECT_TRUE(sessions_.Find(session).has_value());
  clock_.Advance(absl::Minutes(29));
  EXPECT_TRUE(sessions_.Find(session).has_value());
  clock_.Advance(absl::Minutes(30));
  EXPECT_FALSE(sessions_.Find(session).has_value());
}

TEST_F(DeskSessionsTest, ASessionEndsAfterEightHoursHoweverBusy) {
  const std::string session = SignIn();
  for (int i = 0; i < 23; ++i) {
    clock_.Advance(absl::Minutes(20));
    ASSERT_TRUE(sessions_.Find(session).has_value()) << i;
  }
  clock_.Advance(absl::Minutes(20));
  EXPECT_FALSE(sessions_.Find(session).has_value());
}

TEST_F(DeskSessionsTest, SignOutEndsOnlyThatSession) {
  const std::string one = SignIn();
  const std::string other = SignIn();
  ASSERT_TRUE(sessions_.SignOut(one).ok());
  EXPECT_FALSE(sessions_.Find(one).has_value());
  EXPECT_TRUE(sessions_.Find(other).has_value());
}

TEST_F(DeskSessionsTest, EachSessionHasItsOwnCsrfToken) {
  EXPECT_NE(sessions_.Find(SignIn())->csrf_token, sessions_.Find(SignIn())->csrf_token);
}

TEST_F(DeskSessionsTest, TheOldestGoWhenThereAreTooMany) {
  const std::string first = SignIn();
  const std::string link = sessions_.MakeLinkToken();
  for (size_t i = 0; i < DeskSessions::kMaxSessions; ++i) {
    clock_.Advance(absl::Milliseconds(1));
    SignIn();
  }
  for (size_t i = 0; i < DeskSessions::kMaxLinks; ++i) sessions_.MakeLinkToken();
  EXPECT_FALSE(sessions_.Find(first).has_value());
  EXPECT_FALSE(sessions_.IsLinkToken(link));
}

}  // namespace
}  // namespace seaworthy
