// Readers' votes through the service. After each test the log must make the
// same state again, and count the same by the rules written a second time.
#include <map>
#include <thread>

#include "absl/strings/str_format.h"
#include "services/aggregator/testing/editorial_fixture.h"
#include "services/aggregator/testing/vote_book.h"

namespace seaworthy {
namespace {

class VotesTest : public EditorialFixture {
 protected:
  void TearDown() override {
    Settle();
    std::map<std::string, VoteBook> books = CountTheLog();
    for (const auto& [tool, book] : books) {
      const v1::VoteTally tally = Tally(tool);
      EXPECT_EQ(tally.ship(), book.Of(v1::SHIP)) << tool;
      EXPECT_EQ(tally.skip(), book.Of(v1::SKIP)) << tool;
    }
    EditorialFixture::TearDown();
  }

  void PublishPair() {
    DraftAdaVsBob();
    ASSERT_TRUE(Do(v1::APPROVE).ok());
  }
  absl::StatusOr<v1::VoteTally> Cast(uint64_t reader, v1::Vote vote = v1::SHIP,
                                     const std::string& tool = "ada") {
    v1::CastVoteRequest request;
    request.mutable_vote()->set_tool_id(tool);
    request.mutable_vote()->set_vote(vote);
    request.mutable_vote()->set_voter(absl::StrFormat("%032x", reader));
    request.mutable_vote()->set_address(absl::StrFormat("%032x", reader / 2));
    request.mutable_vote()->set_network(absl::StrFormat("%032x", reader / 4));
    return service_->CastVote(request);
  }
  v1::VoteTally Tally(const std::string& tool = "ada") { return Tallies({tool}).tallies(0); }
  v1::ListTalliesResponse Tallies(const std::vector<std::string>& tools) {
    v1::ListTalliesRequest request;
    request.mutable_tool_ids()->Assign(tools.begin(), tools.end());
    return service_->ListTallies(request).value();
  }
  std::map<std::string, VoteBook> CountTheLog() {
    std::map<std::string, VoteBook> books;
    for (uint64_t at = 1; at <= log_->LastSequence(); ++at) {
      v1::Event event;
      EXPECT_TRUE(event.ParseFromString(log_->Read(at)->payload));
      for (const v1::CommunityVote& vote : event.vote_cast().votes()) books[vote.tool_id()].Take(vote);
    }
    return books;
  }
  uint64_t VoteEvents() {
    uint64_t events = 0;
    for (uint64_t at = 1; at <= log_->LastSequence(); ++at) {
      events += log_->Read(at)->subject == "vote.cast" ? 1 : 0;
    }
    return events;
  }
};

TEST_F(VotesTest, OnlyWhatIsPublicTakesVotes) {
  DraftAdaVsBob();
  EXPECT_EQ(Cast(1).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  EXPECT_TRUE(Cast(1).ok());
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  EXPECT_EQ(Cast(2).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Tally().ship(), 1u);
}

TEST_F(VotesTest, TheAnswerShowsTheVoteCounted) {
  PublishPair();
  EXPECT_EQ(Cast(1, v1::SHIP)->ship(), 1u);
  EXPECT_EQ(Cast(2, v1::SKIP)->skip(), 1u);
  const v1::VoteTally again = Cast(1, v1::SKIP).value();
  EXPECT_EQ(again.skip(), 2u);
  EXPECT_EQ(again.discarded().at("replaced"), 1u);
}

TEST_F(VotesTest, WhatWasDiscardedIsTold) {
  PublishPair();
  for (uint64_t reader = 0; reader < 40; ++reader) ASSERT_TRUE(Cast(reader).ok());
  EXPECT_EQ(Tally().ship(), 30u);
  EXPECT_EQ(Tally().discarded().at("burst"), 10u);
  clock_.Advance(absl::Hours(1));
  for (uint64_t reader = 30; reader < 40; ++reader) ASSERT_TRUE(Cast(reader).ok());
  EXPECT_EQ(Tally().ship(), 40u);
  EXPECT_EQ(Tally().discarded().at("burst"), 10u);
}

TEST_F(VotesTest, WhatIsNoVoteNeverReachesTheLog) {
  PublishPair();
  const uint64_t before = log_->LastSequence();
  EXPECT_EQ(Cast(1, v1::VOTE_UNSPECIFIED).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Cast(1, v1::SHIP, "").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log_->LastSequence(), before);
}

TEST_F(VotesTest, TalliesComeInTheOrderAsked) {
  PublishPair();
  ASSERT_TRUE(Cast(1, v1::SKIP, "bob").ok());
  const v1::ListTalliesResponse tallies = Tallies({"bob", "nobody", "ada"});
  ASSERT_EQ(tallies.tallies_size(), 3);
  EXPECT_EQ(tallies.tallies(0).skip(), 1u);
  EXPECT_EQ(tallies.tallies(1).tool_id(), "nobody");
  EXPECT_EQ(tallies.tallies(2).ship(), 0u);
  v1::ListTalliesRequest many;
  for (int i = 0; i < 501; ++i) many.add_tool_ids("ada");
  EXPECT_EQ(service_->ListTallies(many).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(VotesTest, WhoAsksForAMergedToolVotesOnWhatItIsNow) {
  PublishPair();
  Tell({Model("Cyd")});
  ASSERT_TRUE(Merge("ada", "cyd").ok());
  ASSERT_TRUE(Cast(1, v1::SHIP, "cyd").ok());
  EXPECT_EQ(Tally("ada").ship(), 1u);
  EXPECT_EQ(Tally("cyd").ship(), 1u);
}

TEST_F(VotesTest, ManyReadersAtOnceAreCountedOnceEachInFewEvents) {
  PublishPair();
  std::vector<std::thread> readers;
  for (uint64_t i = 0; i < 16; ++i) {
    readers.emplace_back([this, i] {
      for (uint64_t j = 0; j < 8; ++j) EXPECT_TRUE(Cast(8 * i + j, j % 2 == 0 ? v1::SHIP : v1::SKIP).ok());
    });
  }
  for (std::thread& reader : readers) reader.join();
  const v1::VoteTally tally = Tally();
  EXPECT_EQ(tally.ship() + tally.skip(), 30u);
  EXPECT_EQ(tally.discarded().at("burst"), 98u);
  EXPECT_LT(VoteEvents(), 128u);
}

}  // namespace
}  // namespace seaworthy
