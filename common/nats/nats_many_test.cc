// Several processes on one log, each an EventLog with a connection of its own.
#include <atomic>
#include <set>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "common/nats/nats_test_server.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(20);

NewEvent Event(std::string id) { return {std::move(id), "test.made", "payload"}; }

class NatsManyTest : public testing::Test {
 protected:
  std::unique_ptr<EventLog> OpenAs(const std::string& instance) {
    return OpenOn(server_.Options(&clock_, instance));
  }
  static std::unique_ptr<Subscription> Open(EventLog& log, size_t max_in_flight = 64) {
    SubscriptionOptions options;
    options.name = "reader";
    options.max_in_flight = max_in_flight;
    options.subjects = {"test.made"};
    return *log.Subscribe(options);
  }
  static void AppendMany(EventLog& log, int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(log.Append(Event(absl::StrCat("id ", i))).ok());
  }
  // Takes and answers until all `count` are done, whoever does them.
  void Work(Subscription& reader, size_t count) {
    while (true) {
      {
        absl::MutexLock lock(&mutex_);
        if (seen_.size() >= count) return;
      }
      const auto fetched = reader.Fetch(3, absl::Milliseconds(20));
      ASSERT_TRUE(fetched.ok()) << fetched.status();
      for (const Delivery& delivery : *fetched) {
        EXPECT_TRUE(reader.Ack(delivery).ok());
        absl::MutexLock lock(&mutex_);
        EXPECT_TRUE(seen_.insert(delivery.record.sequence).second) << delivery.record.sequence;
      }
    }
  }

  NatsTestServer server_;
  FakeClock clock_;
  absl::Mutex mutex_;
  std::set<uint64_t> seen_;
};

TEST_F(NatsManyTest, WritersOfTwoProcessesMakeOneHistory) {
  const auto one = OpenAs("one");
  const auto two = OpenAs("two");
  std::vector<std::thread> writers;
  for (EventLog* log : {one.get(), two.get(), one.get(), two.get()}) {
    writers.emplace_back([log] { AppendMany(*log, 100); });
  }
  for (std::thread& writer : writers) writer.join();
  ASSERT_TRUE(one->ReadAfter(99, 1, kSoon).ok() && two->ReadAfter(99, 1, kSoon).ok());
  EXPECT_EQ(one->LastSequence(), 100u);
  EXPECT_EQ(Dump(*one), Dump(*two));
}

TEST_F(NatsManyTest, AnotherProcessSeesWhatWasAppended) {
  const auto one = OpenAs("one");
  const auto two = OpenAs("two");
  std::thread writer([&] { AppendMany(*one, 1); });
  EXPECT_EQ(two->ReadAfter(0, 1, kSoon)->size(), 1u);
  writer.join();
}

TEST_F(NatsManyTest, ReplicasShareTheRecordsOfOneSubscription) {
  const auto one = OpenAs("one");
  const auto two = OpenAs("two");
  AppendMany(*one, 60);
  const auto first = Open(*one);
  const auto second = Open(*two);
  std::thread helper([&] { Work(*second, 60); });
  Work(*first, 60);
  helper.join();
  EXPECT_EQ(seen_.size(), 60u);
}

TEST_F(NatsManyTest, WhatOneReplicaHasTakesNoRoomFromAnother) {
  const auto one = OpenAs("one");
  const auto two = OpenAs("two");
  AppendMany(*one, 6);
  const auto first = Open(*one, 2);
  const auto second = Open(*two, 2);
  const auto held = *first->Fetch(6, kSoon);
  EXPECT_EQ(held.size(), 2u);
  EXPECT_EQ(second->Fetch(6, kSoon)->size(), 2u);
  EXPECT_TRUE(first->Fetch(6, absl::ZeroDuration())->empty());
  ASSERT_TRUE(first->Ack(held[0]).ok());
  EXPECT_EQ(first->Fetch(6, kSoon)->size(), 1u);
}

TEST_F(NatsManyTest, WhatAStrangerHeldComesAfterItsTime) {
  const auto one = OpenAs("one");
  const auto two = OpenAs("two");
  AppendMany(*one, 1);
  const auto holder = Open(*one);
  ASSERT_EQ(holder->Fetch(1, kSoon)->size(), 1u);
  const auto reader = Open(*two);
  EXPECT_TRUE(reader->Fetch(1, absl::ZeroDuration())->empty());
  clock_.Advance(absl::Seconds(31));
  const auto fetched = reader->Fetch(1, kSoon);
  ASSERT_EQ(fetched->size(), 1u);
  EXPECT_EQ(fetched->front().attempt, 2u);
}

TEST_F(NatsManyTest, WhoIsStillAtItKeepsItFromOthers) {
  const auto one = OpenAs("one");
  AppendMany(*one, 1);
  const auto holder = Open(*one);
  const auto fetched = *holder->Fetch(1, kSoon);
  clock_.Advance(absl::Seconds(20));
  ASSERT_TRUE(holder->InProgress(fetched.front()).ok());
  clock_.Advance(absl::Seconds(20));
  const auto two = OpenAs("two");
  EXPECT_TRUE(Open(*two)->Fetch(1, absl::ZeroDuration())->empty());
  clock_.Advance(absl::Seconds(11));
  EXPECT_EQ(Open(*two)->Fetch(1, kSoon)->size(), 1u);
}

TEST_F(NatsManyTest, TheLaterOfOneNameEndsTheEarlier) {
  const auto earlier = OpenAs("same");
  const auto later = OpenAs("same");
  const absl::Status status = earlier->Append(Event("a")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(status.message()).find("log.instance"), std::string::npos) << status;
  EXPECT_TRUE(later->Append(Event("a")).ok());
}

}  // namespace
}  // namespace seaworthy
