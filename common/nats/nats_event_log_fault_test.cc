// What happens to the log when its server or its bytes come to harm.
#include <atomic>
#include <map>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "common/nats/nats_test_server.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(20);

NewEvent Event(std::string id, std::string payload = "payload") {
  return {std::move(id), "test.made", std::move(payload)};
}

class NatsFaultTest : public testing::Test {
 protected:
  // Two appended, log closed, server killed, `damage` done to its files, server started.
  template <typename Damage>
  absl::Status OpenAfter(Damage damage) {
    {
      const auto log = OpenOn(server_.Options());
      for (const char* id : {"one", "two"}) EXPECT_TRUE(log->Append(Event(id, std::string(500, *id))).ok());
    }
    server_.Kill();
    damage();
    server_.Start();
    return OpenNatsEventLog(server_.Options()).status();
  }
  std::string BlockFile() const {
    const std::string blocks = server_.store() + "/jetstream/$G/streams/SEAWORTHY/msgs";
    return FilesEnding(blocks, ".blk").front();
  }
  NatsTestServer server_;
};

TEST_F(NatsFaultTest, ACommitLargerThanAMessageTravelsAsAnObject) {
  const auto log = OpenOn(server_.Options());
  std::vector<NewEvent> batch;
  for (int i = 0; i < 20; ++i) {
    batch.push_back(Event(absl::StrCat("id ", i), std::string(kMaxPayloadBytes, 'p')));
  }
  const auto appended = log->AppendBatch(batch);
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->back().sequence, 20u);
  const auto other = OpenOn(server_.Options(nullptr, "other"));
  EXPECT_EQ(other->Read(20)->payload, batch[19].payload);
  EXPECT_EQ(other->Read(1)->hash, log->Read(1)->hash);
}

TEST_F(NatsFaultTest, AServerThatCannotKeepPowerIsRefused) {
  NatsEventLogOptions options = server_.Options();
  options.durability = LogDurability::kPower;
  const absl::Status status = OpenNatsEventLog(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(status.message()).find("durability"), std::string::npos) << status;
}

