#include "services/aggregator/decision_checks.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status_macros.h"
#include "services/aggregator/decisions.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxReasonBytes = 2'000;
constexpr absl::Duration kFarthestSchedule = absl::Hours(24 * 366);

bool NeedsReason(v1::DecisionKind kind) {
  return kind != v1::APPROVE && kind != v1::SCHEDULE && kind != v1::REOPEN;
}

absl::Status CheckReason(const v1::Decision& decision) {
  if (decision.reason().size() > kMaxReasonBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the reason is ", decision.reason().size(), " bytes long; at most ", kMaxReasonBytes));
  }
  if (!NeedsReason(decision.kind()) || !decision.reason().empty()) return absl::OkStatus();
  if (decision.kind() == v1::REJECT || decision.kind() == v1::WITHDRAW || decision.rules() == 0) {
    return absl::InvalidArgumentError("a reason is needed to reject or withdraw; say in a sentence why");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a reason is needed to ", VerbOf(decision.kind()), "; say in a sentence why"));
}

absl::Status CheckNewest(const v1::Comparison& comparison, const v1::Decision& decision) {
  return comparison.content_hash() == decision.content_hash() ? absl::OkStatus() : Stale(comparison);
}

absl::Status CheckApprove(const v1::Comparison& comparison, const v1::Decision& decision) {
  SEAWORTHY_RETURN_IF_ERROR(CheckNewest(comparison, decision));
  const std::string& editor = comparison.last_decision().editor();
  const char* verb = VerbOf(decision.kind());
  switch (comparison.state()) {
    case v1::Comparison::APPROVED:
      return NothingTo(verb, comparison, absl::StrCat("this content is approved already, by ", editor));
    case v1::Comparison::REJECTED:
      return NothingTo(verb, comparison,
                       absl::StrCat(editor, " rejected this content; it returns when its content changes"));
    case v1::Comparison::SENT_BACK:
      return NothingTo(verb, comparison,
                       absl::StrCat(editor, " sent this content back; mend it, or reopen it as it is"));
    case v1::Comparison::SCHEDULED:
      return NothingTo(verb, comparison,
                       absl::StrCat(editor, " scheduled it for ",
                                    FormatUtc(ToTime(comparison.publish_time())), "; unschedule it first"));
    default:
      return absl::OkStatus();
  }
}

absl::Status CheckSchedule(const v1::Comparison& comparison, const v1::Decision& decision) {
  const absl::Time now = ToTime(decision.decide_time());
  const absl::Time at = ToTime(decision.publish_time());
  if (!decision.has_publish_time() || at <= now || at > now + kFarthestSchedule) {
    return absl::InvalidArgumentError(
        "a schedule needs a time to come, at most 366 days ahead; name one, or approve it now");
  }
  return CheckApprove(comparison, decision);
}

// Of what waits for a decision.
absl::Status CheckDrafted(const v1::Comparison& comparison, const v1::Decision& decision) {
  SEAWORTHY_RETURN_IF_ERROR(CheckNewest(comparison, decision));
  const char* verb = VerbOf(decision.kind());
  if (comparison.state() == v1::Comparison::APPROVED) {
    return NothingTo(verb, comparison,
                     absl::StrCat("it is public, approved by ", comparison.last_decision().editor(),
                                  "; withdraw it to take it away"));
  }
  if (comparison.state() != v1::Comparison::DRAFTED) {
    return NothingTo(verb, comparison,
                     absl::StrCat("it is ", StateName(comparison.state()), " already, by ",
                                  comparison.last_decision().editor()));
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

absl::Status CheckReopen(const v1::Comparison& comparison, const v1::Decision& decision) {
  SEAWORTHY_RETURN_IF_ERROR(CheckNewest(comparison, decision));
  const v1::Comparison::State state = comparison.state();
  if (state == v1::Comparison::REJECTED || state == v1::Comparison::SENT_BACK ||
      state == v1::Comparison::WITHDRAWN) {
    return absl::OkStatus();
  }
  return NothingTo("reopen", comparison,
                   absl::StrCat("it is ", StateName(state),
                                "; only what was rejected, sent back or "
                                "withdrawn can be"));
}

absl::Status CheckUnschedule(const v1::Comparison& comparison, const v1::Decision& decision) {
  SEAWORTHY_RETURN_IF_ERROR(CheckNewest(comparison, decision));
  if (comparison.state() == v1::Comparison::SCHEDULED) return absl::OkStatus();
  return NothingTo("unschedule", comparison,
                   absl::StrCat("it is ", StateName(comparison.state()), ", not scheduled"));
}

absl::Status CheckRollBack(const v1::Comparison& comparison, const v1::Decision& decision) {
  if (decision.content_hash() != comparison.published_hash()) return absl::OkStatus();
  return NothingTo("roll back", comparison, "that is what readers see now; name an earlier publication");
}

}  // namespace

const char* VerbOf(v1::DecisionKind kind) {
  switch (kind) {
    case v1::APPROVE:
      return "approve";
    case v1::REJECT:
      return "reject";
    case v1::WITHDRAW:
      return "withdraw";
    case v1::SEND_BACK:
      return "send back";
    case v1::REOPEN:
      return "reopen";
    case v1::SCHEDULE:
      return "schedule";
    case v1::UNSCHEDULE:
      return "unschedule";
    case v1::ROLL_BACK:
      return "roll back";
    default:
      return "decide on";
  }
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

absl::Status NeverPublic(const v1::Decision& decision) {
  return absl::FailedPreconditionError(absl::StrCat(
      "cannot roll back `", decision.comparison_id(), "`: no content with the hash ",
      decision.content_hash().substr(0, 80), " ever was public; choose one of its publications"));
}

absl::Status CheckDecision(const v1::Comparison& comparison, const v1::Decision& decision) {
  SEAWORTHY_RETURN_IF_ERROR(CheckReason(decision));
  if (comparison.state() == v1::Comparison::WAITING) {
    return NothingTo("decide on", comparison, "a panel is not full yet; wait for its verdicts");
  }
  switch (decision.kind()) {
    case v1::APPROVE:
      return CheckApprove(comparison, decision);
    case v1::SCHEDULE:
      return CheckSchedule(comparison, decision);
    case v1::REJECT:
    case v1::SEND_BACK:
      return CheckDrafted(comparison, decision);
    case v1::WITHDRAW:
      return CheckWithdraw(comparison, decision);
    case v1::REOPEN:
      return CheckReopen(comparison, decision);
    case v1::UNSCHEDULE:
      return CheckUnschedule(comparison, decision);
    case v1::ROLL_BACK:
      return CheckRollBack(comparison, decision);
    default:
      return absl::InvalidArgumentError(
          decision.rules() == 0
              ? "decision is none of approve, reject, withdraw"
              : "decision is none of approve, reject, withdraw, send_back, reopen, schedule, unschedule, "
                "roll_back");
  }
}

}  // namespace seaworthy
