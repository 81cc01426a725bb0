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

// Rows of a state stand in groups, so that what blocks need not be looked for:
// these bits together, 0 to 7.
inline constexpr int kQueueBlocked = 1;   // Something but an embargo or a second editor blocks.
inline constexpr int kQueueEmbargo = 2;   // There is an embargo; whether it holds tells the clock.
inline constexpr int kQueueApproved = 4;  // One of two editors has approved it.
inline constexpr int kQueueGroups = 8;
int QueueGroupOf(const v1::QueueRow& row);

// Where rows of a state and group stand, in one order: 'o', 'n' or 's'.
std::string QueuePlacePrefix(char order, v1::Comparison::State state, int group);
// What follows there: how it sorts, and the id.
std::string QueuePlace(char order, const v1::QueueRow& row, std::string_view id);
// Bytes of a place before the id.
size_t QueueSortBytes(char order);
// The key prefix of counts by category; under no category stands how many.
std::string QueueCountPrefix(v1::Comparison::State state, int group);
// The key prefix of the ids in a category, for such as are few.
std::string QueueCategoryPrefix(v1::Comparison::State state, int group, const std::string& category);
inline constexpr char kQueueRow = 'r';

// Tools of which an editor's correction asks, by id: the key prefix.
inline constexpr char kQueueAsks[] = "a";
// Corrections that ask (FactCorrection.asks), over all tools.
absl::StatusOr<uint64_t> CountAsking(const StateReader& state);

// What filters look at, as it stands in a place's value.
struct QueueFacts {
  int64_t embargo_micros = 0;
  std::string_view category_a;
  std::string_view category_b;  // Empty where both are one.
  std::string_view text;
};
// The views point into `value`. False where it is damaged.
bool ParseQueueFacts(std::string_view value, QueueFacts& facts);

}  // namespace seaworthy
