// A Fetcher for tests of what stands above it.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/ingest/fetch/fetcher.h"

namespace seaworthy {

// Answers from a script, fails on demand, remembers what it was asked.
// Thread-safe.
class FakeFetcher : public Fetcher {
 public:
  // The next answers for a URL in order; the last one stays.
  void Answer(const std::string& url, absl::StatusOr<FetchResult> answer) {
    absl::MutexLock lock(&mutex_);
    answers_[url].push_back(std::move(answer));
  }

  absl::StatusOr<FetchResult> Fetch(const FetchRequest& request) override {
    absl::MutexLock lock(&mutex_);
    requests_.push_back(request);
    auto& waiting = answers_[request.url];
    if (waiting.empty())
      return absl::UnavailableError("connect_failed: nothing is scripted for " + request.url);
    absl::StatusOr<FetchResult> answer = waiting.front();
    if (waiting.size() > 1) waiting.pop_front();
    return answer;
  }

  std::vector<FetchRequest> requests() const {
    absl::MutexLock lock(&mutex_);
    return requests_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, std::deque<absl::StatusOr<FetchResult>>> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<FetchRequest> requests_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
