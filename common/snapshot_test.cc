#include "common/snapshot.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/hash.h"

namespace seaworthy {
namespace {

class SnapshotMarkTest : public testing::Test {
 protected:
  SnapshotMarkTest() : folder_(std::filesystem::path(testing::TempDir()) / ("snapshot-" + RandomHex(8))) {
    std::filesystem::create_directories(folder_);
  }
  ~SnapshotMarkTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return SnapshotMarkPath(folder_.string()); }
  static SnapshotMark Mark(uint64_t sequence) {
    return {sequence, Sha256Hex("record"), absl::FromUnixMicros(1'234'567'890'123'456), "/backups/7"};
  }
  void Put(const std::string& text) const { std::ofstream(path()) << text; }
  absl::StatusCode ReadError() const { return ReadSnapshotMark(path()).status().code(); }

  const std::filesystem::path folder_;
};

TEST_F(SnapshotMarkTest, WhatIsWrittenIsRead) {
  ASSERT_TRUE(WriteSnapshotMark(path(), Mark(42)).ok());
  const absl::StatusOr<SnapshotMark> read = ReadSnapshotMark(path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->sequence, 42u);
  EXPECT_EQ(read->log_hash, Mark(42).log_hash);
  EXPECT_EQ(read->time, Mark(42).time);
  EXPECT_EQ(read->where, "/backups/7");
}

TEST_F(SnapshotMarkTest, ABackupWithoutAStateIsMarkedWithItsTime) {
  SnapshotMark mark = Mark(0);
  mark.log_hash.clear();
  ASSERT_TRUE(WriteSnapshotMark(path(), mark).ok());
  const absl::StatusOr<SnapshotMark> read = ReadSnapshotMark(path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->sequence, 0u);
  EXPECT_EQ(read->time, mark.time);
}

TEST_F(SnapshotMarkTest, ALaterOneReplacesIt) {
  ASSERT_TRUE(WriteSnapshotMark(path(), Mark(1)).ok());
  ASSERT_TRUE(WriteSnapshotMark(path(), Mark(2)).ok());
  EXPECT_EQ(ReadSnapshotMark(path())->sequence, 2u);
}

TEST_F(SnapshotMarkTest, WithoutABackupThereIsNone) { EXPECT_EQ(ReadError(), absl::StatusCode::kNotFound); }

TEST_F(SnapshotMarkTest, AFileThatIsNoMarkIsRefused) {
  for (const char* text : {"", "{}", "[1]", "{\"version\":2}", "{\"version\":1,\"sequence\":0}",
                           "{\"version\":1,\"sequence\":\"7\",\"log_hash\":\"x\",\"time\":\"now\"}"}) {
    Put(text);
    EXPECT_EQ(ReadError(), absl::StatusCode::kDataLoss) << text;
  }
}

TEST_F(SnapshotMarkTest, WhatIsNoMarkIsNotWritten) {
  SnapshotMark mark = Mark(0);
  EXPECT_EQ(WriteSnapshotMark(path(), mark).code(), absl::StatusCode::kInvalidArgument);
  mark = Mark(1);
  mark.log_hash.clear();
  EXPECT_EQ(WriteSnapshotMark(path(), mark).code(), absl::StatusCode::kInvalidArgument);
  mark.log_hash = "ABC";
  EXPECT_EQ(WriteSnapshotMark(path(), mark).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace seaworthy
