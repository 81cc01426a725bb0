// Group commit: many writers, one batch, one sync.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/clock.h"
#include "common/commit_queue.h"
#include "common/event_log.h"
#include "common/rocksdb_event_log_db.h"
#include "common/rocksdb_event_log_format.h"
#include "common/steady_wait.h"
#include "rocksdb/write_batch.h"

namespace seaworthy {

// The chain's end: what the next record continues.
struct ChainEnd {
  uint64_t sequence = 0;
  std::string hash = std::string(event_log_format::kHashBytes, '\0');
};

// One change of the `subscriptions` family; no value: delete.
struct Bookkeeping {
  std::string key;
  std::optional<std::string> value;
};

// What is written or not written as one. Synced if it holds a new event.
struct LogWrite {
  absl::Span<const NewEvent> events;
  std::vector<Bookkeeping> bookkeeping;
  // Records before it go, synced; 0: none. Their ids stay.
  uint64_t trim_before = 0;
  // Still taken after Close: a subscription handing back what it held.
  bool after_close = false;
};

// A new event that is on disk now.
struct CommittedEvent {
  uint64_t sequence = 0;
  const NewEvent* event = nullptr;
};

// The only writer of the database. Who leads the queue gives sequences and
// hashes to all that wait, writes and syncs once, and answers them.
// Thread-safe; owns no thread.
class GroupWriter {
 public:
  // Both from one thread at a time, without locks held.
  struct Hooks {
    // Called with every group that is on disk, in order, before its writers get
    // their answers.
    std::function<void(absl::Span<const CommittedEvent>)> committed;
    // Opens the database anew after its disk was full; the end of what is there,
    // which begins with what was known. Errors: UNAVAILABLE (tried again later),
    // else: for good.
    std::function<absl::StatusOr<ChainEnd>(const ChainEnd& known)> recover;
  };

  // `database` and `clock` outlive this.
  GroupWriter(LogDatabase* database, Clock* clock, ChainEnd end, Hooks hooks);

  // Blocks until it is on disk (new events: synced). Callers wait while 1,024
  // are waiting. Errors: UNAVAILABLE (a write failed: for want of space until a
  // later one finds room, otherwise for good), CANCELLED (closed), DATA_LOSS
  // (the id index cannot be read).
  absl::StatusOr<std::vector<Appended>> Commit(const LogWrite& write);

  // As EventLog::Health.
  absl::Status Health() const;

  // Writes not yet begun fail with CANCELLED. Idempotent.
  void Close();

 private:
  struct Waiting;
  struct Group;

  absl::Status Refusal(const LogWrite& write) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Lead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // By the leader, without the mutex.
  absl::Status Recover();
  absl::Status WriteGroup(const std::vector<Waiting*>& members);
  void Stage(Waiting& member, Group& group);
  absl::StatusOr<std::vector<std::optional<uint64_t>>> FindKnown(const Waiting& member, const Group& group);
  void StageEvent(const NewEvent& event, const event_log_format::RecordBody& body, Group& group);
  void StageTrim(uint64_t before, Group& group);
  absl::Status WriteBatch(Group& group);
  absl::Status Failed(const Group& group, const rocksdb::Status& written);

  LogDatabase* const database_;
  Clock* const clock_;
  const Hooks hooks_;

  // Touched by the leader only; handed on with the lead.
  ChainEnd end_;
  absl::Status full_;  // A write failed for want of space; what came of it is not known.
  SteadyDeadline pause_over_{absl::ZeroDuration()};
  absl::Duration pause_;

  mutable absl::Mutex mutex_;
  CommitQueue<Waiting> queue_ ABSL_GUARDED_BY(mutex_){&mutex_};
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status blocked_ ABSL_GUARDED_BY(mutex_);
  absl::Status last_ ABSL_GUARDED_BY(mutex_);  // What came of the last write.
};

}  // namespace seaworthy
