// What editors approved, as the aggregator keeps it: the only source of every
// public page.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/clients.h"
#include "common/steady_wait.h"
#include "services/publisher/pages/published_index.h"

namespace seaworthy {

// A tool as it was approved last, and the comparisons it is published in.
struct PublishedToolPage {
  v1::ToolView tool;
  v1::Decision decision;
  PublishedEntries comparisons;
};

// Thread-safe. Keeps an index of what is published: read once, then only what
// changed, from the place in the log up to which it was read. So it misses
// nothing where another aggregator answers, one that has seen less included.
// Between Start and Stop a thread of its own follows the aggregator; otherwise
// each call of Index catches up first.
class Published {
 public:
  explicit Published(AggregatorClient* aggregator) : aggregator_(aggregator) {}
  ~Published() { Stop(); }

  // Both idempotent.
  void Start();
  void Stop();

  // Takes up everything that is public by now. Errors: the aggregator's.
  absl::Status CatchUp();
  // Summaries. Errors: the aggregator's, until it has answered once.
  absl::StatusOr<const PublishedIndex*> Index();
  // Changes with the index, and where pages may have been made of what an
  // aggregator had that was behind.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  // Where in the log the index changed last.
  uint64_t last_change() const { return last_change_.load(std::memory_order_acquire); }

  // Everything published.
  absl::StatusOr<PublishedEntries> All();
  // One comparison, in either order. Errors: NOT_FOUND.
  absl::StatusOr<v1::PublishedComparison> Comparison(const std::string& id);
  // One tool. Errors: NOT_FOUND where no published comparison holds it.
  absl::StatusOr<PublishedToolPage> Tool(const std::string& tool_id);
  // What published verdicts predict, by due date, at most `limit`.
  absl::StatusOr<v1::ListPredictionsResponse> Predictions(int limit);
  // The ids of all tools published, sorted.
  absl::StatusOr<std::vector<std::string>> ToolIds();
  // The published tool an id stands for: itself, or what it was merged into.
  // Errors: NOT_FOUND.
  absl::StatusOr<std::string> ToolOf(const std::string& tool_id);

 private:
  void Follow();
  // Waits for what is new and takes it up; what the aggregator had seen by then.
  // `behind`: it had not seen all that another told of.
  absl::StatusOr<uint64_t> FollowOn(bool& behind);
  // What the aggregator that answers has seen, once it is more than `after` or
  // some time has passed.
  absl::StatusOr<uint64_t> AppliedPast(uint64_t after);

  AggregatorClient* const aggregator_;
  PublishedIndex index_;
  std::atomic<uint64_t> generation_{1};
  std::atomic<bool> loaded_{false};
  std::atomic<bool> following_{false};

  absl::Mutex reading_mutex_;               // Held while changes are read.
  std::atomic<uint64_t> next_sequence_{0};  // Written by who reads.
  std::atomic<uint64_t> last_change_{0};

  SteadyFlag stopping_;
  absl::Mutex mutex_;  // Of Start and Stop.
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
