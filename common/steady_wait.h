// Timed waits by the machine's steady clock. Abseil's end at a time of the wall
// clock: one that is set back by an hour makes them an hour longer.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace seaworthy {

// How much is left of a time that began when this was made.
class SteadyDeadline {
 public:
  explicit SteadyDeadline(absl::Duration in) : in_(in) {}
  absl::Duration Left() const { return in_ - absl::FromChrono(std::chrono::steady_clock::now() - began_); }
  bool Passed() const { return Left() <= absl::ZeroDuration(); }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  absl::Duration in_;
};

// As absl::CondVar. Thread-safe.
class SteadyCondVar {
 public:
  void Signal() { condition_.notify_one(); }
  void SignalAll() { condition_.notify_all(); }
  // The mutex is held before and afterwards. May return for no reason.
  void Wait(absl::Mutex* mutex) {
    Held held{mutex};
    condition_.wait(held);
  }
  void WaitWithTimeout(absl::Mutex* mutex, absl::Duration timeout) {
    if (timeout <= absl::ZeroDuration()) return;
    Held held{mutex};
    condition_.wait_for(held, absl::ToChronoNanoseconds(std::min(timeout, kLongest)));
  }

 private:
  // More would overflow the clock.
  static constexpr absl::Duration kLongest = absl::Hours(24 * 365);
  // What the standard library wants of a lock.
  struct Held {
    void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Lock(); }
    void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Unlock(); }
    absl::Mutex* mutex;
  };

  std::condition_variable_any condition_;
};

// Says once for all, or until it is cleared, that it is time to stop. Thread-safe.
class SteadyFlag {
 public:
  void Set(bool set = true) {
    absl::MutexLock lock(&mutex_);
    set_ = set;
    changed_.SignalAll();
  }
  bool IsSet() const {
    absl::MutexLock lock(&mutex_);
    return set_;
  }
  // Until it is set, at most so long; true: it is.
  bool WaitFor(absl::Duration timeout) const {
    const SteadyDeadline deadline(timeout);
    absl::MutexLock lock(&mutex_);
    while (!set_ && !deadline.Passed()) changed_.WaitWithTimeout(&mutex_, deadline.Left());
    return set_;
  }

 private:
  mutable absl::Mutex mutex_;
  mutable SteadyCondVar changed_;
  bool set_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seaworthy
