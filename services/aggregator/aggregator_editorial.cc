// Calls about what becomes public: checklist, embargoes, publications.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/aggregator/aggregator_impl.h"
#include "services/aggregator/checklist.h"
#include "services/aggregator/embargoes.h"
#include "services/aggregator/publications.h"
#include "services/aggregator/requests.h"

namespace seaworthy {
namespace {

constexpr int kDefaultChanges = 500;
constexpr int kMaxChanges = 2'000;

}  // namespace

absl::StatusOr<v1::GetChecklistResponse> AggregatorService::GetChecklist(
    const v1::GetChecklistRequest& request) {
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id, CanonicalComparisonId(*state, request.comparison_id()));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison,
                             state->Load<v1::Comparison>(Table::kComparisons, id.value()));
  if (!comparison.has_value()) return NoSuchComparison(id.value());
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ComparisonContent content, BuildContent(*state, id));
  SEAWORTHY_ASSIGN_OR_RETURN(auto items, MakeChecklist(*state, content, impl_->options().clock->Now()));
  if (impl_->options().four_eyes) items.push_back(SecondEditorItem(*comparison));
  std::stable_sort(items.begin(), items.end(), [](const v1::ChecklistItem& a, const v1::ChecklistItem& b) {
    return a.blocking() && !b.blocking();
  });
  v1::GetChecklistResponse response;
  response.mutable_items()->Assign(items.begin(), items.end());
  if (comparison->state() != v1::Comparison::WAITING) response.set_content_hash(ContentHash(content));
  return response;
}

absl::StatusOr<v1::Embargo> AggregatorService::SetEmbargo(const v1::SetEmbargoRequest& request) {
  v1::Embargo embargo = request.embargo();
  SEAWORTHY_RETURN_IF_ERROR(CheckRequestId(embargo));
  const absl::Time now = impl_->options().clock->Now();
  SEAWORTHY_RETURN_IF_ERROR(CheckEmbargo(embargo, now));
  SEAWORTHY_RETURN_IF_ERROR(
      BuildToolView(*impl_->store().Snapshot(), {ToolId(embargo.tool_id()), 0}).status());
  v1::Event event;
  *event.mutable_create_time() = ToTimestamp(now);
  *event.mutable_embargo_set()->mutable_embargo() = embargo;
  const std::string key = EmbargoRequestKey(embargo);
  SEAWORTHY_ASSIGN_OR_RETURN(const Appended appended, impl_->AppendAndApply(MakeEvent(
                                                          absl::StrCat("embargo:", Sha256Hex(key)), event)));
  if (appended.duplicate) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Event first, ReadEvent(*impl_->options().log, appended.sequence));
    SEAWORTHY_RETURN_IF_ERROR(CheckSame(first.embargo_set().embargo(), embargo));
  }
  SEAWORTHY_RETURN_IF_ERROR(OutcomeOf(*impl_->store().Snapshot(), key));
  return embargo;
}

absl::StatusOr<v1::ListPublicationsResponse> AggregatorService::ListPublications(
    const v1::ListPublicationsRequest& request) {
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id, CanonicalComparisonId(*state, request.comparison_id()));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison,
                             state->Load<v1::Comparison>(Table::kComparisons, id.value()));
  if (!comparison.has_value()) return NoSuchComparison(id.value());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto publications, ReadPublications(*state, *comparison));
  v1::ListPublicationsResponse response;
  response.mutable_publications()->Assign(publications.begin(), publications.end());
  return response;
}

absl::StatusOr<v1::PublishedComparison> AggregatorService::GetPublication(
    const v1::GetPublicationRequest& request) {
  const auto state = impl_->store().Snapshot();
  SEAWORTHY_ASSIGN_OR_RETURN(const ComparisonId id, CanonicalComparisonId(*state, request.comparison_id()));
  SEAWORTHY_ASSIGN_OR_RETURN(auto published, LoadPublication(*state, id.value(), request.content_hash()));
  if (published.has_value()) return *std::move(published);
  return absl::NotFoundError(absl::StrCat("no content of `", id.value(), "` with the hash `",
                                          request.content_hash().substr(0, 80),
                                          "` ever was public; its publications are listed"));
}

absl::StatusOr<v1::ListPublishedChangesResponse> AggregatorService::ListPublishedChanges(
    const v1::ListPublishedChangesRequest& request) {
  const int asked = request.page_size() <= 0 ? kDefaultChanges : std::min(request.page_size(), kMaxChanges);
  // Before the snapshot, which has seen as much at least.
  const uint64_t applied = impl_->follower().applied();
  SEAWORTHY_ASSIGN_OR_RETURN(
      auto changes,
      ReadPublishedChanges(*impl_->store().Snapshot(), request.after_sequence(), static_cast<size_t>(asked)));
  // All up to there: whoever asks on, this aggregator or another, misses nothing.
  if (!changes.more()) changes.set_next_sequence(std::max(changes.next_sequence(), applied));
  return changes;
}

}  // namespace seaworthy
