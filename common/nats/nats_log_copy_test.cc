// A log there and back: embedded to JetStream to embedded.
#include "common/log_copy.h"
#include "common/log_copy_test_support.h"
#include "common/nats/nats_fault_test_fixture.h"
#include "common/rocksdb_event_log_format.h"

namespace seaworthy {
namespace {

class NatsLogCopyTest : public LogCopyFixture {
 protected:
  std::unique_ptr<EventLog> OpenStream(NatsLogUse use = NatsLogUse::kWork) {
    NatsEventLogOptions options = server_.Options(&clock_);
    options.use = use;
    return OpenOn(options);
  }
  std::unique_ptr<LogImporter> ImportStream() {
    auto importer = OpenNatsLogImporter(server_.Options(&clock_, "importer"), "a test");
    EXPECT_TRUE(importer.ok()) << importer.status();
    return importer.ok() ? *std::move(importer) : nullptr;
  }
  absl::Status StreamError(NatsLogUse use) {
    NatsEventLogOptions options = server_.Options(&clock_);
    options.use = use;
    return OpenNatsEventLog(options).status();
  }

  NatsTestServer server_;
};

TEST_F(NatsLogCopyTest, ThereAndBackAllIsTheSame) {
  const auto from = OpenSource(200);
  ASSERT_TRUE(CopyLog(*from, *ImportStream(), NoProgress).ok());
  const auto stream = OpenStream(NatsLogUse::kRead);
  EXPECT_EQ(DumpLeft(*stream), DumpLeft(*from));
  EXPECT_TRUE(CompareLogs(*from, *stream).ok());
  const auto importer = *OpenRocksDbLogImporter(At("back"), RocksDbCopy::kLog, "the stream");
  ASSERT_TRUE(CopyLog(*stream, *importer, NoProgress).ok());
}

TEST_F(NatsLogCopyTest, QueuesStandInTheStreamWhereTheyStood) {
  const auto from = OpenSource(8);
  ASSERT_TRUE(CopyLog(*from, *ImportStream(), NoProgress).ok());
  const auto stream = OpenStream();
  EXPECT_EQ(DueNow(*stream), "4/2 5/2 8/1 ");
  clock_.Advance(absl::Minutes(6));
  EXPECT_EQ(DueNow(*stream), "4/2 5/2 8/1 3/2 ");
}

TEST_F(NatsLogCopyTest, QueuesOfAStreamStandInTheEmbeddedLogWhereTheyStood) {
  {
    const auto stream = OpenStream();
    const auto reader = FillLog(*stream, 8);
    server_.Kill();  // So that nothing is handed back.
  }
  server_.Start();
  ASSERT_TRUE(WaitUntilNobodyFollows(server_.Options(&clock_), absl::Seconds(20)).ok());
  {
    const auto importer = *OpenRocksDbLogImporter(At("to"), RocksDbCopy::kLog, "the stream");
    ASSERT_TRUE(CopyLog(*OpenStream(NatsLogUse::kRead), *importer, NoProgress).ok());
  }
  const auto to = OpenLog("to");
  EXPECT_TRUE(CompareLogs(*OpenStream(NatsLogUse::kRead), *to).ok());
  EXPECT_EQ(DueNow(*to), "4/2 5/2 8/1 ");
}

TEST_F(NatsLogCopyTest, ACopyThatWasNotFinishedIsNoLogAndGoesOn) {
  const auto from = OpenSource(20);
  ASSERT_TRUE(ImportStream()->Append(*from->ReadAfter(0, 7, absl::ZeroDuration())).ok());
  for (const NatsLogUse use : {NatsLogUse::kWork, NatsLogUse::kRead}) {
    const absl::Status refused = StreamError(use);
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
    EXPECT_NE(refused.message().find("ends at record 7"), absl::string_view::npos) << refused;
  }
  const auto importer = ImportStream();
  EXPECT_EQ(importer->last_sequence(), 7u);
  ASSERT_TRUE(CopyLog(*from, *importer, NoProgress).ok());
  EXPECT_EQ(DumpLeft(*OpenStream(NatsLogUse::kRead)), DumpLeft(*from));
}

TEST_F(NatsLogCopyTest, AStreamWithALogIsNotCopiedOver) {
  ASSERT_TRUE(OpenStream()->Append(MadeEvent(1)).ok());
  const absl::Status refused = OpenNatsLogImporter(server_.Options(&clock_), "a test").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_EQ(OpenStream()->LastSequence(), 1u);
}

TEST_F(NatsLogCopyTest, WhoWorksOnTheStreamStopsWhenACopyBegins) {
  const auto working = OpenStream();
  const auto importer = ImportStream();
  EXPECT_EQ(working->Append(MadeEvent(1)).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(importer->last_sequence(), 0u);
}

TEST_F(NatsLogCopyTest, WhoReadsLeavesNoTraceAndWritesNothing) {
  ASSERT_TRUE(OpenStream()->Append(MadeEvent(1)).ok());
  const auto reader = OpenStream(NatsLogUse::kRead);
  EXPECT_EQ(reader->LastSequence(), 1u);
  EXPECT_EQ(reader->Append(MadeEvent(2)).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(NatsLogCopyTest, AStreamInUseIsFoundOut) {
  const auto working = OpenStream();
  // Its follower may not be there yet.
  absl::Status used;
  for (const absl::Time soon = absl::Now() + absl::Seconds(20); used.ok() && absl::Now() < soon;) {
    used = WaitUntilNobodyFollows(server_.Options(&clock_), absl::Milliseconds(1));
  }
  EXPECT_EQ(used.code(), absl::StatusCode::kFailedPrecondition) << used;
  EXPECT_NE(used.message().find("1 process"), absl::string_view::npos) << used;
}

TEST_F(NatsLogCopyTest, LargeObjectsAreListedOnceAndTheirPiecesNot) {
  const auto objects = *OpenNatsObjectStore(server_.Options(&clock_));
  const std::string large(2'000'000, 'x');
  ASSERT_TRUE(objects->Put(large).ok() && objects->Put("small").ok());
  const auto to = *OpenRocksDbObjectStore(folder_.Sub("objects"));
  const absl::StatusOr<uint64_t> copied = CopyObjects(*objects, *to, NoProgress);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(*copied, 2u);
  EXPECT_EQ(*to->Get(Sha256Hex(large)), large);
}

TEST_F(NatsLogCopyTest, AQueueBeyondTheCopysEndAndAnIdThatStandsTwiceAreRefused) {
  const auto importer = ImportStream();
  const SubscriptionState beyond = {"reader", {}, 1, {}};
  EXPECT_EQ(importer->SetSubscriptions({&beyond, 1}).code(), absl::StatusCode::kInvalidArgument);
  const auto from = OpenLog("one");
  ASSERT_TRUE(from->Append(MadeEvent(1)).ok());
  const std::vector<Record> records = *from->ReadAfter(0, 1, absl::ZeroDuration());
  ASSERT_TRUE(importer->Append(records).ok());
  Record twice = records[0];
  twice.sequence = 2;
  const auto body = event_log_format::EncodeBody({twice.dedup_id, twice.subject, twice.payload});
  twice.hash =
      event_log_format::EncodeHead(2, absl::ToUnixMicros(twice.time), records[0].hash, body.digest).hash;
  EXPECT_EQ(importer->Append({&twice, 1}).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(importer->last_sequence(), 1u);
}

TEST_F(NatsLogCopyTest, TwoWhoCopyIntoOneStreamAreFoundOut) {
  const auto from = OpenSource(8);
  const std::vector<Record> records = *from->ReadAfter(0, 9, absl::ZeroDuration());
  const auto one = ImportStream();
  ASSERT_TRUE(one->Append({records.data(), 3}).ok());
  ASSERT_TRUE(one->Finish().ok());
  EXPECT_EQ(one->Append({&records[3], 1}).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(NatsLogCopyTest, OfTwoWhoCopyAtOnceOneIsHeard) {
  const auto from = OpenSource(8);
  const std::vector<Record> records = *from->ReadAfter(0, 9, absl::ZeroDuration());
  LinkFaults faults;
  const NatsEventLogOptions options = Through(&faults, server_.Options(&clock_, "late"));
  const auto one = ImportStream();
  const auto late = *OpenNatsLogImporter(options, "a test");
  faults.Silence();
  ASSERT_TRUE(one->Append({records.data(), 3}).ok());
  faults.Before(
      "Append",
      [&faults] {
        faults.Heal();
        return absl::OkStatus();
      },
      1);
  EXPECT_EQ(late->Append({records.data(), 3}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(one->last_sequence(), 3u);
}

TEST_F(NatsLogCopyTest, WhatWasOutAtTwoEndsIsDueAtOnceInTheStream) {
  const auto from = OpenSource(8);
  {
    const auto importer = ImportStream();
    ASSERT_TRUE(importer->Append(*from->ReadAfter(0, 9, absl::ZeroDuration())).ok());
    const int64_t late_us = absl::ToUnixMicros(clock_.Now() + absl::Hours(1));
    const SubscriptionState state = {
        "reader", {"test.made"}, 9, {{1, 2, true, late_us}, {2, 1, false, late_us}}};
    ASSERT_TRUE(importer->SetSubscriptions({&state, 1}).ok());
    ASSERT_TRUE(importer->Finish().ok());
  }
  EXPECT_EQ(DueNow(*OpenStream()), "1/3 ");
}

TEST_F(NatsLogCopyTest, WhoLeavesAStreamIsWaitedFor) {
  LinkFaults faults;
  const NatsEventLogOptions options = Through(&faults, server_.Options(&clock_));
  auto working = OpenStream();
  ASSERT_TRUE(working->Append(MadeEvent(1)).ok());
  ASSERT_EQ(OpenStream(NatsLogUse::kRead)->LastSequence(), 1u);
  faults.Before(
      "StreamEnd", [] { return absl::OkStatus(); }, 2);
  std::thread waiter([&] { EXPECT_TRUE(WaitUntilNobodyFollows(options, absl::Seconds(60)).ok()); });
  EXPECT_TRUE(faults.WaitUntilStruck("StreamEnd"));
  working.reset();
  waiter.join();
}

TEST_F(NatsLogCopyTest, ManyLargeRecordsGoInMoreThanOneMessage) {
  const auto from = OpenLog("large");
  for (int i = 0; i < 8; ++i)
    ASSERT_TRUE(from->Append({absl::StrCat("id ", i), "test.made", std::string(200'000, 'x')}).ok());
  ASSERT_TRUE(CopyLog(*from, *ImportStream(), NoProgress).ok());
  EXPECT_TRUE(CompareLogs(*from, *OpenStream(NatsLogUse::kRead)).ok());
}

TEST_F(NatsLogCopyTest, AStreamThatIsNotThereIsNamed) {
  NatsEventLogOptions options = server_.Options(&clock_);
  options.stream = "NONE";
  for (const absl::Status& status : {WaitUntilNobodyFollows(options, absl::ZeroDuration()), [&] {
                                       NatsEventLogOptions reading = options;
                                       reading.use = NatsLogUse::kRead;
                                       return OpenNatsEventLog(reading).status();
                                     }()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_NE(status.message().find("no stream NONE"), absl::string_view::npos) << status;
  }
}

TEST_F(NatsLogCopyTest, AServerThatDoesNotSayWhoFollowsIsNotTakenForQuiet) {
  LinkFaults faults;
  const NatsEventLogOptions options = Through(&faults, server_.Options(&clock_));
  faults.Fail("StreamEnd", absl::UnavailableError("no"));
  EXPECT_EQ(WaitUntilNobodyFollows(options, absl::ZeroDuration()).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace seaworthy
