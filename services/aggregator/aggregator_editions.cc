// Calls about the weekly digest.
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/editions.h"
#include "services/aggregator/requests.h"

namespace seaworthy {
namespace {

absl::Status NoSuchEdition(const std::string& id) {
  return absl::NotFoundError(
      absl::StrCat("no edition `", id.substr(0, 40), "`; the list names what there is"));
}

// What the caller says, and nothing that is ours to say.
v1::EditionDecision Asked(const v1::EditionDecision& from) {
  v1::EditionDecision asked = from;
  asked.clear_decide_time();
  asked.clear_four_eyes();
  asked.clear_first_editor();
  return asked;
}

}  // namespace

absl::StatusOr<v1::ListEditionsResponse> AggregatorService::ListEditions(
    const v1::ListEditionsRequest& request) {
  return ReadEditions(*impl_->store().Snapshot(), request);
}

absl::StatusOr<v1::Edition> AggregatorService::GetEdition(const v1::GetEditionRequest& request) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto edition, LoadEdition(*impl_->store().Snapshot(), request.edition_id()));
  if (!edition.has_value()) return NoSuchEdition(request.edition_id());
  return *std::move(edition);
}

absl::StatusOr<v1::Edition> AggregatorService::DecideEdition(const v1::DecideEditionRequest& request) {
  v1::EditionDecision decision = Asked(request.decision());
  SEAWORTHY_RETURN_IF_ERROR(CheckRequestId(decision));
  SEAWORTHY_RETURN_IF_ERROR(CheckEditionDecision(decision));
  v1::GetEditionRequest get;
  get.set_edition_id(decision.edition_id());
  SEAWORTHY_RETURN_IF_ERROR(GetEdition(get).status());
  const v1::EditionDecision asked = decision;
  decision.set_four_eyes(impl_->options().four_eyes);
  *decision.mutable_decide_time() = ToTimestamp(impl_->options().clock->Now());
  v1::Event event;
  *event.mutable_create_time() = decision.decide_time();
  *event.mutable_edition_decided()->mutable_decision() = decision;
  const std::string key = EditionRequestKey(decision);
  SEAWORTHY_ASSIGN_OR_RETURN(
      const Appended appended,
      impl_->AppendAndApply(MakeEvent(absl::StrCat("edition-decision:", Sha256Hex(key)), event)));
  if (appended.duplicate) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Event first, ReadEvent(*impl_->options().log, appended.sequence));
    SEAWORTHY_RETURN_IF_ERROR(CheckSame(Asked(first.edition_decided().decision()), asked));
  }
  SEAWORTHY_RETURN_IF_ERROR(OutcomeOf(*impl_->store().Snapshot(), key));
  return GetEdition(get);
}

}  // namespace seaworthy
