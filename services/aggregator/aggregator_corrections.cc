// Calls about what is put right: public corrections, reviews again.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/issue_checks.h"
#include "services/aggregator/issued.h"
#include "services/aggregator/paging.h"
#include "services/aggregator/quote_check.h"
#include "services/aggregator/requests.h"
#include "services/aggregator/rounds.h"

namespace seaworthy {
namespace {

// What the caller says, and nothing that is ours to say.
v1::Correction Asked(const v1::Correction& from) {
  v1::Correction asked;
  asked.set_note(from.note());
  asked.set_verdict_id(from.verdict_id());
  asked.set_base_hash(from.base_hash());
  asked.set_quote(from.quote());
  asked.set_tool_id(from.tool_id());
  asked.set_field(from.field());
  *asked.mutable_values() = from.values();
  asked.set_editor(from.editor());
  asked.set_request_id(from.request_id());
  return asked;
}

// Checks the new quote as an edit of the public one would be.
absl::Status CheckNewQuote(const StateReader& state, ObjectStore* objects, v1::Correction& correction) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto page, FindPublicQuote(state, correction));
  // The log says why nothing comes of it.
  if (!page.has_value()) return absl::OkStatus();
  v1::Amendment amendment;
  amendment.set_kind(v1::EDIT_QUOTE);
  amendment.set_verdict_id(page->verdict.verdict_id());
  amendment.set_quote(correction.quote());
  SEAWORTHY_RETURN_IF_ERROR(CompleteEdit(state, objects, page->verdict, amendment));
  correction.set_amendment(SerializeDeterministically(amendment));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Correction> AggregatorService::IssueCorrection(const v1::IssueCorrectionRequest& request) {
  v1::Correction correction = Asked(request.correction());
  SEAWORTHY_RETURN_IF_ERROR(CheckRequestId(correction));
  SEAWORTHY_RETURN_IF_ERROR(CheckIssue(correction));
  const v1::Correction asked = correction;
  correction.set_four_eyes(impl_->options().four_eyes);
  *correction.mutable_correct_time() = ToTimestamp(impl_->options().clock->Now());
  const std::string key = IssuedRequestKey(correction);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, impl_->store().Snapshot()->Get(Table::kOutcomes, key));
  if (!before.has_value() && !correction.verdict_id().empty()) {
    SEAWORTHY_RETURN_IF_ERROR(
        CheckNewQuote(*impl_->store().Snapshot(), impl_->options().objects, correction));
  }
  v1::Event event;
  *event.mutable_create_time() = correction.correct_time();
  *event.mutable_correction_issued()->mutable_correction() = correction;
  SEAWORTHY_ASSIGN_OR_RETURN(const Appended appended,
                             impl_->AppendAndApply(MakeEvent(absl::StrCat("issue:", Sha256Hex(key)), event)));
  if (appended.duplicate) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Event first, ReadEvent(*impl_->options().log, appended.sequence));
    SEAWORTHY_RETURN_IF_ERROR(CheckSame(Asked(first.correction_issued().correction()), asked));
  }
  SEAWORTHY_RETURN_IF_ERROR(OutcomeOf(*impl_->store().Snapshot(), key));
  return WaitForCorrection(appended.sequence);
}

absl::StatusOr<v1::Correction> AggregatorService::WaitForCorrection(uint64_t sequence) const {
  const absl::Time deadline = absl::Now() + kApplyTimeout;
  while (true) {
    const uint64_t seen = impl_->follower().applied();
    SEAWORTHY_ASSIGN_OR_RETURN(auto issued, LoadIssued(*impl_->store().Snapshot(), sequence));
    if (!issued.has_value()) return absl::InternalError("the correction left no trace; list the corrections");
    issued->clear_amendment();
    // What is left is done without the caller.
    if (issued->complete() || absl::Now() >= deadline) return *std::move(issued);
    const absl::Status moved = impl_->follower().WaitFor(seen + 1, deadline - absl::Now());
    if (absl::IsCancelled(moved)) return moved;
  }
}

absl::StatusOr<v1::ListCorrectionsResponse> AggregatorService::ListCorrections(
    const v1::ListCorrectionsRequest& request) {
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(StatePage page, ReadPage(*state, Table::kIssued, kIssuedByTime,
                                                      request.page_size(), request.page_token()));
  v1::ListCorrectionsResponse response;
  for (const std::string& value : page.values) {
    v1::Correction* correction = response.add_corrections();
    if (!correction->ParseFromString(value)) {
      return absl::DataLossError("the store holds a damaged correction; run `seaworthy rebuild`");
    }
    correction->clear_amendment();
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

absl::StatusOr<v1::Panel> AggregatorService::RepeatReview(const v1::RepeatReviewRequest& request) {
  v1::ReviewRepeat repeat = request.repeat();
  repeat.clear_revision();
  repeat.clear_round();
  SEAWORTHY_RETURN_IF_ERROR(CheckRequestId(repeat));
  SEAWORTHY_RETURN_IF_ERROR(CheckRepeat(repeat));
  SEAWORTHY_RETURN_IF_ERROR(
      BuildToolView(*impl_->store().Snapshot(), {ToolId(repeat.tool_id()), 0}).status());
  v1::Event event;
  *event.mutable_create_time() = ToTimestamp(impl_->options().clock->Now());
  *event.mutable_review_repeated()->mutable_repeat() = repeat;
  const std::string key = RepeatRequestKey(repeat);
  SEAWORTHY_ASSIGN_OR_RETURN(const Appended appended, impl_->AppendAndApply(MakeEvent(
                                                          absl::StrCat("repeat:", Sha256Hex(key)), event)));
  if (appended.duplicate) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Event first, ReadEvent(*impl_->options().log, appended.sequence));
    SEAWORTHY_RETURN_IF_ERROR(CheckSame(first.review_repeated().repeat(), repeat));
  }
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_RETURN_IF_ERROR(OutcomeOf(*state, key));
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ToolView view, BuildToolView(*state, {ToolId(repeat.tool_id()), 0}));
  return view.panel();
}

}  // namespace seaworthy
