// How often callers of the API may call (docs/api.md, Limits).
#pragma once

#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"

namespace seaworthy {

// A minute's calls may come at once and come back evenly (the generic cell
// rate algorithm: one time is kept for each caller). Callers beyond
// `max_callers` share one count. Thread-safe.
class RateLimiter {
 public:
  struct Options {
    Clock* clock = nullptr;  // Not owned.
    size_t max_callers = 20'000;
  };
  explicit RateLimiter(Options options) : options_(options) {}

  struct Standing {
    bool allowed = true;
    int remaining = 0;           // Calls that may come now.
    absl::Duration full_again;   // Until all of them may come at once.
    absl::Duration retry_after;  // Where it is not allowed: until one may.
  };
  // Counts a call of `caller`, who may call `per_minute` times (at least 1).
  Standing Take(const std::string& caller, int per_minute);
  size_t callers() const;

 private:
  absl::Time& BusyUntil(const std::string& caller, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  // When a caller's calls will all have come back; who is not here has them.
  std::unordered_map<std::string, absl::Time> busy_until_ ABSL_GUARDED_BY(mutex_);
  absl::Time others_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time swept_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace seaworthy
