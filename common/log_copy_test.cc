// Copies of a log, and what keeps half of one from being used.
#include "common/log_copy.h"

#include "absl/strings/str_cat.h"
#include "common/event_log_fault_env.h"
#include "common/event_log_test_wrapper.h"
#include "common/log_copy_test_support.h"
#include "common/rocksdb_event_log_format.h"

namespace seaworthy {
namespace {

class LogCopyTest : public LogCopyFixture {
 protected:
  std::unique_ptr<LogImporter> Import(const std::string& name) {
    auto importer = OpenRocksDbLogImporter(At(name), RocksDbCopy::kLog, "a test");
    EXPECT_TRUE(importer.ok()) << importer.status();
    return importer.ok() ? *std::move(importer) : nullptr;
  }
  absl::Status OpenError(const std::string& name) { return OpenRocksDbEventLog(At(name)).status(); }
};

TEST_F(LogCopyTest, ACopyHoldsTheSameRecordsHashesAndQueues) {
  const auto from = OpenSource(20);
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
  const auto from = OpenSource(20);
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
  const auto from = OpenSource(8);
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

TEST_F(LogCopyTest, AnUnfinishedCopyLongerThanTheLogIsNotOfIt) {
  const auto other = OpenLog("other");
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(other->Append(MadeEvent(i)).ok());
  ASSERT_TRUE(Import("to")->Append(*other->ReadAfter(0, 3, absl::ZeroDuration())).ok());
  const auto from = OpenLog("from");
  ASSERT_TRUE(from->Append(MadeEvent(1)).ok());
  const absl::Status refused = CopyLog(*from, *Import("to"), NoProgress);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
}

TEST_F(LogCopyTest, ALogThatGrowsMeanwhileIsNotFinishedAndTheSameCopyGoesOn) {
  const auto from = OpenSource(8);
  const auto grow = [&](uint64_t done, uint64_t total) {
    if (done < total) return;
    EXPECT_TRUE(from->Append(MadeEvent(99)).ok());
  };
  const absl::Status refused = CopyLog(*from, *Import("to"), grow);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_EQ(OpenError("to").code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(CopyLog(*from, *Import("to"), NoProgress).ok());
  EXPECT_TRUE(CompareLogs(*from, *OpenLog("to")).ok());
}

TEST_F(LogCopyTest, ALogThatGivesLessThanItHoldsIsNotCopied) {
  const auto from = OpenSource(8);
  SilentLog silent(from.get());
  EXPECT_EQ(CopyLog(silent, *Import("to"), NoProgress).code(), absl::StatusCode::kDataLoss);
}

TEST_F(LogCopyTest, ALogThatDoesNotSayWhereItsQueuesStandIsNotCopied) {
  const auto from = OpenSource(8);
  WrappedLog wrapped(from.get());
  EXPECT_EQ(CopyLog(wrapped, *Import("to"), NoProgress).code(), absl::StatusCode::kUnimplemented);
}

TEST_F(LogCopyTest, CopiesThatDifferAreFound) {
  const auto one = OpenLog("one");
  const auto two = OpenLog("two");
  ASSERT_TRUE(one->Append(MadeEvent(1)).ok());
  EXPECT_EQ(CompareLogs(*one, *two).code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(two->Append(MadeEvent(2)).ok());
  EXPECT_EQ(CompareLogs(*one, *two).code(), absl::StatusCode::kDataLoss);
}

TEST_F(LogCopyTest, AnIdThatStandsTwiceInTheSourceIsLoss) {
  const auto one = OpenLog("one");
  const auto importer = Import("to");
  ASSERT_TRUE(one->Append(MadeEvent(1)).ok());
  std::vector<Record> records = *one->ReadAfter(0, 1, absl::ZeroDuration());
  ASSERT_TRUE(importer->Append(records).ok());
  Record twice = records[0];
  twice.sequence = 2;
  const auto body = event_log_format::EncodeBody({twice.dedup_id, twice.subject, twice.payload});
  twice.hash =
      event_log_format::EncodeHead(2, absl::ToUnixMicros(twice.time), records[0].hash, body.digest).hash;
  EXPECT_EQ(importer->Append({&twice, 1}).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(importer->last_sequence(), 1u);
}

TEST_F(LogCopyTest, AQueueBeyondTheCopysEndIsRefused) {
  const auto importer = Import("to");
  EXPECT_TRUE(importer->Append({}).ok());
  EXPECT_TRUE(importer->SetSubscriptions({}).ok());
  const SubscriptionState beyond = {"reader", {}, 1, {}};
  EXPECT_EQ(importer->SetSubscriptions({&beyond, 1}).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(LogCopyTest, AMirrorStaysACopyAndIsNoPlaceForALog) {
  {
    const auto mirror = *OpenRocksDbLogImporter(At("mirror"), RocksDbCopy::kMirror, "a test");
    EXPECT_EQ(mirror->Finish().code(), absl::StatusCode::kFailedPrecondition);
  }
  const absl::Status refused = OpenRocksDbLogImporter(At("mirror"), RocksDbCopy::kLog, "a test").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_NE(refused.message().find("another kind"), absl::string_view::npos) << refused;
}

TEST_F(LogCopyTest, AnEmptyFolderMayBeContinuedAndAQueueAloneIsALog) {
  EXPECT_TRUE(OpenRocksDbLogImporter(At("new"), RocksDbCopy::kContinue, "a test").ok());
  ASSERT_TRUE(OpenLog("queue")->Subscribe(MadeReader()).ok());
  EXPECT_EQ(OpenRocksDbLogImporter(At("queue"), RocksDbCopy::kLog, "a test").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(LogCopyTest, AnObjectThatCannotBeReadIsNamedAndEndsTheCopy) {
  const auto from = *OpenRocksDbObjectStore(folder_.Sub("objects"));
  const auto to = *OpenRocksDbObjectStore(folder_.Sub("copied"));
  const std::string hash = *from->Put("one");
  // A store that knows of an object and does not have it.
  class Forgetful : public ObjectStore {
   public:
    explicit Forgetful(std::string hash) : hash_(std::move(hash)) {}
    absl::StatusOr<std::vector<std::string>> PutAll(absl::Span<const std::string_view>) override {
      return absl::UnavailableError("no");
    }
    absl::StatusOr<std::string> Get(std::string_view hash) override {
      return absl::DataLossError(absl::StrCat("object ", std::string(hash), " is damaged"));
    }
    absl::Status List(const std::function<bool(std::string_view)>& visit) override {
      visit(hash_);
      return absl::OkStatus();
    }

   private:
    const std::string hash_;
  } forgetful(hash);
  EXPECT_EQ(CopyObjects(forgetful, *to, NoProgress).status().code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(CopyObjects(*from, *to, NoProgress).ok());
  EXPECT_EQ(*CopyObjects(forgetful, *to, NoProgress), 1u) << "what is there is not asked for again";
}

TEST_F(LogCopyTest, ACopyGoesOnWhetherOrNotWhatFailedReachedTheDisk) {
  MakeSource(8);
  const std::vector<Record> records = *OpenLog("from")->ReadAfter(0, 9, absl::ZeroDuration());
  for (const Fault fault : {Fault::kNoSpace, Fault::kSyncNoSpace}) {
    const auto system = std::make_shared<FaultFileSystem>();
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
    RocksDbEventLogOptions options = At(absl::StrCat("to ", static_cast<int>(fault)));
    options.env = env.get();
    const auto importer = *OpenRocksDbLogImporter(options, RocksDbCopy::kLog, "a test");
    system->Arm(fault, 1);
    EXPECT_EQ(importer->Append(records).code(), absl::StatusCode::kUnavailable);
    system->Heal();
    EXPECT_EQ(importer->SetSubscriptions({}).ok(), fault == Fault::kNoSpace) << "says once what is there";
    EXPECT_EQ(importer->last_sequence(), fault == Fault::kNoSpace ? 0u : 9u);
    EXPECT_TRUE(importer->SetSubscriptions({}).ok());
  }
}

}  // namespace
}  // namespace seaworthy
