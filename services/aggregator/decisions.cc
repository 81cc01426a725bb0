#include "services/aggregator/decisions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/checklist.h"
#include "services/aggregator/decision_checks.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/issued.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/publications.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/schedules.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxReasonBytes = 2'000;
constexpr char kScheduleEditor[] = "schedule";

bool MakesPublic(v1::DecisionKind kind) {
  return kind == v1::APPROVE || kind == v1::SCHEDULE || kind == v1::ROLL_BACK;
}

bool IsRefusal(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status) ||
         absl::IsNotFound(status);
}

// The checklist by the rules of the decision's day.
absl::Status CheckContent(const StateReader& state, const v1::Decision& decision,
                          const v1::ComparisonContent& content) {
  if (decision.rules() == 0) return CheckNoOpenMarks(content);
  const bool later = decision.kind() == v1::SCHEDULE;
  const absl::Time at = ToTime(later ? decision.publish_time() : decision.decide_time());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto items, MakeChecklist(state, content, at));
  return CheckItems(absl::StrCat("cannot ", VerbOf(decision.kind()), " `", content.comparison_id(), "`"),
                    items);
}

// What the decision makes public. Errors: ABORTED where a tool has moved on
// and the draft that says so is still on its way, FAILED_PRECONDITION where the
// checklist does not hold.
absl::StatusOr<v1::PublishedComparison> ContentToPublish(const StateReader& state,
                                                         const v1::Decision& decision,
                                                         const v1::Comparison& comparison) {
  v1::PublishedComparison published;
  if (decision.kind() == v1::ROLL_BACK) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto earlier,
                               LoadPublication(state, comparison.comparison_id(), decision.content_hash()));
    if (!earlier.has_value()) return NeverPublic(decision);
    *published.mutable_content() = std::move(*earlier->mutable_content());
    SEAWORTHY_RETURN_IF_ERROR(CheckNotCorrected(state, published.content()));
  } else {
    SEAWORTHY_ASSIGN_OR_RETURN(*published.mutable_content(),
                               BuildContent(state, ComparisonId(comparison.comparison_id())));
  }
  published.set_content_hash(ContentHash(published.content()));
  if (published.content_hash() != decision.content_hash()) return Stale(comparison);
  SEAWORTHY_RETURN_IF_ERROR(CheckContent(state, decision, published.content()));
  *published.mutable_decision() = decision;
  return published;
}

// Whether the decision is only the first of two; with the first editor's name
// in it where it is the second.
absl::StatusOr<bool> IsFirstOfTwo(const v1::Comparison& comparison, v1::Decision& decision) {
  if (!decision.four_eyes()) return false;
  const v1::Decision& first = comparison.first_approval();
  const bool same = comparison.has_first_approval() && first.content_hash() == decision.content_hash() &&
                    (first.kind() == v1::ROLL_BACK) == (decision.kind() == v1::ROLL_BACK);
  if (!same) return true;
  if (first.editor() == decision.editor()) {
    return NothingTo(VerbOf(decision.kind()), comparison,
                     absl::StrCat("second_editor: ", first.editor(),
                                  " approved it first; another editor has to approve it too"));
  }
  decision.set_first_editor(first.editor());
  return false;
}

v1::Comparison::State StateAfterRollBack(const v1::Comparison& comparison) {
  if (comparison.published_hash() == comparison.content_hash()) return v1::Comparison::APPROVED;
  const bool decided =
      comparison.state() == v1::Comparison::APPROVED || comparison.state() == v1::Comparison::WITHDRAWN;
  return decided ? v1::Comparison::DRAFTED : comparison.state();
}

absl::Status MakePublic(StateTransaction& state, const v1::Decision& decision,
                        v1::PublishedComparison published, v1::Comparison& comparison, const Record& record) {
  comparison.clear_first_approval();
  if (decision.kind() == v1::SCHEDULE) {
    *comparison.mutable_publish_time() = decision.publish_time();
    comparison.set_state(v1::Comparison::SCHEDULED);
    EnterSchedule(state, comparison, decision);
    return absl::OkStatus();
  }
  *published.mutable_decision() = decision;
  SEAWORTHY_RETURN_IF_ERROR(Publish(state, comparison, std::move(published), record));
  comparison.set_state(decision.kind() == v1::ROLL_BACK ? StateAfterRollBack(comparison)
                                                        : v1::Comparison::APPROVED);
  if (comparison.state() == v1::Comparison::APPROVED) VoidApproval(state, comparison);
  return absl::OkStatus();
}

