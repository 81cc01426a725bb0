// What gathers for one message while the server is busy with the one before.
#include <functional>

#include "absl/synchronization/notification.h"
#include "common/event_log_test_threads.h"
#include "common/log_copy_test_support.h"
#include "common/nats/nats_fault_test_fixture.h"
#include "common/steady_wait.h"

namespace seaworthy {
namespace {

class NatsJournalGroupTest : public NatsFaultFixture {
 protected:
  NatsJournalGroupTest() : log_(OpenOn(Faulty("busy"))) {}
  ~NatsJournalGroupTest() override { Join(); }

  // An append that the server answers only when Join is called.
  void Begin() {
    faults_.Before(
        "Append",
        [this] {
          begun_.Notify();
          go_on_.WaitForNotification();
          return absl::OkStatus();
        },
        1);
    threads_.Start([this] { EXPECT_TRUE(log_->Append(MadeEvent(0)).ok()); });
    begun_.WaitForNotification();
  }
  // Does this right before the server gets what was queued.
  void Meanwhile(std::function<void()> what) {
    faults_.Before(
        "Append",
        [what = std::move(what)] {
          what();
          return absl::OkStatus();
        },
        1);
  }
  // Comes to where it must wait for that.
  void Queue(std::function<void()> what) { threads_.Start(std::move(what)); }
  void Join() {
    if (!go_on_.HasBeenNotified()) go_on_.Notify();
    threads_.Join();
  }

  std::unique_ptr<EventLog> log_;
  absl::Notification begun_;
  absl::Notification go_on_;
  WaitingThreads threads_;
};

TEST_F(NatsJournalGroupTest, MoreThanAMessageHoldsGoesInSeveral) {
  Begin();
  for (int i = 1; i <= 8; ++i) {
    Queue([this, i] {
      EXPECT_TRUE(log_->Append({absl::StrCat("large ", i), "test.made", std::string(250'000, 'p')}).ok());
    });
  }
  Join();
  EXPECT_EQ(log_->LastSequence(), 9u);
}

TEST_F(NatsJournalGroupTest, MoreThanAMessageTakesGoInSeveral) {
  Begin();
  for (int i = 1; i <= 300; ++i) Queue([this, i] { EXPECT_TRUE(log_->Append(MadeEvent(i)).ok()); });
  Join();
  EXPECT_EQ(log_->LastSequence(), 301u);
}

TEST_F(NatsJournalGroupTest, SubscriptionsDoNotWaitForEachOther) {
  for (int i = 1; i <= 2; ++i) ASSERT_TRUE(log_->Append(MadeEvent(i)).ok());
  const auto a = *log_->Subscribe(MadeReader("a"));
  const auto b = *log_->Subscribe(MadeReader("b"));
  const std::vector<Delivery> fetched = *b->Fetch(1, kSoon);
  Begin();
  Queue([&] { EXPECT_TRUE(b->Ack(fetched[0]).ok()); });
  Queue([&] { EXPECT_EQ(a->Fetch(1, kSoon)->size(), 1u); });
  Join();
}

TEST_F(NatsJournalGroupTest, WhoWasRefusedStaysRefusedWhenOthersAreTriedAgain) {
  const auto other = OpenOn(server_.Options(nullptr, "other"));
  Begin();
  Queue([this] {
    EXPECT_EQ(log_->Redeliver("nobody", 1, MadeEvent(7)).status().code(), absl::StatusCode::kNotFound);
  });
  Queue([this] { EXPECT_TRUE(log_->Append(MadeEvent(8)).ok()); });
  Queue([this] { EXPECT_TRUE(log_->Append(MadeEvent(9)).ok()); });
  Meanwhile([&] { EXPECT_TRUE(other->Append(MadeEvent(6)).ok()); });
  Join();
  faults_.Heal();
  EXPECT_EQ(log_->LastSequence(), 4u);
}

TEST_F(NatsJournalGroupTest, WhatWaitsWhenTheLogIsClosedIsNotWrittenButHandingBackIs) {
  ASSERT_TRUE(log_->Append(MadeEvent(1)).ok());
  auto reader = *log_->Subscribe(MadeReader());
  ASSERT_EQ(reader->Fetch(1, kSoon)->size(), 1u);
  Begin();
  Queue([this] { EXPECT_EQ(log_->Append(MadeEvent(2)).status().code(), absl::StatusCode::kCancelled); });
  Queue([&] { reader.reset(); });
  log_->Close();
  Join();
  const auto after = OpenOn(server_.Options(nullptr, "after"));
  EXPECT_FALSE(after->FindByDedupId("id 2").ok());
  EXPECT_EQ((*after->Subscribe(MadeReader()))->Fetch(1, kSoon)->front().attempt, 1u);
}

TEST_F(NatsJournalGroupTest, WhoseTimePassedBehindOthersTriesOnceAndTheRestGoOn) {
  constexpr absl::Duration kPatience = absl::Seconds(1);
  log_.reset();
  NatsEventLogOptions options = Faulty("busy");
  options.commit_timeout = kPatience;
  log_ = OpenOn(options);
  Begin();
  Queue([this] { EXPECT_TRUE(absl::IsUnavailable(log_->Append(MadeEvent(1)).status())); });
  Queue([this] { EXPECT_TRUE(absl::IsUnavailable(log_->Append(MadeEvent(2)).status())); });
  EXPECT_FALSE(SteadyFlag().WaitFor(kPatience));
  Queue([this] { EXPECT_TRUE(log_->Append(MadeEvent(3)).ok()); });
  faults_.Fail("Append", absl::DeadlineExceededError("no answer"), 1);
  Join();
  EXPECT_EQ(log_->LastSequence(), 2u);
}

TEST_F(NatsJournalGroupTest, WhatGrowsWhenItIsTriedAgainPushesTheOthersBack) {
  ASSERT_TRUE(log_->Append(MadeEvent(1)).ok());
  const auto other = OpenOn(server_.Options(nullptr, "other"));
  const auto reader = *log_->Subscribe(MadeReader());
  const std::vector<Delivery> fetched = *reader->Fetch(1, kSoon);
  ASSERT_TRUE(reader->Ack(fetched[0]).ok());
  std::vector<Acknowledgement> answers = {{&fetched[0], {}}};
  for (int i = 0; i < 5; ++i)
    answers[0].effects.push_back({absl::StrCat("effect ", i), "test.effect", std::string(200'000, 'p')});
  Begin();
  // Settled already, until the other process has it delivered once more.
  Queue([&] { EXPECT_TRUE(reader->AckAll(answers).ok()); });
  Queue([this] { EXPECT_TRUE(log_->Append(MadeEvent(8)).ok()); });
  Queue([this] {
    EXPECT_EQ(log_->Redeliver("nobody", 1, MadeEvent(7)).status().code(), absl::StatusCode::kNotFound);
  });
  Queue([this] { EXPECT_TRUE(log_->Append(MadeEvent(9)).ok()); });
  Meanwhile([&] { EXPECT_TRUE(other->Redeliver("reader", 1, MadeEvent(6)).ok()); });
  Join();
  EXPECT_EQ(log_->LastSequence(), 10u);
  EXPECT_LT(log_->FindByDedupId("effect 4")->sequence, log_->FindByDedupId("id 8")->sequence);
}

}  // namespace
}  // namespace seaworthy
