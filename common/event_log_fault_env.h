// A file system that fails on demand, for the log's tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace seaworthy {

// What fails, and from when on.
enum class Fault { kSync, kAppend, kHalfAppend, kNoSpace, kSyncNoSpace, kPower, kRead, kCall };

// The real file system with one fault armed; knows which bytes of which file
// were synced. kSync, kAppend, kHalfAppend and kSyncNoSpace (a sync that finds
// no room) fail once, as does kCall (whatever call it is, reading and names too);
// kNoSpace fails every append from then on, kRead every reading, kPower
// everything that writes. Thread-safe.
class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultFileSystem"; }

  // The `count`th matching operation from now on fails, counted from 1.
  void Arm(Fault fault, int count) {
    absl::MutexLock lock(&mutex_);
    fault_ = fault;
    left_ = count;
  }
  // Whether the armed fault has struck.
  bool struck() const {
    absl::MutexLock lock(&mutex_);
    return struck_;
  }

  // What failed works again; a full disk has room.
  void Heal() {
    absl::MutexLock lock(&mutex_);
    left_ = 0;
    struck_ = false;
  }

  // From now on such operations wait until Release.
  enum class Operation { kAppend, kSync, kRead, kName };
  void Hold(Operation operation) {
    absl::MutexLock lock(&mutex_);
    held_ = operation;
  }
  void Release() {
    absl::MutexLock lock(&mutex_);
    held_.reset();
  }
  // Until one waits.
  void WaitUntilHeld() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* waiting) { return *waiting > 0; }, &waiting_));
  }

  // After the cut: of what was not synced a random part is on the disk, the
  // rest is missing or zeros.
  void DropUnsynced(std::mt19937& random) {
    absl::MutexLock lock(&mutex_);
    for (const auto& [name, sizes] : files_) {
      if (!std::filesystem::exists(name)) continue;
      const uint64_t unsynced = sizes.written - sizes.synced;
      const uint64_t kept = unsynced == 0 ? 0 : random() % (unsynced + 1);
      std::filesystem::resize_file(name, sizes.synced + kept);
      // RocksDB refuses a manifest that ends in zeros: nothing is lost, a person has to look.
      if (random() % 3 == 0 && absl::EndsWith(name, ".log"))
        std::filesystem::resize_file(name, sizes.written);
    }
  }

  // For its files. OK, or how the operation fails.
  rocksdb::IOStatus Before(Operation operation) {
    absl::MutexLock lock(&mutex_);
    const auto free = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return held_ != operation; };
    ++waiting_;
    mutex_.Await(absl::Condition(&free));
    --waiting_;
    const bool matches = Matches(operation);
    const bool now = matches && left_ > 0 && --left_ == 0;
    struck_ = struck_ || now;
    if (!now && !(struck_ && matches && lasts())) return rocksdb::IOStatus::OK();
    return fault_ == Fault::kNoSpace || fault_ == Fault::kSyncNoSpace
               ? rocksdb::IOStatus::NoSpace("injected")
               : rocksdb::IOStatus::IOError("injected");
  }
  bool half() const {
    absl::MutexLock lock(&mutex_);
    return fault_ == Fault::kHalfAppend;
  }
  void Written(const std::string& name, uint64_t bytes) {
    absl::MutexLock lock(&mutex_);
    files_[name].written += bytes;
  }
  void Synced(const std::string& name) {
    absl::MutexLock lock(&mutex_);
    files_[name].synced = files_[name].written;
  }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus fault = Before(Operation::kRead);
    return fault.ok() ? target()->NewSequentialFile(name, options, file, debug) : fault;
  }
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus fault = Before(Operation::kName);
    return fault.ok() ? target()->NewDirectory(name, options, folder, debug) : fault;
  }
  rocksdb::IOStatus GetChildren(const std::string& folder, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names, rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus fault = Before(Operation::kRead);
    return fault.ok() ? target()->GetChildren(folder, options, names, debug) : fault;
  }
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, uint64_t* free,
                                 rocksdb::IODebugContext* debug) override {
    {
      absl::MutexLock lock(&mutex_);
      if (struck_ && fault_ == Fault::kNoSpace && tells_room_) {
        *free = 0;
        return rocksdb::IOStatus::OK();
      }
    }
    return target()->GetFreeSpace(path, options, free, debug);
  }
  // Whether it says that it is full before it is written to; it does.
  void TellRoom(bool tells) {
    absl::MutexLock lock(&mutex_);
    tells_room_ = tells;
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus fault = Before(Operation::kName);
    if (!fault.ok()) return fault;
    const rocksdb::IOStatus renamed = target()->RenameFile(from, to, options, debug);
    absl::MutexLock lock(&mutex_);
    if (renamed.ok()) files_[to] = files_[from];
    files_.erase(from);
    return renamed;
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    absl::MutexLock lock(&mutex_);
    if (power_is_off()) return rocksdb::IOStatus::IOError("the power is off");
    files_.erase(name);
    return target()->DeleteFile(name, options, debug);
  }

 private:
  struct Sizes {
    uint64_t written = 0;
    uint64_t synced = 0;
  };

  bool Matches(Operation operation) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    switch (fault_) {
      case Fault::kSync:
      case Fault::kSyncNoSpace:
        return operation == Operation::kSync;
      case Fault::kAppend:
      case Fault::kHalfAppend:
      case Fault::kNoSpace:
        return operation == Operation::kAppend;
      case Fault::kPower:
        return operation == Operation::kAppend || operation == Operation::kSync;
      case Fault::kRead:
        return operation == Operation::kRead;
      case Fault::kCall:
        return true;
    }
    return false;
  }
  bool lasts() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return fault_ == Fault::kNoSpace || fault_ == Fault::kPower || fault_ == Fault::kRead;
  }
  bool power_is_off() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return struck_ && fault_ == Fault::kPower;
  }

  mutable absl::Mutex mutex_;
  Fault fault_ ABSL_GUARDED_BY(mutex_) = Fault::kSync;
  int left_ ABSL_GUARDED_BY(mutex_) = 0;
  bool struck_ ABSL_GUARDED_BY(mutex_) = false;
  bool tells_room_ ABSL_GUARDED_BY(mutex_) = true;
  std::optional<Operation> held_ ABSL_GUARDED_BY(mutex_);
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Sizes> files_ ABSL_GUARDED_BY(mutex_);
};

