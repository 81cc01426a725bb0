// The contract, run through the embedded engine, and what only it promises.
#include "common/rocksdb_event_log.h"

#include "common/event_log_contract_test.h"
#include "common/event_log_contract_trim_test.h"
#include "common/event_log_test_folder.h"

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

}  // namespace
}  // namespace seaworthy
