// Calls about decisions on comparisons and what is public.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/hash.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/decisions.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/paging.h"

namespace seaworthy {
namespace {

constexpr int kMaxDecisionsListed = 100;

}  // namespace

absl::StatusOr<v1::Comparison> AggregatorService::Decide(const v1::DecideRequest& request) {
  v1::Decision decision = request.decision();
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id,
                             CanonicalComparisonId(*impl_->store().Snapshot(), decision.comparison_id()));
  decision.set_comparison_id(id.value());
  if (decision.request_id().empty()) decision.set_request_id(RandomHex(16));
  if (decision.request_id().size() > 128) {
    return absl::InvalidArgumentError(
        "the request id (Idempotency-Key) is over 128 bytes; use a shorter one");
  }
  SEAWORTHY_RETURN_IF_ERROR(impl_->LoadComparison(id).status());
  *decision.mutable_decide_time() = ToTimestamp(impl_->options().clock->Now());
  if (decision.has_publish_time()) {
    *decision.mutable_publish_time() = ToTimestamp(ToTime(decision.publish_time()));
  }
  decision.clear_first_editor();
  decision.clear_correction_id();
  decision.set_four_eyes(impl_->options().four_eyes);
  decision.set_rules(kDecisionRules);
  v1::Event event;
  *event.mutable_create_time() = decision.decide_time();
  *event.mutable_decision_submitted()->mutable_decision() = decision;
  const std::string key = Sha256Hex(DecisionRequestKey(decision));
  SEAWORTHY_ASSIGN_OR_RETURN(const Appended appended,
                             impl_->AppendAndApply(MakeEvent(absl::StrCat("decision:", key), event)));
  if (appended.duplicate) SEAWORTHY_RETURN_IF_ERROR(CheckSameDecision(appended.sequence, decision));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto outcome,
                             impl_->store().Snapshot()->Get(Table::kOutcomes, DecisionRequestKey(decision)));
  if (!outcome.has_value())
    return absl::InternalError("the decision left no outcome; read the comparison again");
  SEAWORTHY_RETURN_IF_ERROR(DecodeOutcome(*outcome));
  return impl_->LoadComparison(id);
}

absl::Status AggregatorService::CheckSameDecision(uint64_t sequence, const v1::Decision& decision) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const Record record, impl_->options().log->Read(sequence));
  v1::Event event;
  if (!event.ParseFromString(record.payload)) return absl::DataLossError("the first decision cannot be read");
  const v1::Decision& first = event.decision_submitted().decision();
  if (first.kind() == decision.kind() && first.content_hash() == decision.content_hash() &&
      first.reason() == decision.reason() &&
      ToTime(first.publish_time()) == ToTime(decision.publish_time())) {
    return absl::OkStatus();
  }
  return absl::AlreadyExistsError(
      "this Idempotency-Key came before with another decision; use a new key for a new decision");
}

absl::StatusOr<v1::ListDecisionsResponse> AggregatorService::ListDecisions(
    const v1::ListDecisionsRequest& request) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id,
                             CanonicalComparisonId(*impl_->store().Snapshot(), request.comparison_id()));
  v1::ListDecisionsResponse response;
  const std::string prefix = Terminated(id.value());
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(impl_->store().Snapshot()->ScanDown(
      Table::kDecisions, prefix, prefix + std::string(9, '\xff'),
      [&](std::string_view, std::string_view value) {
        damaged |= !response.add_decisions()->ParseFromArray(value.data(), static_cast<int>(value.size()));
        return !damaged && response.decisions_size() < kMaxDecisionsListed;
      }));
  if (damaged) return absl::DataLossError("the store holds a damaged decision; run `seaworthy rebuild`");
  return response;
}

absl::StatusOr<v1::PublishedComparison> AggregatorService::GetPublishedComparison(
    const v1::GetPublishedComparisonRequest& request) {
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id, CanonicalComparisonId(*state, request.comparison_id()));
  SEAWORTHY_ASSIGN_OR_RETURN(auto published,
                             state->Load<v1::PublishedComparison>(Table::kPublished, id.value()));
  if (!published.has_value()) {
    return absl::NotFoundError(absl::StrCat("`", id.value(), "` is not public"));
  }
  return *std::move(published);
}

absl::StatusOr<v1::ListPublishedComparisonsResponse> AggregatorService::ListPublishedComparisons(
    const v1::ListPublishedComparisonsRequest& request) {
  const auto state = impl_->store().Snapshot();
  const bool by_tool = !request.tool_id().empty();
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId tool, CurrentTool(*state, ToolId(request.tool_id())));
  const std::string prefix = by_tool ? Terminated(tool.value()) : "";
  SEAWORTHY_ASSIGN_OR_RETURN(StatePage page,
                             ReadPage(*state, by_tool ? Table::kPublishedByTool : Table::kPublished, prefix,
                                      request.page_size(), request.page_token()));
  v1::ListPublishedComparisonsResponse response;
  for (const std::string& key : page.keys) {
    SEAWORTHY_RETURN_IF_ERROR(LoadInto(*state, Table::kPublished, std::string_view(key).substr(prefix.size()),
                                       response.add_comparisons()));
  }
  response.set_next_page_token(std::move(page.next_token));
  return response;
}

}  // namespace seaworthy
