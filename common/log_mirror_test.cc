#include "common/log_mirror.h"

#include "common/event_log_test_wrapper.h"
#include "common/log_copy_test_support.h"
#include "common/rocksdb_event_log.h"

namespace seaworthy {
namespace {

class LogMirrorTest : public testing::Test {
 protected:
  static std::unique_ptr<EventLog> OpenLog(const std::string& path) {
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenAt(path);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  absl::StatusOr<std::unique_ptr<EventLog>> OpenMirrored(const std::string& name = "log") {
    log_.reset();
    log_ = OpenLog(folder_.Sub(name));
    return OpenMirroredLog(log_.get(), {folder_.Sub("copy"), "stream TEST"});
  }
  // What the copy holds, while nobody keeps it.
  std::unique_ptr<EventLog> OpenCopy() {
    RocksDbEventLogOptions options;
    options.path = folder_.Sub("copy");
    options.copies_too = true;
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenRocksDbEventLog(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }

  TestFolder folder_;
  std::unique_ptr<EventLog> log_;  // The last one mirrored.
};

TEST_F(LogMirrorTest, WhatWasReadIsInTheCopy) {
  auto log = OpenMirrored();
  ASSERT_TRUE(log.ok()) << log.status();
  AppendTo(**log, 1, 5);
  ASSERT_EQ((*log)->ReadAfter(0, 3, absl::ZeroDuration())->size(), 3u);
  const std::string hash = (*log)->Read(3)->hash;
  log->reset();
  const auto copy = OpenCopy();
  EXPECT_EQ(copy->LastSequence(), 3u);
  EXPECT_EQ(copy->Read(3)->hash, hash);
}

TEST_F(LogMirrorTest, WhoReadsFarAheadLeavesNoGap) {
  auto log = OpenMirrored();
  AppendTo(**log, 1, 5);
  ASSERT_TRUE((*log)->ReadAfter(3, 1, absl::ZeroDuration()).ok());
  ASSERT_TRUE((*log)->ReadAfter(0, 5, absl::ZeroDuration()).ok());
  log->reset();
  EXPECT_EQ(OpenCopy()->LastSequence(), 5u);
}

TEST_F(LogMirrorTest, AStartBringsTheCopyToTheLogsEnd) {
  AppendTo(*OpenLog(folder_.Sub("log")), 1, 5);
  ASSERT_TRUE(OpenMirrored().ok());
  EXPECT_EQ(OpenCopy()->LastSequence(), 5u);
}

TEST_F(LogMirrorTest, ALogThatLostItsEndIsFound) {
  AppendTo(*OpenLog(folder_.Sub("shorter")), 1, 3);
  folder_.Copy(folder_.Sub("shorter"), "log");
  AppendTo(*OpenLog(folder_.Sub("log")), 4, 5);
  ASSERT_TRUE(OpenMirrored("log").ok());
  const absl::Status lost = OpenMirrored("shorter").status();
  EXPECT_EQ(lost.code(), absl::StatusCode::kDataLoss) << lost;
  EXPECT_NE(lost.message().find("seaworthy log copy --from copy"), absl::string_view::npos) << lost;
}

TEST_F(LogMirrorTest, AnotherLogOfTheSameLengthIsFound) {
  AppendTo(*OpenLog(folder_.Sub("log")), 1, 3);
  AppendTo(*OpenLog(folder_.Sub("other")), 11, 13);
  ASSERT_TRUE(OpenMirrored("log").ok());
  EXPECT_EQ(OpenMirrored("other").status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(LogMirrorTest, ACopyIsNoLogToWorkOnButBecomesOne) {
  {
    const auto log = OpenLog(folder_.Sub("log"));
    const auto reader = FillLog(*log, 20);
    folder_.Copy(folder_.Sub("log"), "left");
  }
  ASSERT_TRUE(OpenMirrored("left").ok());
  EXPECT_EQ(OpenAt(folder_.Sub("copy")).status().code(), absl::StatusCode::kFailedPrecondition);
  RocksDbEventLogOptions options;
  options.path = folder_.Sub("new");
  ASSERT_TRUE(
      CopyLog(*OpenCopy(), **OpenRocksDbLogImporter(options, RocksDbCopy::kLog, "copy"), NoProgress).ok());
  EXPECT_EQ(DumpLeft(*OpenLog(folder_.Sub("new"))), DumpLeft(*log_));
}

TEST_F(LogMirrorTest, WhatIsReadAgainOrInPartIsKeptOnce) {
  auto log = OpenMirrored();
  AppendTo(**log, 1, 6);
  ASSERT_TRUE((*log)->ReadAfter(0, 3, absl::ZeroDuration()).ok());
  ASSERT_TRUE((*log)->ReadAfter(0, 2, absl::ZeroDuration()).ok());
  ASSERT_TRUE((*log)->ReadAfter(1, 4, absl::ZeroDuration()).ok());
  EXPECT_TRUE((*log)->ReadAfter(6, 4, absl::ZeroDuration())->empty());
  log->reset();
  EXPECT_EQ(OpenCopy()->LastSequence(), 5u);
}

TEST_F(LogMirrorTest, TheSameLogIsMirroredAgain) {
  AppendTo(*OpenLog(folder_.Sub("log")), 1, 3);
  ASSERT_TRUE(OpenMirrored().ok());
  ASSERT_TRUE(OpenMirrored().ok());
  EXPECT_EQ(OpenCopy()->LastSequence(), 3u);
}

TEST_F(LogMirrorTest, ALogThatGivesLessThanItHoldsIsNotMirrored) {
  const auto log = OpenLog(folder_.Sub("log"));
  AppendTo(*log, 1, 3);
  SilentLog silent(log.get());
  EXPECT_EQ(OpenMirroredLog(&silent, {folder_.Sub("copy"), "stream TEST"}).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace seaworthy
