// A folder with a RocksDB whose acknowledged bytes must not be lost: taken by
// one process, and its torn tail cut before RocksDB opens.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "rocksdb/env.h"

namespace seaworthy {

// Holds the folder's lock (file `OWNER`) as long as it lives. RocksDB's own
// lock comes too late: the tail is cut before.
class RocksDbFolder {
 public:
  // `what` names the owner in messages ("the event log"). Errors:
  // FAILED_PRECONDITION (in use, here or in another process), DATA_LOSS
  // (damage before the tail, or data without a CURRENT file), UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<RocksDbFolder>> Take(rocksdb::Env* env, const std::string& path,
                                                             const std::string& what);
  ~RocksDbFolder();
  RocksDbFolder(const RocksDbFolder&) = delete;
  RocksDbFolder& operator=(const RocksDbFolder&) = delete;

 private:
  RocksDbFolder(rocksdb::Env* env, rocksdb::FileLock* lock) : env_(env), lock_(lock) {}

  rocksdb::Env* const env_;
  rocksdb::FileLock* const lock_;
};

}  // namespace seaworthy
