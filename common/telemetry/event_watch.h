// Follows the log beside the services: how long things take, and spans.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "common/steady_wait.h"
#include "common/telemetry/metrics.h"
#include "common/telemetry/span_exporter.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy {

// The newest of many keys, at most `max`. Not thread-safe.
template <typename Value>
class Recent {
 public:
  explicit Recent(size_t max) : max_(max) {}

  void Put(const std::string& key, Value value) {
    const auto [at, added] = values_.insert_or_assign(key, std::move(value));
    if (!added) return;
    order_.push_back(key);
    if (order_.size() <= max_) return;
    values_.erase(order_.front());
    order_.pop_front();
  }
  // Null where it is not known, or not any more.
  const Value* Find(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  const size_t max_;
  std::unordered_map<std::string, Value> values_;
  std::deque<std::string> order_;
};

// One thread reads every record once, from a little before the log's end at the
// start, so that it knows what is under way; only what comes later is counted
// and exported. It changes nothing and nothing waits for it. Memory is bounded:
// of 65,536 announcements and comparisons at most is known when they came.
class EventWatch {
 public:
  struct Options {
    EventLog* log = nullptr;           // Not owned.
    Metrics* metrics = nullptr;        // Not owned.
    SpanExporter* exporter = nullptr;  // Not owned; null: spans are not made.
    // Asked for every batch: whether it is this process that exports. Null: yes.
    std::function<bool()> exports = nullptr;
    // Read before the end at the start.
    uint64_t look_back = 4096;
  };
  explicit EventWatch(Options options);
  ~EventWatch();  // Stops.

  void Start();
  // Idempotent.
  void Stop();

  // The last record seen.
  uint64_t seen() const;
  // An error where the thread has not come round for a minute.
  absl::Status Turning() const;

 private:
  struct Draft {
    absl::Time time;
    std::string trace_id;
    std::string span_id;
  };

  void Run();
  // Sees what has come; an error of the log's.
  absl::Status Turn();
  void See(const Record& record, bool exports);
  void Measure(const Record& record, const v1::Event& event, const std::string& trace_id);
  void Export(const Record& record, const v1::Event& event);

  const Options options_;
  uint64_t counted_after_ = 0;  // Set before the thread starts.
  // The thread's.
  Recent<absl::Time> received_{65'536};  // By trace.
  Recent<Draft> drafted_{65'536};        // By comparison.
  std::thread thread_;
  mutable absl::Mutex mutex_;
  uint64_t seen_ ABSL_GUARDED_BY(mutex_) = 0;
  SteadyDeadline stuck_ ABSL_GUARDED_BY(mutex_){absl::InfiniteDuration()};
  SteadyFlag stopping_;
};

}  // namespace seaworthy
