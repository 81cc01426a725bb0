#include "services/publisher/access/desk_sessions.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

class DeskSessionsTest : public testing::Test {
 protected:
  std::string SignIn() { return sessions_.SignIn(sessions_.MakeLinkToken()).value_or(""); }
  FakeClock clock_;
  DeskSessions sessions_{&clock_};
};

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
  sessions_.SignOut(one);
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
