// Sends webhooks: reads what changes in public, and keeps trying.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/clients.h"
#include "common/clock.h"
#include "common/steady_wait.h"
#include "services/publisher/hooks_out/hook_book.h"
#include "services/publisher/hooks_out/hook_poster.h"

namespace seaworthy {

// Between Start and Stop one thread reads and a few send; without them a test
// calls TakeChanges and SendOne. At least once: docs/api.md. Thread-safe.
class HookOut {
 public:
  static constexpr int kSenders = 4;

  struct Options {
    AggregatorClient* aggregator = nullptr;  // None is owned.
    HookBook* book = nullptr;
    HookPoster* poster = nullptr;
    Clock* clock = nullptr;
    // Where in the log what is public changed last; asked often.
    std::function<uint64_t()> last_change;
    std::function<std::string()> base_url;  // Of the pages events name.
  };
  explicit HookOut(Options options) : options_(std::move(options)) {}
  ~HookOut() { Stop(); }

  // Both idempotent. Stop ends what is under way.
  void Start();
  void Stop();
  // Something may be due earlier than it was.
  void Wake();
  // An edition was approved here; what others approve is found by looking.
  void EditionApproved() { look_ = true; }

  // Takes up everything that is public by now. Errors: the aggregator's, the
  // store's.
  absl::Status TakeChanges();
  absl::Status TakeEditions();
  // Sends one event that is due; false where none is.
  bool SendOne();

 private:
  void Follow();
  // Whether it is time to look for editions.
  bool EditionsDue();
  void Send();
  // Waits at most so long; true where it is time to stop.
  bool StopWithin(absl::Duration wait);

  const Options options_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> look_{true};
  absl::Time next_look_ = absl::InfinitePast();  // Of the thread that reads.
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int wakes_ ABSL_GUARDED_BY(mutex_) = 0;  // Senders still to be woken.
  SteadyCondVar changed_;                  // One of these two.
  std::vector<std::thread> threads_;       // Start and Stop only.
};

}  // namespace seaworthy
