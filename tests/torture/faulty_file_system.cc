#include "tests/torture/faulty_file_system.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace seaworthy::torture {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using Kind = FaultyFileSystem::Kind;

class FaultyReader : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  FaultyReader(std::unique_ptr<rocksdb::FSSequentialFile>&& file, FaultyFileSystem* system)
      : FSSequentialFileOwnerWrapper(std::move(file)), system_(system) {}
  IOStatus Read(size_t count, const IOOptions& options, rocksdb::Slice* result, char* scratch,
                IODebugContext* debug) override {
    const IOStatus fault = system_->Before(Kind::kRead);
    return fault.ok() ? FSSequentialFileOwnerWrapper::Read(count, options, result, scratch, debug) : fault;
  }

 private:
  FaultyFileSystem* const system_;
};

class FaultyTable : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultyTable(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, FaultyFileSystem* system)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), system_(system) {}
  IOStatus Read(uint64_t offset, size_t count, const IOOptions& options, rocksdb::Slice* result,
                char* scratch, IODebugContext* debug) const override {
    const IOStatus fault = system_->Before(Kind::kRead);
    if (!fault.ok()) return fault;
    return FSRandomAccessFileOwnerWrapper::Read(offset, count, options, result, scratch, debug);
  }

 private:
  FaultyFileSystem* const system_;
};

class FaultyFolder : public rocksdb::FSDirectoryWrapper {
 public:
  FaultyFolder(std::unique_ptr<rocksdb::FSDirectory>&& folder, FaultyFileSystem* system, std::string name)
      : FSDirectoryWrapper(std::move(folder)), system_(system), name_(std::move(name)) {}
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    const IOStatus fault = system_->Before(Kind::kSync);
    return fault.ok() ? Noted(FSDirectoryWrapper::Fsync(options, debug)) : fault;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& how) override {
    const IOStatus fault = system_->Before(Kind::kSync);
    return fault.ok() ? Noted(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how)) : fault;
  }

 private:
  IOStatus Noted(IOStatus synced) {
    if (synced.ok()) system_->FolderSynced(name_);
    return synced;
  }

  FaultyFileSystem* const system_;
  const std::string name_;
};

class FaultyWriter : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyWriter(std::unique_ptr<rocksdb::FSWritableFile>&& file, FaultyFileSystem* system, std::string name)
      : FSWritableFileOwnerWrapper(std::move(file)), system_(system), name_(std::move(name)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* debug) override {
    uint64_t fit = 0;
    const IOStatus fault = system_->BeforeWrite(data.size(), &fit);
    IOStatus written;
    if (fit > 0)
      written = FSWritableFileOwnerWrapper::Append(rocksdb::Slice(data.data(), fit), options, debug);
    if (fit > 0 && written.ok()) system_->Written(name_, fit);
    return fault.ok() ? written : fault;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  // The bytes stay in the page cache where it fails, as after a real failed sync.
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const IOStatus fault = system_->Before(Kind::kSync);
    return fault.ok() ? Noted(FSWritableFileOwnerWrapper::Sync(options, debug)) : fault;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    const IOStatus fault = system_->Before(Kind::kSync);
    return fault.ok() ? Noted(FSWritableFileOwnerWrapper::Fsync(options, debug)) : fault;
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    const IOStatus fault = system_->Before(Kind::kRead);
    const IOStatus closed = FSWritableFileOwnerWrapper::Close(options, debug);
    return fault.ok() ? closed : fault;
  }

 private:
  IOStatus Noted(IOStatus synced) {
    if (synced.ok()) system_->Synced(name_);
    return synced;
  }

  FaultyFileSystem* const system_;
  const std::string name_;
};

std::string FolderOf(const std::string& name) { return std::filesystem::path(name).parent_path().string(); }

}  // namespace

FaultyFileSystem::FaultyFileSystem(const std::string& graveyard)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), graveyard_(graveyard) {
  std::filesystem::create_directories(graveyard_);
}

void FaultyFileSystem::FailCall(uint64_t nth) {
  absl::MutexLock lock(&mutex_);
  fail_in_ = nth;
  struck_ = false;
}

void FaultyFileSystem::FailOneIn(uint32_t n, uint32_t seed) {
  absl::MutexLock lock(&mutex_);
  one_in_ = n;
  random_.seed(seed);
  struck_ = false;
}

