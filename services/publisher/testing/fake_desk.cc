// What the fake aggregator knows of queues, checklists, publications and what
// editors ask for besides decisions.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/hash.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/pages/mark_view.h"
#include "services/publisher/testing/fake_clients.h"

namespace seaworthy {
namespace {

constexpr int64_t kNow = 1'763'630'000;

v1::PublishedToolSummary SummaryOfTool(const v1::ToolView& tool) {
  v1::PublishedToolSummary summary;
  summary.set_tool_id(tool.revision().tool_id());
  summary.set_name(tool.revision().name());
  summary.set_vendor(tool.revision().vendor());
  summary.set_category(tool.revision().category());
  for (const v1::Verdict& verdict : tool.verdicts()) {
    v1::PersonaVote& vote = *summary.add_votes();
    vote.set_persona_id(verdict.persona_id());
    vote.set_vote(verdict.vote());
    vote.set_confidence(verdict.confidence());
  }
  return summary;
}

// Each word begins one of the text's, as in the aggregator.
bool HasWords(const std::string& text, const std::string& words) {
  for (const absl::string_view word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    size_t at = text.find(std::string(word));
    while (at != std::string::npos && at > 0 &&
           absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]))) {
      at = text.find(std::string(word), at + 1);
    }
    if (at == std::string::npos) return false;
  }
  return true;
}

bool Matches(const v1::QueueEntry& entry, const v1::ListQueueRequest& request) {
  const std::string& editor = entry.assignment().editor();
  if (request.editor() == "-" && !editor.empty()) return false;
  if (!request.editor().empty() && request.editor() != "-" && request.editor() != editor) return false;
  if (request.blocked() == 1 && !entry.blocking().empty()) return false;
  if (request.blocked() == 2 && entry.blocking().empty()) return false;
  const std::string text = absl::StrCat(entry.comparison().comparison_id(), " ", entry.a().name(), " ",
                                        entry.b().name(), " ", entry.a().vendor(), " ", entry.b().vendor());
  return HasWords(absl::AsciiStrToLower(text), absl::AsciiStrToLower(request.text()));
}

bool InCategory(const v1::QueueEntry& entry, const std::string& category) {
  return category.empty() || entry.a().category() == category || entry.b().category() == category;
}

}  // namespace

void FakeAggregator::SetChecklist(std::vector<v1::ChecklistItem> items) {
  absl::MutexLock lock(&mutex_);
  ++sequence_;
  checklist_ = std::move(items);
}

void FakeAggregator::AddDeadLetter(v1::DeadLetterView letter) {
  absl::MutexLock lock(&mutex_);
  dead_letters_.push_back(std::move(letter));
}

std::vector<v1::Assignment> FakeAggregator::assignments() {
  absl::MutexLock lock(&mutex_);
  return assignments_;
}

std::vector<v1::Correction> FakeAggregator::public_corrections() {
  absl::MutexLock lock(&mutex_);
  return public_corrections_;
}

std::vector<v1::Embargo> FakeAggregator::embargoes() {
  absl::MutexLock lock(&mutex_);
  return embargoes_;
}

std::vector<v1::ReviewRepeat> FakeAggregator::repeats() {
  absl::MutexLock lock(&mutex_);
  return repeats_;
}

std::vector<v1::PredictionResolution> FakeAggregator::resolutions() {
  absl::MutexLock lock(&mutex_);
  return resolutions_;
}

std::vector<v1::ReplayDeadLetterRequest> FakeAggregator::replays() {
  absl::MutexLock lock(&mutex_);
  return replays_;
}

