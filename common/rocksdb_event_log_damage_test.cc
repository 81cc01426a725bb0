// Torn tails and damage, through the whole engine.
#include <memory>
#include <random>

#include "common/event_log_test_folder.h"
#include "common/rocksdb_event_log_format.h"
#include "rocksdb/db.h"

namespace seaworthy {
namespace {

class DamageTest : public testing::Test {
 protected:
  static constexpr int kFlips = 400;

  void Append(EventLog& log, int count) {
    for (int i = 0; i < count; ++i) {
      const uint64_t number = log.LastSequence() + 1;
      const NewEvent event{absl::StrCat("id ", number), "test.made", absl::StrCat("payload ", number)};
      ASSERT_TRUE(log.Append(event).ok());
    }
  }

  // A log with records in tables and in the write-ahead file and a reader in
  // the middle; closed as by kill -9.
  std::string MakeLog() {
    Append(**OpenAt(folder_.Sub("made"), &clock_), 60);
    Append(**OpenAt(folder_.Sub("made"), &clock_), 40);
    const auto log = *OpenAt(folder_.Sub("made"), &clock_);
    Append(*log, 20);
    SubscriptionOptions options;
    options.name = "reader";
    const auto reader = *log->Subscribe(options);
    const std::vector<Delivery> fetched = *reader->Fetch(20, absl::ZeroDuration());
    for (size_t i = 0; i < 10; ++i) EXPECT_TRUE(reader->Ack(fetched[i]).ok());
    Append(*log, 20);
    return folder_.Copy(folder_.Sub("made"), "killed");
  }

  // How the log opens once `change` was done to a copy of it behind its back.
  absl::Status AfterChange(
      const std::function<void(rocksdb::DB&, const std::vector<rocksdb::ColumnFamilyHandle*>&)>& change) {
    const std::string path = folder_.Copy(MakeLog(), "changed");
    const rocksdb::ColumnFamilyOptions plain;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    rocksdb::DB* raw = nullptr;
    const rocksdb::Status opened = rocksdb::DB::Open(
        rocksdb::DBOptions(), path,
        {{"default", plain}, {"records", plain}, {"dedup", plain}, {"subscriptions", plain}}, &families,
        &raw);
    EXPECT_TRUE(opened.ok()) << opened.ToString();
    const std::unique_ptr<rocksdb::DB> db(raw);
    change(*db, families);
    for (rocksdb::ColumnFamilyHandle* family : families)
      db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
    EXPECT_TRUE(db->Close().ok());
    return OpenAt(path, &clock_).status();
  }

  static void ExpectDataLoss(const absl::Status& status, const std::string& says) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_NE(std::string(status.message()).find(says), std::string::npos) << status;
    EXPECT_NE(std::string(status.message()).find("estore the"), std::string::npos) << status;
  }

  // Flips one bit of one file of a copy: refused, or nothing is different.
  // Returns whether it was refused.
  bool FlipOneBit(const std::string& path, const std::string& expected, std::mt19937& random) {
    const std::string copy = folder_.Copy(path, "flipped");
    std::vector<std::string> files = FilesEnding(copy, ".sst");
    // Half the flips go to the write-ahead file.
    files.resize(files.size() * 2, FilesEnding(copy, ".log").back());
    const std::string& file = files[random() % files.size()];
    std::string bytes = ReadBytes(file);
    const size_t bit = random() % (bytes.size() * 8);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    WriteBytes(file, bytes);
    const absl::StatusOr<std::unique_ptr<EventLog>> log = OpenAt(copy, &clock_);
    EXPECT_TRUE(log.ok() || log.status().code() == absl::StatusCode::kDataLoss)
        << file << " bit " << bit << ": " << log.status();
    if (!log.ok()) return true;
    EXPECT_EQ(Dump(**log), expected) << file << " bit " << bit;
    return false;
  }

