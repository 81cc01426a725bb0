// The search index: words of tools to tools (table `search`, docs/store.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/state_row.pb.h"
#include "seaworthy/v1/tool.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Everything, or only what is public, as it was approved.
enum class SearchScope : char { kAll = 'a', kPublished = 'p' };

// Makes a tool's words of the scope kAll anew.
absl::Status UpdateSearchTool(StateTransaction& state, const ToolId& tool);

// Makes the public words of a comparison's tools anew: those of each tool's
// newest publication.
absl::Status UpdateSearchPublished(StateTransaction& state, const ComparisonId& id);

// The tool as search knows it; empty where it does not.
absl::StatusOr<v1::SearchDocument> LoadSearchDocument(const StateReader& state, SearchScope scope,
                                                      std::string_view tool);

// The key prefix of words that begin so.
std::string SearchWordPrefix(SearchScope scope, std::string_view beginning);

// What stands in a key below that prefix.
struct SearchPlace {
  std::string_view word;
  uint32_t weight = 0;
  std::string_view tool;
};
// The views point into `key`. False where it is damaged.
bool ParseSearchPlace(std::string_view key, SearchPlace& place);

}  // namespace seaworthy
