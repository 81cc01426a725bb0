#include "services/aggregator/queries.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/issued.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/rounds.h"

namespace seaworthy {
namespace {

absl::Status NoSuchTool(const ToolId& id) {
  return absl::NotFoundError(
      absl::StrCat("no tool `", id.value(), "`; GET /api/v1/tools lists what there is"));
}

absl::StatusOr<v1::ToolView> BuildStoredView(const StateReader& state, const RevisionId& id);

absl::StatusOr<v1::ToolView> BuildTimelessView(const StateReader& state, const ToolId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state, id));
  if (!tool.has_value()) return NoSuchTool(id);
  const uint32_t number = tool->reviewed_revision() > 0 ? tool->reviewed_revision() : tool->latest_revision();
  SEAWORTHY_ASSIGN_OR_RETURN(v1::ToolView view, BuildStoredView(state, {id, number}));
  SEAWORTHY_RETURN_IF_ERROR(LayOver(state, *view.mutable_revision()));
  view.mutable_tool()->Clear();
  view.mutable_tool()->set_tool_id(id.value());
  view.mutable_panel()->clear_ship_personas();
  for (v1::Verdict& verdict : *view.mutable_verdicts()) verdict.clear_create_time();
  return view;
}

}  // namespace

absl::StatusOr<std::optional<v1::Tool>> LoadTool(const StateReader& state, const ToolId& id) {
  return state.Load<v1::Tool>(Table::kTools, id.value());
}

absl::StatusOr<std::optional<v1::Revision>> LoadNewestRevision(const StateReader& state, const ToolId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state, id));
  if (!tool.has_value()) return std::optional<v1::Revision>();
  return state.Load<v1::Revision>(Table::kRevisions, RevisionKey({id, tool->latest_revision()}));
}

absl::StatusOr<v1::Panel> LoadPanel(const StateReader& state, const RevisionId& revision) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto panel, state.Load<v1::Panel>(Table::kPanels, RevisionKey(revision)));
  if (panel.has_value()) return *std::move(panel);
  v1::Panel empty;
  empty.set_tool_id(revision.tool.value());
  empty.set_revision(revision.number);
  return empty;
}

absl::StatusOr<v1::ToolView> BuildToolView(const StateReader& state, const RevisionId& asked) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId current, CurrentTool(state, asked.tool));
  // Numbers of a tool that was merged away are none of the one that stays.
  const RevisionId id{current, current == asked.tool ? asked.number : 0};
  SEAWORTHY_ASSIGN_OR_RETURN(v1::ToolView view, BuildStoredView(state, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto merged, MergedTools(state, current));
  view.mutable_merged_tool_ids()->Assign(merged.begin(), merged.end());
  SEAWORTHY_RETURN_IF_ERROR(FillRounds(state, view));
  if (view.revision().number() != view.tool().latest_revision()) return view;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto shown, state.Load<v1::Revision>(Table::kShown, current.value()));
  if (!shown.has_value()) return view;
  v1::Revision* revision = view.mutable_revision();
  *revision->mutable_announcement_ids() = shown->announcement_ids();
  *revision->mutable_source_urls() = shown->source_urls();
  *revision->mutable_aliases() = shown->aliases();
  *revision->mutable_hidden_texts() = shown->hidden_texts();
  *revision->mutable_conflicts() = shown->conflicts();
  *revision->mutable_corrections() = shown->corrections();
  return view;
}

namespace {

absl::StatusOr<v1::ToolView> BuildStoredView(const StateReader& state, const RevisionId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state, id.tool));
  if (!tool.has_value()) return NoSuchTool(id.tool);
  const uint32_t number = id.number == 0 ? tool->latest_revision() : id.number;
  const RevisionId revision{id.tool, number};
  v1::ToolView view;
  *view.mutable_tool() = *tool;
  SEAWORTHY_ASSIGN_OR_RETURN(auto facts, state.Load<v1::Revision>(Table::kRevisions, RevisionKey(revision)));
  if (!facts.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("no revision `", revision.ToString(), "`; the newest is ", tool->latest_revision()));
  }
  *view.mutable_revision() = *std::move(facts);
  SEAWORTHY_ASSIGN_OR_RETURN(*view.mutable_panel(), LoadPanel(state, revision));
  for (const std::string& persona : view.panel().expected_personas()) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto verdict,
                               state.Load<v1::Verdict>(Table::kVerdicts, VerdictKey(revision, persona)));
    if (verdict.has_value()) *view.add_verdicts() = *std::move(verdict);
  }
  return view;
}

}  // namespace

absl::StatusOr<v1::ComparisonContent> BuildContent(const StateReader& state, const ComparisonId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tools, SplitComparisonId(id.value()));
  v1::ComparisonContent content;
  content.set_comparison_id(id.value());
  SEAWORTHY_ASSIGN_OR_RETURN(*content.mutable_a(), BuildTimelessView(state, tools.first));
  SEAWORTHY_ASSIGN_OR_RETURN(*content.mutable_b(), BuildTimelessView(state, tools.second));
  return content;
}

std::string ContentHash(const v1::ComparisonContent& content) {
  return Sha256Hex(SerializeDeterministically(content));
}

absl::StatusOr<uint64_t> LoadCounter(const StateReader& state, std::string_view name) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto text, state.Get(Table::kCounters, name));
  uint64_t value = 0;
  if (text.has_value() && !absl::SimpleAtoi(*text, &value)) {
    return absl::DataLossError(
        absl::StrCat("the counter ", std::string(name), " is no number; run `seaworthy rebuild`"));
  }
  return value;
}

}  // namespace seaworthy
