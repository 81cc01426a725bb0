// Torn or damaged, judged on bytes alone.
#include "common/rocksdb_event_log_wal.h"

#include <gtest/gtest.h>

#include <random>

#include "common/event_log_test_folder.h"
#include "common/rocksdb_event_log_crc32c.h"
#include "rocksdb/env.h"

namespace seaworthy {
namespace {

TEST(Crc32c, MatchesThePublishedVectors) {
  // RFC 3720, B.4.
  EXPECT_EQ(event_log_crc32c::Extend(0, std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(event_log_crc32c::Extend(0, std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(event_log_crc32c::Extend(0, "123456789"), 0xe3069283u);
}

enum class Judgement { kWhole, kTorn, kDamaged };

// The write-ahead file of a real log, with where each record ends in it.
class WalTest : public testing::Test {
 protected:
  // Appends records with payloads of these sizes and takes the file.
  void Write(const std::vector<size_t>& sizes, const std::string& name = "log") {
    const auto log = *OpenAt(folder_.Sub(name));
    const std::string file = FilesEnding(folder_.Sub(name), ".log").back();
    ends_ = {std::filesystem::file_size(file)};
    for (size_t size : sizes) {
      ASSERT_TRUE(log->Append({absl::StrCat("id ", ends_.size()), "test.made", std::string(size, 'p')}).ok());
      ends_.push_back(std::filesystem::file_size(file));
    }
    bytes_ = ReadBytes(file);
  }

  static Judgement Judge(const std::vector<std::string>& files, uint64_t* cut = nullptr) {
    std::vector<WalFile> wal;
    for (const std::string& bytes : files) wal.push_back({absl::StrCat(wal.size()), bytes});
    const absl::StatusOr<std::optional<WalCut>> judged = InspectWal(wal);
    if (!judged.ok()) return Judgement::kDamaged;
    if (!*judged) return Judgement::kWhole;
    if (cut != nullptr) *cut = (**judged).offset;
    return Judgement::kTorn;
  }

  // Where a file cut to `length` must be cut to.
  uint64_t LastEndAt(uint64_t length) const {
    return *(std::upper_bound(ends_.begin(), ends_.end(), length) - 1);
  }

  void ExpectCut(const std::string& torn, uint64_t length) {
    uint64_t cut = length;
    const Judgement judged = Judge({torn}, &cut);
    EXPECT_NE(judged, Judgement::kDamaged) << "at " << length;
    EXPECT_EQ(cut, LastEndAt(length)) << "at " << length;
  }

  std::string Flipped(size_t bit) const {
    std::string flipped = bytes_;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    return flipped;
  }

  // Between the records of one block's end and the next, where bytes mean nothing.
  bool IsTrailer(size_t byte) const {
    return 32768 - byte % 32768 <= 6 &&
           std::count(ends_.begin(), ends_.end(), byte - byte % 32768 + 32768) == 0;
  }

  TestFolder folder_;
  std::vector<uint64_t> ends_;
  std::string bytes_;
};

TEST_F(WalTest, AWholeFileIsWhole) {
  Write({10, 1000, 100'000, 10});
  EXPECT_EQ(Judge({bytes_}), Judgement::kWhole);
  EXPECT_EQ(Judge({}), Judgement::kWhole);
  EXPECT_EQ(Judge({bytes_, ""}), Judgement::kWhole);
}

TEST_F(WalTest, CutAnywhereItIsCutToTheLastWholeRecord) {
  Write({10, 0, 300, 20});
  for (uint64_t length = ends_[0]; length < bytes_.size(); ++length)
    ExpectCut(bytes_.substr(0, length), length);
}

TEST_F(WalTest, ZeroedFromAnywhereItIsCutToTheLastWholeRecord) {
  Write({10, 0, 300, 20});
  for (uint64_t length = ends_[0]; length < bytes_.size(); ++length) {
    ExpectCut(bytes_.substr(0, length) + std::string(bytes_.size() - length, '\0'), length);
  }
}

TEST_F(WalTest, RecordsOverManyBlocksAreCutToo) {
  Write({10, 100'000, 40'000});
  for (uint64_t length = ends_[0]; length < bytes_.size(); length += 61)
    ExpectCut(bytes_.substr(0, length), length);
  for (uint64_t block = 32768; block < bytes_.size(); block += 32768) {
    for (uint64_t length = block - 10; length < block + 10; ++length)
      ExpectCut(bytes_.substr(0, length), length);
  }
}

TEST_F(WalTest, AnUnwrittenSectorInTheLastRecordIsATornTail) {
  Write({10, 100'000});
  std::string torn = bytes_;
  torn.replace(40'960, 4096, 4096, '\0');
  uint64_t cut = 0;
  EXPECT_EQ(Judge({torn}, &cut), Judgement::kTorn);
  EXPECT_EQ(cut, ends_[1]);
}

TEST_F(WalTest, AnUnwrittenSectorBeforeTheLastRecordIsDamage) {
  Write({10, 100'000, 10});
  std::string damaged = bytes_;
  damaged.replace(40'960, 4096, 4096, '\0');
  EXPECT_EQ(Judge({damaged}), Judgement::kDamaged);
}

TEST_F(WalTest, EveryFlippedBitIsDamage) {
  Write({10, 0, 300, 20});
  for (size_t bit = 0; bit < bytes_.size() * 8; ++bit) {
    EXPECT_EQ(Judge({Flipped(bit)}), Judgement::kDamaged) << "bit " << bit;
  }
}

TEST_F(WalTest, AFlippedBitInManyBlocksIsNeverATornTail) {
  Write({10, 100'000, 300, 40'000});
  std::mt19937 random(20260101);
  for (int i = 0; i < 1000; ++i) {
    const size_t bit = std::uniform_int_distribution<size_t>(0, bytes_.size() * 8 - 1)(random);
    const Judgement judged = Judge({Flipped(bit)});
    EXPECT_TRUE(judged == Judgement::kDamaged || IsTrailer(bit / 8)) << "bit " << bit;
  }
}

TEST_F(WalTest, ATailTornBeforeALaterFileWithRecordsIsDamage) {
  Write({10, 20});
  const std::string torn = bytes_.substr(0, bytes_.size() - 1);
  EXPECT_EQ(Judge({torn, bytes_}), Judgement::kDamaged);
  EXPECT_EQ(Judge({bytes_, torn}), Judgement::kTorn);
  EXPECT_EQ(Judge({torn, ""}), Judgement::kTorn);
}

TEST_F(WalTest, AMissingPieceInTheMiddleIsDamage) {
  Write({10, 20, 30});
  EXPECT_EQ(Judge({bytes_.substr(0, ends_[1] + 5) + bytes_.substr(ends_[2])}), Judgement::kDamaged);
}

TEST_F(WalTest, ABlocksTrailerIsSkipped) {
  Write({20'000}, "measured");
  const uint64_t measured = ends_[1];
  for (const size_t left : {0, 1, 6, 7}) {
    Write({20'000 + 32768 - left - measured, 10, 20}, absl::StrCat("log ", left));
    ASSERT_EQ(ends_[1], 32768 - left);
    EXPECT_EQ(Judge({bytes_}), Judgement::kWhole) << left;
    EXPECT_EQ(Judge({bytes_.substr(0, ends_[1])}), Judgement::kWhole) << left;
    for (uint64_t length = 32769; length < bytes_.size(); ++length)
      ExpectCut(bytes_.substr(0, length), length);
  }
}

TEST_F(WalTest, ALengthDamagedBeforeATornRecordIsDamage) {
  Write({10, 20});
  std::string damaged = bytes_.substr(0, bytes_.size() - 1);
  damaged[ends_[0] + 5] ^= 0x10;
  EXPECT_EQ(Judge({damaged}), Judgement::kDamaged);
}

// One physical record as RocksDB writes it; `type`: 1 full, 2 first, 3 middle, 4 last.
std::string Physical(char type, const std::string& data) {
  const uint32_t crc = event_log_crc32c::Mask(event_log_crc32c::Extend(0, type + data));
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(crc >> shift));
  bytes.push_back(static_cast<char>(data.size() & 0xff));
  bytes.push_back(static_cast<char>(data.size() >> 8));
  return bytes + type + data;
}

TEST_F(WalTest, PiecesOutOfTheirOrderAreNotARecord) {
  const std::string full = Physical(1, "full");
  const std::string first = Physical(2, "first");
  const std::string middle = Physical(3, "middle");
  const std::string last = Physical(4, "last");
  EXPECT_EQ(Judge({full + first + middle + last}), Judgement::kWhole);
  for (const std::string& pieces : {middle, last, first + full, first + first, full + middle, full + last,
                                    middle + first + middle + last}) {
    EXPECT_EQ(Judge({pieces}), Judgement::kDamaged);
  }
  for (const std::string& pieces : {first, first + middle}) {
    EXPECT_EQ(Judge({full + pieces}), Judgement::kTorn);
  }
}

TEST_F(WalTest, BehindATornTailOnlyAWholeRecordIsDamage) {
  const std::string torn = Physical(1, "a write that was cut short").substr(0, 20);
  const std::string first = Physical(2, "first");
  const std::string middle = Physical(3, "middle");
  EXPECT_EQ(Judge({torn, first + middle + Physical(4, "last")}), Judgement::kDamaged);
  EXPECT_EQ(Judge({torn + std::string(100, '\0'), Physical(1, "full"), Physical(1, "full")}),
            Judgement::kDamaged);
  for (const std::string& later : {first, first + middle, first + first, first + middle + first, middle}) {
    EXPECT_EQ(Judge({torn, later}), Judgement::kTorn);
  }
}

TEST_F(WalTest, ATornTailIsCutFromAllFilesItReachesInto) {
  const std::string whole = Physical(1, "whole");
  const std::string path = folder_.Sub("files");
  std::filesystem::create_directories(path);
  WriteBytes(path + "/000004.log", whole);
  WriteBytes(path + "/000005.log", whole + whole.substr(0, 9));
  WriteBytes(path + "/000006.log", Physical(2, "first"));
  WriteBytes(path + "/000007.log", "");
  WriteBytes(path + "/MANIFEST", "no write-ahead file");
  ASSERT_TRUE(CutTornTail(rocksdb::Env::Default(), path).ok());
  EXPECT_EQ(ReadBytes(path + "/000004.log"), whole);
  EXPECT_EQ(ReadBytes(path + "/000005.log"), whole);
  EXPECT_EQ(ReadBytes(path + "/000006.log"), "");
  EXPECT_EQ(ReadBytes(path + "/MANIFEST"), "no write-ahead file");
}

}  // namespace
}  // namespace seaworthy
