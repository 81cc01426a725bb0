#include "services/aggregator/application.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/competitors.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/panel_counts.h"
#include "services/aggregator/predictions.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/rounds.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

void AddVote(const v1::Verdict& verdict, v1::Panel& panel) {
  InsertSorted(verdict.persona_id(), *panel.mutable_given_personas());
  if (verdict.vote() == v1::SHIP) {
    panel.set_ship(panel.ship() + 1);
    InsertSorted(verdict.persona_id(), *panel.mutable_ship_personas());
  }
  panel.set_total(panel.total() + 1);
  panel.set_ship_percent((100 * panel.ship() + panel.total() / 2) / panel.total());
}

// The same persona votes anew.
void MoveVote(const v1::Verdict& before, const v1::Verdict& after, v1::Panel& panel) {
  panel.set_total(panel.total() - 1);
  if (before.vote() == v1::SHIP) {
    panel.set_ship(panel.ship() - 1);
    auto& ships = *panel.mutable_ship_personas();
    ships.erase(std::remove(ships.begin(), ships.end(), before.persona_id()), ships.end());
  }
  AddVote(after, panel);
}

// Personas in the order of an earlier revision's panel, new ones last.
absl::Status OrderAsBefore(const StateReader& state, const RevisionId& earlier, v1::Panel& panel) {
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::Panel before, LoadPanel(state, earlier));
  std::vector<std::string> order;
  for (const std::string& persona : before.expected_personas()) {
    if (Holds(panel.expected_personas(), persona)) order.push_back(persona);
  }
  for (const std::string& persona : panel.expected_personas()) {
    if (!Holds(before.expected_personas(), persona)) order.push_back(persona);
  }
  panel.mutable_expected_personas()->Assign(order.begin(), order.end());
  return absl::OkStatus();
}

}  // namespace

absl::Status Application::ReviewRequested(const v1::ReviewRequested& event) {
  // The panel stands as it is until the answer comes.
  if (event.round() > 0) return absl::OkStatus();
  const RevisionId revision{ToolId(event.revision().tool_id()), event.revision().number()};
  SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, revision));
  for (const v1::CarriedVerdict& carried : event.carried()) {
    const RevisionId from{revision.tool, carried.revision()};
    SEAWORTHY_ASSIGN_OR_RETURN(
        const auto verdict,
        state_.Load<v1::Verdict>(Table::kVerdicts, VerdictKey(from, carried.persona_id())));
    if (verdict.has_value()) ApplyCarried(event, *verdict, panel);
  }
  for (const std::string& persona : event.persona_ids()) {
    if (Holds(panel.expected_personas(), persona)) continue;
    panel.add_expected_personas(persona);
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.pending", 1));
  }
  if (event.carried().empty()) {
    StorePanel(panel);
    return absl::OkStatus();
  }
  SEAWORTHY_RETURN_IF_ERROR(OrderAsBefore(state_, {revision.tool, event.carried(0).revision()}, panel));
  panel.set_full(panel.given_personas_size() == panel.expected_personas_size());
  StorePanel(panel);
  return panel.full() ? PanelIsFull(revision) : absl::OkStatus();
}

// The verdict stands for this revision as it stood for the one it was given on;
// it is not counted twice, and its predictions are in the ledger already.
void Application::ApplyCarried(const v1::ReviewRequested& event, const v1::Verdict& verdict,
                               v1::Panel& panel) {
  if (Holds(panel.expected_personas(), verdict.persona_id())) return;
  const RevisionId revision{ToolId(event.revision().tool_id()), event.revision().number()};
  v1::Verdict carried = verdict;
  carried.set_revision(revision.number);
  carried.set_verdict_id(MakeVerdictId(revision, PersonaId(verdict.persona_id())).value());
  v1::Provenance* provenance = carried.mutable_provenance();
  if (provenance->carried_from() == 0) provenance->set_carried_from(verdict.revision());
  state_.Store(Table::kVerdicts, VerdictKey(revision, verdict.persona_id()), carried);
  panel.add_expected_personas(verdict.persona_id());
  AddVote(carried, panel);
}

absl::Status Application::VerdictGiven(v1::Verdict& verdict) {
  const RevisionId revision{ToolId(verdict.tool_id()), verdict.revision()};
  SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, revision));
  if (!Holds(panel.expected_personas(), verdict.persona_id())) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto repeat, PendingRepeat(state_, revision, verdict.persona_id()));
  // Only the round that was asked for last counts.
  if (verdict.round() != (repeat.has_value() ? repeat->round() : 0)) return absl::OkStatus();
  if (repeat.has_value()) ForgetPendingRepeat(state_, *repeat);
  if (Holds(panel.given_personas(), verdict.persona_id())) {
    return repeat.has_value() ? ReplaceVerdict(verdict, panel) : absl::OkStatus();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const bool had_failed, ForgetFailure(panel, verdict.persona_id()));
  if (!had_failed) SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.pending", -1));
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "verdicts", 1));
  SEAWORTHY_RETURN_IF_ERROR(CountVerdict(state_, verdict, record_));
  SEAWORTHY_RETURN_IF_ERROR(ResolveNames(state_, verdict));
  EnterPredictions(state_, verdict);
  state_.Store(Table::kVerdicts, VerdictKey(revision, verdict.persona_id()), verdict);
  AddVote(verdict, panel);
  panel.set_full(panel.given_personas_size() == panel.expected_personas_size());
  StorePanel(panel);
  if (!panel.full()) return absl::OkStatus();
  SEAWORTHY_RETURN_IF_ERROR(CountAgreement(state_, panel));
  return PanelIsFull(revision);
}

