// The contract, run through the embedded engine, and what only it promises.
#include "common/rocksdb_event_log.h"

#include "common/event_log_contract_test.h"
#include "common/event_log_contract_trim_test.h"
#include "common/event_log_test_folder.h"
#include "common/rocksdb_event_log_index.h"

namespace seaworthy {
namespace {

class RocksDbHarness : public EventLogHarness {
 public:
  RocksDbHarness() { Open(folder_.Sub("log")); }
  EventLog& log() override { return *logs_.back(); }
  void CrashAndReopen() override {
    const std::string name = absl::StrCat("log-", logs_.size());
    Open(folder_.Copy(path_, name));
  }
  void Restart() override {
    logs_.pop_back();
    Open(path_);
  }
  void Advance(absl::Duration by) override { clock_.Advance(by); }

 private:
  void Open(const std::string& path) {
    path_ = path;
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenAt(path, &clock_);
    if (!opened.ok()) throw std::runtime_error(opened.status().ToString());
    logs_.push_back(*std::move(opened));
  }

  TestFolder folder_;
  FakeClock clock_;
  std::string path_;
  std::vector<std::unique_ptr<EventLog>> logs_;  // The last is the one alive.
};

INSTANTIATE_TEST_SUITE_P(Engines, EventLogContract,
                         testing::Values(EventLogEngine{"rocksdb",
                                                        [] { return std::make_unique<RocksDbHarness>(); }}),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Engines, EventLogTrimContract,
                         testing::Values(EventLogEngine{"rocksdb",
                                                        [] { return std::make_unique<RocksDbHarness>(); }}),
                         [](const auto& info) { return info.param.name; });

class RocksDbEventLogTest : public testing::Test {
 protected:
  std::unique_ptr<EventLog> Open() {
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenAt(folder_.Sub("log"), &clock_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }
  TestFolder folder_;
  FakeClock clock_;
};

TEST_F(RocksDbEventLogTest, AFolderInUseIsRefused) {
  const auto log = Open();
  const absl::Status second = OpenAt(folder_.Sub("log"), &clock_).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(second.message()).find("is open already"), std::string::npos) << second;
}

TEST_F(RocksDbEventLogTest, AFolderIsFreeAgainOnceTheLogIsGone) {
  Open();
  Open();
}

TEST_F(RocksDbEventLogTest, TheTimeOfARecordIsTheClocks) {
  const auto log = Open();
  ASSERT_TRUE(log->Append({"a", "test.made", ""}).ok());
  EXPECT_EQ(log->Read(1)->time, clock_.Now());
}

TEST_F(RocksDbEventLogTest, DataWithoutACurrentFileIsRefused) {
  ASSERT_TRUE(Open()->Append({"a", "test.made", ""}).ok());
  std::filesystem::remove(folder_.Sub("log") + "/CURRENT");
  EXPECT_EQ(OpenAt(folder_.Sub("log"), &clock_).status().code(), absl::StatusCode::kDataLoss);
}

// Two records, the first kills its process whenever it is worked on.
TEST_F(RocksDbEventLogTest, ARecordThatKillsItsConsumerDoesNotTakeOthersAlong) {
  auto log = Open();
  for (const char* id : {"poison", "fine"}) ASSERT_TRUE(log->Append({id, "test.made", ""}).ok());
  SubscriptionOptions options;
  options.name = "reader";
  options.subjects = {"test.made"};
  std::set<std::string> done;
  std::vector<std::unique_ptr<EventLog>> crashed;
  for (int run = 0; run < 8; ++run) {
    auto reader = *log->Subscribe(options);
    const auto fetched = reader->Fetch(10, absl::ZeroDuration());
    const bool dies = std::any_of(fetched->begin(), fetched->end(), [](const Delivery& delivery) {
      return delivery.record.dedup_id == "poison";
    });
    for (const Delivery& delivery : *fetched) {
      if (!dies && reader->Ack(delivery).ok()) done.insert(delivery.record.dedup_id);
    }
    auto next = OpenAt(
        folder_.Copy(folder_.Sub(run == 0 ? "log" : absl::StrCat("run", run - 1)), absl::StrCat("run", run)),
        &clock_);
    reader.reset();
    crashed.push_back(std::exchange(log, *std::move(next)));
  }
  EXPECT_EQ(done, std::set<std::string>{"fine"});
  EXPECT_TRUE(log->FindByDedupId("dead:reader:1").ok());
  EXPECT_FALSE(log->FindByDedupId("dead:reader:2").ok());
}

TEST_F(RocksDbEventLogTest, OneReadIsBoundedAndTheNextGoesOn) {
  const auto log = Open();
  for (int i = 0; i < 40; ++i)
    ASSERT_TRUE(log->Append({absl::StrCat("id ", i), "test.made", std::string(kMaxPayloadBytes, 'x')}).ok());
  uint64_t at = 0;
  int reads = 0;
  for (; at < 40; ++reads) {
    const auto records = *log->ReadAfter(at, 100, absl::ZeroDuration());
    ASSERT_FALSE(records.empty());
    EXPECT_LE(records.size(), 33u);
    at = records.back().sequence;
  }
  EXPECT_EQ(reads, 2);
}

TEST_F(RocksDbEventLogTest, WhatIsTrimmedWhileItIsReadIsThereOrSaidToBeGone) {
  const auto log = Open();
  ASSERT_TRUE(log->Append({"id 0", "test.made", ""}).ok());
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&, i] {
      while (!done) {
        const uint64_t first = log->FirstSequence();
        const absl::Status read = i % 2 == 0 ? log->Read(first).status()
                                             : log->ReadAfter(first - 1, 2, absl::ZeroDuration()).status();
        EXPECT_TRUE(read.ok() || absl::IsOutOfRange(read)) << read;
        std::this_thread::yield();
      }
    });
  }
  for (uint64_t i = 1; i <= 60; ++i) {
    ASSERT_TRUE(log->Append({absl::StrCat("id ", i), "test.made", ""}).ok());
    ASSERT_TRUE(log->TrimBefore(i).ok());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(log->FirstSequence(), 60u);
}

TEST(SubjectIndexTest, TheNextOfSeveralSubjectsIsTheFirstOfThem) {
  SubjectIndex index;
  for (const char* subject : {"a", "b", "c", "a", "b"}) index.Add(index.last() + 1, subject);
  EXPECT_EQ(index.NextAfter({"a", "b"}, 0), 1u);
  EXPECT_EQ(index.NextAfter({"c", "b"}, 0), 2u);
  EXPECT_EQ(index.NextAfter({"b", "c"}, 2), 3u);
  EXPECT_EQ(index.NextAfter({"c", "a"}, 3), 4u);
  EXPECT_EQ(index.NextAfter({"c", "d"}, 3), std::nullopt);
  EXPECT_EQ(index.CountAfter({"a", "d"}, 1), 1u);
}

TEST(SubjectIndexTest, WhatLiesBeforeTheFirstIsForgotten) {
  SubjectIndex index;
  for (const char* subject : {"a", "b", "a"}) index.Add(index.last() + 1, subject);
  index.SetFirst(3);
  index.SetFirst(2);
  EXPECT_EQ(index.first(), 3u);
  EXPECT_EQ(index.NextAfter({}, 0), 3u);
  EXPECT_EQ(index.CountAfter({"a"}, 0), 1u);
  EXPECT_EQ(index.CountAfter({"b"}, 0), 0u);
}

}  // namespace
}  // namespace seaworthy
