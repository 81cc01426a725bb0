// Follows the log and keeps the state in step with it.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "services/aggregator/projector.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// One thread reads batches from the log, applies them in one transaction,
// appends the effects and then commits state and position together: a crash
// in between repeats the batch, and the effects' dedup ids make the repeat
// change nothing. While the log refuses appends the follower stands still and
// tries again; reads go on. When a schedule's time has come by `clock`, it
// appends the `schedule.due` event; when a week is over, `edition.drafted`.
class LogFollower {
 public:
  // Not owned; all must outlive the follower. Without a clock schedules stay
  // what they are.
  LogFollower(EventLog* log, StateStore* store, const Projector* projector, const Clock* clock = nullptr);
  ~LogFollower();  // Stops.

  void Start();
  void Stop();

  // The position the committed state reaches to.
  uint64_t applied() const;
  // Returns once the state reaches `sequence`. Errors: DEADLINE_EXCEEDED with
  // what holds the follower up, CANCELLED where it stopped.
  absl::Status WaitFor(uint64_t sequence, absl::Duration timeout) const;

  // Applies up to `max` records now, in the caller's thread; returns how many.
  // Only while the thread is not running. `keep_effects` false: appends none.
  absl::StatusOr<size_t> Step(size_t max, absl::Duration timeout, bool keep_effects);

 private:
  void Run();
  // Appends what has fallen due. The thread's.
  absl::Status AppendDue();
  absl::Duration UntilDue() const;

  EventLog* const log_;
  StateStore* const store_;
  const Projector* const projector_;
  const Clock* const clock_;
  absl::Time next_due_ = absl::InfinitePast();  // The thread's; when to look at the schedules again.
  std::thread thread_;
  mutable absl::Mutex mutex_;
  uint64_t applied_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