absl::Status ApplyOther(StateTransaction& state, const v1::Decision& decision, v1::Comparison& comparison,
                        const Record& record) {
  VoidApproval(state, comparison);
  switch (decision.kind()) {
    case v1::REJECT:
      comparison.set_state(v1::Comparison::REJECTED);
      return absl::OkStatus();
    case v1::SEND_BACK:
      comparison.set_state(v1::Comparison::SENT_BACK);
      return absl::OkStatus();
    case v1::WITHDRAW:
      comparison.clear_published_hash();
      comparison.set_state(v1::Comparison::WITHDRAWN);
      return StorePublished(state, comparison, std::nullopt, record.sequence);
    default:  // REOPEN, UNSCHEDULE
      comparison.set_state(v1::Comparison::DRAFTED);
      return absl::OkStatus();
  }
}

// Errors: why it is refused; then nothing has changed.
absl::StatusOr<std::optional<v1::Decision>> ApplyDecision(StateTransaction& state, v1::Decision decision,
                                                          const Record& record, v1::Comparison comparison) {
  const v1::Comparison::State before = comparison.state();
  bool waits = false;
  if (MakesPublic(decision.kind())) {
    SEAWORTHY_ASSIGN_OR_RETURN(v1::PublishedComparison published,
                               ContentToPublish(state, decision, comparison));
    SEAWORTHY_ASSIGN_OR_RETURN(waits, IsFirstOfTwo(comparison, decision));
    if (waits) {
      *comparison.mutable_first_approval() = decision;
    } else {
      SEAWORTHY_RETURN_IF_ERROR(MakePublic(state, decision, std::move(published), comparison, record));
    }
  } else {
    SEAWORTHY_RETURN_IF_ERROR(ApplyOther(state, decision, comparison, record));
  }
  *comparison.mutable_last_decision() = decision;
  state.Store(Table::kDecisions, DecisionKey(comparison.comparison_id(), record.sequence), decision);
  SEAWORTHY_RETURN_IF_ERROR(StoreComparison(state, comparison, before));
  return waits ? std::optional<v1::Decision>() : std::optional<v1::Decision>(std::move(decision));
}

}  // namespace

absl::StatusOr<DecisionOutcome> TakeDecision(StateTransaction& state, const v1::Decision& decision,
                                             const Record& record) {
  const std::string& id = decision.comparison_id();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison, state.Load<v1::Comparison>(Table::kComparisons, id));
  if (!comparison.has_value())
    return DecisionOutcome{absl::NotFoundError(absl::StrCat("no comparison `", id, "`"))};
  const absl::Status possible = CheckDecision(*comparison, decision);
  if (!possible.ok()) return DecisionOutcome{possible};
  auto effective = ApplyDecision(state, decision, record, *comparison);
  if (IsRefusal(effective.status())) return DecisionOutcome{effective.status()};
  if (!effective.ok()) return effective.status();
  return DecisionOutcome{absl::OkStatus(), *std::move(effective)};
}

absl::StatusOr<DecisionOutcome> TakeSchedule(StateTransaction& state, const std::string& id,
                                             const std::string& hash, absl::Time now, const Record& record) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto comparison, state.Load<v1::Comparison>(Table::kComparisons, id));
  const bool due = comparison.has_value() && comparison->state() == v1::Comparison::SCHEDULED &&
                   comparison->content_hash() == hash && ToTime(comparison->publish_time()) <= now;
  if (!due) return DecisionOutcome{absl::OkStatus()};
  SEAWORTHY_ASSIGN_OR_RETURN(const auto scheduled, LoadSchedule(state, *comparison));
  if (!scheduled.has_value()) {
    return absl::DataLossError("a scheduled comparison has no schedule; run `seaworthy rebuild`");
  }
  v1::Decision decision = *scheduled;
  decision.set_kind(v1::APPROVE);
  // The checklist holds for the hour it becomes public, not the one it was
  // approved at.
  v1::Decision judged = decision;
  *judged.mutable_decide_time() = ToTimestamp(now);
  auto published = ContentToPublish(state, judged, *comparison);
  if (!published.ok() && !IsRefusal(published.status())) return published.status();
  VoidApproval(state, *comparison);
  if (published.ok()) {
    SEAWORTHY_RETURN_IF_ERROR(MakePublic(state, decision, *std::move(published), *comparison, record));
  } else {
    decision = judged;
    decision.set_kind(v1::UNSCHEDULE);
    decision.set_editor(kScheduleEditor);
    decision.clear_publish_time();
    decision.set_reason(std::string(Utf8Prefix(std::string(published.status().message()), kMaxReasonBytes)));
    comparison->set_state(v1::Comparison::DRAFTED);
  }
  *comparison->mutable_last_decision() = decision;
  state.Store(Table::kDecisions, DecisionKey(id, record.sequence), decision);
  SEAWORTHY_RETURN_IF_ERROR(StoreComparison(state, *comparison, v1::Comparison::SCHEDULED));
  return DecisionOutcome{absl::OkStatus(), std::move(decision)};
}

std::string DecisionRequestKey(const v1::Decision& decision) {
  return Terminated(decision.comparison_id()) + decision.request_id();
}

}  // namespace seaworthy