std::vector<v1::ChecklistItem> FakeAggregator::Checklist(const v1::Comparison& comparison) {
  const v1::ComparisonContent content = Content(comparison);
  int open = 0;
  for (const v1::ToolView* tool : {&content.a(), &content.b()}) {
    for (const v1::Verdict& verdict : tool->verdicts()) open += CountOpenMarks(verdict);
  }
  v1::ChecklistItem marks;
  marks.set_item_id("marks");
  marks.set_title("Every mark is settled");
  marks.set_passed(open == 0);
  marks.set_blocking(true);
  if (open > 0) marks.set_message(absl::StrCat(open, " open: edit or accept each"));
  std::vector<v1::ChecklistItem> items = {marks};
  items.insert(items.end(), checklist_.begin(), checklist_.end());
  return items;
}

absl::StatusOr<v1::GetChecklistResponse> FakeAggregator::GetChecklist(const v1::GetChecklistRequest& request,
                                                                      absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const v1::Comparison* comparison = Find(request.comparison_id());
  if (comparison == nullptr) return absl::NotFoundError("there is no such comparison");
  v1::GetChecklistResponse response;
  for (const v1::ChecklistItem& item : Checklist(*comparison)) *response.add_items() = item;
  response.set_content_hash(comparison->content_hash());
  return response;
}

v1::QueueEntry FakeAggregator::Entry(const v1::Comparison& comparison) {
  v1::QueueEntry entry;
  *entry.mutable_comparison() = comparison;
  *entry.mutable_a() = SummaryOfTool(tools_[comparison.tool_a()]);
  *entry.mutable_b() = SummaryOfTool(tools_[comparison.tool_b()]);
  for (const std::string& id : {comparison.tool_a(), comparison.tool_b()}) {
    entry.set_conflicts(entry.conflicts() + static_cast<uint32_t>(tools_[id].revision().conflicts_size()));
    for (const v1::Verdict& verdict : tools_[id].verdicts()) {
      entry.set_open_marks(entry.open_marks() + static_cast<uint32_t>(CountOpenMarks(verdict)));
    }
  }
  for (const v1::ChecklistItem& item : Checklist(comparison)) {
    if (item.blocking() && !item.passed()) entry.add_blocking(item.title());
  }
  const auto assigned = assigned_.find(comparison.comparison_id());
  if (assigned != assigned_.end()) {
    entry.mutable_assignment()->set_editor(assigned->second);
    entry.mutable_assignment()->mutable_expire_time()->set_seconds(kNow + 1800);
  }
  return entry;
}

absl::StatusOr<v1::ListQueueResponse> FakeAggregator::ListQueue(const v1::ListQueueRequest& request,
                                                                absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListQueueResponse response;
  for (const auto& [id, comparison] : comparisons_) {
    ++(*response.mutable_counts())[StateText(comparison.state())];
    if (comparison.state() != request.states(0)) continue;
    const v1::QueueEntry entry = Entry(comparison);
    if (!Matches(entry, request)) continue;
    ++(*response.mutable_categories())[entry.a().category()];
    if (!InCategory(entry, request.category())) continue;
    response.set_total(response.total() + 1);
    if (!request.page_token().empty() && id <= request.page_token()) continue;
    if (response.entries_size() == request.page_size()) {
      const auto& last = response.entries(response.entries_size() - 1);
      response.set_next_page_token(last.comparison().comparison_id());
      continue;
    }
    *response.add_entries() = entry;
  }
  return response;
}

absl::StatusOr<v1::Assignment> FakeAggregator::AssignComparison(const v1::AssignComparisonRequest& request,
                                                                absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::Assignment assignment = request.assignment();
  if (Find(assignment.comparison_id()) == nullptr) return absl::NotFoundError("there is no such comparison");
  const auto taken = assigned_.find(assignment.comparison_id());
  if (taken != assigned_.end() && !assignment.editor().empty() && taken->second != assignment.editor() &&
      !assignment.take_over()) {
    return absl::AbortedError(absl::StrCat(taken->second, " is on it"));
  }
  ++sequence_;
  assignments_.push_back(assignment);
  assigned_[assignment.comparison_id()] = assignment.editor();
  if (assignment.editor().empty()) assigned_.erase(assignment.comparison_id());
  return assignment;
}

