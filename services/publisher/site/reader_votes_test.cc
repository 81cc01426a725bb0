#include "services/publisher/site/reader_votes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "services/publisher/testing/fake_clients.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;

// Counts every vote and keeps what came.
class VotingAggregator : public FakeAggregator {
 public:
  absl::StatusOr<v1::VoteTally> CastVote(const v1::CastVoteRequest& request,
                                         absl::Duration /*deadline*/) override {
    if (request.vote().tool_id() == "unknown") return absl::NotFoundError("no such tool");
    votes.push_back(request.vote());
    v1::VoteTally tally;
    tally.set_ship(votes.size());
    return tally;
  }
  std::vector<v1::CommunityVote> votes;
};

class ReaderVotesTest : public testing::Test {
 protected:
  HttpResponse Post(const std::string& body, const std::string& cookie = "",
                    const std::string& address = "192.0.2.7") {
    HttpRequest request{"POST", "/vote", {{"Content-Type", "application/x-www-form-urlencoded"}}, body};
    if (!cookie.empty()) request.headers.emplace_back("Cookie", cookie);
    address_ = address;
    return votes_.Cast(request);
  }
  static std::string CookieOf(const HttpResponse& response) {
    const std::string set(response.Header("Set-Cookie").value_or(""));
    return set.substr(0, set.find(';'));
  }

  VotingAggregator aggregator_;
  FakeClock clock_;
  bool ours_ = true;
  std::string address_;
  ReaderVotes votes_{{.aggregator = &aggregator_,
                      .clock = &clock_,
                      .key = std::string(32, 'k'),
                      .https = false,
                      .from_our_pages = [this](const HttpRequest&) { return ours_; },
                      .address_of = [this](const HttpRequest&) { return address_; },
                      .page = [](nlohmann::json view) { return view["message"].get<std::string>(); }}};
};

constexpr char kShip[] = "tool=gannet&vote=ship&back=%2Ftools%2Fgannet";

TEST_F(ReaderVotesTest, AVoteIsTakenAndAnsweredWithASignedCookie) {
  const HttpResponse response = Post(kShip);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("Your vote has come in: ship"));
  EXPECT_THAT(std::string(response.Header("Set-Cookie").value_or("")), HasSubstr("HttpOnly; SameSite=Lax"));
  ASSERT_EQ(aggregator_.votes.size(), 1u);
  EXPECT_EQ(aggregator_.votes[0].voter().size(), 32u);
  EXPECT_EQ(aggregator_.votes[0].vote(), v1::SHIP);
}

TEST_F(ReaderVotesTest, TheSameBrowserIsTheSameVoter) {
  const std::string cookie = CookieOf(Post(kShip));
  Post("tool=gannet&vote=skip", cookie);
  Post("tool=gannet&vote=skip");
  ASSERT_EQ(aggregator_.votes.size(), 3u);
  EXPECT_EQ(aggregator_.votes[0].voter(), aggregator_.votes[1].voter());
  EXPECT_NE(aggregator_.votes[0].voter(), aggregator_.votes[2].voter());
}

TEST_F(ReaderVotesTest, ACookieWeDidNotSignIsANewVoter) {
  std::string cookie = CookieOf(Post(kShip));
  cookie.back() = cookie.back() == '0' ? '1' : '0';
  Post(kShip, cookie);
  EXPECT_NE(aggregator_.votes[0].voter(), aggregator_.votes[1].voter());
}

TEST_F(ReaderVotesTest, NoAddressLeavesAndHashesDifferByTool) {
  Post(kShip);
  Post("tool=lantern&vote=ship");
  for (const v1::CommunityVote& vote : aggregator_.votes) {
    EXPECT_EQ(vote.ShortDebugString().find("192.0.2"), std::string::npos);
  }
  EXPECT_NE(aggregator_.votes[0].address(), aggregator_.votes[1].address());
  EXPECT_NE(aggregator_.votes[0].network(), aggregator_.votes[1].network());
}

TEST_F(ReaderVotesTest, AnotherSitesFormIsRefused) {
  ours_ = false;
  EXPECT_EQ(Post(kShip).status, 403);
  EXPECT_TRUE(aggregator_.votes.empty());
}

TEST_F(ReaderVotesTest, WhatIsNoVoteIsRefused) {
  for (const char* body : {"", "tool=gannet", "vote=ship", "tool=gannet&vote=maybe", "tool=%zz&vote=ship"}) {
    EXPECT_EQ(Post(body).status, 400) << body;
  }
  EXPECT_EQ(Post("tool=unknown&vote=ship").status, 404);
}

TEST_F(ReaderVotesTest, ANetworkMayPostSoOftenAMinute) {
  for (int i = 0; i < ReaderVotes::kPostsAMinute; ++i) {
    EXPECT_EQ(Post(kShip, "", absl::StrCat("192.0.2.", i)).status, 200);
  }
  EXPECT_EQ(Post(kShip, "", "192.0.2.200").status, 429);
  EXPECT_EQ(Post(kShip, "", "198.51.100.1").status, 200);
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Post(kShip, "", "192.0.2.200").status, 200);
}

TEST(NetworkOfTest, CutsAddressesToTheirNetworks) {
  EXPECT_EQ(NetworkOf("192.0.2.7", false), NetworkOf("192.0.2.250", false));
  EXPECT_NE(NetworkOf("192.0.2.7", true), NetworkOf("192.0.2.250", true));
  EXPECT_EQ(NetworkOf("::ffff:192.0.2.7", true), NetworkOf("192.0.2.7", true));
  EXPECT_EQ(NetworkOf("2001:db8:1:2::1", true), NetworkOf("2001:db8:1:2:ffff::9", true));
  EXPECT_NE(NetworkOf("2001:db8:1:2::1", true), NetworkOf("2001:db8:1:3::1", true));
  EXPECT_EQ(NetworkOf("2001:db8:1:2::1", false), NetworkOf("2001:db8:1:3::1", false));
}

TEST(SafeBackTest, LeadsOnlyToOurOwnPages) {
  EXPECT_EQ(SafeBack("/compare/a-vs-b"), "/compare/a-vs-b");
  EXPECT_EQ(SafeBack("/tools/gannet"), "/tools/gannet");
  for (const char* back : {"", "//evil.example", "https://evil.example/compare/x", "/compare/../desk",
                           "/tools/x/y", "/desk", "/tools/\"onload"}) {
    EXPECT_EQ(SafeBack(back), "/") << back;
  }
}

}  // namespace
}  // namespace seaworthy
