#include "common/rocksdb_event_log_wal.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rocksdb_event_log_crc32c.h"
#include "common/status_macros.h"
#include "rocksdb/env.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

// Format: rocksdb/db/log_format.h.
constexpr size_t kBlock = 32 * 1024;
constexpr size_t kHeader = 7;
constexpr size_t kSector = 512;
enum Type : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

// One file's bytes and the questions asked about them.
class WalReader {
 public:
  explicit WalReader(std::string_view bytes) : bytes_(bytes) {}

  // Reads whole records from the start.
  void Scan();

  // After Scan: where the last whole record ends, and the first physical
  // record that is bad (the file's end for a record that only lacks its rest).
  uint64_t whole_end() const { return whole_end_; }
  std::optional<size_t> bad_at() const { return bad_at_; }

  // Whether a whole record begins at or after `from`, at any byte.
  bool HasWholeRecordFrom(size_t from) const;

  // Whether the bad record at `at` is what an interrupted write leaves.
  bool IsUnwritten(size_t at) const;

 private:
  uint8_t Byte(size_t at) const { return static_cast<uint8_t>(bytes_[at]); }
  size_t Length(size_t at) const { return Byte(at + 4) | static_cast<size_t>(Byte(at + 5)) << 8; }
  size_t BlockEnd(size_t at) const { return (at / kBlock + 1) * kBlock; }
  // Where records may go on after `at`: skips a block's trailer.
  size_t SkipTrailer(size_t at) const { return BlockEnd(at) - at < kHeader ? BlockEnd(at) : at; }
  bool ChecksumFits(size_t at, size_t length) const;
  bool IsValid(size_t at) const;
  bool BeginsWholeRecord(size_t at) const;
  bool LengthWasDamaged(size_t at) const;
  bool HasZeroSector(size_t from) const;

  std::string_view bytes_;
  uint64_t whole_end_ = 0;
  std::optional<size_t> bad_at_;
};

bool WalReader::ChecksumFits(size_t at, size_t length) const {
  const size_t end = at + kHeader + length;
  if (end > bytes_.size() || end > BlockEnd(at)) return false;
  const uint32_t stored = Byte(at) | static_cast<uint32_t>(Byte(at + 1)) << 8 |
                          static_cast<uint32_t>(Byte(at + 2)) << 16 |
                          static_cast<uint32_t>(Byte(at + 3)) << 24;
  return event_log_crc32c::Mask(event_log_crc32c::Extend(0, bytes_.substr(at + 6, 1 + length))) == stored;
}

bool WalReader::IsValid(size_t at) const {
  if (at + kHeader > bytes_.size() || BlockEnd(at) - at < kHeader) return false;
  const uint8_t type = Byte(at + 6);
  return type >= kFull && type <= kLast && ChecksumFits(at, Length(at));
}

void WalReader::Scan() {
  bool inside = false;
  size_t at = 0;
  while (at < bytes_.size()) {
    if (SkipTrailer(at) != at) {
      at = SkipTrailer(at);
      continue;
    }
    const bool valid = IsValid(at);
    const uint8_t type = valid ? Byte(at + 6) : 0;
    const bool begins = type == kFull || type == kFirst;
    if (!valid || begins == inside) {
      bad_at_ = at;
      return;
    }
    at += kHeader + Length(at);
    inside = type == kFirst || type == kMiddle;
    if (!inside) whole_end_ = at;
  }
  if (inside) bad_at_ = bytes_.size();
}

bool WalReader::BeginsWholeRecord(size_t at) const {
  if (!IsValid(at)) return false;
  if (Byte(at + 6) == kFull) return true;
  if (Byte(at + 6) != kFirst) return false;
  while (true) {
    at = SkipTrailer(at + kHeader + Length(at));
    if (!IsValid(at)) return false;
    if (Byte(at + 6) == kLast) return true;
    if (Byte(at + 6) != kMiddle) return false;
  }
}

bool WalReader::HasWholeRecordFrom(size_t from) const {
  for (size_t at = from; at + kHeader <= bytes_.size(); ++at) {
    if (BeginsWholeRecord(at)) return true;
  }
  return false;
}

bool WalReader::LengthWasDamaged(size_t at) const {
  const size_t rest = std::min(bytes_.size(), BlockEnd(at)) - at - kHeader;
  if (ChecksumFits(at, rest)) return true;
  for (int bit = 0; bit < 16; ++bit) {
    if (ChecksumFits(at, Length(at) ^ (size_t{1} << bit))) return true;
  }
  return false;
}

