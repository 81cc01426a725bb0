#include "services/aggregator/competitors.h"

#include <utility>

#include "common/ids.h"
#include "common/status_macros.h"
#include "services/aggregator/identity_state.h"

namespace seaworthy {
namespace {

// Names longer than this are no names.
constexpr size_t kMaxNameBytes = 200;

bool WasChecked(const v1::Verdict& verdict) {
  return !verdict.provenance().parser_version().empty() || verdict.marks_size() > 0;
}

absl::Status Enter(StateTransaction& state, const std::string& name, const std::string& tool_id) {
  if (name.empty() || name.size() > kMaxNameBytes) return absl::OkStatus();
  const std::string slug = Slugify(name);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto taken, state.Get(Table::kNames, slug));
  if (!taken.has_value()) state.Put(Table::kNames, slug, tool_id);
  return absl::OkStatus();
}

}  // namespace

absl::Status IndexNames(StateTransaction& state, const v1::Revision& revision) {
  SEAWORTHY_RETURN_IF_ERROR(Enter(state, revision.name(), revision.tool_id()));
  for (const std::string& alias : revision.aliases()) {
    SEAWORTHY_RETURN_IF_ERROR(Enter(state, alias, revision.tool_id()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ResolveName(const StateReader& state, std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return std::string();
  SEAWORTHY_ASSIGN_OR_RETURN(auto tool_id, state.Get(Table::kNames, Slugify(name)));
  if (!tool_id.has_value()) return std::string();
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId current, CurrentTool(state, ToolId(*std::move(tool_id))));
  return current.value();
}

absl::Status ResolveNames(const StateReader& state, v1::Verdict& verdict) {
  if (!WasChecked(verdict)) return absl::OkStatus();
  verdict.clear_competitor_tool_ids();
  for (const std::string& name : verdict.competitors()) {
    SEAWORTHY_ASSIGN_OR_RETURN(*verdict.add_competitor_tool_ids(), ResolveName(state, name));
  }
  for (v1::Mark& mark : *verdict.mutable_marks()) {
    if (mark.kind() != v1::Mark::NAME || mark.support() != v1::Claim::UNSUPPORTED) continue;
    SEAWORTHY_ASSIGN_OR_RETURN(const std::string tool_id, ResolveName(state, mark.text()));
    if (tool_id.empty()) continue;
    mark.set_support(v1::Claim::SUPPORTED);
    mark.clear_reason();
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
