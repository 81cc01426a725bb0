// Calls about verdicts and the panel: amendments, predictions, health.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/hash.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/paging.h"
#include "services/aggregator/panel_counts.h"
#include "services/aggregator/predictions.h"
#include "services/aggregator/quote_check.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxRequestIdBytes = 128;

// What the caller says, and nothing that is ours to say.
v1::Amendment Asked(const v1::Amendment& from, absl::Time now) {
  v1::Amendment asked;
  asked.set_verdict_id(from.verdict_id());
  asked.set_kind(from.kind());
  asked.set_base_hash(from.base_hash());
  if (from.kind() == v1::EDIT_QUOTE) asked.set_quote(from.quote());
  if (from.kind() == v1::ACCEPT_MARK) {
    asked.set_mark_begin(from.mark_begin());
    asked.set_mark_end(from.mark_end());
  }
  asked.set_reason(from.reason());
  asked.set_editor(from.editor().empty() ? "api" : from.editor());
  asked.set_request_id(from.request_id().empty() ? RandomHex(16) : from.request_id());
  const int64_t micros = absl::ToUnixMicros(now);
  asked.mutable_amend_time()->set_seconds(micros / 1'000'000);
  asked.mutable_amend_time()->set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1'000));
  return asked;
}

bool SameRequest(const v1::Amendment& a, const v1::Amendment& b) {
  return a.kind() == b.kind() && a.base_hash() == b.base_hash() && a.quote() == b.quote() &&
         a.mark_begin() == b.mark_begin() && a.mark_end() == b.mark_end() && a.reason() == b.reason();
}

absl::StatusOr<v1::Verdict> LoadVerdict(const StateReader& state, const std::string& id) {
  const auto parts = SplitVerdictId(id);
  std::optional<v1::Verdict> verdict;
  if (parts.has_value()) {
    SEAWORTHY_ASSIGN_OR_RETURN(
        verdict, state.Load<v1::Verdict>(Table::kVerdicts, VerdictKey(parts->revision, parts->persona)));
  }
  if (verdict.has_value()) return *std::move(verdict);
  return absl::NotFoundError(absl::StrCat("no verdict `", id, "`; a tool's verdicts say their ids"));
}

// OK where the event at `sequence` asks for the same.
absl::Status CheckSameAmendment(EventLog& log, uint64_t sequence, const v1::Amendment& amendment) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Record record, log.Read(sequence));
  v1::Event event;
  if (!event.ParseFromString(record.payload)) {
    return absl::DataLossError("the first amendment cannot be read");
  }
  if (SameRequest(event.verdict_amended().amendment(), amendment)) return absl::OkStatus();
  return absl::AlreadyExistsError(
      "this Idempotency-Key came before with another amendment; use a new key for a new amendment");
}

}  // namespace

absl::StatusOr<v1::Verdict> AggregatorService::AmendVerdict(const v1::AmendVerdictRequest& request) {
  v1::Amendment amendment = Asked(request.amendment(), impl_->options().clock->Now());
  if (amendment.request_id().size() > kMaxRequestIdBytes) {
    return absl::InvalidArgumentError(
        "the request id (Idempotency-Key) is over 128 bytes; use a shorter one");
  }
  SEAWORTHY_RETURN_IF_ERROR(CheckAmendment(amendment));
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::Verdict verdict, LoadVerdict(*state, amendment.verdict_id()));
  // Of other words than those named nothing can come: the log says so.
  if (amendment.kind() == v1::EDIT_QUOTE && Sha256Hex(verdict.quote()) == amendment.base_hash()) {
    SEAWORTHY_RETURN_IF_ERROR(CompleteEdit(*state, impl_->options().objects, verdict, amendment));
  }
  v1::Event event;
  *event.mutable_create_time() = amendment.amend_time();
  *event.mutable_verdict_amended()->mutable_amendment() = amendment;
  const std::string key = AmendmentRequestKey(amendment);
  SEAWORTHY_ASSIGN_OR_RETURN(
      const Appended appended,
      impl_->AppendAndApply(MakeEvent(absl::StrCat("amendment:", Sha256Hex(key)), event)));
  if (appended.duplicate) {
    SEAWORTHY_RETURN_IF_ERROR(CheckSameAmendment(*impl_->options().log, appended.sequence, amendment));
  }
  const auto after = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto outcome, after->Get(Table::kOutcomes, key));
  if (!outcome.has_value())
    return absl::InternalError("the amendment left no outcome; read the verdict again");
  SEAWORTHY_RETURN_IF_ERROR(DecodeOutcome(*outcome));
  return LoadVerdict(*after, amendment.verdict_id());
}

absl::StatusOr<v1::ListPredictionsResponse> AggregatorService::ListPredictions(
    const v1::ListPredictionsRequest& request) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string from, DecodePageToken(request.page_token()));
  std::string next;
  SEAWORTHY_ASSIGN_OR_RETURN(auto response, ReadPredictions(*impl_->store().Snapshot(), request,
                                                            PageSize(request.page_size()), from, next));
  response.set_next_page_token(EncodePageToken(next));
  return response;
}

absl::StatusOr<v1::PanelHealth> AggregatorService::GetPanelHealth(const v1::GetPanelHealthRequest&) {
  return ReadPanelHealth(*impl_->store().Snapshot());
}

}  // namespace seaworthy
