#include "common/rocksdb_reopen.h"

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rocksdb_event_log_wal.h"
#include "common/rocksdb_logger.h"
#include "rocksdb/listener.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

// Beside what the write-ahead files hold: a new manifest and a new write-ahead file.
constexpr uint64_t kReserveBytes = uint64_t{2} << 20;

// No reader takes as long, and one that writes while it reads waits for itself.
constexpr absl::Duration kLongestHold = absl::Seconds(5);
// Between two attempts where the disk filled again meanwhile.
constexpr absl::Duration kPause = absl::Seconds(1);

// RocksDB polls a full disk and resumes; we open anew instead.
class NoResume : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

ReopenableDbOptions WithoutResume(ReopenableDbOptions options) {
  options.db.env = options.env;
  options.db.max_bgerror_resume_count = 0;
  options.db.info_log = RocksDbLogger(options.path);
  options.db.listeners.push_back(std::make_shared<NoResume>());
  return options;
}

}  // namespace

bool IsNoSpace(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return true;
  // RocksDB has no code of its own for a quota.
  return status.IsIOError() && absl::StrContains(status.ToString(), std::generic_category().message(EDQUOT));
}

ReopenableDb::ReopenableDb(ReopenableDbOptions options) : options_(WithoutResume(std::move(options))) {}

ReopenableDb::~ReopenableDb() {
  absl::MutexLock lock(&mutex_);
  CloseLocked();
}

rocksdb::Status ReopenableDb::Open() {
  absl::MutexLock lock(&mutex_);
  return OpenLocked(/*for_reading=*/false);
}

rocksdb::Status ReopenableDb::OpenLocked(bool for_reading) {
  rocksdb::DB* raw = nullptr;
  rocksdb::Status opened;
  if (for_reading) {
    rocksdb::DBOptions options = options_.db;
    // The tail may not have been cut for want of room: read up to it.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    opened = rocksdb::DB::OpenForReadOnly(options, options_.path, options_.families, &families_, &raw);
  } else {
    opened = rocksdb::DB::Open(options_.db, options_.path, options_.families, &families_, &raw);
  }
  db_.reset(raw);
  if (!opened.ok()) families_.clear();
  return opened;
}

void ReopenableDb::CloseLocked() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : families_)
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  families_.clear();
  db_->Close().PermitUncheckedError();
  db_.reset();
}

bool ReopenableDb::HasRoom() const {
  uint64_t free = 0;
  if (!options_.env->GetFreeSpace(options_.path, &free).ok()) return true;
  std::vector<std::string> names;
  if (!options_.env->GetChildren(options_.path, &names).ok()) return false;
  uint64_t needed = kReserveBytes;
  for (const std::string& name : names) {
    uint64_t size = 0;
    if (absl::EndsWith(name, ".log") && options_.env->GetFileSize(options_.path + "/" + name, &size).ok())
      needed += size;
  }
  return free >= needed;
}

absl::Status ReopenableDb::Reopen() {
  absl::MutexLock lock(&mutex_);
  const auto nobody = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return holds_ == 0; };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&nobody), kLongestHold)) {
    return absl::UnavailableError(
        absl::StrCat(options_.path, " is being read all the time; tried again later"));
  }
  CloseLocked();
  absl::Status cut = CutTornTail(options_.env, options_.path);
  rocksdb::Status opened = rocksdb::Status::OK();
  if (cut.ok()) opened = OpenLocked(/*for_reading=*/false);
  if (cut.ok() && opened.ok()) return absl::OkStatus();
  OpenLocked(/*for_reading=*/true).PermitUncheckedError();
  if (!cut.ok()) return cut;
  const std::string message = absl::StrCat(options_.path, " cannot be opened anew: ", opened.ToString());
  if (opened.IsCorruption()) return absl::DataLossError(message);
  return absl::UnavailableError(message);
}

absl::Status ReopenableDb::MakeWritable() {
  absl::MutexLock lock(&mending_);
  if (!full_) return absl::OkStatus();
  if (!pause_over_.Passed() || !HasRoom()) {
    return absl::UnavailableError(absl::StrCat("the disk of ", options_.path,
                                               " is full; make room on it: writing then goes on by itself"));
  }
  absl::Status opened = Reopen();
  full_ = !opened.ok();
  pause_over_ = SteadyDeadline(kPause);
  if (opened.ok()) spdlog::warn("{} is written to again", options_.path);
  return opened;
}

void ReopenableDb::NoteFailure(const rocksdb::Status& status) {
  if (!IsNoSpace(status)) return;
  spdlog::error("{} cannot be written to: {}; make room on the disk", options_.path, status.ToString());
  absl::MutexLock lock(&mending_);
  full_ = true;
}

}  // namespace seaworthy
