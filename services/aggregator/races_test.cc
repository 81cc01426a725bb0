// Two editors at once, over and over: one winner, a clear message for the
// other, and only what was approved is public. After each test the log must
// make the same state again.
#include <barrier>
#include <thread>

#include "services/aggregator/queries.h"
#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

constexpr int kRounds = 334;

class RacesTest : public EditorialFixture {
 protected:
  struct Both {
    absl::Status eve;
    absl::Status mia;
  };
  // From two threads that begin together.
  template <typename Eve, typename Mia>
  static Both AtOnce(const Eve& eve, const Mia& mia) {
    Both both;
    std::barrier together(2);
    std::thread other([&] {
      together.arrive_and_wait();
      both.mia = mia();
    });
    together.arrive_and_wait();
    both.eve = eve();
    other.join();
    return both;
  }
  auto Asks(v1::DecisionKind kind, const std::string& editor, const std::string& hash) {
    return [this, kind, editor, hash] { return Do(kind, editor, hash).status(); };
  }
  auto Edits(const std::string& quote, const std::string& base) {
    return [this, quote, base] {
      v1::AmendVerdictRequest request;
      request.mutable_amendment()->set_verdict_id("ada@1/dx");
      request.mutable_amendment()->set_kind(v1::EDIT_QUOTE);
      request.mutable_amendment()->set_base_hash(Sha256Hex(base));
      request.mutable_amendment()->set_quote(quote);
      request.mutable_amendment()->set_editor("mia");
      return service_->AmendVerdict(request).status();
    };
  }
  static bool OneWon(const Both& both) { return both.eve.ok() != both.mia.ok(); }
  static const absl::Status& Loser(const Both& both) { return both.eve.ok() ? both.mia : both.eve; }
  static const char* Winner(const Both& both) { return both.eve.ok() ? "eve" : "mia"; }
  void ExpectPublicIs(const std::string& hash) {
    const auto published = Published(kPair);
    ASSERT_TRUE(published.ok()) << published.status();
    EXPECT_EQ(published->content_hash(), hash);
    EXPECT_EQ(ContentHash(published->content()), hash);
  }
  void TakeBack() {
    if (Pair().state() == v1::Comparison::APPROVED) {
      ASSERT_TRUE(Do(v1::WITHDRAW).ok());
    }
    ASSERT_TRUE(Do(v1::REOPEN).ok());
  }
};

TEST_F(RacesTest, OfTwoApprovalsOneWins) {
  DraftAdaVsBob();
  const std::string hash = HashOf(kPair);
  for (int round = 0; round < kRounds; ++round) {
    const Both both = AtOnce(Asks(v1::APPROVE, "eve", hash), Asks(v1::APPROVE, "mia", hash));
    ASSERT_TRUE(OneWon(both)) << both.eve << both.mia;
    EXPECT_TRUE(Says(Loser(both), absl::StrCat("approved already, by ", Winner(both)))) << Loser(both);
    EXPECT_EQ(Published(kPair)->decision().editor(), Winner(both));
    ExpectPublicIs(hash);
    TakeBack();
  }
}

TEST_F(RacesTest, OfAnApprovalAndARejectionOneWins) {
  DraftAdaVsBob();
  const std::string hash = HashOf(kPair);
  for (int round = 0; round < kRounds; ++round) {
    const Both both = AtOnce(Asks(v1::APPROVE, "eve", hash), Asks(v1::REJECT, "mia", hash));
    ASSERT_TRUE(OneWon(both)) << both.eve << both.mia;
    EXPECT_EQ(Loser(both).code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_TRUE(Says(Loser(both), both.eve.ok() ? "approved by eve" : "mia rejected")) << Loser(both);
    EXPECT_EQ(IsPublic(), both.eve.ok());
    if (both.eve.ok()) ExpectPublicIs(hash);
    TakeBack();
  }
}

TEST_F(RacesTest, AnApprovalAndAnEditNeverMakeThePageOtherThanApproved) {
  DraftAdaVsBob();
  std::string quote = "dx on ada";
  std::string public_hash;
  for (int round = 0; round < kRounds; ++round) {
    const std::string hash = HashOf(kPair);
    const std::string edited = round % 2 == 0 ? "Ada is small." : "Ada is handy.";
    const Both both = AtOnce(Asks(v1::APPROVE, "eve", hash), Edits(edited, quote));
    ASSERT_TRUE(both.mia.ok()) << both.mia;
    EXPECT_NE(HashOf(kPair), hash);
    if (both.eve.ok()) public_hash = hash;
    EXPECT_TRUE(both.eve.ok() || absl::IsAborted(both.eve)) << both.eve;
    EXPECT_TRUE(both.eve.ok() || Says(both.eve, "changed since you looked")) << both.eve;
    EXPECT_EQ(IsPublic(), !public_hash.empty());
    if (!public_hash.empty()) ExpectPublicIs(public_hash);
    EXPECT_EQ(Pair().state(), v1::Comparison::DRAFTED);
    quote = edited;
  }
}

TEST_F(RacesTest, OfTwoEditsOfOneQuoteOneWins) {
  DraftAdaVsBob();
  std::string quote = "dx on ada";
  for (int round = 0; round < kRounds / 4; ++round) {
    const std::string a = absl::StrCat("Ada is small. ", round % 2 == 0 ? "So be it." : "So it is.");
    const std::string b = absl::StrCat("Ada is handy. ", round % 2 == 0 ? "So be it." : "So it is.");
    const Both both = AtOnce(Edits(a, quote), Edits(b, quote));
    ASSERT_TRUE(OneWon(both)) << both.eve << both.mia;
    EXPECT_TRUE(absl::IsAborted(Loser(both)) && Says(Loser(both), "has changed since you looked"));
    quote = Tool("ada").verdicts(0).quote();
    EXPECT_EQ(quote, both.eve.ok() ? a : b);
  }
}

}  // namespace
}  // namespace seaworthy