bool WalReader::HasZeroSector(size_t from) const {
  for (size_t sector = (from + kSector - 1) / kSector * kSector; sector + kSector <= bytes_.size();
       sector += kSector) {
    if (bytes_.substr(sector, kSector).find_first_not_of('\0') == std::string_view::npos) return true;
  }
  return false;
}

bool WalReader::IsUnwritten(size_t at) const {
  if (at + kHeader > bytes_.size()) return true;
  const size_t end = at + kHeader + Length(at);
  if (end <= BlockEnd(at) && end > bytes_.size()) return !LengthWasDamaged(at);
  const size_t last = bytes_.find_last_not_of('\0');
  const size_t zeros_from = last == std::string_view::npos ? 0 : last + 1;
  return zeros_from < std::min({end, BlockEnd(at), bytes_.size()}) || HasZeroSector(at);
}

absl::Status DamagedWal(const WalFile& file, size_t at) {
  return absl::DataLossError(
      absl::StrCat("the write-ahead file ", file.name, " is damaged at byte ", at,
                   ", before the log's end; nothing was changed. Restore the folder from a backup"));
}

absl::Status FileError(const std::string& file, const rocksdb::Status& status) {
  return absl::UnavailableError(absl::StrCat("the write-ahead file ", file, ": ", status.ToString(),
                                             "; check the disk and permissions"));
}

absl::StatusOr<std::vector<WalFile>> ReadWalFiles(rocksdb::Env* env, const std::string& path) {
  std::vector<std::string> names;
  const rocksdb::Status listed = env->GetChildren(path, &names);
  if (!listed.ok()) return FileError(path, listed);
  std::vector<WalFile> files;
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, ".log")) continue;
    WalFile& file = files.emplace_back();
    file.name = absl::StrCat(path, "/", name);
    const rocksdb::Status read = rocksdb::ReadFileToString(env, file.name, &file.bytes);
    if (!read.ok()) return FileError(file.name, read);
  }
  // Numbers of equal width below a million, longer ones after: by length, then text.
  std::sort(files.begin(), files.end(), [](const WalFile& a, const WalFile& b) {
    return std::pair(a.name.size(), a.name) < std::pair(b.name.size(), b.name);
  });
  return files;
}

// Replaces the file by its first `size` bytes, whole or not at all: RocksDB's
// environment offers no truncation.
absl::Status CutSynced(rocksdb::Env* env, const std::string& path, const WalFile& file, uint64_t size) {
  const std::string kept = file.name + ".cut";
  rocksdb::Status status =
      rocksdb::WriteStringToFile(env, rocksdb::Slice(file.bytes.data(), size), kept, /*should_sync=*/true);
  if (status.ok()) status = env->RenameFile(kept, file.name);
  std::unique_ptr<rocksdb::Directory> folder;
  if (status.ok()) status = env->NewDirectory(path, &folder);
  if (status.ok()) status = folder->Fsync();
  return status.ok() ? absl::OkStatus() : FileError(file.name, status);
}

}  // namespace

absl::StatusOr<std::optional<WalCut>> InspectWal(absl::Span<const WalFile> files) {
  for (size_t i = 0; i < files.size(); ++i) {
    WalReader reader(files[i].bytes);
    reader.Scan();
    if (!reader.bad_at()) continue;
    const size_t bad = *reader.bad_at();
    bool followed = reader.HasWholeRecordFrom(bad + 1);
    for (size_t later = i + 1; later < files.size(); ++later) {
      followed = followed || WalReader(files[later].bytes).HasWholeRecordFrom(0);
    }
    if (followed || !reader.IsUnwritten(bad)) return DamagedWal(files[i], bad);
    return WalCut{i, reader.whole_end()};
  }
  return std::nullopt;
}

absl::Status CutTornTail(rocksdb::Env* env, const std::string& path) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<WalFile> files, ReadWalFiles(env, path));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::optional<WalCut> cut, InspectWal(files));
  if (!cut) return absl::OkStatus();
  // The last file first: a crash in between leaves a tail that is still torn.
  for (size_t i = files.size(); i-- > cut->file;) {
    const uint64_t keep = i == cut->file ? cut->offset : 0;
    if (keep == files[i].bytes.size()) continue;
    spdlog::warn("event log: {} bytes of a write that was cut short are dropped from {} (never acknowledged)",
                 files[i].bytes.size() - keep, files[i].name);
    SEAWORTHY_RETURN_IF_ERROR(CutSynced(env, path, files[i], keep));
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
