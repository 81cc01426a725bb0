// Two aggregators on one log: which of them emits, and that it does not matter
// when that changes.
#include "common/event_log_test_folder.h"
#include "common/lease_fakes.h"
#include "common/rocksdb_event_log.h"
#include "services/aggregator/testing/leader_fixture.h"

namespace seaworthy {
namespace {

class LeaderTest : public ::testing::Test {
 protected:
  LeaderTest() { log_ = OpenRocksDbEventLog({folder_.Sub("log"), &clock_, nullptr}).value(); }
  ~LeaderTest() override {
    one_.reset();
    two_.reset();
  }

  AggregatorService::Options Options() {
    AggregatorService::Options options;
    options.log = log_.get();
    options.clock = &clock_;
    options.personas = {PersonaId("dx"), PersonaId("business")};
    options.max_pairs_per_tool = 2;
    return options;
  }
  std::unique_ptr<AggregatorService> Start(const std::string& store, Leases* leases, int pairs = 2) {
    AggregatorService::Options options = Options();
    options.store_dir = folder_.Sub(store);
    options.leases = leases;
    options.max_pairs_per_tool = pairs;
    auto service = AggregatorService::Open(options).value();
    EXPECT_TRUE(service->Start().ok());
    return service;
  }
  void StartBoth() {
    one_ = Start("one", one_leases_.get());
    two_ = Start("two", two_leases_.get());
  }
  void Lead(const std::string& who) { board_.Give("aggregator", who); }
  void SettleBoth() {
    SettleOne(*log_, *one_);
    SettleOne(*log_, *two_);
  }
  void ExpectOneHistory(int tools) {
    SettleBoth();
    ExpectEachEffectOnce(*log_, tools);
    const std::string hash = HashOfAReplay(Options(), folder_.Sub("again"));
    EXPECT_EQ(one_->StateHash().value(), hash);
    EXPECT_EQ(two_->StateHash().value(), hash);
  }

  TestFolder folder_;
  FakeClock clock_;
  std::unique_ptr<EventLog> log_;
  LeaseBoard board_;
  std::unique_ptr<Leases> one_leases_ = board_.For("one");
  std::unique_ptr<Leases> two_leases_ = board_.For("two");
  std::unique_ptr<AggregatorService> one_;
  std::unique_ptr<AggregatorService> two_;
};

TEST_F(LeaderTest, WithoutALeaderNothingIsEmittedAndNothingIsPassedOver) {
  StartBoth();
  Teller teller(log_.get());
  teller.TellOfTools(1);
  EXPECT_FALSE(Soon([&] { return log_->LastSequence() > 2; }, absl::Milliseconds(300)));
  // The tool's announcement is not applied before its effects are in the log.
  EXPECT_LT(one_->GetStatus({})->applied_sequence(), 2u);
  EXPECT_FALSE(one_->GetStatus({})->leading());
  Lead("two");
  teller.ReviewAll();
  ExpectOneHistory(1);
  EXPECT_TRUE(two_->GetStatus({})->leading());
  EXPECT_EQ(one_->GetStatus({})->leader(), "two");
}

TEST_F(LeaderTest, TheLeadGoesFromOneToTheOtherAtAnyTime) {
  StartBoth();
  Teller teller(log_.get());
  for (int i = 0; i < 20; ++i) {
    teller.TellOfTools(2);
    Lead(i % 3 == 2 ? "" : i % 2 == 0 ? "one" : "two");
  }
  Lead("one");
  teller.ReviewAll();
  ExpectOneHistory(40);
}

TEST_F(LeaderTest, ClocksThatJumpChangeNothing) {
  StartBoth();
  Teller teller(log_.get());
  for (int i = 0; i < 12; ++i) {
    Lead(i % 2 == 0 ? "one" : "two");
    teller.TellOfTools(1);
    clock_.Advance((i % 4 < 2 ? 1 : -1) * (i % 3 == 0 ? absl::Hours(24) : absl::Hours(1)));
    teller.TellOfTools(1);
  }
  teller.ReviewAll();
  ExpectOneHistory(24);
}

// As when one was stopped, another took over, and the first goes on: it still
// believes to lead.
TEST_F(LeaderTest, TwoThatBothBelieveToLeadRepeatNothing) {
  const auto one = NewAlwaysHeldLeases("one");
  const auto two = NewAlwaysHeldLeases("two");
  one_ = Start("one", one.get());
  two_ = Start("two", two.get());
  Teller teller(log_.get());
  for (int i = 0; i < 10; ++i) teller.TellOfTools(3);
  teller.ReviewAll();
  ExpectOneHistory(30);
  one_.reset();
  two_.reset();
}

TEST_F(LeaderTest, WhoeverIsAskedTakesACommand) {
  StartBoth();
  Lead("one");
  Teller teller(log_.get());
  teller.TellOfTools(2);
  teller.ReviewAll();
  SettleBoth();
  v1::DecideRequest request;
  v1::Decision& decision = *request.mutable_decision();
  decision.set_kind(v1::REJECT);
  decision.set_comparison_id("tool-1-vs-tool-2");
  decision.set_editor("eve");
  decision.set_reason("too early");
  v1::GetComparisonRequest get;
  get.set_comparison_id("tool-1-vs-tool-2");
  decision.set_content_hash(two_->GetComparison(get)->comparison().content_hash());
  EXPECT_EQ(two_->Decide(request)->state(), v1::Comparison::REJECTED);
  SettleBoth();
  EXPECT_EQ(one_->GetComparison(get)->comparison().state(), v1::Comparison::REJECTED);
}

TEST_F(LeaderTest, WhoWouldEmitMoreFollowsALeaderThatEmitsLess) {
  one_ = Start("one", one_leases_.get(), /*pairs=*/1);
  Lead("one");
  Teller(log_.get()).TellOfTools(12);
  SettleOne(*log_, *one_);
  two_ = Start("two", two_leases_.get(), /*pairs=*/5);
  SettleBoth();
  EXPECT_EQ(one_->StateHash().value(), two_->StateHash().value());
}

TEST_F(LeaderTest, ANoteOfAnotherLogIsNotBelieved) {
  Lead("one");
  board_.SetNote("aggregator", "one", "999:4:00");
  Lead("");
  two_ = Start("two", two_leases_.get());
  Teller teller(log_.get());
  teller.TellOfTools(2);
  EXPECT_FALSE(Soon([&] { return two_->GetStatus({})->applied_sequence() >= 4; }, absl::Milliseconds(300)));
  Lead("two");
  teller.ReviewAll();
  SettleOne(*log_, *two_);
  ExpectEachEffectOnce(*log_, 2);
}

TEST_F(LeaderTest, AnEndingAggregatorWaitsForNoLeader) {
  StartBoth();
  Teller(log_.get()).TellOfTools(3);
  one_->Stop();
  two_->Stop();
  EXPECT_EQ(log_->LastSequence(), 6u);
}

}  // namespace
}  // namespace seaworthy
