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
  if (!Holds(panel.expected_personas(), verdict.persona_id()) ||
      Holds(panel.given_personas(), verdict.persona_id())) {
    return absl::OkStatus();
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

absl::Status Application::ReviewFailed(const v1::ReviewFailed& event) {
  const RevisionId revision{ToolId(event.tool_id()), event.revision()};
  SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, revision));
  if (!Holds(panel.expected_personas(), event.persona_id()) ||
      Holds(panel.given_personas(), event.persona_id()) ||
      Holds(panel.failed_personas(), event.persona_id())) {
    return absl::OkStatus();
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

// What the record was about is told as failed, so that nothing waits for it.
absl::Status Application::DeadLetter(const v1::DeadLetter& letter) {
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "dead_letters", 1));
  SEAWORTHY_ASSIGN_OR_RETURN(const Record dead, options_.read_record(letter.sequence()));
  v1::Event event;
  if (!event.ParseFromString(dead.payload)) return absl::OkStatus();
  const std::string reason = absl::StrCat("given up after ", letter.attempts(), " tries: ", letter.reason());
  if (event.has_announcement_received()) {
    return RejectAnnouncement(event.announcement_received().announcement().announcement_id(), "dead_letter",
                              reason);
  }
  // The reviewer has a subscription a persona.
  if (!event.has_review_requested() || !letter.subscription().starts_with("reviewer.")) {
    return absl::OkStatus();
  }
  v1::ReviewFailed failure;
  failure.set_tool_id(event.review_requested().revision().tool_id());
  failure.set_revision(event.review_requested().revision().number());
  failure.set_persona_id(letter.subscription().substr(std::string_view("reviewer.").size()));
  failure.set_reason(reason);
  return ReviewFailed(failure);
}

}  // namespace seaworthy
