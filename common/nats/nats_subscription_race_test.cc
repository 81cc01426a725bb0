// Two processes on one subscription, of which one is overtaken.
#include "common/log_copy_test_support.h"
#include "common/nats/nats_fault_test_fixture.h"

namespace seaworthy {
namespace {

class NatsSubscriptionRaceTest : public NatsFaultFixture {
 protected:
  NatsSubscriptionRaceTest() {
    slow_ = OpenOn(Faulty("slow", &clock_));
    fast_ = OpenOn(server_.Options(&clock_, "fast"));
    slow_reader_ = *slow_->Subscribe(MadeReader());
    fast_reader_ = *fast_->Subscribe(MadeReader());
  }
  // Appended, and known to both.
  void AppendMany(int count) {
    for (int i = 1; i <= count; ++i) ASSERT_TRUE(fast_->Append(MadeEvent(i)).ok());
    ASSERT_TRUE(ReadUpTo(*slow_, static_cast<uint64_t>(count)).ok());
  }
  // Does this right before the slow one's next commit reaches the server.
  template <typename Do>
  void Meanwhile(Do what) {
    faults_.Before(
        "Append",
        [what] {
          what();
          return absl::OkStatus();
        },
        1);
  }
  static std::vector<Delivery> Fetch(Subscription& reader, size_t max, absl::Duration timeout = kSoon) {
    absl::StatusOr<std::vector<Delivery>> fetched = reader.Fetch(max, timeout);
    EXPECT_TRUE(fetched.ok()) << fetched.status();
    return fetched.ok() ? *std::move(fetched) : std::vector<Delivery>();
  }

  FakeClock clock_;
  std::unique_ptr<EventLog> slow_;
  std::unique_ptr<EventLog> fast_;
  std::unique_ptr<Subscription> slow_reader_;
  std::unique_ptr<Subscription> fast_reader_;
};

TEST_F(NatsSubscriptionRaceTest, WhatAnotherTookMeanwhileIsNotTakenTwice) {
  AppendMany(2);
  Meanwhile([this] { EXPECT_EQ(Fetch(*fast_reader_, 1)[0].record.sequence, 1u); });
  const std::vector<Delivery> fetched = Fetch(*slow_reader_, 1);
  ASSERT_EQ(fetched.size(), 1u);
  EXPECT_EQ(fetched[0].record.sequence, 2u);
}

TEST_F(NatsSubscriptionRaceTest, WhatAnotherTookAndGaveBackMeanwhileHasOneAttemptMore) {
  AppendMany(1);
  Meanwhile([this] {
    const std::vector<Delivery> fetched = Fetch(*fast_reader_, 1);
    EXPECT_TRUE(fast_reader_->RetryAfter(fetched[0], absl::ZeroDuration(), "busy").ok());
  });
  const std::vector<Delivery> fetched = Fetch(*slow_reader_, 1);
  ASSERT_EQ(fetched.size(), 1u);
  EXPECT_EQ(fetched[0].attempt, 2u);
}

TEST_F(NatsSubscriptionRaceTest, WhatAnotherGaveUpOnMeanwhileHasOneLetter) {
  AppendMany(1);
  for (uint32_t attempt = 1; attempt <= 5; ++attempt) {
    EXPECT_EQ(Fetch(*fast_reader_, 1)[0].attempt, attempt);
    clock_.Advance(absl::Seconds(31));
  }
  while (slow_->ListSubscriptions()[0].in_flight == 0) {
  }
  Meanwhile([this] { EXPECT_TRUE(Fetch(*fast_reader_, 1, absl::ZeroDuration()).empty()); });
  EXPECT_TRUE(Fetch(*slow_reader_, 1, absl::ZeroDuration()).empty());
  EXPECT_EQ(slow_->LastSequence(), 2u);
  EXPECT_EQ(slow_->Read(2)->dedup_id, "dead:reader:1");
}

TEST_F(NatsSubscriptionRaceTest, ADeliveryThatCannotBeWrittenDownIsNotHandedOut) {
  AppendMany(1);
  faults_.Fail("Append", absl::ResourceExhaustedError("no room"), 1);
  EXPECT_EQ(slow_reader_->Fetch(1, kSoon).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Fetch(*slow_reader_, 1)[0].attempt, 1u);
}

TEST_F(NatsSubscriptionRaceTest, WhileMostOfTheTimeIsLeftNothingIsWrittenForMore) {
  AppendMany(1);
  const std::vector<Delivery> fetched = Fetch(*slow_reader_, 1);
  faults_.Fail("Append", absl::ResourceExhaustedError("no room"));
  EXPECT_TRUE(slow_reader_->InProgress(fetched[0]).ok());
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(slow_reader_->InProgress(fetched[0]).code(), absl::StatusCode::kUnavailable);
  faults_.Heal();
  EXPECT_TRUE(slow_reader_->InProgress(fetched[0]).ok());
}

}  // namespace
}  // namespace seaworthy