absl::Status Application::ReplaceVerdict(v1::Verdict& verdict, v1::Panel& panel) {
  const RevisionId revision{ToolId(verdict.tool_id()), verdict.revision()};
  const std::string key = VerdictKey(revision, verdict.persona_id());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, state_.Load<v1::Verdict>(Table::kVerdicts, key));
  if (!before.has_value()) {
    return absl::DataLossError("a panel counts a verdict that is gone; run `seaworthy rebuild`");
  }
  KeepEarlierVerdict(state_, *before);
  // One that was carried over stays in the ledger by its first revision.
  if (before->provenance().carried_from() == 0) RemovePredictions(state_, *before);
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.pending", -1));
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "verdicts", 1));
  SEAWORTHY_RETURN_IF_ERROR(CountVerdict(state_, verdict, record_));
  SEAWORTHY_RETURN_IF_ERROR(ResolveNames(state_, verdict));
  EnterPredictions(state_, verdict);
  state_.Store(Table::kVerdicts, key, verdict);
  MoveVote(*before, verdict, panel);
  StorePanel(panel);
  return RedraftAllOf(verdict);
}

absl::Status Application::ReviewFailed(const v1::ReviewFailed& event) {
  const RevisionId revision{ToolId(event.tool_id()), event.revision()};
  SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, revision));
  if (!Holds(panel.expected_personas(), event.persona_id()) ||
      Holds(panel.failed_personas(), event.persona_id())) {
    return absl::OkStatus();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto repeat, PendingRepeat(state_, revision, event.persona_id()));
  if (event.round() != (repeat.has_value() ? repeat->round() : 0)) return absl::OkStatus();
  if (repeat.has_value()) ForgetPendingRepeat(state_, *repeat);
  if (Holds(panel.given_personas(), event.persona_id())) {
    if (!repeat.has_value()) return absl::OkStatus();
    // The verdict before stands.
    SEAWORTHY_RETURN_IF_ERROR(CountFailure(state_, event.persona_id(), event.outcome()));
    return AddToCounter(state_, "reviews.pending", -1);
  }
  panel.add_failed_personas(event.persona_id());
  panel.add_failures(event.reason());
  panel.add_failure_outcomes(event.outcome());
  SEAWORTHY_RETURN_IF_ERROR(CountFailure(state_, event.persona_id(), event.outcome()));
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.pending", -1));
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.failed", 1));
  StorePanel(panel);
  return absl::OkStatus();
}

// True where the persona had been given up on.
absl::StatusOr<bool> Application::ForgetFailure(v1::Panel& panel, const std::string& persona) {
  const auto& failed = panel.failed_personas();
  const auto at = std::find(failed.begin(), failed.end(), persona);
  if (at == failed.end()) return false;
  const int index = static_cast<int>(at - failed.begin());
  panel.mutable_failed_personas()->DeleteSubrange(index, 1);
  panel.mutable_failures()->DeleteSubrange(index, 1);
  panel.mutable_failure_outcomes()->DeleteSubrange(index, 1);
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.failed", -1));
  return true;
}

void Application::StorePanel(const v1::Panel& panel) {
  state_.Store(Table::kPanels, RevisionKey({ToolId(panel.tool_id()), panel.revision()}), panel);
}

// The revision is the one comparisons show from now on.
absl::Status Application::PanelIsFull(const RevisionId& revision) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto tool, LoadTool(state_, revision.tool));
  if (!tool.has_value() || tool->reviewed_revision() >= revision.number) return absl::OkStatus();
  // One that an undo took back.
  if (revision.number > tool->latest_revision()) return absl::OkStatus();
  tool->set_reviewed_revision(revision.number);
  state_.Store(Table::kTools, revision.tool.value(), *tool);
  std::vector<ComparisonId> comparisons;
  SEAWORTHY_RETURN_IF_ERROR(
      ForEachComparisonOf(state_, revision.tool, [&](const ComparisonId& id) { comparisons.push_back(id); }));
  for (const ComparisonId& id : comparisons) SEAWORTHY_RETURN_IF_ERROR(DraftIfReady(id));
  return absl::OkStatus();
}

}  // namespace seaworthy