  TestFolder folder_;
  FakeClock clock_;
};

TEST_F(DamageTest, ATailTornAtAnyByteLosesNoWholeRecordAndNoMore) {
  const auto log = *OpenAt(folder_.Sub("log"), &clock_);
  const std::string file = FilesEnding(folder_.Sub("log"), ".log").back();
  std::vector<uint64_t> ends;
  for (int i = 0; i < 6; ++i) {
    ends.push_back(std::filesystem::file_size(file));
    Append(*log, 1);
  }
  const uint64_t whole = std::filesystem::file_size(file);
  for (uint64_t length = ends[3]; length < whole; ++length) {
    const std::string copy = folder_.Copy(folder_.Sub("log"), "torn");
    std::filesystem::resize_file(FilesEnding(copy, ".log").back(), length);
    // Every other time the missing bytes are there as zeros.
    if (length % 2 == 1) std::filesystem::resize_file(FilesEnding(copy, ".log").back(), whole);
    const absl::StatusOr<std::unique_ptr<EventLog>> reopened = OpenAt(copy, &clock_);
    ASSERT_TRUE(reopened.ok()) << "at " << length << ": " << reopened.status();
    const auto fitting = std::upper_bound(ends.begin(), ends.end(), length) - ends.begin() - 1;
    EXPECT_EQ((*reopened)->LastSequence(), static_cast<uint64_t>(fitting)) << "at " << length;
  }
}

TEST_F(DamageTest, ATornTailIsCutOnceAndTheLogGoesOn) {
  const std::string path = MakeLog();
  const std::string file = FilesEnding(path, ".log").back();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  Append(**OpenAt(path, &clock_), 1);
  const auto log = *OpenAt(path, &clock_);
  EXPECT_EQ(log->LastSequence(), 140u);
  EXPECT_EQ(log->Read(140)->dedup_id, "id 140");
}

TEST_F(DamageTest, FlippedBitsAreFoundOrHarmless) {
  const std::string path = MakeLog();
  const std::string expected = Dump(**OpenAt(folder_.Copy(path, "intact"), &clock_));
  std::mt19937 random(7);
  int refused = 0;
  for (int i = 0; i < kFlips; ++i) refused += FlipOneBit(path, expected, random) ? 1 : 0;
  RecordProperty("refused", refused);
  EXPECT_GT(refused, kFlips / 2);
}

TEST_F(DamageTest, TheRefusalChangesNothingAndNamesTheWayOut) {
  const std::string path = MakeLog();
  const std::string file = FilesEnding(path, ".log").back();
  std::string bytes = ReadBytes(file);
  bytes[20] ^= 1;
  WriteBytes(file, bytes);
  ExpectDataLoss(OpenAt(path, &clock_).status(), "is damaged at byte 0");
  EXPECT_EQ(ReadBytes(file), bytes);
}

TEST_F(DamageTest, AMissingTableIsRefused) {
  const std::string path = MakeLog();
  std::filesystem::remove(FilesEnding(path, ".sst").front());
  EXPECT_EQ(OpenAt(path, &clock_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(DamageTest, AMissingRecordIsRefused) {
  ExpectDataLoss(AfterChange([](rocksdb::DB& db, const auto& families) {
                   ASSERT_TRUE(db.Delete({}, families[1], event_log_format::Be64(7)).ok());
                 }),
                 "record 7 is missing");
}

TEST_F(DamageTest, AChangedRecordIsRefused) {
  ExpectDataLoss(AfterChange([](rocksdb::DB& db, const auto& families) {
                   std::string value;
                   ASSERT_TRUE(db.Get({}, families[1], event_log_format::Be64(7), &value).ok());
                   value.back() ^= 1;
                   ASSERT_TRUE(db.Put({}, families[1], event_log_format::Be64(7), value).ok());
                 }),
                 "record 7 is damaged");
}

TEST_F(DamageTest, ARecordFromAnotherLogIsRefused) {
  ExpectDataLoss(
      AfterChange([](rocksdb::DB& db, const auto& families) {
        const auto body = event_log_format::EncodeBody({"id 7", "test.made", "forged"});
        const auto head = event_log_format::EncodeHead(7, 0, std::string(32, 'x'), body.digest);
        ASSERT_TRUE(db.Put({}, families[1], event_log_format::Be64(7), head.bytes + body.bytes).ok());
      }),
      "record 7 does not continue");
}

TEST_F(DamageTest, AForgottenIdIsRefused) {
  ExpectDataLoss(AfterChange([](rocksdb::DB& db, const auto& families) {
                   ASSERT_TRUE(db.Delete({}, families[2], "id 7").ok());
                 }),
                 "deduplication ids do not match");
}

TEST_F(DamageTest, AnIdOfAnotherRecordIsRefused) {
  ExpectDataLoss(AfterChange([](rocksdb::DB& db, const auto& families) {
                   ASSERT_TRUE(db.Put({}, families[2], "id 7", event_log_format::Be64(8)).ok());
                 }),
                 "deduplication ids do not match");
}

TEST_F(DamageTest, ALogThatEndsBeforeAReadersPositionIsRefused) {
  ExpectDataLoss(AfterChange([](rocksdb::DB& db, const auto& families) {
                   const std::string cursor = event_log_format::EncodeCursor({1000, {}});
                   ASSERT_TRUE(db.Put({}, families[3], event_log_format::CursorKey("reader"), cursor).ok());
                 }),
                 "reader has seen record 1000");
}

TEST_F(DamageTest, ADamagedPositionIsRefused) {
  ExpectDataLoss(AfterChange([](rocksdb::DB& db, const auto& families) {
                   ASSERT_TRUE(db.Put({}, families[3], event_log_format::CursorKey("reader"), "x").ok());
                 }),
                 "cursor is damaged");
}

}  // namespace
}  // namespace seaworthy
