#include "services/aggregator/decisions.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxReasonBytes = 2'000;

absl::Status CheckReason(const v1::Decision& decision) {
  if (decision.reason().size() > kMaxReasonBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the reason is ", decision.reason().size(), " bytes long; at most ", kMaxReasonBytes));
  }
  if (decision.kind() != v1::APPROVE && decision.reason().empty()) {
    return absl::InvalidArgumentError("a reason is needed to reject or withdraw; say in a sentence why");
  }
  return absl::OkStatus();
}

absl::Status Stale(const v1::Comparison& comparison) {
  return absl::AbortedError(absl::StrCat("`", comparison.comparison_id(),
                                         "` has changed since you looked: its content hash is now ",
                                         comparison.content_hash(), "; read it again, then decide"));
}

absl::Status NothingTo(const char* verb, const v1::Comparison& comparison, const std::string& why) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot ", verb, " `", comparison.comparison_id(), "`: ", why));
}

absl::Status CheckApprove(const v1::Comparison& comparison, const v1::Decision& decision) {
  if (comparison.content_hash() != decision.content_hash()) return Stale(comparison);
  const std::string& editor = comparison.last_decision().editor();
  if (comparison.state() == v1::Comparison::APPROVED) {
    return NothingTo("approve", comparison, absl::StrCat("this content is approved already, by ", editor));
  }
  if (comparison.state() == v1::Comparison::REJECTED) {
    return NothingTo("approve", comparison,
                     absl::StrCat(editor, " rejected this content; it returns when its content changes"));
  }
  return absl::OkStatus();
}

absl::Status CheckReject(const v1::Comparison& comparison, const v1::Decision& decision) {
  if (comparison.content_hash() != decision.content_hash()) return Stale(comparison);
  if (comparison.state() == v1::Comparison::APPROVED) {
    return NothingTo("reject", comparison, "it is public; withdraw it to take it away");
  }
  if (comparison.state() != v1::Comparison::DRAFTED) {
    return NothingTo("reject", comparison, absl::StrCat("it is ", StateName(comparison.state()), " already"));
  }
  return absl::OkStatus();
}

absl::Status CheckWithdraw(const v1::Comparison& comparison, const v1::Decision& decision) {
  if (comparison.published_hash().empty()) return NothingTo("withdraw", comparison, "it is not public");
  if (decision.content_hash() != comparison.published_hash() &&
      decision.content_hash() != comparison.content_hash()) {
    return Stale(comparison);
  }
  return absl::OkStatus();
}

// What approving makes public. Errors: ABORTED where a tool has moved on and
// the draft that says so is still on its way, FAILED_PRECONDITION where marks
// are open.
absl::StatusOr<v1::PublishedComparison> ContentToPublish(const StateReader& state,
                                                         const v1::Decision& decision,
                                                         const v1::Comparison& comparison) {
  v1::PublishedComparison published;
  SEAWORTHY_ASSIGN_OR_RETURN(*published.mutable_content(),
                             BuildContent(state, ComparisonId(comparison.comparison_id())));
  published.set_content_hash(ContentHash(published.content()));
  if (published.content_hash() != decision.content_hash()) return Stale(comparison);
  SEAWORTHY_RETURN_IF_ERROR(CheckNoOpenMarks(published.content()));
  *published.mutable_decision() = decision;
  return published;
}

absl::Status ApplyDecision(StateTransaction& state, const v1::Decision& decision, uint64_t sequence,
                           v1::Comparison comparison) {
  const v1::Comparison::State before = comparison.state();
  *comparison.mutable_last_decision() = decision;
  if (decision.kind() == v1::APPROVE) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::PublishedComparison published,
                               ContentToPublish(state, decision, comparison));
    comparison.set_published_hash(published.content_hash());
    SEAWORTHY_RETURN_IF_ERROR(StorePublished(state, comparison, published));
    comparison.set_state(v1::Comparison::APPROVED);
  } else if (decision.kind() == v1::REJECT) {
    comparison.set_state(v1::Comparison::REJECTED);
  } else {
    comparison.clear_published_hash();
    SEAWORTHY_RETURN_IF_ERROR(StorePublished(state, comparison, std::nullopt));
    comparison.set_state(v1::Comparison::WITHDRAWN);
  }
  state.Store(Table::kDecisions, DecisionKey(comparison.comparison_id(), sequence), decision);
  return StoreComparison(state, comparison, before);
}

}  // namespace

absl::Status CheckDecision(const v1::Comparison& comparison, const v1::Decision& decision) {
  SEAWORTHY_RETURN_IF_ERROR(CheckReason(decision));
  if (comparison.state() == v1::Comparison::WAITING) {
    return NothingTo("decide on", comparison, "a panel is not full yet; wait for its verdicts");
  }
  switch (decision.kind()) {
    case v1::APPROVE:
      return CheckApprove(comparison, decision);
    case v1::REJECT:
      return CheckReject(comparison, decision);
    case v1::WITHDRAW:
      return CheckWithdraw(comparison, decision);
    default:
      return absl::InvalidArgumentError("decision is none of approve, reject, withdraw");
  }
}

absl::StatusOr<DecisionOutcome> TakeDecision(StateTransaction& state, const v1::Decision& decision,
                                             uint64_t sequence) {
  const std::string& id = decision.comparison_id();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison, state.Load<v1::Comparison>(Table::kComparisons, id));
  if (!comparison.has_value())
    return DecisionOutcome{absl::NotFoundError(absl::StrCat("no comparison `", id, "`"))};
  absl::Status outcome = CheckDecision(*comparison, decision);
  if (!outcome.ok()) return DecisionOutcome{outcome};
  outcome = ApplyDecision(state, decision, sequence, *comparison);
  if (absl::IsAborted(outcome) || absl::IsFailedPrecondition(outcome)) return DecisionOutcome{outcome};
  SEAWORTHY_RETURN_IF_ERROR(outcome);
  return DecisionOutcome{absl::OkStatus()};
}

std::string DecisionRequestKey(const v1::Decision& decision) {
  return Terminated(decision.comparison_id()) + decision.request_id();
}

}  // namespace seaworthy