TEST_F(NatsFaultTest, AStreamThatDropsOldMessagesIsRefused) {
  NatsEventLogOptions options = server_.Options();
  options.stream = "lower";
  EXPECT_EQ(OpenNatsEventLog(options).status().code(), absl::StatusCode::kInvalidArgument);
  options.stream = "SEAWORTHY_OBJECTS";
  ASSERT_TRUE(OpenNatsObjectStore(server_.Options()).ok());
  EXPECT_EQ(OpenNatsEventLog(options).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(NatsFaultTest, APasswordInTheUrlIsRefusedAndNotRepeated) {
  NatsEventLogOptions options = server_.Options();
  options.link.url = "nats://user:secret@127.0.0.1:1";
  const absl::Status status = OpenNatsEventLog(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.ToString().find("secret"), std::string::npos) << status;
}

TEST_F(NatsFaultTest, WithoutAServerTheOpenEndsInTime) {
  server_.Kill();
  NatsEventLogOptions options = server_.Options();
  options.open_timeout = absl::Milliseconds(200);
  EXPECT_EQ(OpenNatsEventLog(options).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(NatsFaultTest, WhileTheServerIsAwayAppendsFailAndThenGoOn) {
  NatsEventLogOptions options = server_.Options();
  options.commit_timeout = absl::Milliseconds(300);
  const auto log = OpenOn(options);
  ASSERT_TRUE(log->Append(Event("before")).ok());
  server_.Kill();
  EXPECT_EQ(log->Append(Event("meanwhile")).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log->Read(1)->dedup_id, "before");
  server_.Start();
  const absl::Time deadline = absl::Now() + kSoon;
  while (!log->Append(Event("meanwhile")).ok() && absl::Now() < deadline) {
  }
  EXPECT_EQ(log->FindByDedupId("meanwhile")->sequence, 2u);
}

TEST_F(NatsFaultTest, WhatWaitsForAServerThatIsStuckIsStoredOnce) {
  const auto log = OpenOn(server_.Options());
  server_.Freeze();
  std::thread writer([&] { EXPECT_EQ(log->Append(Event("late"))->sequence, 1u); });
  std::thread twin([&] { EXPECT_EQ(log->Append(Event("late"))->sequence, 1u); });
  server_.Thaw();
  writer.join();
  twin.join();
  EXPECT_EQ(log->LastSequence(), 1u);
}

TEST_F(NatsFaultTest, AForeignMessageOnTheSubjectStopsTheLog) {
  const auto log = OpenOn(server_.Options());
  ASSERT_TRUE(log->Append(Event("good")).ok());
  const auto link = *NatsLink::Connect(server_.Options().link, kSoon);
  const uint64_t end = link->StreamEnd("SEAWORTHY")->last;
  ASSERT_TRUE(link->Append("SEAWORTHY.log", "not a commit", "foreign", end).ok());
  EXPECT_EQ(log->ReadAfter(1, 1, kSoon).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(log->Append(Event("next")).status().code(), absl::StatusCode::kDataLoss);
  const absl::Status again = OpenNatsEventLog(server_.Options()).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(std::string(again.message()).find(absl::StrCat("message ", end + 1)), std::string::npos) << again;
}

TEST_F(NatsFaultTest, AFlippedByteInTheServersFilesIsFound) {
  const absl::Status status = OpenAfter([&] {
    std::string bytes = ReadBytes(BlockFile());
    const size_t at = bytes.find(std::string(500, 'o'));
    ASSERT_NE(at, std::string::npos);
    bytes[at + 250] ^= 1;
    WriteBytes(BlockFile(), bytes);
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST_F(NatsFaultTest, AProcessThatReadMoreThanIsLeftSaysSo) {
  const auto log = OpenOn(server_.Options());
  ASSERT_TRUE(log->Append(Event("one")).ok());
  server_.Kill();
  std::filesystem::remove_all(server_.store());
  server_.Start();
  EXPECT_EQ(log->ReadAfter(1, 1, kSoon).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(log->Append(Event("two")).status().code(), absl::StatusCode::kDataLoss);
}

// Writers and a consumer that go on while the server comes and goes.
class NatsLoadTest : public testing::Test {
 protected:
  static constexpr int kKills = 12;

  void Write(const std::string& prefix) {
    for (int i = 0; !done_; ++i) {
      const std::string id = absl::StrCat(prefix, ".", i);
      const auto appended = log_->Append(Event(id));
      if (!appended.ok()) continue;
      absl::MutexLock lock(&mutex_);
      acknowledged_[id] = appended->sequence;
    }
  }
  void Consume() {
    SubscriptionOptions options;
    options.name = "reader";
    options.subjects = {"test.made"};
    const auto reader = *log_->Subscribe(options);
    while (!done_) {
      const auto fetched = reader->Fetch(16, absl::Milliseconds(50));
      if (!fetched.ok()) continue;
      for (const Delivery& delivery : *fetched) {
        const std::vector<NewEvent> effects = {
            {absl::StrCat("effect ", delivery.record.sequence), "test.effect", ""}};
        if (reader->Ack(delivery, effects).ok()) ++settled_;
      }
    }
  }
  // Waits until there are more, whatever happens meanwhile.
  void WaitForMore(size_t more) {
    absl::MutexLock lock(&mutex_);
    wanted_ = acknowledged_.size() + more;
    const auto enough = [](NatsLoadTest* test) { return test->acknowledged_.size() >= test->wanted_; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(+enough, this), absl::Seconds(60)));
  }
  void ExpectAllThere() {
    const auto log = OpenOn(server_.Options(nullptr, "checker"));
    for (const auto& [id, sequence] : acknowledged_) ASSERT_EQ(log->Read(sequence)->dedup_id, id);
    std::set<std::string> ids;
    for (uint64_t sequence = 1; sequence <= log->LastSequence(); ++sequence) {
      EXPECT_TRUE(ids.insert(log->Read(sequence)->dedup_id).second) << sequence;
    }
  }

  NatsTestServer server_;
  std::unique_ptr<EventLog> log_ = OpenOn(server_.Options());
  std::atomic<bool> done_{false};
  std::atomic<int> settled_{0};
  absl::Mutex mutex_;
  size_t wanted_ = 0;
  std::map<std::string, uint64_t> acknowledged_;
};

TEST_F(NatsLoadTest, AServerKilledUnderLoadLosesAndDoublesNothing) {
  std::vector<std::thread> threads;
  for (const char* prefix : {"a", "b", "c"}) threads.emplace_back([this, prefix] { Write(prefix); });
  threads.emplace_back([this] { Consume(); });
  for (int i = 0; i < kKills; ++i) {
    WaitForMore(50);
    server_.Kill();
    server_.Start();
  }
  WaitForMore(50);
  done_ = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(settled_, 50);
  ExpectAllThere();
}

}  // namespace
}  // namespace seaworthy
