// The desk's queue: rows kept in step with what they are made of (table
// `queue`, docs/store.md).
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/state_row.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Makes a tool's row anew. Where comparisons are sorted or filtered otherwise
// for it, theirs are added to `comparisons`.
absl::Status UpdateQueueTool(StateTransaction& state, const ToolId& tool, std::set<std::string>& comparisons);

// Makes a comparison's row and its places anew, or takes them out where it is
// gone.
absl::Status UpdateQueueRow(StateTransaction& state, const ComparisonId& id);

// An empty row where there is none.
absl::StatusOr<v1::QueueTool> LoadQueueTool(const StateReader& state, const std::string& tool);

// Where rows of a state stand, in one order: 'o', 'n' or 's'.
std::string QueuePlacePrefix(char order, v1::Comparison::State state);
// The key prefix of a state's counts by category.
std::string QueueCountPrefix(v1::Comparison::State state);
inline constexpr char kQueueRow = 'r';

// What filters look at, as it stands in a place's value.
struct QueueFacts {
  bool blocked = false;
  int64_t embargo_micros = 0;
  std::string_view category_a;
  std::string_view category_b;  // Empty where both are one.
  std::string_view text;
};
// The views point into `value`. False where it is damaged.
bool ParseQueueFacts(std::string_view value, QueueFacts& facts);

}  // namespace seaworthy
