// Calls about identity, corrections and history.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/hash.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/carry.h"
#include "services/aggregator/corrections.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/requests.h"

namespace seaworthy {
namespace {

constexpr int kDefaultListed = 50;
constexpr int kMaxListed = 500;
constexpr int kDefaultRevisions = 20;
constexpr int kMaxRevisions = 100;

// The tool a decision is shown by.
absl::StatusOr<std::string> ShownTool(const StateReader& state, const v1::IdentityDecision& decision) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto record, LoadIdentityRecord(state, decision.request_id()));
  if (record.has_value() && !record->new_tool_id().empty()) return record->new_tool_id();
  if (decision.kind() != v1::IdentityDecision::UNDO) return decision.tool_id();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto undone, LoadIdentityRecord(state, decision.undoes()));
  return undone.has_value() ? undone->decision().tool_id() : decision.tool_id();
}

int Bounded(int asked, int usual, int most) { return asked <= 0 ? usual : std::min(asked, most); }

}  // namespace

absl::StatusOr<v1::ToolView> AggregatorService::DecideIdentity(const v1::DecideIdentityRequest& request) {
  v1::IdentityDecision decision = request.decision();
  decision.clear_decide_time();
  SEAWORTHY_RETURN_IF_ERROR(CheckRequestId(decision));
  v1::Event event;
  *event.mutable_identity_decided()->mutable_decision() = decision;
  *event.mutable_create_time() = ToTimestamp(impl_->options().clock->Now());
  *event.mutable_identity_decided()->mutable_decision()->mutable_decide_time() = event.create_time();
  const std::string key = IdentityRequestKey(decision);
  SEAWORTHY_ASSIGN_OR_RETURN(const Appended appended, impl_->AppendAndApply(MakeEvent(
                                                          absl::StrCat("identity:", Sha256Hex(key)), event)));
  if (appended.duplicate) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Event first, ReadEvent(*impl_->options().log, appended.sequence));
    v1::IdentityDecision before = first.identity_decided().decision();
    before.clear_decide_time();
    SEAWORTHY_RETURN_IF_ERROR(CheckSame(before, decision));
  }
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_RETURN_IF_ERROR(OutcomeOf(*state, key));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string shown, ShownTool(*state, decision));
  return BuildToolView(*state, {ToolId(shown), 0});
}

absl::StatusOr<v1::ListIdentityResponse> AggregatorService::ListIdentity(
    const v1::ListIdentityRequest& request) {
  const auto state = impl_->store().Snapshot();
  const int most = Bounded(request.page_size(), kDefaultListed, kMaxListed);
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId tool, CurrentTool(*state, ToolId(request.tool_id())));
  v1::ListIdentityResponse response;
  SEAWORTHY_RETURN_IF_ERROR(
      ReadSuspicions(*state, tool.value(), most, response.mutable_possible_duplicates()));
  SEAWORTHY_RETURN_IF_ERROR(ForEachIdentityRecord(*state, [&](const v1::IdentityRecord& record) {
    const v1::IdentityDecision& decision = record.decision();
    const bool about = request.tool_id().empty() || decision.tool_id() == request.tool_id() ||
                       decision.other_tool_id() == request.tool_id() ||
                       record.new_tool_id() == request.tool_id() || decision.tool_id() == tool.value();
    if (about) *response.add_decisions() = decision;
    return response.decisions_size() < most;
  }));
  return response;
}

absl::StatusOr<v1::ToolView> AggregatorService::CorrectFact(const v1::CorrectFactRequest& request) {
  v1::FactCorrection correction = request.correction();
  correction.clear_correct_time();
  correction.clear_corrected_values();
  correction.clear_asks();
  SEAWORTHY_RETURN_IF_ERROR(CheckRequestId(correction));
  SEAWORTHY_RETURN_IF_ERROR(CheckCorrection(correction));
  const ToolId tool(correction.tool_id());
  SEAWORTHY_RETURN_IF_ERROR(BuildToolView(*impl_->store().Snapshot(), {tool, 0}).status());
  v1::Event event;
  *event.mutable_create_time() = ToTimestamp(impl_->options().clock->Now());
  *event.mutable_fact_corrected()->mutable_correction() = correction;
  *event.mutable_fact_corrected()->mutable_correction()->mutable_correct_time() = event.create_time();
  const std::string key = CorrectionRequestKey(correction);
  SEAWORTHY_ASSIGN_OR_RETURN(
      const Appended appended,
      impl_->AppendAndApply(MakeEvent(absl::StrCat("correction:", Sha256Hex(key)), event)));
  if (appended.duplicate) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Event first, ReadEvent(*impl_->options().log, appended.sequence));
    v1::FactCorrection before = first.fact_corrected().correction();
    before.clear_correct_time();
    SEAWORTHY_RETURN_IF_ERROR(CheckSame(before, correction));
  }
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_RETURN_IF_ERROR(OutcomeOf(*state, key));
  return BuildToolView(*state, {tool, 0});
}

absl::StatusOr<v1::ListRevisionsResponse> AggregatorService::ListRevisions(
    const v1::ListRevisionsRequest& request) {
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ToolView newest,
                             BuildToolView(*state, {ToolId(request.tool_id()), 0}));
  const ToolId tool(newest.tool().tool_id());
  const int most = Bounded(request.page_size(), kDefaultRevisions, kMaxRevisions);
  v1::ListRevisionsResponse response;
  v1::RevisionView* later = nullptr;
  for (uint32_t number = newest.tool().latest_revision(); number > 0; --number) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto revision,
                               state->Load<v1::Revision>(Table::kRevisions, RevisionKey({tool, number})));
    if (!revision.has_value()) continue;
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Panel panel, LoadPanel(*state, {tool, number}));
    if (later != nullptr) {
      *later->mutable_drift() = MakeDrift(*revision, panel, later->revision(), later->panel());
    }
    if (response.revisions_size() == most) break;
    later = response.add_revisions();
    *later->mutable_revision() = number == newest.tool().latest_revision() ? newest.revision() : *revision;
    *later->mutable_panel() = panel;
  }
  return response;
}

}  // namespace seaworthy
