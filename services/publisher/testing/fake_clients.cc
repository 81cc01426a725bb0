#include "services/publisher/testing/fake_clients.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/ids.h"

namespace seaworthy {
namespace {

constexpr int64_t kDecideTime = 1'763'630'000;

// One page of `map` by key, from after the token on.
template <typename Map, typename Keep, typename Add>
absl::StatusOr<std::string> Page(const Map& map, int page_size, const std::string& token, Keep keep,
                                 Add add) {
  if (!token.empty() && !map.contains(token)) return absl::InvalidArgumentError("page token is not ours");
  const int limit = page_size == 0 ? 50 : page_size;
  int count = 0;
  std::string last;
  for (auto it = map.upper_bound(token); it != map.end(); ++it) {
    if (!keep(it->second)) continue;
    if (count == limit) return last;
    add(it->second);
    last = it->first;
    ++count;
  }
  return std::string();
}

std::string Canonical(const std::string& id) {
  const auto tools = SplitComparisonId(id);
  if (!tools.ok()) return id;
  const auto canonical = MakeComparisonId(tools->first, tools->second);
  return canonical.ok() ? canonical->value() : id;
}

std::string HashOf(const v1::ComparisonContent& content) { return Sha256Hex(content.SerializeAsString()); }

}  // namespace

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

v1::ComparisonContent FakeAggregator::Content(const v1::Comparison& comparison) {
  v1::ComparisonContent content;
  content.set_comparison_id(comparison.comparison_id());
  *content.mutable_a() = tools_[comparison.tool_a()];
  *content.mutable_b() = tools_[comparison.tool_b()];
  return content;
}

void FakeAggregator::AddComparisonLocked(const std::string& a, const std::string& b,
                                         v1::Comparison::State state) {
  ++sequence_;
  v1::Comparison comparison;
  comparison.set_comparison_id(Canonical(absl::StrCat(a, "-vs-", b)));
  comparison.set_tool_a(std::min(a, b));
  comparison.set_tool_b(std::max(a, b));
  comparison.set_state(state);
  if (state != v1::Comparison::WAITING) comparison.set_content_hash(HashOf(Content(comparison)));
  comparison.mutable_update_time()->set_seconds(kDecideTime - 7200);
  comparisons_[comparison.comparison_id()] = comparison;
}

void FakeAggregator::AddComparison(const std::string& a, const std::string& b, v1::Comparison::State state) {
  absl::MutexLock lock(&mutex_);
  AddComparisonLocked(a, b, state);
}

void FakeAggregator::ChangeTool(v1::ToolView tool) {
  absl::MutexLock lock(&mutex_);
  ++sequence_;
  const std::string id = tool.revision().tool_id();
  tools_[id] = std::move(tool);
  Redraft(id);
}

void FakeAggregator::Redraft(const std::string& id) {
  for (auto& [unused, comparison] : comparisons_) {
    if (comparison.tool_a() != id && comparison.tool_b() != id) continue;
    comparison.set_content_hash(HashOf(Content(comparison)));
    comparison.set_state(v1::Comparison::DRAFTED);
  }
}

void FakeAggregator::Publish(const std::string& id, int64_t unix_seconds) {
  absl::MutexLock lock(&mutex_);
  v1::Decision decision;
  decision.set_comparison_id(id);
  decision.set_kind(v1::APPROVE);
  decision.set_content_hash(comparisons_.at(id).content_hash());
  decision.set_editor("editor");
  decision.mutable_decide_time()->set_seconds(unix_seconds);
  comparisons_.at(id).set_state(v1::Comparison::DRAFTED);
  Apply(decision).IgnoreError();
}

std::string FakeAggregator::ContentHash(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  return comparisons_.at(id).content_hash();
}

v1::Comparison::State FakeAggregator::State(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  return comparisons_.at(id).state();
}

void FakeAggregator::FailWith(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  failure_ = std::move(status);
}

std::vector<v1::Decision> FakeAggregator::decisions() {
  absl::MutexLock lock(&mutex_);
  return decisions_;
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

v1::Comparison* FakeAggregator::Find(const std::string& id) {
  const auto it = comparisons_.find(Canonical(id));
  return it == comparisons_.end() ? nullptr : &it->second;
}

absl::StatusOr<v1::ComparisonView> FakeAggregator::GetComparison(const v1::GetComparisonRequest& request,
                                                                 absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const v1::Comparison* comparison = Find(request.comparison_id());
  if (comparison == nullptr) return absl::NotFoundError("there is no such comparison");
  v1::ComparisonView view;
  *view.mutable_comparison() = *comparison;
  *view.mutable_content() = Content(*comparison);
  for (const v1::Amendment& amendment : amendments_) *view.add_amendments() = amendment;
  return view;
}

absl::StatusOr<v1::ListComparisonsResponse> FakeAggregator::ListComparisons(
    const v1::ListComparisonsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListComparisonsResponse response;
  auto next = Page(
      comparisons_, request.page_size(), request.page_token(),
      [&request](const v1::Comparison& comparison) {
        const bool holds = request.tool_id().empty() || comparison.tool_a() == request.tool_id() ||
                           comparison.tool_b() == request.tool_id();
        return holds && (request.state() == v1::Comparison::STATE_UNSPECIFIED ||
                         request.state() == comparison.state());
      },
      [&response](const v1::Comparison& comparison) { *response.add_comparisons() = comparison; });
  if (!next.ok()) return next.status();
  response.set_next_page_token(*next);
  return response;
}

absl::StatusOr<v1::Comparison> FakeAggregator::RequestComparison(const v1::RequestComparisonRequest& request,
                                                                 absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  for (const std::string& tool : {request.tool_a(), request.tool_b()}) {
    if (!tools_.contains(tool)) return absl::NotFoundError(absl::StrCat("no tool ", tool));
  }
  const auto id = MakeComparisonId(ToolId(request.tool_a()), ToolId(request.tool_b()));
  if (!id.ok()) return id.status();
  if (Find(id->value()) == nullptr) {
    AddComparisonLocked(request.tool_a(), request.tool_b(), v1::Comparison::DRAFTED);
    Find(id->value())->set_by_hand(true);
  }
  return *Find(id->value());
}

absl::StatusOr<v1::Comparison> FakeAggregator::Apply(const v1::Decision& decision) {
  v1::Comparison* comparison = Find(decision.comparison_id());
  if (comparison == nullptr) return absl::NotFoundError("there is no such comparison");
  if (decision.kind() != v1::ROLL_BACK && decision.content_hash() != comparison->content_hash()) {
    return absl::AbortedError("the content has changed since");
  }
  const bool anywhen = decision.kind() == v1::WITHDRAW || decision.kind() == v1::REOPEN ||
                       decision.kind() == v1::UNSCHEDULE || decision.kind() == v1::ROLL_BACK;
  if (!anywhen && comparison->state() != v1::Comparison::DRAFTED) {
    return absl::FailedPreconditionError("another decision came first");
  }
  ++sequence_;
  decisions_.push_back(decision);
  *comparison->mutable_last_decision() = decision;
  if (decision.kind() == v1::APPROVE) {
    v1::PublishedComparison published;
    *published.mutable_content() = Content(*comparison);
    published.set_content_hash(comparison->content_hash());
    *published.mutable_decision() = decision;
    *published.mutable_publish_time() = decision.decide_time();
    *published.mutable_first_publish_time() = decision.decide_time();
    const auto before = published_.find(comparison->comparison_id());
    if (before != published_.end()) {
      *published.mutable_first_publish_time() = before->second.first_publish_time();
    }
    published_at_[comparison->comparison_id()] = sequence_;
    published_[comparison->comparison_id()] = published;
    publications_[comparison->comparison_id()].push_back(published);
    comparison->set_published_hash(comparison->content_hash());
    comparison->set_state(v1::Comparison::APPROVED);
  } else if (decision.kind() == v1::REJECT) {
    comparison->set_state(v1::Comparison::REJECTED);
  } else if (decision.kind() == v1::SEND_BACK) {
    comparison->set_state(v1::Comparison::SENT_BACK);
  } else if (decision.kind() == v1::REOPEN || decision.kind() == v1::UNSCHEDULE) {
    comparison->set_state(v1::Comparison::DRAFTED);
  } else if (decision.kind() == v1::SCHEDULE) {
    comparison->set_state(v1::Comparison::SCHEDULED);
    *comparison->mutable_publish_time() = decision.publish_time();
  } else if (decision.kind() == v1::ROLL_BACK) {
    comparison->set_published_hash(decision.content_hash());
    comparison->set_state(v1::Comparison::DRAFTED);
  } else {
    published_at_[comparison->comparison_id()] = sequence_;
    published_.erase(comparison->comparison_id());
    comparison->clear_published_hash();
    comparison->set_state(v1::Comparison::WITHDRAWN);
  }
  return *comparison;
}

absl::StatusOr<v1::Comparison> FakeAggregator::Decide(const v1::DecideRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::Decision decision = request.decision();
  decision.mutable_decide_time()->set_seconds(kDecideTime);
  return Apply(decision);
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

absl::StatusOr<v1::ListDecisionsResponse> FakeAggregator::ListDecisions(
    const v1::ListDecisionsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListDecisionsResponse response;
  for (auto it = decisions_.rbegin(); it != decisions_.rend(); ++it) {
    if (it->comparison_id() == request.comparison_id()) *response.add_decisions() = *it;
  }
  return response;
}

absl::StatusOr<v1::PublishedComparison> FakeAggregator::GetPublishedComparison(
    const v1::GetPublishedComparisonRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const auto it = published_.find(Canonical(request.comparison_id()));
  if (it == published_.end()) return absl::NotFoundError("nothing is public of it");
  return it->second;
}

absl::StatusOr<v1::ListPublishedComparisonsResponse> FakeAggregator::ListPublishedComparisons(
    const v1::ListPublishedComparisonsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListPublishedComparisonsResponse response;
  auto next = Page(
      published_, request.page_size(), request.page_token(),
      [&request](const v1::PublishedComparison& published) {
        return request.tool_id().empty() ||
               published.content().a().revision().tool_id() == request.tool_id() ||
               published.content().b().revision().tool_id() == request.tool_id();
      },
      [&response](const v1::PublishedComparison& published) { *response.add_comparisons() = published; });
  if (!next.ok()) return next.status();
  response.set_next_page_token(*next);
  return response;
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
