// A folder of backups: files by their content, a manifest for each backup
// (docs/backup.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/backup/durable_files.h"
#include "cli/backup/manifest.h"

namespace seaworthy::cli {

// Holds the folder's lock as long as it lives: alone to write, shared to read.
// Not thread-safe. A backup is there once its manifest is, which comes last:
// whatever ends a backup before, those made earlier stay whole, and the next
// one clears away what is left.
class BackupFolder {
 public:
  // Makes the folder where there is none. Errors: FAILED_PRECONDITION (another
  // process writes to it, or it holds something else), UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<BackupFolder>> OpenToWrite(const std::string& dir);
  // Errors: NOT_FOUND (no folder of backups), FAILED_PRECONDITION (in use).
  static absl::StatusOr<std::unique_ptr<BackupFolder>> OpenToRead(const std::string& dir);
  // Whether there is a folder of backups.
  static bool Is(const std::string& dir);

  // Ascending.
  absl::StatusOr<std::vector<int>> Numbers() const;
  // Errors: NOT_FOUND, DATA_LOSS (not as it was written).
  absl::StatusOr<Manifest> Read(int number) const;

  // Keeps a file's bytes, unless they are kept already; either way what is kept
  // has been read back. Errors: those of the disks; DATA_LOSS.
  struct Added {
    FileDigest digest;
    bool copied = false;
  };
  absl::StatusOr<Added> Add(const std::string& path);
  // Writes the manifest under the next number, which it sets: the backup is
  // there. Errors: UNAVAILABLE.
  absl::Status Finish(Manifest& manifest);
  // Removes all backups but the newest `keep` (0: none) and files that none
  // needs. Errors: DATA_LOSS (a manifest cannot be read: nothing is removed).
  struct Pruned {
    int backups = 0;
    uint64_t bytes = 0;
  };
  absl::StatusOr<Pruned> Prune(size_t keep);

  // Reads a file back. Errors: DATA_LOSS naming it.
  absl::Status CheckFile(const BackedUpFile& file) const;
  // Copies it below the folder `to`, checking what was read.
  absl::Status Restore(const BackedUpFile& file, const std::string& to) const;

  const std::string& dir() const { return dir_; }

 private:
  BackupFolder(std::string dir, FileLock lock) : dir_(std::move(dir)), lock_(std::move(lock)) {}
  absl::Status Keep(const std::string& path, const std::string& kept) const;
  std::string ManifestPath(int number) const;
  std::string FilePath(std::string_view sha256) const;
  absl::StatusOr<uint64_t> RemoveUnneeded(const std::vector<int>& numbers);

  const std::string dir_;
  const FileLock lock_;
};

}  // namespace seaworthy::cli
