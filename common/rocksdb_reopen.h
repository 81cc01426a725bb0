// A RocksDB that goes on after its disk was full: closed and opened anew while
// others use it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/steady_wait.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/status.h"

namespace seaworthy {

// Whether a write failed because the disk, or the user's share of it, is full:
// the one failure that passes without anybody looking at the machine.
bool IsNoSpace(const rocksdb::Status& status);

struct ReopenableDbOptions {
  rocksdb::Env* env = nullptr;  // Not owned.
  std::string path;             // A folder this process holds (rocksdb_folder.h).
  rocksdb::DBOptions db;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
};

// Owns the open database. After a failed write nobody knows what of it is on
// disk, and where RocksDB resumes by itself the torn end of a write-ahead file
// stays in the middle of what is kept; so it is kept from resuming, and
// opening anew cuts that end, writes what the files hold into tables, synced,
// and shows what there is. Thread-safe; touch the database only while a Hold of
// it is there.
class ReopenableDb {
 public:
  explicit ReopenableDb(ReopenableDbOptions options);
  ~ReopenableDb();
  ReopenableDb(const ReopenableDb&) = delete;
  ReopenableDb& operator=(const ReopenableDb&) = delete;

  // While one is there the database stays open. One thread may have several; a
  // Reopen waits for a moment without any.
  class Hold {
   public:
    explicit Hold(ReopenableDb& held) : held_(held) {
      absl::MutexLock lock(&held_.mutex_);
      ++held_.holds_;
    }
    ~Hold() {
      absl::MutexLock lock(&held_.mutex_);
      --held_.holds_;
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    ReopenableDb& held_;
  };

  // The first time; before any other call.
  rocksdb::Status Open();

  // Null only where Reopen could not open it for reading either.
  rocksdb::DB* db() { return db_.get(); }
  rocksdb::ColumnFamilyHandle* family(size_t index) { return families_[index]; }

  // Whether there is room to write down anew what the write-ahead files hold.
  // True where the environment cannot tell.
  bool HasRoom() const;

  // Waits until nobody holds it (5 s at most), closes, cuts a torn tail and opens. On an error
  // it is open for reading only, as far as that goes. Errors: DATA_LOSS,
  // UNAVAILABLE.
  absl::Status Reopen();

  // For stores whose writes may be repeated: before each write, and after one
  // that failed. Opens anew where a write failed for want of space and there is
  // room now. Errors: as Reopen; UNAVAILABLE while there is no room.
  absl::Status MakeWritable();
  void NoteFailure(const rocksdb::Status& status);

 private:
  rocksdb::Status OpenLocked(bool for_reading);
  void CloseLocked();

  const ReopenableDbOptions options_;
  mutable absl::Mutex mutex_;  // Held all through a Reopen.
  int holds_ ABSL_GUARDED_BY(mutex_) = 0;
  // Changed while nobody holds it.
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;

  absl::Mutex mending_;  // Before mutex_.
  bool full_ ABSL_GUARDED_BY(mending_) = false;
  SteadyDeadline pause_over_ ABSL_GUARDED_BY(mending_){absl::ZeroDuration()};
};

}  // namespace seaworthy
