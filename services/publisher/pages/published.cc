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
  stopping_ = false;
  thread_ = std::thread([this] { Follow(); });
}

void Published::Stop() {
  std::thread thread;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

bool Published::StopWithin(absl::Duration wait) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &Published::Stopping), wait);
  return stopping_;
}

void Published::Follow() {
  uint64_t seen = 0;
  following_ = CatchUp().ok();
  while (!StopWithin(kPause)) {
    v1::WaitForChangeRequest request;
    request.set_after_sequence(seen);
    const auto state = aggregator_->WaitForChange(request, kWait);
    if (absl::IsDeadlineExceeded(state.status())) continue;
    if (state.ok() && state->applied_sequence() <= seen && following_) continue;
    const absl::Status read = state.ok() ? CatchUp() : state.status();
    following_ = read.ok();
    if (read.ok()) {
      seen = state->applied_sequence();
    } else if (StopWithin(kRetry)) {
      break;
    }
  }
  following_ = false;
}

absl::Status Published::CatchUp() {
  absl::MutexLock reading(&reading_mutex_);
  while (true) {
    v1::ListPublishedChangesRequest request;
    request.set_after_sequence(next_sequence_);
    request.set_page_size(kPageSize);
    SEAWORTHY_ASSIGN_OR_RETURN(const auto response, aggregator_->ListPublishedChanges(request));
    for (const v1::PublishedChange& change : response.changes()) index_.Apply(change);
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
