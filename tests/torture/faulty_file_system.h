// A file system that fails as disks do: full, failing call by call, or without
// power.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rocksdb/file_system.h"

namespace seaworthy::torture {

// The real file system under RocksDB, with faults, and a memory of what a power
// cut would take: bytes of each file that were not synced, and names that came,
// went or changed since their folder was. Thread-safe.
class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  // Files taken away are kept in `graveyard` (made here, on the same disk) until
  // their folder is synced.
  explicit FaultyFileSystem(const std::string& graveyard);
  const char* Name() const override { return "FaultyFileSystem"; }

  // The `nth` call from now on fails, once; reading counts too.
  void FailCall(uint64_t nth);
  // From now on one call in `n` fails, as the seed says; 0: none.
  void FailOneIn(uint32_t n, uint32_t seed);
  // `room` more bytes fit, then every write fails for want of space.
  void Fill(uint64_t room);
  void MakeRoom();
  // The `nth` changing call from now on fails, and every call after it.
  void PowerOffAt(uint64_t nth);
  // Whether a fault has struck since it was set.
  bool struck() const;

  // After PowerOffAt, with every file closed: takes away what was not synced.
  void LosePower(std::mt19937& random);

  // What an operation does to the disk.
  enum class Kind { kRead, kChange, kSync };
  // OK, or how the call fails.
  rocksdb::IOStatus Before(Kind kind);
  // The same for `bytes` to be written; `fit`: how many of them are.
  rocksdb::IOStatus BeforeWrite(uint64_t bytes, uint64_t* fit);
  void Written(const std::string& name, uint64_t bytes);
  void Synced(const std::string& name);
  void FolderSynced(const std::string& folder);

  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus FileExists(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildren(const std::string& folder, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFileSize(const std::string& name, const rocksdb::IOOptions& options, uint64_t* size,
                                rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus CreateDirIfMissing(const std::string& name, const rocksdb::IOOptions& options,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LockFile(const std::string& name, const rocksdb::IOOptions& options,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, uint64_t* free,
                                 rocksdb::IODebugContext* debug) override;

 private:
  struct Sizes {
    uint64_t written = 0;
    uint64_t synced = 0;
  };
  // A change of names that no sync of the folder has made last. `saved`: where
  // the file lies that had the name before; empty: none had.
  struct NameChange {
    std::string from;  // Empty: `to` was created or deleted.
    std::string to;
    std::string saved;
    bool created = false;
  };

  // Puts what has this name into the graveyard; where, or empty.
  std::string Bury(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Undo(const NameChange& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Move(const std::string& from, const std::string& to) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string graveyard_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Sizes> files_ ABSL_GUARDED_BY(mutex_);
  std::vector<NameChange> changes_ ABSL_GUARDED_BY(mutex_);
  uint64_t buried_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t fail_in_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t power_in_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t one_in_ ABSL_GUARDED_BY(mutex_) = 0;
  std::mt19937 random_ ABSL_GUARDED_BY(mutex_);
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t room_ ABSL_GUARDED_BY(mutex_) = 0;
  bool off_ ABSL_GUARDED_BY(mutex_) = false;
  bool struck_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seaworthy::torture
