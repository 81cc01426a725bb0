#include "services/aggregator/views/touched.h"

#include "common/status_macros.h"
#include "services/aggregator/views/queue_index.h"
#include "services/aggregator/views/search_index.h"

namespace seaworthy {

void TouchedTransaction::Put(Table table, std::string_view key, std::string_view value) {
  Note(table, key);
  inner_->Put(table, key, value);
}

void TouchedTransaction::Delete(Table table, std::string_view key) {
  Note(table, key);
  inner_->Delete(table, key);
}

void TouchedTransaction::Note(Table table, std::string_view key) {
  switch (table) {
    case Table::kTools:
    case Table::kShown:
    case Table::kRevisions:
    case Table::kPanels:
    case Table::kVerdicts:
    case Table::kEmbargoes:
      tools_.emplace(key.substr(0, key.find('\0')));
      return;
    case Table::kComparisons:
      comparisons_.emplace(key);
      return;
    case Table::kPublished:
      published_.emplace(key);
      return;
    default:
      return;
  }
}

absl::Status UpdateViews(TouchedTransaction& state) {
  std::set<std::string> comparisons = state.comparisons();
  for (const std::string& tool : state.tools()) {
    SEAWORTHY_RETURN_IF_ERROR(UpdateQueueTool(state, ToolId(tool), comparisons));
    SEAWORTHY_RETURN_IF_ERROR(UpdateSearchTool(state, ToolId(tool)));
  }
  for (const std::string& id : comparisons) {
    SEAWORTHY_RETURN_IF_ERROR(UpdateQueueRow(state, ComparisonId(id)));
  }
  for (const std::string& id : state.published()) {
    SEAWORTHY_RETURN_IF_ERROR(UpdateSearchPublished(state, ComparisonId(id)));
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