void FaultyFileSystem::Fill(uint64_t room) {
  absl::MutexLock lock(&mutex_);
  full_ = true;
  room_ = room;
  struck_ = false;
}

void FaultyFileSystem::MakeRoom() {
  absl::MutexLock lock(&mutex_);
  full_ = false;
}

void FaultyFileSystem::PowerOffAt(uint64_t nth) {
  absl::MutexLock lock(&mutex_);
  power_in_ = nth;
  struck_ = false;
}

bool FaultyFileSystem::struck() const {
  absl::MutexLock lock(&mutex_);
  return struck_;
}

IOStatus FaultyFileSystem::Before(Kind kind) {
  absl::MutexLock lock(&mutex_);
  if (power_in_ > 0 && kind != Kind::kRead && --power_in_ == 0) off_ = true;
  if (off_) {
    struck_ = true;
    return IOStatus::IOError("the power is off");
  }
  const bool this_call = fail_in_ > 0 && --fail_in_ == 0;
  if (this_call || (one_in_ > 0 && random_() % one_in_ == 0)) {
    struck_ = true;
    return IOStatus::IOError("injected");
  }
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::BeforeWrite(uint64_t bytes, uint64_t* fit) {
  *fit = 0;
  IOStatus fault = Before(Kind::kChange);
  absl::MutexLock lock(&mutex_);
  // What fails half-way leaves half of it.
  if (!fault.ok()) {
    if (!off_) *fit = bytes / 2;
    return fault;
  }
  *fit = full_ ? std::min(bytes, room_) : bytes;
  if (!full_) return fault;
  room_ -= *fit;
  if (*fit == bytes) return fault;
  struck_ = true;
  return IOStatus::NoSpace("injected");
}

void FaultyFileSystem::Written(const std::string& name, uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  files_[name].written += bytes;
}

void FaultyFileSystem::Synced(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  files_[name].synced = files_[name].written;
}

void FaultyFileSystem::FolderSynced(const std::string& folder) {
  absl::MutexLock lock(&mutex_);
  const auto last = std::stable_partition(changes_.begin(), changes_.end(), [&](const NameChange& change) {
    return FolderOf(change.to) != FolderOf(folder + "/x");
  });
  for (auto at = last; at != changes_.end(); ++at) {
    if (at->saved.empty()) continue;
    std::filesystem::remove(at->saved);
    files_.erase(at->saved);
  }
  changes_.erase(last, changes_.end());
}

void FaultyFileSystem::Move(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  const auto at = files_.find(from);
  if (at == files_.end()) return;
  files_[to] = at->second;
  files_.erase(from);
}

std::string FaultyFileSystem::Bury(const std::string& name) {
  if (!std::filesystem::exists(name)) return "";
  const std::string saved = absl::StrCat(graveyard_, "/", ++buried_);
  Move(name, saved);
  return saved;
}

void FaultyFileSystem::Undo(const NameChange& change) {
  if (!change.from.empty()) Move(change.to, change.from);
  if (change.created) {
    std::filesystem::remove(change.to);
    files_.erase(change.to);
  }
  if (!change.saved.empty()) Move(change.saved, change.to);
}

void FaultyFileSystem::LosePower(std::mt19937& random) {
  absl::MutexLock lock(&mutex_);
  // Names change on the disk in the order they were changed.
  const size_t kept = random() % (changes_.size() + 1);
  while (changes_.size() > kept) {
    Undo(changes_.back());
    changes_.pop_back();
  }
  for (const auto& [name, sizes] : files_) {
    if (!std::filesystem::exists(name)) continue;
    const uint64_t unsynced = sizes.written - sizes.synced;
    std::filesystem::resize_file(name, sizes.synced + (unsynced == 0 ? 0 : random() % (unsynced + 1)));
    // RocksDB refuses a manifest that ends in zeros: nothing is lost, a person has to look.
    if (random() % 3 == 0 && absl::EndsWith(name, ".log")) std::filesystem::resize_file(name, sizes.written);
  }
}

IOStatus FaultyFileSystem::NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                             IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kRead);
  if (!fault.ok()) return fault;
  std::unique_ptr<rocksdb::FSSequentialFile> real;
  IOStatus made = target()->NewSequentialFile(name, options, &real, debug);
  if (made.ok()) *file = std::make_unique<FaultyReader>(std::move(real), this);
  return made;
}

