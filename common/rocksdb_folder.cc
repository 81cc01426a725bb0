#include "common/rocksdb_folder.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rocksdb_event_log_wal.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

absl::Status DiskError(const std::string& what, const rocksdb::Status& status) {
  return absl::UnavailableError(
      absl::StrCat(what, ": ", status.ToString(), "; make the folder writable and check the disk"));
}

// Without CURRENT RocksDB would begin anew beside what is there.
absl::Status CheckCurrent(rocksdb::Env* env, const std::string& path, const std::string& what) {
  if (env->FileExists(path + "/CURRENT").ok()) return absl::OkStatus();
  std::vector<std::string> names;
  const rocksdb::Status listed = env->GetChildren(path, &names);
  if (!listed.ok()) return DiskError(what, listed);
  for (const std::string& name : names) {
    if (absl::EndsWith(name, ".sst") || absl::EndsWith(name, ".log")) {
      return absl::DataLossError(
          absl::StrCat(what, " has data (", name, ") but no CURRENT file. Restore the folder from a backup"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksDbFolder>> RocksDbFolder::Take(rocksdb::Env* env, const std::string& path,
                                                                   const std::string& what) {
  const std::string named = absl::StrCat(what, " in ", path);
  const rocksdb::Status made = env->CreateDirIfMissing(path);
  if (!made.ok()) return DiskError(named, made);
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status locked = env->LockFile(path + "/OWNER", &lock);
  if (!locked.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(named, " is open already, here or in another process (",
                                                      locked.ToString(),
                                                      "); stop that one or choose another folder"));
  }
  auto folder = std::unique_ptr<RocksDbFolder>(new RocksDbFolder(env, lock));
  SEAWORTHY_RETURN_IF_ERROR(CheckCurrent(env, path, named));
  SEAWORTHY_RETURN_IF_ERROR(CutTornTail(env, path));
  return folder;
}

RocksDbFolder::~RocksDbFolder() { env_->UnlockFile(lock_).PermitUncheckedError(); }

}  // namespace seaworthy