absl::StatusOr<v1::Correction> FakeAggregator::IssueCorrection(const v1::IssueCorrectionRequest& request,
                                                               absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::Correction correction = request.correction();
  correction.set_correction_id(absl::StrCat("c-", ++sequence_));
  correction.mutable_correct_time()->set_seconds(kNow);
  correction.set_complete(true);
  for (const auto& [id, unused] : published_) correction.add_comparison_ids(id);
  public_corrections_.insert(public_corrections_.begin(), correction);
  return correction;
}

absl::StatusOr<v1::ListCorrectionsResponse> FakeAggregator::ListCorrections(
    const v1::ListCorrectionsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListCorrectionsResponse response;
  bool skip = !request.page_token().empty();
  for (const v1::Correction& correction : public_corrections_) {
    if (skip) {
      skip = correction.correction_id() != request.page_token();
      continue;
    }
    if (request.page_size() != 0 && response.corrections_size() == request.page_size()) {
      response.set_next_page_token(response.corrections().rbegin()->correction_id());
      break;
    }
    *response.add_corrections() = correction;
  }
  return response;
}

absl::StatusOr<v1::Embargo> FakeAggregator::SetEmbargo(const v1::SetEmbargoRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  if (!tools_.contains(request.embargo().tool_id())) return absl::NotFoundError("there is no such tool");
  ++sequence_;
  embargoes_.push_back(request.embargo());
  return request.embargo();
}

absl::StatusOr<v1::Panel> FakeAggregator::RepeatReview(const v1::RepeatReviewRequest& request,
                                                       absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const auto tool = tools_.find(request.repeat().tool_id());
  if (tool == tools_.end()) return absl::NotFoundError("there is no such tool");
  ++sequence_;
  repeats_.push_back(request.repeat());
  return tool->second.panel();
}

absl::StatusOr<v1::ListPublicationsResponse> FakeAggregator::ListPublications(
    const v1::ListPublicationsRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListPublicationsResponse response;
  const v1::Comparison* comparison = Find(request.comparison_id());
  if (comparison == nullptr) return absl::NotFoundError("there is no such comparison");
  const auto& all = publications_[comparison->comparison_id()];
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    v1::Publication& publication = *response.add_publications();
    publication.set_content_hash(it->content_hash());
    *publication.mutable_decision() = it->decision();
    *publication.mutable_publish_time() = it->publish_time();
    publication.set_current(it->content_hash() == comparison->published_hash());
  }
  return response;
}

absl::StatusOr<v1::PublishedComparison> FakeAggregator::GetPublication(
    const v1::GetPublicationRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  for (const v1::PublishedComparison& publication : publications_[request.comparison_id()]) {
    if (publication.content_hash() == request.content_hash()) return publication;
  }
  return absl::NotFoundError("there is no such publication");
}

absl::StatusOr<v1::Prediction> FakeAggregator::ResolvePrediction(const v1::ResolvePredictionRequest& request,
                                                                 absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  for (auto& [prediction, unused] : predictions_) {
    if (prediction.prediction_id() != request.resolution().prediction_id()) continue;
    ++sequence_;
    resolutions_.push_back(request.resolution());
    *prediction.mutable_resolution() = request.resolution();
    return prediction;
  }
  return absl::NotFoundError("there is no such prediction");
}

absl::StatusOr<v1::ListDeadLettersResponse> FakeAggregator::ListDeadLetters(const v1::ListDeadLettersRequest&,
                                                                            absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::ListDeadLettersResponse response;
  for (const v1::DeadLetterView& letter : dead_letters_) *response.add_letters() = letter;
  return response;
}

absl::StatusOr<v1::ReplayDeadLetterResponse> FakeAggregator::ReplayDeadLetter(
    const v1::ReplayDeadLetterRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  replays_.push_back(request);
  return v1::ReplayDeadLetterResponse();
}

}  // namespace seaworthy