IOStatus FaultyFileSystem::NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                               IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kRead);
  if (!fault.ok()) return fault;
  std::unique_ptr<rocksdb::FSRandomAccessFile> real;
  IOStatus made = target()->NewRandomAccessFile(name, options, &real, debug);
  if (made.ok()) *file = std::make_unique<FaultyTable>(std::move(real), this);
  return made;
}

IOStatus FaultyFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                                           IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kChange);
  if (!fault.ok()) return fault;
  {
    absl::MutexLock lock(&mutex_);
    if (full_ && room_ == 0) {
      struck_ = true;
      return IOStatus::NoSpace("injected");
    }
    changes_.push_back({"", name, Bury(name), true});
    files_[name] = {};
  }
  std::unique_ptr<rocksdb::FSWritableFile> real;
  IOStatus made = target()->NewWritableFile(name, options, &real, debug);
  if (made.ok()) *file = std::make_unique<FaultyWriter>(std::move(real), this, name);
  return made;
}

IOStatus FaultyFileSystem::NewDirectory(const std::string& name, const IOOptions& options,
                                        std::unique_ptr<rocksdb::FSDirectory>* folder,
                                        IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kRead);
  if (!fault.ok()) return fault;
  std::unique_ptr<rocksdb::FSDirectory> real;
  IOStatus made = target()->NewDirectory(name, options, &real, debug);
  if (made.ok()) *folder = std::make_unique<FaultyFolder>(std::move(real), this, name);
  return made;
}

IOStatus FaultyFileSystem::FileExists(const std::string& name, const IOOptions& options,
                                      IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kRead);
  return fault.ok() ? target()->FileExists(name, options, debug) : fault;
}

IOStatus FaultyFileSystem::GetChildren(const std::string& folder, const IOOptions& options,
                                       std::vector<std::string>* names, IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kRead);
  return fault.ok() ? target()->GetChildren(folder, options, names, debug) : fault;
}

IOStatus FaultyFileSystem::GetFileSize(const std::string& name, const IOOptions& options, uint64_t* size,
                                       IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kRead);
  return fault.ok() ? target()->GetFileSize(name, options, size, debug) : fault;
}

IOStatus FaultyFileSystem::CreateDirIfMissing(const std::string& name, const IOOptions& options,
                                              IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kChange);
  return fault.ok() ? target()->CreateDirIfMissing(name, options, debug) : fault;
}

IOStatus FaultyFileSystem::LockFile(const std::string& name, const IOOptions& options,
                                    rocksdb::FileLock** lock, IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kRead);
  return fault.ok() ? target()->LockFile(name, options, lock, debug) : fault;
}

IOStatus FaultyFileSystem::RenameFile(const std::string& from, const std::string& to,
                                      const IOOptions& options, IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kChange);
  if (!fault.ok()) return fault;
  absl::MutexLock lock(&mutex_);
  std::string saved = Bury(to);
  IOStatus renamed = target()->RenameFile(from, to, options, debug);
  if (!renamed.ok()) {
    if (!saved.empty()) Move(saved, to);
    return renamed;
  }
  if (const auto at = files_.find(from); at != files_.end()) {
    files_[to] = at->second;
    files_.erase(from);
  }
  changes_.push_back({from, to, std::move(saved), false});
  return renamed;
}

IOStatus FaultyFileSystem::DeleteFile(const std::string& name, const IOOptions& options,
                                      IODebugContext* debug) {
  const IOStatus fault = Before(Kind::kChange);
  if (!fault.ok()) return fault;
  absl::MutexLock lock(&mutex_);
  std::string saved = Bury(name);
  if (saved.empty()) return IOStatus::PathNotFound(name);
  changes_.push_back({"", name, std::move(saved), false});
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::GetFreeSpace(const std::string& path, const IOOptions& options, uint64_t* free,
                                        IODebugContext* debug) {
  absl::MutexLock lock(&mutex_);
  if (!full_) return target()->GetFreeSpace(path, options, free, debug);
  *free = room_;
  return IOStatus::OK();
}

}  // namespace seaworthy::torture
