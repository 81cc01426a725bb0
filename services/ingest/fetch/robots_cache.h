// What is known of the robots.txt of each origin.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/ingest/fetch/robots.h"

namespace seaworthy {

// Null rules: the origin could not say, so nothing of it is read until then.
struct KnownRobots {
  std::shared_ptr<const Robots> rules;
  absl::Time until;
};

// The origins used last, with their age. Thread-safe.
class RobotsCache {
 public:
  explicit RobotsCache(size_t max_origins) : max_origins_(max_origins) {}

  // Nothing where it is not known or too old.
  std::optional<KnownRobots> Find(const std::string& origin, absl::Time now) {
    absl::MutexLock lock(&mutex_);
    const auto found = places_.find(origin);
    if (found == places_.end()) return std::nullopt;
    if (found->second->second.until <= now) {
      entries_.erase(found->second);
      places_.erase(found);
      return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }

  // Forgets the origin that was not used for longest where there are too many.
  void Keep(const std::string& origin, KnownRobots known) {
    absl::MutexLock lock(&mutex_);
    if (const auto found = places_.find(origin); found != places_.end()) {
      entries_.erase(found->second);
      places_.erase(found);
    }
    entries_.emplace_front(origin, std::move(known));
    places_[origin] = entries_.begin();
    if (entries_.size() <= max_origins_) return;
    places_.erase(entries_.back().first);
    entries_.pop_back();
  }

  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return entries_.size();
  }

 private:
  using Entries = std::list<std::pair<std::string, KnownRobots>>;

  const size_t max_origins_;
  mutable absl::Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // Used last first.
  absl::flat_hash_map<std::string, Entries::iterator> places_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
