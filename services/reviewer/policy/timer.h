// Does things later: backoff without a thread that waits for it.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"

namespace seaworthy {

// Thread-safe.
class Timer {
 public:
  virtual ~Timer() = default;
  // Runs `task` once at `when` or soon after, never before this returns.
  virtual void At(absl::Time when, std::function<void()> task) = 0;
  // Runs what is left now.
  virtual void RunAll() = 0;
};

// One thread over the real clock, which it joins. Tasks must not block; those
// left when it is destroyed are dropped.
std::unique_ptr<Timer> NewThreadTimer();

// Runs tasks when told to, on the caller's thread; for tests.
class FakeTimer : public Timer {
 public:
  explicit FakeTimer(FakeClock* clock) : clock_(clock) {}
  void At(absl::Time when, std::function<void()> task) override;
  void RunAll() override;
  // Moves the clock, stopping at each task that falls due on the way.
  void Advance(absl::Duration by);
  size_t waiting() const;

 private:
  // The first task due by `until`, the clock moved to it; empty where there is none.
  std::function<void()> Next(absl::Time until);

  FakeClock* const clock_;
  mutable absl::Mutex mutex_;
  std::multimap<absl::Time, std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
