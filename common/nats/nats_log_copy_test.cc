// A log there and back: embedded to JetStream to embedded.
#include "common/log_copy.h"
#include "common/log_copy_test_support.h"
#include "common/nats/nats_test_server.h"
#include "common/rocksdb_event_log.h"

namespace seaworthy {
namespace {

class NatsLogCopyTest : public testing::Test {
 protected:
  RocksDbEventLogOptions At(const std::string& name) {
    RocksDbEventLogOptions options;
    options.path = folder_.Sub(name);
    options.clock = &clock_;
    return options;
  }
  std::unique_ptr<EventLog> OpenEmbedded(const std::string& name) {
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenRocksDbEventLog(At(name));
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
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
  std::unique_ptr<EventLog> MakeSource(int count) {
    const auto log = OpenEmbedded("made");
    const auto reader = FillLog(*log, count);
    folder_.Copy(folder_.Sub("made"), "from");
    return OpenEmbedded("from");
  }

  TestFolder folder_;
  NatsTestServer server_;
  FakeClock clock_;
};

TEST_F(NatsLogCopyTest, ThereAndBackAllIsTheSame) {
  const auto from = MakeSource(200);
  ASSERT_TRUE(CopyLog(*from, *ImportStream(), NoProgress).ok());
  const auto stream = OpenStream(NatsLogUse::kRead);
  EXPECT_EQ(DumpLeft(*stream), DumpLeft(*from));
  EXPECT_TRUE(CompareLogs(*from, *stream).ok());
  const auto importer = *OpenRocksDbLogImporter(At("back"), RocksDbCopy::kLog, "the stream");
  ASSERT_TRUE(CopyLog(*stream, *importer, NoProgress).ok());
}

TEST_F(NatsLogCopyTest, QueuesStandInTheStreamWhereTheyStood) {
  const auto from = MakeSource(8);
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
  const auto to = OpenEmbedded("to");
  EXPECT_TRUE(CompareLogs(*OpenStream(NatsLogUse::kRead), *to).ok());
  EXPECT_EQ(DueNow(*to), "4/2 5/2 8/1 ");
}

TEST_F(NatsLogCopyTest, ACopyThatWasNotFinishedIsNoLogAndGoesOn) {
  const auto from = MakeSource(20);
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

}  // namespace
}  // namespace seaworthy
