// What gathers while the disk is busy with somebody else's write.
#include <atomic>
#include <functional>
#include <thread>

#include "common/event_log_fault_env.h"
#include "common/event_log_test_folder.h"
#include "common/event_log_test_threads.h"

namespace seaworthy {
namespace {

using Operation = FaultFileSystem::Operation;

class GroupTest : public testing::Test {
 protected:
  ~GroupTest() override { Join(); }
  static NewEvent EventOf(const std::string& id, size_t bytes = 10) {
    return {id, "test.made", std::string(bytes, 'p')};
  }
  std::unique_ptr<Subscription> Reader() {
    SubscriptionOptions options;
    options.name = "reader";
    options.subjects = {"test.made"};
    return *log_->Subscribe(options);
  }
  // The disk waits in the middle of this.
  void Begin(Operation operation, std::function<void()> what) {
    system_->Hold(operation);
    threads_.Start(std::move(what));
    system_->WaitUntilHeld();
  }
  // Comes to where it must wait for that.
  void Queue(std::function<void()> what) { threads_.Start(std::move(what)); }
  void Join() {
    system_->Release();
    threads_.Join();
  }

  TestFolder folder_;
  const std::shared_ptr<FaultFileSystem> system_ = std::make_shared<FaultFileSystem>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(system_);
  const std::unique_ptr<EventLog> log_ = *OpenAt(folder_.Sub("log"), nullptr, env_.get());
  WaitingThreads threads_;
};

TEST_F(GroupTest, OneIdOfTwoWhoWaitIsAppendedOnce) {
  std::atomic<int> duplicates{0};
  Begin(Operation::kSync, [this] { EXPECT_TRUE(log_->Append(EventOf("first")).ok()); });
  for (int i = 0; i < 2; ++i) {
    Queue([&] {
      const absl::StatusOr<Appended> appended = log_->Append(EventOf("same"));
      EXPECT_EQ(appended->sequence, 2u);
      duplicates += appended->duplicate ? 1 : 0;
    });
  }
  Join();
  EXPECT_EQ(duplicates, 1);
  EXPECT_EQ(log_->LastSequence(), 2u);
}

TEST_F(GroupTest, MoreThanOneWriteHoldsIsWrittenInTwo) {
  Begin(Operation::kSync, [this] { EXPECT_TRUE(log_->Append(EventOf("first")).ok()); });
  for (const char* writer : {"a", "b"}) {
    Queue([this, writer] {
      std::vector<NewEvent> batch;
      for (int i = 0; i < 12; ++i) batch.push_back(EventOf(absl::StrCat(writer, i), kMaxPayloadBytes));
      EXPECT_TRUE(log_->AppendBatch(batch).ok());
    });
  }
  Join();
  EXPECT_EQ(log_->LastSequence(), 25u);
  EXPECT_EQ(log_->FindByDedupId("b11")->sequence, log_->FindByDedupId("b0")->sequence + 11);
}

TEST_F(GroupTest, AnAnswerWaitsForAnotherToTheSameDelivery) {
  ASSERT_TRUE(log_->Append(EventOf("made")).ok());
  const auto reader = Reader();
  const std::vector<Delivery> fetched = *reader->Fetch(1, absl::ZeroDuration());
  const std::vector<NewEvent> one = {{"one", "test.effect", ""}};
  const std::vector<NewEvent> two = {{"two", "test.effect", ""}};
  const std::vector<Acknowledgement> both = {{&fetched[0], two}};
  Begin(Operation::kSync, [&] { EXPECT_TRUE(reader->Ack(fetched[0], one).ok()); });
  Queue([&] { EXPECT_TRUE(reader->Ack(fetched[0], two).ok()); });
  Queue([&] { EXPECT_TRUE(reader->AckAll(both).ok()); });
  Join();
  EXPECT_EQ(log_->LastSequence(), 2u);
  EXPECT_TRUE(log_->FindByDedupId("one").ok());
}

TEST_F(GroupTest, AFetchWaitsForAnotherThatIsBeingWritten) {
  for (const char* id : {"a", "b"}) ASSERT_TRUE(log_->Append(EventOf(id)).ok());
  const auto reader = Reader();
  std::atomic<uint64_t> sum{0};
  const auto fetch = [&] {
    const std::vector<Delivery> fetched = *reader->Fetch(1, absl::Seconds(20));
    ASSERT_EQ(fetched.size(), 1u);
    sum += fetched[0].record.sequence;
  };
  Begin(Operation::kAppend, fetch);
  Queue(fetch);
  Join();
  EXPECT_EQ(sum, 3u) << "each record to one of both";
}

TEST_F(GroupTest, WhatWaitsWhenTheLogIsClosedIsNotWritten) {
  Begin(Operation::kSync, [this] { EXPECT_TRUE(log_->Append(EventOf("first")).ok()); });
  Queue([this] { EXPECT_EQ(log_->Append(EventOf("late")).status().code(), absl::StatusCode::kCancelled); });
  std::thread closer([this] { log_->Close(); });
  closer.join();
  Join();
  EXPECT_EQ(log_->LastSequence(), 1u);
}

}  // namespace
}  // namespace seaworthy
