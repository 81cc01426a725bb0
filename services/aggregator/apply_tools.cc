#include "services/aggregator/application.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/competitors.h"
#include "services/aggregator/corrections.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/nearest.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/revisions.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {

absl::Status Application::Announced(const v1::ToolAnnounced& event) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto announcement,
                             state_.Load<v1::Announcement>(Table::kAnnouncements, event.announcement_id()));
  if (!announcement.has_value() || announcement->state() != v1::Announcement::RECEIVED) {
    return absl::OkStatus();
  }
  std::vector<ToolId> tools;
  if (event.rules_version() > 0) {
    SEAWORTHY_ASSIGN_OR_RETURN(tools, RecordTools(event, *announcement));
  } else {
    for (int i = 0; i < event.tools_size(); ++i) {
      SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, RecordByFirstRules(event, *announcement, i));
      tools.push_back(id);
    }
  }
  for (const ToolId& id : tools) announcement->add_tool_ids(id.value());
  announcement->set_state(v1::Announcement::RECORDED);
  return StoreAnnouncement(state_, *announcement, v1::Announcement::RECEIVED);
}

absl::StatusOr<ToolId> Application::RecordByFirstRules(const v1::ToolAnnounced& event,
                                                       const v1::Announcement& announcement, int index) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId by_name, ResolveToolId(state_, event.tools(index)));
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId current, CurrentTool(state_, by_name));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto corrections, LoadCorrections(state_, current));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto merged, MergedTools(state_, current));
  // What an editor decided holds, whatever the rules.
  if (!corrections.empty() || !merged.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(KeepTelling(by_name, event, announcement, index));
    SEAWORTHY_RETURN_IF_ERROR(Recompute(current, false));
    return current;
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, RecordTool(event.tools(index)));
  SEAWORTHY_RETURN_IF_ERROR(KeepTelling(id, event, announcement, index));
  return id;
}

// Makes the tool, a new revision of it, or nothing where no fact is new.
absl::StatusOr<ToolId> Application::RecordTool(const v1::Revision& announced) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId by_name, ResolveToolId(state_, announced));
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, CurrentTool(state_, by_name));
  SEAWORTHY_ASSIGN_OR_RETURN(auto tool, LoadTool(state_, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, LoadNewestRevision(state_, id));
  v1::Revision revision = announced;
  if (known.has_value()) {
    revision = MergeRevision(*known, announced);
    if (!FactsDiffer(*known, revision)) return id;
  } else {
    tool.emplace();
    tool->set_tool_id(id.value());
    *tool->mutable_create_time() = TimeOf(record_);
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "tools", 1));
  }
  revision.set_tool_id(id.value());
  revision.set_number(std::max(tool->latest_revision(), tool->last_number()) + 1);
  tool->set_latest_revision(revision.number());
  tool->clear_last_number();
  state_.Store(Table::kTools, id.value(), *tool);
  state_.Delete(Table::kShown, id.value());
  state_.Store(Table::kRevisions, RevisionKey({id, revision.number()}), revision);
  SEAWORTHY_RETURN_IF_ERROR(IndexNames(state_, revision));
  SEAWORTHY_RETURN_IF_ERROR(AskForReviews(revision, !known.has_value()));
  UpdateNearest(state_, known.has_value() ? &*known : nullptr, revision);
  return id;
}

// Reviews of the revision, and for a new tool the pairs it enters.
absl::Status Application::AskForReviews(const v1::Revision& revision, bool is_new_tool,
                                        const std::vector<v1::CarriedVerdict>& carried) {
  const ToolId id(revision.tool_id());
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<v1::Revision> nearest,
                             FindNearest(state_, revision, NearestWanted()));
  v1::Event event;
  v1::ReviewRequested* request = event.mutable_review_requested();
  *request->mutable_revision() = revision;
  const auto is_carried = [&](const PersonaId& persona) {
    return std::any_of(carried.begin(), carried.end(), [&](const v1::CarriedVerdict& verdict) {
      return verdict.persona_id() == persona.value();
    });
  };
  for (const PersonaId& persona : options_.personas) {
    if (!is_carried(persona)) request->add_persona_ids(persona.value());
  }
  request->mutable_carried()->Assign(carried.begin(), carried.end());
  for (size_t i = 0; i < std::min(nearest.size(), kMaxKnownCompetitors); ++i) {
    *request->add_competitors() = ToCompetitor(nearest[i]);
  }
  Emit(absl::StrCat("review:", revision.tool_id(), "@", revision.number()), event);
  if (!is_new_tool) return absl::OkStatus();
  int pairs = 0;
  for (const v1::Revision& near : nearest) {
    if (++pairs > options_.max_pairs_per_tool) break;
    const auto comparison = MakeComparisonId(id, ToolId(near.tool_id()));
    if (!comparison.ok()) continue;
    v1::Event event;
    v1::ComparisonRequested* request = event.mutable_comparison_requested();
    request->set_comparison_id(comparison->value());
    request->set_tool_a(std::min(revision.tool_id(), near.tool_id()));
    request->set_tool_b(std::max(revision.tool_id(), near.tool_id()));
    Emit(absl::StrCat("pair:", comparison->value()), event);
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
