#include "services/aggregator/application.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/decisions.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/schedules.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {

absl::Status Application::DraftIfReady(const ComparisonId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tools, SplitComparisonId(id.value()));
  for (const ToolId& side : {tools.first, tools.second}) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, side));
    if (!tool.has_value() || tool->reviewed_revision() == 0) return absl::OkStatus();
  }
  v1::Event event;
  event.mutable_comparison_drafted()->set_comparison_id(id.value());
  event.mutable_comparison_drafted()->set_tool_a(tools.first.value());
  event.mutable_comparison_drafted()->set_tool_b(tools.second.value());
  Emit(absl::StrCat("drafted:", record_.sequence, ":", id.value()), event);
  return absl::OkStatus();
}

absl::Status Application::ComparisonRequested(const v1::ComparisonRequested& event) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId a, CurrentTool(state_, ToolId(event.tool_a())));
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId b, CurrentTool(state_, ToolId(event.tool_b())));
  if (a == b) return absl::OkStatus();
  const bool moved = a.value() != event.tool_a() || b.value() != event.tool_b();
  const ComparisonId id(moved ? MakeComparisonId(a, b).value_or(ComparisonId(event.comparison_id()))
                              : ComparisonId(event.comparison_id()));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
  if (known.has_value()) return absl::OkStatus();
  v1::Comparison comparison;
  comparison.set_comparison_id(id.value());
  comparison.set_tool_a(moved ? std::min(a, b).value() : event.tool_a());
  comparison.set_tool_b(moved ? std::max(a, b).value() : event.tool_b());
  comparison.set_state(v1::Comparison::WAITING);
  comparison.set_by_hand(!event.editor().empty());
  *comparison.mutable_create_time() = TimeOf(record_);
  *comparison.mutable_update_time() = TimeOf(record_);
  SEAWORTHY_RETURN_IF_ERROR(StoreComparison(state_, comparison, std::nullopt));
  return DraftIfReady(id);
}

absl::Status Application::ComparisonDrafted(const v1::ComparisonDrafted& event) {
  return Redraft(ComparisonId(event.comparison_id()));
}

// Takes the content as it is now; where it changed, there is a new draft.
absl::Status Application::Redraft(const ComparisonId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto comparison, state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
  if (!comparison.has_value()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ComparisonContent content, BuildContent(state_, id));
  const std::string hash = ContentHash(content);
  if (comparison->content_hash() == hash) return absl::OkStatus();
  const v1::Comparison::State before = comparison->state();
  comparison->set_content_hash(hash);
  comparison->set_state(v1::Comparison::DRAFTED);
  VoidApproval(state_, *comparison);
  *comparison->mutable_update_time() = TimeOf(record_);
  return StoreComparison(state_, *comparison, before);
}

absl::Status Application::DecisionSubmitted(const v1::Decision& decision) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto outcome, state_.Get(Table::kOutcomes, DecisionRequestKey(decision)));
  if (outcome.has_value()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const DecisionOutcome taken, TakeDecision(state_, decision, record_));
  state_.Put(Table::kOutcomes, DecisionRequestKey(decision), EncodeOutcome(taken.status));
  return TellTaken(taken);
}

absl::Status Application::ScheduleDue(const v1::ScheduleDue& event, const google::protobuf::Timestamp& time) {
  SEAWORTHY_ASSIGN_OR_RETURN(
      const DecisionOutcome taken,
      TakeSchedule(state_, event.comparison_id(), event.content_hash(), ToTime(time), record_));
  return TellTaken(taken);
}

absl::Status Application::TellTaken(const DecisionOutcome& taken) {
  if (!taken.effective.has_value()) return absl::OkStatus();
  v1::Event event;
  *event.mutable_comparison_decided()->mutable_decision() = *taken.effective;
  Emit(absl::StrCat("decided:", record_.sequence), event);
  return absl::OkStatus();
}

absl::Status Application::EmbargoSet(const v1::Embargo& asked, const google::protobuf::Timestamp& time) {
  const std::string key = EmbargoRequestKey(asked);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
  if (known.has_value()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, CurrentTool(state_, ToolId(asked.tool_id())));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, id));
  absl::Status outcome = CheckEmbargo(asked, ToTime(time));
  if (!tool.has_value()) outcome = absl::NotFoundError(absl::StrCat("no tool `", asked.tool_id(), "`"));
  state_.Put(Table::kOutcomes, key, EncodeOutcome(outcome));
  if (!outcome.ok()) return absl::OkStatus();
  v1::Embargo embargo = asked;
  embargo.set_tool_id(id.value());
  if (embargo.has_until_time()) {
    state_.Store(Table::kEmbargoes, id.value(), embargo);
    return absl::OkStatus();
  }
  // Also those of tools that were merged into it.
  SEAWORTHY_ASSIGN_OR_RETURN(const auto merged, MergedTools(state_, id));
  for (const std::string& other : merged) state_.Delete(Table::kEmbargoes, other);
  state_.Delete(Table::kEmbargoes, id.value());
  return absl::OkStatus();
}

absl::Status Application::VerdictAmended(const v1::Amendment& amendment) {
  const std::string key = AmendmentRequestKey(amendment);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
  if (known.has_value()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const AmendmentOutcome taken,
                             TakeAmendment(state_, amendment, record_.sequence));
  state_.Put(Table::kOutcomes, key, EncodeOutcome(taken.status));
  return taken.verdict.has_value() ? RedraftAllOf(*taken.verdict) : absl::OkStatus();
}

// At once, so that whoever amended reads the new draft; an approval of the
// old words finds another hash.
absl::Status Application::RedraftAllOf(const v1::Verdict& verdict) {
  const ToolId tool_id(verdict.tool_id());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, tool_id));
  if (!tool.has_value() || tool->reviewed_revision() != verdict.revision()) return absl::OkStatus();
  return RedraftComparisonsOf(tool_id);
}

absl::StatusOr<std::vector<ComparisonId>> Application::ComparisonsOf(const ToolId& tool) {
  std::vector<ComparisonId> comparisons;
  SEAWORTHY_RETURN_IF_ERROR(
      ForEachComparisonOf(state_, tool, [&](const ComparisonId& id) { comparisons.push_back(id); }));
  return comparisons;
}

absl::Status Application::RedraftComparisonsOf(const ToolId& tool) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparisons, ComparisonsOf(tool));
  for (const ComparisonId& id : comparisons) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison,
                               state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
    const bool drafted = comparison.has_value() && comparison->state() != v1::Comparison::WAITING;
    if (drafted) SEAWORTHY_RETURN_IF_ERROR(Redraft(id));
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
