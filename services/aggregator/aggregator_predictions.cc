// Calls about how predictions came out, and search.
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/resolutions.h"
#include "services/aggregator/times.h"
#include "services/aggregator/views/search_query.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxIdBytes = 128;

absl::Status CheckSame(EventLog& log, uint64_t sequence, const v1::PredictionResolution& asked) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Record record, log.Read(sequence));
  v1::Event event;
  if (!event.ParseFromString(record.payload)) {
    return absl::DataLossError("the first resolution cannot be read");
  }
  const v1::PredictionResolution& first = event.prediction_resolved().resolution();
  if (first.outcome() == asked.outcome() && first.source_url() == asked.source_url() &&
      first.note() == asked.note()) {
    return absl::OkStatus();
  }
  return absl::AlreadyExistsError(
      "this Idempotency-Key came before with another resolution; use a new key for a new resolution");
}

}  // namespace

absl::StatusOr<v1::Prediction> AggregatorService::ResolvePrediction(
    const v1::ResolvePredictionRequest& request) {
  v1::PredictionResolution asked = request.resolution();
  if (asked.editor().empty()) asked.set_editor("api");
  if (asked.request_id().empty()) asked.set_request_id(RandomHex(16));
  if (asked.request_id().size() > kMaxIdBytes || asked.prediction_id().size() > kMaxIdBytes) {
    return absl::InvalidArgumentError(
        "the request id (Idempotency-Key) or the prediction's id is over 128 bytes; use a shorter one");
  }
  SEAWORTHY_RETURN_IF_ERROR(CheckResolution(asked));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known,
                             LoadPrediction(*impl_->store().Snapshot(), asked.prediction_id()));
  if (!known.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("no prediction `", asked.prediction_id(), "`; the ledger lists their ids"));
  }
  *asked.mutable_resolve_time() = FromMicros(absl::ToUnixMicros(impl_->options().clock->Now()));
  v1::Event event;
  *event.mutable_create_time() = asked.resolve_time();
  *event.mutable_prediction_resolved()->mutable_resolution() = asked;
  const std::string key = ResolutionRequestKey(asked);
  SEAWORTHY_ASSIGN_OR_RETURN(
      const Appended appended,
      impl_->AppendAndApply(MakeEvent(absl::StrCat("resolution:", Sha256Hex(key)), event)));
  if (appended.duplicate) {
    SEAWORTHY_RETURN_IF_ERROR(CheckSame(*impl_->options().log, appended.sequence, asked));
  }
  const auto after = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto outcome, after->Get(Table::kOutcomes, key));
  if (!outcome.has_value()) {
    return absl::InternalError("the resolution left no outcome; read the prediction again");
  }
  SEAWORTHY_RETURN_IF_ERROR(DecodeOutcome(*outcome));
  SEAWORTHY_ASSIGN_OR_RETURN(auto prediction, LoadPrediction(*after, asked.prediction_id()));
  return std::move(prediction).value_or(v1::Prediction());
}

absl::StatusOr<v1::SearchResponse> AggregatorService::Search(const v1::SearchRequest& request) {
  return ReadSearch(*impl_->store().Snapshot(), request);
}

}  // namespace seaworthy
