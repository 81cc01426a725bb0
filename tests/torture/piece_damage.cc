// Torn tails and flipped bits.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "tests/torture/log_load.h"
#include "tests/torture/pieces.h"

namespace seaworthy::torture {
namespace {

namespace fs = std::filesystem;

std::string ReadBytes(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

void WriteBytes(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

std::vector<std::string> FilesOf(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

// The write-ahead file that is written to.
std::string LastWal(const std::string& folder) {
  std::string last;
  for (const std::string& file : FilesOf(folder)) {
    if (absl::EndsWith(file, ".log")) last = file;
  }
  return last;
}

std::string CopyOf(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::copy(from, to);
  return to;
}

// Everything it says, in one hash.
std::string Contents(EventLog& log) {
  Sha256Stream stream;
  for (uint64_t sequence = 1; sequence <= log.LastSequence(); ++sequence) {
    const absl::StatusOr<Record> record = log.Read(sequence);
    if (!record.ok()) return record.status().ToString();
    stream.Update(absl::StrCat(record->dedup_id, "\n", record->subject, "\n", record->payload, "\n"));
    stream.Update(record->hash);
  }
  for (const SubscriptionStatus& status : log.ListSubscriptions()) {
    stream.Update(absl::StrCat(status.name, status.pending, status.in_flight, status.retrying, status.dead));
  }
  return ToHex(stream.Final());
}

// A log that was ended by a kill: records in tables and in the write-ahead file.
std::string KilledLog(const std::string& folder, std::mt19937& random, Report& report) {
  Ledger ledger;
  for (int part = 0; part < 3; ++part) {
    const auto log = OpenLog(folder + "/made", Clock::Real(), nullptr);
    if (!report.Check(log.status(), "making a log")) return "";
    const auto reader = (*log)->Subscribe(Ledger::ReaderOptions());
    for (int i = 0; i < 30; ++i) ledger.Append(**log, ledger.Next(random() % 300), &report);
    ledger.Consume(**reader, 10);
    if (part == 2) return CopyOf(folder + "/made", folder + "/killed");
  }
  return "";
}

// One log cut at every byte of its last three records.
class TornLog {
 public:
  TornLog(std::string folder, std::mt19937* random, Report* report)
      : folder_(std::move(folder)), random_(random), report_(report) {}

  // Every length, or `count` of them where that is not 0; returns how many were tried.
  int Cut(int count) {
    if (!Make()) return 0;
    int tried = 0;
    const uint64_t whole = fs::file_size(LastWal(folder_ + "/made"));
    const uint64_t first = ends_[kRecords - 3];
    for (uint64_t length = first; length < whole && !report_->failed(); ++length) {
      if (count > 0 && (*random_)() % (whole - first) >= static_cast<uint64_t>(count)) continue;
      CutTo(length, /*zeros=*/tried % 2 == 1, whole);
      ++tried;
    }
    return tried;
  }

 private:
  static constexpr int kRecords = 7;

  bool Make() {
    const auto log = OpenLog(folder_ + "/made", Clock::Real(), nullptr);
    if (!report_->Check(log.status(), "making a log")) return false;
    Ledger ledger;
    for (int i = 0; i < kRecords; ++i) {
      ends_.push_back(fs::file_size(LastWal(folder_ + "/made")));
      // Some reach over the end of one of RocksDB's blocks of 32 KiB.
      const size_t bytes = i < kRecords - 3 ? (*random_)() % 14'000 : (*random_)() % 400;
      ledger.Append(**log, ledger.Next(bytes), report_);
    }
    CopyOf(folder_ + "/made", folder_ + "/killed");
    return true;
  }

  void CutTo(uint64_t length, bool zeros, uint64_t whole) {
    const std::string copy = CopyOf(folder_ + "/killed", folder_ + "/torn");
    fs::resize_file(LastWal(copy), length);
    if (zeros) fs::resize_file(LastWal(copy), whole);
    uint64_t expected = 0;
    for (uint64_t end : ends_) expected += end <= length ? 1 : 0;
    const auto log = OpenLog(copy, Clock::Real(), nullptr);
    const std::string where = absl::StrCat("cut at byte ", length, zeros ? ", then zeros" : "");
    if (!report_->Check(log.status(), where)) return;
    // A record is whole once the next one begins.
    const uint64_t last = (*log)->LastSequence();
    report_->Expect(last + 1 == expected || (last == expected && length == ends_.back()),
                    absl::StrCat(where, ": ", last, " records, expected ", expected - 1));
  }

  const std::string folder_;
  std::mt19937* const random_;
  Report* const report_;
  std::vector<uint64_t> ends_;
};

struct Flip {
  std::string file;
  size_t bit = 0;
};

Flip FlipOneBit(const std::string& folder, std::mt19937& random) {
  std::vector<std::string> files;
  for (const std::string& file : FilesOf(folder)) {
    const std::string name = fs::path(file).filename().string();
    const bool holds_records = absl::EndsWith(name, ".sst") || absl::EndsWith(name, ".log");
    if (holds_records || absl::StartsWith(name, "MANIFEST") || name == "CURRENT") files.push_back(file);
  }
  Flip flip;
  // Every other one in the write-ahead file.
  flip.file = random() % 2 == 0 ? LastWal(folder) : files[random() % files.size()];
  std::string bytes = ReadBytes(flip.file);
  if (bytes.empty()) return FlipOneBit(folder, random);
  flip.bit = random() % (bytes.size() * 8);
  bytes[flip.bit / 8] = static_cast<char>(bytes[flip.bit / 8] ^ (1 << flip.bit % 8));
  WriteBytes(flip.file, bytes);
  return flip;
}

}  // namespace

void Torn(const Run& run, Report& report) {
  std::mt19937 random(run.seed);
  const int tried = TornLog(run.folder, &random, &report).Cut(run.count);
  report.Expect(tried > 20, "hardly any length was tried");
  report.Say(absl::StrCat(tried, " torn lengths of the last three records"));
}

void Flips(const Run& run, Report& report) {
  std::mt19937 random(run.seed);
  const std::string killed = KilledLog(run.folder, random, report);
  if (report.failed()) return;
  const auto sound = OpenLog(CopyOf(killed, run.folder + "/sound"), Clock::Real(), nullptr);
  if (!report.Check(sound.status(), "the sound copy")) return;
  const std::string expected = Contents(**sound);
  int refused = 0;
  for (int i = 0; i < run.count && !report.failed(); ++i) {
    const std::string copy = CopyOf(killed, run.folder + "/flipped");
    const Flip flip = FlipOneBit(copy, random);
    const std::string where = absl::StrCat(fs::path(flip.file).filename().string(), " bit ", flip.bit);
    const auto log = OpenLog(copy, Clock::Real(), nullptr);
    if (log.ok()) {
      report.Expect(Contents(**log) == expected, where + ": reads otherwise and nothing was said");
    } else {
      report.Expect(absl::IsDataLoss(log.status()), absl::StrCat(where, ": ", log.status().ToString()));
      ++refused;
    }
  }
  report.Say(absl::StrCat(run.count, " bits flipped: ", refused, " refused, ", run.count - refused,
                          " in bytes that hold nothing of the log: it read the same"));
}

}  // namespace seaworthy::torture
