// Whether a process is alive and whether it can do its work.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace seaworthy {

// Named checks, asked each time. Thread-safe. A check waits for nothing and
// outlives the last question or DropChecks.
class Health {
 public:
  using Check = std::function<absl::Status()>;

  // Alive: an error means that only a new start of the process helps.
  void AddLiveness(std::string name, Check check) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ready: an error names what is missing; it may come back by itself. What is
  // not alive is not ready either.
  void AddReadiness(std::string name, Check check) ABSL_LOCKS_EXCLUDED(mutex_);
  // Not ready from now on: the process is stopping. Waits for the question
  // under way; no check is asked any more.
  void DropChecks() ABSL_LOCKS_EXCLUDED(mutex_);

  // True and `{"status":"ok","checks":[{"name":"log","ok":true}]}`, or false
  // and `{"status":"unavailable", ...}` with a `reason` at each check that fails.
  struct Answer {
    bool ok = true;
    std::string json;
  };
  Answer Live() const ABSL_LOCKS_EXCLUDED(mutex_);
  Answer Ready() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Checks = std::vector<std::pair<std::string, Check>>;

  mutable absl::Mutex mutex_;
  Checks live_ ABSL_GUARDED_BY(mutex_);
  Checks ready_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seaworthy
