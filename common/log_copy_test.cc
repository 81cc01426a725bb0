// Copies of a log, and what keeps half of one from being used.
#include "common/log_copy.h"

#include "absl/strings/str_cat.h"
#include "common/event_log_fault_env.h"
#include "common/log_copy_test_support.h"
#include "common/rocksdb_event_log.h"

namespace seaworthy {
namespace {

class LogCopyTest : public testing::Test {
 protected:
  RocksDbEventLogOptions At(const std::string& name) {
    RocksDbEventLogOptions options;
    options.path = folder_.Sub(name);
    options.clock = &clock_;
    return options;
  }
  std::unique_ptr<EventLog> OpenLog(const std::string& name) {
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenRocksDbEventLog(At(name));
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  std::unique_ptr<LogImporter> Import(const std::string& name) {
    auto importer = OpenRocksDbLogImporter(At(name), RocksDbCopy::kLog, "a test");
    EXPECT_TRUE(importer.ok()) << importer.status();
    return importer.ok() ? *std::move(importer) : nullptr;
  }
  absl::Status OpenError(const std::string& name) { return OpenRocksDbEventLog(At(name)).status(); }
  // A log as kill -9 leaves it, under the name `from`.
  void MakeSource(int count) {
    const auto log = OpenLog("made");
    const auto reader = FillLog(*log, count);
    folder_.Copy(folder_.Sub("made"), "from");
  }

  TestFolder folder_;
  FakeClock clock_;
};

TEST_F(LogCopyTest, ACopyHoldsTheSameRecordsHashesAndQueues) {
  MakeSource(20);
  const auto from = OpenLog("from");
  ASSERT_TRUE(CopyLog(*from, *Import("to"), NoProgress).ok());
  const auto to = OpenLog("to");
  EXPECT_EQ(DumpLeft(*to), DumpLeft(*from));
  EXPECT_TRUE(CompareLogs(*from, *to).ok());
  EXPECT_EQ(DueNow(*to), DueNow(*from));
}

TEST_F(LogCopyTest, ARetryWaitsForItsTimeInTheCopyToo) {
  MakeSource(8);
  ASSERT_TRUE(CopyLog(*OpenLog("from"), *Import("to"), NoProgress).ok());
  const auto to = OpenLog("to");
  EXPECT_EQ(DueNow(*to), "4/2 5/2 8/1 ");
  clock_.Advance(absl::Minutes(6));
  EXPECT_EQ(DueNow(*to), "4/2 5/2 8/1 3/2 ");
}

TEST_F(LogCopyTest, AnEmptyLogIsCopiedToo) {
  const auto from = OpenLog("from");
  ASSERT_TRUE(CopyLog(*from, *Import("to"), NoProgress).ok());
  EXPECT_TRUE(CompareLogs(*from, *OpenLog("to")).ok());
}

TEST_F(LogCopyTest, ACopyThatWasNotFinishedIsNoLog) {
  MakeSource(8);
  ASSERT_TRUE(Import("to")->Append(*OpenLog("from")->ReadAfter(0, 3, absl::ZeroDuration())).ok());
  const absl::Status refused = OpenError("to");
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_NE(refused.message().find("ends at record 3"), absl::string_view::npos) << refused;
  EXPECT_NE(refused.message().find("seaworthy log copy"), absl::string_view::npos) << refused;
}

TEST_F(LogCopyTest, AnInterruptedCopyGoesOn) {
  MakeSource(20);
  const auto from = OpenLog("from");
  Import("to");
  for (size_t at = 0; at < 10; ++at) {
    const auto importer = Import("to");
    EXPECT_EQ(importer->last_sequence(), at);
    ASSERT_TRUE(importer->Append(*from->ReadAfter(at, 1, absl::ZeroDuration())).ok());
  }
  ASSERT_TRUE(CopyLog(*from, *Import("to"), NoProgress).ok());
  EXPECT_EQ(DumpLeft(*OpenLog("to")), DumpLeft(*from));
}

TEST_F(LogCopyTest, PositionsSetTwiceAreTheLastOnes) {
  MakeSource(8);
  const auto from = OpenLog("from");
  {
    const auto importer = Import("to");
    ASSERT_TRUE(importer->Append(*from->ReadAfter(0, 100, absl::ZeroDuration())).ok());
    ASSERT_TRUE(
        importer->SetSubscriptions({{{"reader", {"test.made"}, 3, {{1, 1, false, 0}, {2, 1, true, 0}}}}})
            .ok());
  }
  ASSERT_TRUE(CopyLog(*from, *Import("to"), NoProgress).ok());
  EXPECT_EQ(DumpLeft(*OpenLog("to")), DumpLeft(*from));
}

TEST_F(LogCopyTest, AnotherLogsUnfinishedCopyIsNotContinued) {
  MakeSource(8);
  const auto other = OpenLog("other");
  ASSERT_TRUE(other->Append(MadeEvent(77)).ok());
  ASSERT_TRUE(Import("to")->Append(*other->ReadAfter(0, 1, absl::ZeroDuration())).ok());
  const absl::Status refused = CopyLog(*OpenLog("from"), *Import("to"), NoProgress);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
}

TEST_F(LogCopyTest, ALogIsNotCopiedOverAnother) {
  MakeSource(8);
  const absl::Status refused = OpenRocksDbLogImporter(At("from"), RocksDbCopy::kLog, "a test").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_EQ(OpenLog("from")->LastSequence(), 9u);
}

TEST_F(LogCopyTest, RecordsThatDoNotContinueTheChainAreRefused) {
  MakeSource(8);
  const auto importer = Import("to");
  std::vector<Record> records = *OpenLog("from")->ReadAfter(0, 3, absl::ZeroDuration());
  EXPECT_EQ(importer->Append({&records[1], 2}).code(), absl::StatusCode::kDataLoss);
  records[1].payload[0] ^= 1;
  EXPECT_EQ(importer->Append(records).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(importer->last_sequence(), 0u);
}

TEST_F(LogCopyTest, WhatWasTrimmedComesBackFromABackupAndTheRestGoesOn) {
  MakeSource(8);
  folder_.Copy(folder_.Sub("from"), "backup");
  const auto from = OpenLog("from");
  {
    const auto reader = *from->Subscribe(MadeReader());
    const auto sleeper = *from->Subscribe(MadeReader("sleeper"));
    clock_.Advance(absl::Minutes(6));
    for (Subscription* queue : {reader.get(), sleeper.get()}) {
      const std::vector<Delivery> fetched = *queue->Fetch(100, absl::ZeroDuration());
      for (const Delivery& delivery : fetched) ASSERT_TRUE(queue->Ack(delivery).ok());
    }
  }
  for (int i = 100; i < 105; ++i) ASSERT_TRUE(from->Append(MadeEvent(i)).ok());
  ASSERT_TRUE(from->TrimBefore(8).ok());
  ASSERT_TRUE(
      CopyLog(*from, **OpenRocksDbLogImporter(At("backup"), RocksDbCopy::kContinue, "from"), NoProgress)
          .ok());
  const auto whole = OpenLog("backup");
  EXPECT_EQ(whole->FirstSequence(), 1u);
  EXPECT_TRUE(CompareLogs(*from, *whole).ok());
  EXPECT_EQ(DueNow(*whole), DueNow(*from));
}

TEST_F(LogCopyTest, ATrimmedLogIsRefused) {
  const auto from = OpenLog("from");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(from->Append(MadeEvent(i)).ok());
  ASSERT_TRUE(from->TrimBefore(2).ok());
  const absl::Status refused = CopyLog(*from, *Import("to"), NoProgress);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.message().find("log copy --to embedded:NEW --continue"), absl::string_view::npos);
}

TEST_F(LogCopyTest, ACopyGoesOnOnceAFullDiskHasRoom) {
  MakeSource(8);
  const std::vector<Record> records = *OpenLog("from")->ReadAfter(0, 9, absl::ZeroDuration());
  const auto system = std::make_shared<FaultFileSystem>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
  RocksDbEventLogOptions options = At("to");
  options.env = env.get();
  const auto importer = *OpenRocksDbLogImporter(options, RocksDbCopy::kLog, "a test");
  system->Arm(Fault::kNoSpace, 1);
  EXPECT_EQ(importer->Append(records).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(importer->Append(records).code(), absl::StatusCode::kUnavailable);
  system->Heal();
  // What had failed may be there: then it says so once.
  const absl::Status went = importer->Append(records);
  EXPECT_TRUE(went.ok() || absl::IsUnavailable(went)) << went;
  EXPECT_EQ(importer->last_sequence(), 9u);
  EXPECT_EQ(importer->last_hash(), records.back().hash);
}

TEST_F(LogCopyTest, EveryObjectIsCopied) {
  const auto from = OpenRocksDbObjectStore(folder_.Sub("objects"));
  const auto to = OpenRocksDbObjectStore(folder_.Sub("copied"));
  const std::string hash = *(*from)->Put("one");
  ASSERT_TRUE((*from)->Put(std::string(2'000'000, 'x')).ok());
  const absl::StatusOr<uint64_t> copied = CopyObjects(**from, **to, NoProgress);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(*copied, 2u);
  EXPECT_EQ(*(*to)->Get(hash), "one");
}

}  // namespace
}  // namespace seaworthy
