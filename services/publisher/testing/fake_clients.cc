#include "services/publisher/testing/fake_clients.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/testing/fake_parts.h"

namespace seaworthy {

void FakeAggregator::AddTool(v1::ToolView tool) {
  absl::MutexLock lock(&mutex_);
  ++sequence_;
  const std::string id = tool.revision().tool_id();
  tools_[id] = std::move(tool);
}

void FakeAggregator::AddAnnouncement(v1::Announcement announcement) {
  absl::MutexLock lock(&mutex_);
  ++sequence_;
  const std::string id = announcement.announcement_id();
  announcements_[id] = std::move(announcement);
}

void FakeAggregator::ChangeTool(v1::ToolView tool) {
  absl::MutexLock lock(&mutex_);
  ++sequence_;
  const std::string id = tool.revision().tool_id();
  tools_[id] = std::move(tool);
  Redraft(id);
}

void FakeAggregator::FailWith(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  failure_ = std::move(status);
}

absl::StatusOr<v1::Announcement> FakeAggregator::GetAnnouncement(const v1::GetAnnouncementRequest& request,
                                                                 absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const auto it = announcements_.find(request.announcement_id());
  if (it == announcements_.end()) return absl::NotFoundError("no such announcement");
  return it->second;
}

absl::StatusOr<v1::ListAnnouncementsResponse> FakeAggregator::ListAnnouncements(
    const v1::ListAnnouncementsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListAnnouncementsResponse response;
  // By a key that puts the newest first, as the aggregator does.
  std::map<std::string, v1::Announcement> newest_first;
  for (const auto& [id, announcement] : announcements_) {
    const int64_t age = kDecideTime * 2 - announcement.receive_time().seconds();
    newest_first[absl::StrCat(absl::Dec(age, absl::kZeroPad16), id)] = announcement;
  }
  auto next = Page(
      newest_first, request.page_size(), request.page_token(),
      [&request](const v1::Announcement& announcement) {
        return (request.source_id().empty() || request.source_id() == announcement.source_id()) &&
               (request.state() == v1::Announcement::STATE_UNSPECIFIED ||
                request.state() == announcement.state());
      },
      [&response](const v1::Announcement& announcement) { *response.add_announcements() = announcement; });
  if (!next.ok()) return next.status();
  response.set_next_page_token(*next);
  return response;
}

absl::StatusOr<v1::ToolView> FakeAggregator::GetTool(const v1::GetToolRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const auto it = tools_.find(request.tool_id());
  if (it == tools_.end()) return absl::NotFoundError(absl::StrCat("no tool ", request.tool_id()));
  return it->second;
}

namespace {

bool Asks(const v1::ToolView& tool) {
  const auto& corrections = tool.revision().corrections();
  return std::any_of(corrections.begin(), corrections.end(), [](const auto& one) { return one.asks(); });
}

}  // namespace

absl::StatusOr<v1::ListToolsResponse> FakeAggregator::ListTools(const v1::ListToolsRequest& request,
                                                                absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListToolsResponse response;
  auto next = Page(
      tools_, request.page_size(), request.page_token(),
      [&request](const v1::ToolView& tool) { return !request.asks() || Asks(tool); },
      [&response](const v1::ToolView& tool) { *response.add_tools() = tool; });
  if (!next.ok()) return next.status();
  response.set_next_page_token(*next);
  return response;
}

std::vector<v1::Amendment> FakeAggregator::amendments() {
  absl::MutexLock lock(&mutex_);
  return amendments_;
}

void FakeAggregator::AddPrediction(v1::Prediction prediction, bool published) {
  absl::MutexLock lock(&mutex_);
  predictions_.emplace_back(std::move(prediction), published);
}

void FakeAggregator::SetHealth(v1::PanelHealth health) {
  absl::MutexLock lock(&mutex_);
  health_ = std::move(health);
}

void FakeAggregator::SetSpend(v1::AggregatorStatus spend) {
  absl::MutexLock lock(&mutex_);
  spend_ = std::move(spend);
}

v1::Verdict* FakeAggregator::FindVerdict(const std::string& id) {
  for (auto& [unused, tool] : tools_) {
    for (v1::Verdict& verdict : *tool.mutable_verdicts()) {
      if (verdict.verdict_id() == id) return &verdict;
    }
  }
  return nullptr;
}

absl::StatusOr<v1::Verdict> FakeAggregator::AmendVerdict(const v1::AmendVerdictRequest& request,
                                                         absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const v1::Amendment& amendment = request.amendment();
  v1::Verdict* verdict = FindVerdict(amendment.verdict_id());
  if (verdict == nullptr) return absl::NotFoundError("no such verdict");
  if (amendment.base_hash() != Sha256Hex(verdict->quote()))
    return absl::AbortedError("the quote has changed");
  if (amendment.kind() == v1::EDIT_QUOTE) {
    verdict->set_original_quote(verdict->quote());
    verdict->set_quote(amendment.quote());
    verdict->clear_marks();
  }
  for (v1::Mark& mark : *verdict->mutable_marks()) {
    if (amendment.kind() != v1::ACCEPT_MARK || mark.begin() != amendment.mark_begin()) continue;
    mark.set_accepted_by(amendment.editor());
    mark.set_accepted_reason(amendment.reason());
  }
  ++sequence_;
  amendments_.push_back(amendment);
  Redraft(verdict->tool_id());
  return *verdict;
}

absl::StatusOr<v1::ListPredictionsResponse> FakeAggregator::ListPredictions(
    const v1::ListPredictionsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListPredictionsResponse response;
  for (const auto& [prediction, published] : predictions_) {
    if (published || !request.published()) *response.add_predictions() = prediction;
  }
  return response;
}

absl::StatusOr<v1::PanelHealth> FakeAggregator::GetPanelHealth(const v1::GetPanelHealthRequest&,
                                                               absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  return health_;
}

absl::StatusOr<v1::AggregatorStatus> FakeAggregator::GetStatus(const v1::GetStatusRequest&, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::AggregatorStatus status = spend_;
  status.set_applied_sequence(sequence_);
  status.set_log_sequence(sequence_);
  status.set_log_first_sequence(1);
  auto& counts = *status.mutable_counts();
  counts["tools"] = tools_.size();
  const std::pair<const char*, v1::Comparison::State> states[] = {
      {"comparisons.waiting", v1::Comparison::WAITING},
      {"comparisons.drafted", v1::Comparison::DRAFTED},
      {"comparisons.approved", v1::Comparison::APPROVED},
      {"comparisons.rejected", v1::Comparison::REJECTED},
      {"comparisons.withdrawn", v1::Comparison::WITHDRAWN}};
  for (const auto& [name, state] : states) {
    counts[name] = std::count_if(comparisons_.begin(), comparisons_.end(),
                                 [state = state](const auto& item) { return item.second.state() == state; });
  }
  counts["announcements.rejected"] =
      std::count_if(announcements_.begin(), announcements_.end(),
                    [](const auto& item) { return item.second.state() == v1::Announcement::REJECTED; });
  v1::QueueStatus* queue = status.add_queues();
  queue->set_name("reviewer");
  queue->set_pending(3);
  queue->set_in_flight(1);
  queue->set_dead(1);
  return status;
}

absl::StatusOr<v1::WaitForChangeResponse> FakeAggregator::WaitForChange(const v1::WaitForChangeRequest&,
                                                                        absl::Duration) {
  absl::MutexLock lock(&mutex_);
  v1::WaitForChangeResponse response;
  response.set_applied_sequence(sequence_);
  return response;
}

void FakeReviewer::SetStatus(absl::StatusOr<v1::ReviewerStatus> status) {
  absl::MutexLock lock(&mutex_);
  status_ = std::move(status);
}

absl::StatusOr<v1::Verdict> FakeReviewer::ReviewRevision(const v1::ReviewRevisionRequest&, absl::Duration) {
  return absl::UnimplementedError("the fake reviewer gives no verdicts");
}

absl::StatusOr<v1::ListPersonasResponse> FakeReviewer::ListPersonas(const v1::ListPersonasRequest&,
                                                                    absl::Duration) {
  return absl::UnimplementedError("the fake reviewer knows no personas");
}

absl::StatusOr<v1::ReviewerStatus> FakeReviewer::GetReviewerStatus(const v1::GetReviewerStatusRequest&,
                                                                   absl::Duration) {
  absl::MutexLock lock(&mutex_);
  return status_;
}

absl::StatusOr<v1::SubmitAnnouncementResponse> FakeIngest::SubmitAnnouncement(
    const v1::SubmitAnnouncementRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (request.document().empty()) return absl::InvalidArgumentError("the announcement is empty");
  const std::string key = request.idempotency_key().empty() ? request.document() : request.idempotency_key();
  const auto it = by_key_.find(key);
  if (it != by_key_.end() && it->second.first != request.document()) {
    return absl::AlreadyExistsError("the key came before with another document");
  }
  v1::SubmitAnnouncementResponse response;
  v1::Announcement& announcement = *response.mutable_announcement();
  announcement.set_announcement_id("ann-" + Sha256Hex(key).substr(0, 24));
  announcement.set_state(v1::Announcement::RECEIVED);
  announcement.set_media_type(request.media_type());
  announcement.set_source_url(request.source_url());
  announcement.set_size_bytes(request.document().size());
  response.set_repeated(it != by_key_.end());
  by_key_[key] = {request.document(), announcement};
  submitted_.push_back(request);
  return response;
}

absl::StatusOr<v1::Announcement> FakeIngest::GetReceivedAnnouncement(
    const v1::GetReceivedAnnouncementRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  for (const auto& [unused, entry] : by_key_) {
    if (entry.second.announcement_id() == request.announcement_id()) return entry.second;
  }
  return absl::NotFoundError(absl::StrCat("no announcement ", request.announcement_id()));
}

absl::StatusOr<v1::ExtractAnnouncementResponse> FakeIngest::ExtractAnnouncement(
    const v1::ExtractAnnouncementRequest&, absl::Duration) {
  return absl::UnimplementedError("the publisher never asks for this");
}

std::vector<v1::SubmitAnnouncementRequest> FakeIngest::submitted() {
  absl::MutexLock lock(&mutex_);
  return submitted_;
}

absl::StatusOr<v1::HandleWebSubResponse> FakeIngest::HandleWebSub(const v1::HandleWebSubRequest& request,
                                                                  absl::Duration) {
  v1::HandleWebSubResponse response;
  response.set_status(request.mode() == "denied" ? 404 : 200);
  response.set_body(request.challenge());
  return response;
}

}  // namespace seaworthy
