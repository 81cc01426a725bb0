// Follows the log and keeps the state in step with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/lease.h"
#include "common/steady_wait.h"
#include "services/aggregator/emission.h"
#include "services/aggregator/projector.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// One thread reads batches from the log, applies them in one transaction,
// sees that the effects are in the log and then commits state and position
// together: a crash in between repeats the batch, and the effects' dedup ids
// make the repeat change nothing. While the log refuses appends the follower
// stands still and tries again; reads go on. Of several followers of one log
// the one with the lease appends (emission.h); that one also appends
// `schedule.due` when a schedule's time has come by `clock`, and
// `edition.drafted` when a week is over.
class LogFollower {
 public:
  // Not owned; all must outlive the follower. Without a clock schedules stay
  // what they are.
  LogFollower(EventLog* log, StateStore* store, const Projector* projector, const Clock* clock = nullptr);
  ~LogFollower();  // Stops.

  // `lease` is of emitting; null: there is no other aggregator.
  void Start(std::unique_ptr<Lease> lease = nullptr);
  // Gives the lease up. Idempotent.
  void Stop();

  // Whether this one emits, and which instance does; false before Start.
  bool leading() const;
  std::string leader() const;

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
  // Appends what has fallen due, where this one leads. The thread's.
  absl::Status AppendDue();
  absl::Duration UntilDue() const;
  bool Stopping() const;
  // Says so once, waits a moment; false once it is stopping.
  bool StandStill(const absl::Status& trouble);

  EventLog* const log_;
  StateStore* const store_;
  const Projector* const projector_;
  const Clock* const clock_;
  std::unique_ptr<Emission> emission_;          // Set before the thread runs; ended under mutex_.
  absl::Time next_due_ = absl::InfinitePast();  // The thread's; when to look at the schedules again.
  std::thread thread_;
  mutable absl::Mutex mutex_;
  uint64_t applied_ ABSL_GUARDED_BY(mutex_);
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  mutable SteadyCondVar moved_;  // `applied_` or `stopping_`.
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