// One file of it.
class FaultFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, FaultFileSystem* system, std::string name)
      : FSWritableFileOwnerWrapper(std::move(file)), system_(system), name_(std::move(name)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus fault = system_->Before(FaultFileSystem::Operation::kAppend);
    if (fault.ok()) return AppendReally(data, options, debug);
    if (system_->half()) {
      AppendReally(rocksdb::Slice(data.data(), data.size() / 2), options, debug).PermitUncheckedError();
    }
    return fault;
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return SyncReally(FSWritableFileOwnerWrapper::Sync(options, debug));
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return SyncReally(FSWritableFileOwnerWrapper::Fsync(options, debug));
  }

 private:
  rocksdb::IOStatus AppendReally(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                                 rocksdb::IODebugContext* debug) {
    rocksdb::IOStatus appended = FSWritableFileOwnerWrapper::Append(data, options, debug);
    if (appended.ok()) system_->Written(name_, data.size());
    return appended;
  }
  // The bytes stay in the page cache either way, as after a real failed sync.
  rocksdb::IOStatus SyncReally(const rocksdb::IOStatus& synced) {
    rocksdb::IOStatus fault = system_->Before(FaultFileSystem::Operation::kSync);
    if (fault.ok() && synced.ok()) system_->Synced(name_);
    return fault.ok() ? synced : fault;
  }

  FaultFileSystem* const system_;
  const std::string name_;
};

// One file of it that is read.
class FaultReadFile : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultReadFile(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, FaultFileSystem* system)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), system_(system) {}
  rocksdb::IOStatus Read(uint64_t offset, size_t bytes, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) const override {
    const rocksdb::IOStatus fault = system_->Before(FaultFileSystem::Operation::kRead);
    if (!fault.ok()) return fault;
    return FSRandomAccessFileOwnerWrapper::Read(offset, bytes, options, result, scratch, debug);
  }

 private:
  FaultFileSystem* const system_;
};

inline rocksdb::IOStatus FaultFileSystem::NewRandomAccessFile(
    const std::string& name, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* file, rocksdb::IODebugContext* debug) {
  const rocksdb::IOStatus fault = Before(Operation::kRead);
  if (!fault.ok()) return fault;
  std::unique_ptr<rocksdb::FSRandomAccessFile> real;
  rocksdb::IOStatus made = target()->NewRandomAccessFile(name, options, &real, debug);
  if (made.ok()) *file = std::make_unique<FaultReadFile>(std::move(real), this);
  return made;
}

inline rocksdb::IOStatus FaultFileSystem::NewWritableFile(const std::string& name,
                                                          const rocksdb::FileOptions& options,
                                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                          rocksdb::IODebugContext* debug) {
  {
    absl::MutexLock lock(&mutex_);
    if (power_is_off()) return rocksdb::IOStatus::IOError("the power is off");
    files_[name] = {};
  }
  std::unique_ptr<rocksdb::FSWritableFile> real;
  rocksdb::IOStatus made = target()->NewWritableFile(name, options, &real, debug);
  if (made.ok()) *file = std::make_unique<FaultFile>(std::move(real), this, name);
  return made;
}

}  // namespace seaworthy
