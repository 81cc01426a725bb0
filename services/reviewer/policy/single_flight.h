// One call for all who ask the same at the same time.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace seaworthy {

// Thread-safe. Whoever leads must call Land once.
template <typename T>
class SingleFlight {
 public:
  // True where nobody flies under `key`: the caller leads. Else `follower`
  // waits for the leader.
  bool Lead(const std::string& key, const T& follower) {
    absl::MutexLock lock(&mutex_);
    const auto [found, first] = flights_.try_emplace(key);
    if (!first) found->second.push_back(follower);
    return first;
  }

  // The leader is back: those who waited.
  std::vector<T> Land(const std::string& key) {
    absl::MutexLock lock(&mutex_);
    auto flight = flights_.extract(key);
    return flight.empty() ? std::vector<T>() : std::move(flight.mapped());
  }

 private:
  absl::Mutex mutex_;
  std::unordered_map<std::string, std::vector<T>> flights_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
