// How far a file of bulk input has come, in a file beside it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy::cli {

// Everything before `offset` was answered and is counted; nothing after it is.
struct JsonlCheckpoint {
  // Which file: device, inode, and a hash of the bytes that end at `offset`
  // (at most 4 KiB).
  uint64_t device = 0;
  uint64_t inode = 0;
  std::string before_hash;
  uint64_t size = 0;                       // The file's, when this was written.
  uint64_t offset = 0;                     // Of the first line not answered.
  uint64_t lines = 0;                      // That end before it.
  uint64_t rejected_bytes = 0;             // Length of the file of rejected lines.
  std::map<std::string, uint64_t> counts;  // By outcome.
};

// A checkpoint of the file itself at `offset`. Errors: DATA_LOSS.
absl::StatusOr<JsonlCheckpoint> DescribeFile(int fd, uint64_t offset);

// What `path` holds; nothing where there is no such file. Errors:
// INVALID_ARGUMENT (it is no checkpoint) with the way out.
absl::StatusOr<std::optional<JsonlCheckpoint>> ReadCheckpoint(const std::string& path);

// Writes it in one step: temporary file, fsync, rename. Errors: INTERNAL with
// the way out.
absl::Status WriteCheckpoint(const std::string& path, const JsonlCheckpoint& checkpoint);

// Whether the file is the one the checkpoint is about, so far as it goes; it
// may have grown. Errors: FAILED_PRECONDITION with the way out, DATA_LOSS.
absl::Status CheckSameFile(const std::string& input, int fd, const JsonlCheckpoint& checkpoint);

}  // namespace seaworthy::cli
