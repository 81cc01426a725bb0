// Group commit: many writers, one batch, one sync.
#pragma once

#include <cstdint>
#include <deque>
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
#include "absl/types/span.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/rocksdb_event_log_db.h"
#include "common/rocksdb_event_log_format.h"
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
  // Still taken after Close: a subscription handing back what it held.
  bool after_close = false;
};

// A new event that is on disk now.
struct CommittedEvent {
  uint64_t sequence = 0;
  const NewEvent* event = nullptr;
};

// The only writer of the database. The first caller in the queue leads: it
// gives sequences and hashes to all that wait, writes and syncs once, and
// answers them. Thread-safe; owns no thread.
class GroupWriter {
 public:
  // Called with every group that is on disk, in order, before its writers get
  // their answers; from one thread at a time.
  using Listener = std::function<void(absl::Span<const CommittedEvent>)>;

  // `database` and `clock` outlive this.
  GroupWriter(LogDatabase* database, Clock* clock, ChainEnd end, Listener listener);

  // Blocks until it is on disk (new events: synced). Callers wait while 1,024
  // are waiting. Errors: UNAVAILABLE (blocked by a failed write), CANCELLED
  // (closed), DATA_LOSS (the id index cannot be read).
  absl::StatusOr<std::vector<Appended>> Commit(const LogWrite& write);

  // Writes not yet begun fail with CANCELLED. Idempotent.
  void Close();

 private:
  struct Waiting;
  struct Group;

  absl::Status Refusal(const LogWrite& write) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Waiting*> TakeGroup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Lead(const std::vector<Waiting*>& members) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishGroup(const std::vector<Waiting*>& members) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // By the leader, without the mutex.
  absl::Status WriteGroup(const std::vector<Waiting*>& members);
  void Stage(Waiting& member, Group& group);
  absl::StatusOr<std::vector<std::optional<uint64_t>>> FindKnown(const Waiting& member, const Group& group);
  void StageEvent(const NewEvent& event, const event_log_format::RecordBody& body, Group& group);
  absl::Status WriteBatch(Group& group);

  LogDatabase* const database_;
  Clock* const clock_;
  const Listener listener_;

  // Touched by the leader only; handed on with the lead.
  ChainEnd end_;

  absl::Mutex mutex_;
  absl::CondVar room_;
  std::deque<Waiting*> queue_ ABSL_GUARDED_BY(mutex_);
  bool leading_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status blocked_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
