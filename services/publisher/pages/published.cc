#include "services/publisher/pages/published.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/ids.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr int kPageSize = 1000;
// How long one call waits for a change, and so how long Stop may take.
constexpr absl::Duration kWait = absl::Milliseconds(200);
// Between two looks while the state moves for other reasons.
constexpr absl::Duration kPause = absl::Milliseconds(5);
constexpr absl::Duration kRetry = absl::Milliseconds(200);

}  // namespace

void Published::Start() {
  absl::MutexLock lock(&mutex_);
  if (thread_.joinable()) return;
  stopping_.Set(false);
  thread_ = std::thread([this] { Follow(); });
}

void Published::Stop() {
  stopping_.Set();
  absl::MutexLock lock(&mutex_);
  if (thread_.joinable()) thread_.join();
}

void Published::Follow() {
  bool behind = false;
  following_ = CatchUp().ok();
  absl::Duration pause = following_ ? kPause : kRetry;
  while (!stopping_.WaitFor(pause)) {
    const absl::StatusOr<uint64_t> applied = FollowOn(behind);
    following_ = applied.ok();
    // One that does not tell of all it has seen (an older version tells of what is
    // public only) would be asked for the rest without end.
    pause = applied.ok() && *applied <= next_sequence_ ? kPause : kRetry;
  }
  following_ = false;
}

absl::StatusOr<uint64_t> Published::AppliedPast(uint64_t after) {
  v1::WaitForChangeRequest request;
  request.set_after_sequence(after);
  auto state = aggregator_->WaitForChange(request, kWait);
  if (absl::IsDeadlineExceeded(state.status())) {
    request.clear_after_sequence();
    state = aggregator_->WaitForChange(request, kWait);
  }
  if (!state.ok()) return state.status();
  return state->applied_sequence();
}

absl::StatusOr<uint64_t> Published::FollowOn(bool& behind) {
  SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t applied, AppliedPast(next_sequence_));
  if (applied > next_sequence_ || !following_) SEAWORTHY_RETURN_IF_ERROR(CatchUp());
  if (applied < next_sequence_) {
    behind = true;
  } else if (std::exchange(behind, false)) {
    generation_.fetch_add(1, std::memory_order_acq_rel);
  }
  return applied;
}

absl::Status Published::CatchUp() {
  absl::MutexLock reading(&reading_mutex_);
  while (true) {
    v1::ListPublishedChangesRequest request;
    request.set_after_sequence(next_sequence_);
    request.set_page_size(kPageSize);
    SEAWORTHY_ASSIGN_OR_RETURN(const auto response, aggregator_->ListPublishedChanges(request));
    for (const v1::PublishedChange& change : response.changes()) {
      index_.Apply(change);
      last_change_ = change.sequence();
    }
    const bool moved = response.next_sequence() > next_sequence_;
    if (moved) next_sequence_ = response.next_sequence();
    // After the index: who sees the new generation sees the new index.
    if (!response.changes().empty()) generation_.fetch_add(1, std::memory_order_acq_rel);
    if (!response.more() || !moved) break;
  }
  loaded_ = true;
  return absl::OkStatus();
}

absl::StatusOr<const PublishedIndex*> Published::Index() {
  if (!loaded_ || !following_) {
    const absl::Status read = CatchUp();
    if (!read.ok() && !loaded_) return read;
  }
  return &index_;
}

absl::StatusOr<PublishedEntries> Published::All() {
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, Index());
  return index->All();
}

absl::StatusOr<v1::PublishedComparison> Published::Comparison(const std::string& id) {
  if (!SplitComparisonId(id).ok()) return absl::NotFoundError(absl::StrCat("no comparison ", id));
  v1::GetPublishedComparisonRequest request;
  request.set_comparison_id(id);
  return aggregator_->GetPublishedComparison(request);
}

absl::StatusOr<PublishedToolPage> Published::Tool(const std::string& tool_id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, Index());
  PublishedToolPage page;
  page.comparisons = index->OfTool(tool_id);
  if (page.comparisons.empty()) {
    return absl::NotFoundError(absl::StrCat("no published comparison holds the tool ", tool_id));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto newest, Comparison(page.comparisons.front()->id));
  page.tool = page.comparisons.front()->a->id == tool_id ? newest.content().a() : newest.content().b();
  page.decision = newest.decision();
  return page;
}

absl::StatusOr<v1::ListPredictionsResponse> Published::Predictions(int limit) {
  v1::ListPredictionsRequest request;
  request.set_page_size(limit);
  request.set_published(true);
  return aggregator_->ListPredictions(request);
}

absl::StatusOr<std::vector<std::string>> Published::ToolIds() {
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, Index());
  return index->ToolIds();
}

absl::StatusOr<std::string> Published::ToolOf(const std::string& tool_id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, Index());
  if (index->HasTool(tool_id)) return tool_id;
  v1::GetToolRequest request;
  request.set_tool_id(tool_id);
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::ToolView tool, aggregator_->GetTool(request));
  const std::string& now = tool.revision().tool_id();
  if (!index->HasTool(now)) return absl::NotFoundError(absl::StrCat("nothing public holds ", tool_id));
  return now;
}

}  // namespace seaworthy
