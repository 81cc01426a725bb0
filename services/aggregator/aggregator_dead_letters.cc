// Calls about what consumers gave up on.
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/dead_letters.h"
#include "services/aggregator/paging.h"
#include "services/aggregator/times.h"

namespace seaworthy {

absl::StatusOr<v1::ListDeadLettersResponse> AggregatorService::ListDeadLetters(
    const v1::ListDeadLettersRequest& request) {
  SEAWORTHY_ASSIGN_OR_RETURN(StatePage page,
                             ReadPage(*impl_->store().Snapshot(), Table::kDeadLetters, kDeadLetterRow,
                                      request.page_size(), request.page_token()));
  v1::ListDeadLettersResponse response;
  for (const std::string& value : page.values) {
    v1::DeadLetterRow row;
    if (!row.ParseFromString(value)) {
      return absl::DataLossError("the store holds a damaged dead letter; run `seaworthy rebuild`");
    }
    v1::DeadLetterView* view = response.add_letters();
    *view->mutable_letter() = std::move(*row.mutable_letter());
    *view->mutable_time() = row.time();
    view->set_about(row.about());
    view->set_replayed(!row.replayed_by().empty());
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

absl::StatusOr<v1::ReplayDeadLetterResponse> AggregatorService::ReplayDeadLetter(
    const v1::ReplayDeadLetterRequest& request) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto letter, FindDeadLetter(*impl_->store().Snapshot(),
                                                               request.subscription(), request.sequence()));
  const std::string what = absl::StrCat("event ", request.sequence(), " for `", request.subscription(), "`");
  if (!letter.has_value()) {
    return absl::NotFoundError(absl::StrCat("nobody gave up on ", what));
  }
  if (!letter->row.replayed_by().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(letter->row.replayed_by(), " has had ", what,
                                                      " delivered again; if it fails there is a new letter"));
  }
  v1::Event event;
  *event.mutable_create_time() = FromMicros(absl::ToUnixMicros(impl_->options().clock->Now()));
  event.mutable_dead_letter_replayed()->set_subscription(request.subscription());
  event.mutable_dead_letter_replayed()->set_sequence(request.sequence());
  event.mutable_dead_letter_replayed()->set_editor(request.editor().empty() ? "api" : request.editor());
  SEAWORTHY_ASSIGN_OR_RETURN(
      const Appended appended,
      impl_->options().log->Redeliver(request.subscription(), request.sequence(),
                                      MakeEvent(absl::StrCat("replayed:", letter->sequence), event)));
  SEAWORTHY_RETURN_IF_ERROR(impl_->follower().WaitFor(appended.sequence, kApplyTimeout));
  if (appended.duplicate) {
    return absl::FailedPreconditionError(absl::StrCat(what, " is delivered again already"));
  }
  return v1::ReplayDeadLetterResponse();
}

}  // namespace seaworthy
