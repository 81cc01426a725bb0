// Live updates of open desk pages: server-sent events.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clients.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_queue.h"

namespace seaworthy {

// What of a comparison a reader of its page would notice.
std::string ComparisonFingerprint(const v1::Comparison& comparison);

// `GET /desk/events`. One thread waits for the state to move, asks again for
// what each listener has open and tells it in a sentence what changed; moves
// nothing itself. It checks every session each second and ends the streams of
// those that are over, and the oldest of a session that opens too many. Thread-safe; its destructor joins and
// ends all streams.
class DeskEvents {
 public:
  static constexpr size_t kMaxStreams = 32;
  static constexpr size_t kMaxStreamsPerSession = 4;
  static constexpr absl::Duration kTick = absl::Seconds(1);
  static constexpr absl::Duration kHeartbeat = absl::Seconds(15);

  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    // Whether a session's token still opens the desk; does not lengthen it.
    std::function<bool(const std::string& session_token)> is_live;
    // The token of a call.
    std::function<std::string(const HttpRequest& request)> token_of;
  };
  explicit DeskEvents(Options options);
  ~DeskEvents();
  DeskEvents(const DeskEvents&) = delete;
  DeskEvents& operator=(const DeskEvents&) = delete;

  std::vector<Route> Routes();
  // Streams open now.
  size_t streams();

 private:
  // One open page.
  struct Listener {
    std::shared_ptr<HttpStream> stream;
    std::string token;
    v1::ListQueueRequest queue;  // Where `comparison_id` is empty.
    std::string comparison_id;
    std::string seen;                           // The fingerprint of the page.
    std::map<std::string, std::string> before;  // Of a queue: ids to what they were.
    std::set<std::string> changed;              // Of a queue: ids, since the page was made.
    bool known = false;                         // `before` is filled in.
    std::string said;                           // The last notice.
  };
  using Queues = std::map<std::string, absl::StatusOr<v1::ListQueueResponse>>;

  HttpResponse Listen(const Call& call);
  void Add(Listener listener);
  void Run();
  // Waits for the state to move, at most a tick; whether it did.
  bool WaitForMove();
  void Tell(bool moved);
  // What to say now; empty where nothing is new.
  std::string Notice(Listener& listener, Queues& queues);
  std::string QueueNotice(Listener& listener, Queues& queues);
  std::string ComparisonNotice(Listener& listener);
  // Forgets the oldest page of a session; null where it has none.
  std::shared_ptr<HttpStream> TakeOldest(const std::string& token) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t OfSession(const std::string& token) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || !listeners_.empty(); }
  bool Stopping() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; }

  const Options options_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool added_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<Listener>> listeners_ ABSL_GUARDED_BY(mutex_);
  uint64_t sequence_ = 0;  // Of the thread alone.
  absl::Time next_beat_;   // Of the thread alone.
  std::thread thread_;
};

}  // namespace seaworthy
