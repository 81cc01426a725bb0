// What editors approved, as the aggregator keeps it: the only source of every
// public page.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clients.h"

namespace seaworthy {

// How one persona voted on a published tool.
struct PublishedVote {
  std::string persona_id;
  v1::Vote vote = v1::VOTE_UNSPECIFIED;
  float confidence = 0;
};

// One tool of a published comparison, as a list shows it.
struct PublishedTool {
  std::string id;
  std::string name;
  std::string category;
  v1::Panel panel;
  std::vector<v1::Vote> votes;            // In persona order.
  std::vector<PublishedVote> by_persona;  // The same, with who and how sure.
  std::string vendor;
  uint32_t revision = 0;
};

// A published comparison, as a list shows it.
struct PublishedEntry {
  std::string id;
  PublishedTool a;
  PublishedTool b;
  absl::Time decide_time;
};

// Newest approval first, ties by id.
using PublishedEntries = std::vector<PublishedEntry>;

// A tool as it was approved last, and the comparisons it is published in.
struct PublishedToolPage {
  v1::ToolView tool;
  v1::Decision decision;
  PublishedEntries comparisons;
};

// Thread-safe. The list of everything published is kept until the
// aggregator's state moves on.
class Published {
 public:
  explicit Published(AggregatorClient* aggregator) : aggregator_(aggregator) {}

  // Everything published.
  absl::StatusOr<std::shared_ptr<const PublishedEntries>> All();
  // One comparison, in either order. Errors: NOT_FOUND.
  absl::StatusOr<v1::PublishedComparison> Comparison(const std::string& id);
  // One tool. Errors: NOT_FOUND where no published comparison holds it.
  absl::StatusOr<PublishedToolPage> Tool(const std::string& tool_id);
  // What published verdicts predict, by due date, at most `limit`.
  absl::StatusOr<v1::ListPredictionsResponse> Predictions(int limit);
  // The ids of all tools published, sorted.
  absl::StatusOr<std::vector<std::string>> ToolIds();

 private:
  // What was read when the state had come to `sequence` or further, or null.
  std::shared_ptr<const PublishedEntries> Cached(uint64_t sequence);

  AggregatorClient* const aggregator_;
  absl::Mutex reading_mutex_;  // Held while everything is read.
  absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(reading_mutex_);
  std::shared_ptr<const PublishedEntries> cached_ ABSL_GUARDED_BY(mutex_);
  uint64_t cached_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace seaworthy
