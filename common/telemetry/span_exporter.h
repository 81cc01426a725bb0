// Sends spans to a collector: OTLP over HTTP in JSON.
#pragma once

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/telemetry/metrics.h"
#include "common/telemetry/otlp_json.h"

namespace seaworthy {

// Thread-safe; one thread of its own sends. Never holds anybody up: what does
// not fit into the queue is dropped and counted, and so is what a collector
// refused three times. Nothing is kept over a restart.
class SpanExporter {
 public:
  struct Options {
    std::string url;             // Without `/v1/traces`.
    Metrics* metrics = nullptr;  // Not owned.
    size_t max_queue = 4096;
    size_t max_batch = 256;
    absl::Duration gather = absl::Seconds(1);    // Before a batch that is not full is sent.
    absl::Duration deadline = absl::Seconds(3);  // Of one request.
  };
  explicit SpanExporter(Options options);
  ~SpanExporter();  // Stops.

  void Offer(OutSpan span);
  // Waits for the request under way, then sends one more of what is queued within a
  // second; the rest is dropped. Idempotent.
  void Stop();

 private:
  void Run();
  // What to send next; empty once stopped with nothing left.
  std::vector<OutSpan> TakeBatch();
  // `last`: one try, and a short one.
  void Send(const std::vector<OutSpan>& batch, bool last);
  // Waits before another try; false where there is no time for one.
  bool Pause(int attempt);
  absl::Status Post(const std::string& body, absl::Duration deadline) const;
  void CountAll(const char* outcome, size_t count);

  const Options options_;
  absl::Mutex mutex_;
  std::deque<OutSpan> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool failing_ = false;  // The thread's; said once in the log.
  std::thread thread_;
};

}  // namespace seaworthy
