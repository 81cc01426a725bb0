// Files copied, hashed and written so that they stay.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy::cli {

// What a file holds.
struct FileDigest {
  uint64_t bytes = 0;
  std::string sha256;  // 64 lower-case hex digits.
  bool operator==(const FileDigest&) const = default;
};

// Reads the whole file, a piece at a time, past the page cache where that can
// be. Errors: NOT_FOUND, DATA_LOSS (the disk cannot read it).
absl::StatusOr<FileDigest> DigestFile(const std::string& path);

// Copies into the new file `to` (mode 0600), synced; its folder is not. The
// digest is of what was read. Errors: as DigestFile; UNAVAILABLE (`to` cannot
// be written).
absl::StatusOr<FileDigest> CopyFileDurably(const std::string& from, const std::string& to);

// Makes a folder for this user only, and those above it. Errors: UNAVAILABLE.
absl::Status MakePrivateFolders(const std::string& path);

// Makes names in a folder durable. Errors: UNAVAILABLE.
absl::Status SyncFolder(const std::string& path);

// Writes a whole file in one step, synced with its folder.
absl::Status WriteFileDurably(const std::string& path, std::string_view text);

// Calls `visit` with every file below `folder`, as a path relative to it, in
// the order of their names. Errors: UNAVAILABLE; those of `visit`.
absl::Status ForEachFile(const std::string& folder,
                         const std::function<absl::Status(const std::string& relative)>& visit);

// What a folder holds, by name, beside the `lost+found` of a file system that is
// mounted there. Errors: UNAVAILABLE.
absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& folder);

// Takes the file's lock, shared or alone, until destroyed or the process ends.
class FileLock {
 public:
  // Errors: FAILED_PRECONDITION with `in_use` as message where another process
  // has it, UNAVAILABLE.
  static absl::StatusOr<FileLock> Take(const std::string& path, bool alone, const std::string& in_use);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace seaworthy::cli
