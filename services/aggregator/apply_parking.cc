// What becomes of comparisons when a tool is merged into another, and back.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/application.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/schedules.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

std::string ParkedKey(uint64_t sequence, const std::string& comparison) {
  return "c" + BigEndian64(sequence) + comparison;
}

}  // namespace

// Pairs with the tool that went become pairs with the one that stays.
absl::Status Application::MoveComparisons(const ToolId& stays, const ToolId& other,
                                          v1::IdentityRecord& record) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparisons, ComparisonsOf(other));
  for (const ComparisonId& id : comparisons) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison,
                               state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
    if (!comparison.has_value()) continue;
    const ToolId far(comparison->tool_a() == other.value() ? comparison->tool_b() : comparison->tool_a());
    const auto now = MakeComparisonId(stays, far);
    SEAWORTHY_RETURN_IF_ERROR(Park(*comparison, record.decision(), now.ok() ? now->value() : ""));
    if (now.ok()) SEAWORTHY_RETURN_IF_ERROR(MakeComparison(stays, far, comparison->by_hand(), record));
  }
  return absl::OkStatus();
}

absl::Status Application::MakeComparison(const ToolId& a, const ToolId& b, bool by_hand,
                                         v1::IdentityRecord& record) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id, MakeComparisonId(a, b));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
  if (known.has_value()) return absl::OkStatus();
  v1::Comparison comparison;
  comparison.set_comparison_id(id.value());
  comparison.set_tool_a(std::min(a, b).value());
  comparison.set_tool_b(std::max(a, b).value());
  comparison.set_state(v1::Comparison::WAITING);
  comparison.set_by_hand(by_hand);
  *comparison.mutable_create_time() = TimeOf(record_);
  *comparison.mutable_update_time() = TimeOf(record_);
  SEAWORTHY_RETURN_IF_ERROR(StoreComparison(state_, comparison, std::nullopt));
  record.add_made_comparisons(id.value());
  return DraftIfReady(id);
}

absl::Status Application::Park(const v1::Comparison& comparison, const v1::IdentityDecision& why,
                               const std::string& now) {
  const std::string& id = comparison.comparison_id();
  v1::ParkedComparison parked;
  *parked.mutable_comparison() = comparison;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto published,
                             state_.Load<v1::PublishedComparison>(Table::kPublished, id));
  if (published.has_value()) *parked.mutable_published() = *published;
  state_.Store(Table::kIdentity, ParkedKey(record_.sequence, id), parked);
  SEAWORTHY_RETURN_IF_ERROR(RemoveComparison(comparison));
  if (!published.has_value()) return absl::OkStatus();
  v1::Decision decision;
  decision.set_comparison_id(id);
  decision.set_kind(v1::WITHDRAW);
  decision.set_content_hash(published->content_hash());
  decision.set_reason(now.empty() ? "its two tools are one tool now" : absl::StrCat("it is `", now, "` now"));
  decision.set_editor(why.editor());
  decision.set_request_id(why.request_id());
  *decision.mutable_decide_time() = why.decide_time();
  state_.Store(Table::kDecisions, DecisionKey(id, record_.sequence), decision);
  return TellDecided(decision);
}

absl::Status Application::TellDecided(const v1::Decision& decision) {
  v1::Event event;
  *event.mutable_comparison_decided()->mutable_decision() = decision;
  Emit(absl::StrCat("decided:", record_.sequence, ":", decision.comparison_id()), event);
  return absl::OkStatus();
}

absl::Status Application::RemoveComparison(const v1::Comparison& comparison) {
  const std::string& id = comparison.comparison_id();
  v1::Comparison gone = comparison;
  VoidApproval(state_, gone);
  SEAWORTHY_RETURN_IF_ERROR(StorePublished(state_, comparison, std::nullopt, record_.sequence));
  state_.Delete(Table::kComparisons, id);
  state_.Delete(Table::kComparisonsByTool, Terminated(comparison.tool_a()) + id);
  state_.Delete(Table::kComparisonsByTool, Terminated(comparison.tool_b()) + id);
  state_.Delete(Table::kComparisonsByState, ComparisonStatePrefix(comparison.state()) + id);
  return AddToCounter(state_, absl::StrCat("comparisons.", StateName(comparison.state())), -1);
}

absl::Status Application::Unpark(uint64_t sequence) {
  std::vector<v1::ParkedComparison> parked;
  const std::string prefix = ParkedKey(sequence, "");
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(
      state_.Scan(Table::kIdentity, prefix, "", [&](std::string_view, std::string_view value) {
        damaged |= !parked.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size()));
        return !damaged;
      }));
  if (damaged) return absl::DataLossError("the store holds a damaged comparison; run `seaworthy rebuild`");
  for (const v1::ParkedComparison& row : parked) {
    v1::Comparison comparison = row.comparison();
    const std::string id = comparison.comparison_id();
    SEAWORTHY_ASSIGN_OR_RETURN(const auto a, LoadTool(state_, ToolId(comparison.tool_a())));
    SEAWORTHY_ASSIGN_OR_RETURN(const auto b, LoadTool(state_, ToolId(comparison.tool_b())));
    SEAWORTHY_ASSIGN_OR_RETURN(const auto there, state_.Get(Table::kComparisons, id));
    if (!a.has_value() || !b.has_value() || there.has_value()) continue;
    state_.Delete(Table::kIdentity, prefix + id);
    // What was to become public by itself is looked at again.
    VoidApproval(state_, comparison);
    if (comparison.state() == v1::Comparison::SCHEDULED) comparison.set_state(v1::Comparison::DRAFTED);
    SEAWORTHY_RETURN_IF_ERROR(StoreComparison(state_, comparison, std::nullopt));
    if (!row.has_published()) continue;
    SEAWORTHY_RETURN_IF_ERROR(StorePublished(state_, comparison, row.published(), record_.sequence));
    SEAWORTHY_RETURN_IF_ERROR(TellDecided(row.published().decision()));
  }
  return absl::OkStatus();
}

absl::Status Application::Reapprove(const ToolId& tool) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparisons, ComparisonsOf(tool));
  for (const ComparisonId& id : comparisons) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto comparison, state_.Load<v1::Comparison>(Table::kComparisons, id.value()));
    if (!comparison.has_value() || comparison->state() != v1::Comparison::DRAFTED ||
        comparison->content_hash().empty() || comparison->content_hash() != comparison->published_hash()) {
      continue;
    }
    comparison->set_state(v1::Comparison::APPROVED);
    SEAWORTHY_RETURN_IF_ERROR(StoreComparison(state_, *comparison, v1::Comparison::DRAFTED));
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
