// Reads RocksDB's write-ahead files before RocksDB does, to tell a torn tail
// from damage: RocksDB's own recovery cannot (docs/event-log.md, Failures).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace rocksdb {
class Env;
}

namespace seaworthy {

struct WalFile {
  std::string name;
  std::string bytes;
};

// Where the torn tail begins: everything from `offset` of file `file` on,
// with all files after it.
struct WalCut {
  size_t file = 0;
  uint64_t offset = 0;
};

// Judges the files, oldest first. Nothing: all records are whole.
// Errors: DATA_LOSS (damage before the tail), naming file and offset.
absl::StatusOr<std::optional<WalCut>> InspectWal(absl::Span<const WalFile> files);

// Reads the write-ahead files in `path` and cuts a torn tail off, synced.
// Errors: DATA_LOSS as above, UNAVAILABLE (a file cannot be read or cut).
absl::Status CutTornTail(rocksdb::Env* env, const std::string& path);

}  // namespace seaworthy
