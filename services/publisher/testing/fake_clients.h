// The aggregator, the reviewer and ingest as tests need them: in memory, deciding by the
// same rules, failing on demand.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/clients.h"

namespace seaworthy {

// Thread-safe.
class FakeAggregator : public AggregatorClient {
 public:
  // A tool, and a comparison of two tools with both panels as they are.
  void AddTool(v1::ToolView tool);
  void AddComparison(const std::string& a, const std::string& b, v1::Comparison::State state);
  void AddAnnouncement(v1::Announcement announcement);
  // Replaces a tool; every comparison with it gets new content and goes back
  // to drafted, what is published stays.
  void ChangeTool(v1::ToolView tool);
  // Approves as an editor would, at a given time.
  void Publish(const std::string& id, int64_t unix_seconds);
  std::string ContentHash(const std::string& id);
  v1::Comparison::State State(const std::string& id);
  // Every later call fails with this, until OK is set.
  void FailWith(absl::Status status);
  // The decisions that took effect.
  std::vector<v1::Decision> decisions();
  // The amendments asked for.
  std::vector<v1::Amendment> amendments();
  // A row of the ledger, in the order given; public ones too where asked for.
  void AddPrediction(v1::Prediction prediction, bool published);
  void SetHealth(v1::PanelHealth health);
  // Two tools that may be one; a revision of a tool's history, newest first.
  void AddPossibleDuplicate(v1::PossibleDuplicate duplicate);
  void AddRevision(v1::RevisionView revision);
  // What editors decided and corrected, in order.
  std::vector<v1::IdentityDecision> identity_decisions();
  std::vector<v1::FactCorrection> corrections();
  void SetSpend(v1::AggregatorStatus spend);
  // What GetChecklist answers from now on, besides the marks.
  void SetChecklist(std::vector<v1::ChecklistItem> items);
  void AddDeadLetter(v1::DeadLetterView letter);
  // What editors asked for, in order.
  std::vector<v1::Assignment> assignments();
  std::vector<v1::Correction> public_corrections();
  std::vector<v1::Embargo> embargoes();
  std::vector<v1::ReviewRepeat> repeats();
  std::vector<v1::PredictionResolution> resolutions();
  std::vector<v1::ReplayDeadLetterRequest> replays();
  void AddEdition(v1::Edition edition);
  // What editors decided about editions, in order.
  std::vector<v1::EditionDecision> edition_decisions();
  // What readers' votes on a tool come to.
  void SetTally(v1::VoteTally tally);

  absl::StatusOr<v1::Announcement> GetAnnouncement(const v1::GetAnnouncementRequest& request,
                                                   absl::Duration deadline) override;
  absl::StatusOr<v1::ListAnnouncementsResponse> ListAnnouncements(const v1::ListAnnouncementsRequest& request,
                                                                  absl::Duration deadline) override;
  absl::StatusOr<v1::ToolView> GetTool(const v1::GetToolRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::ListToolsResponse> ListTools(const v1::ListToolsRequest& request,
                                                  absl::Duration deadline) override;
  absl::StatusOr<v1::ComparisonView> GetComparison(const v1::GetComparisonRequest& request,
                                                   absl::Duration deadline) override;
  absl::StatusOr<v1::ListComparisonsResponse> ListComparisons(const v1::ListComparisonsRequest& request,
                                                              absl::Duration deadline) override;
  absl::StatusOr<v1::Comparison> RequestComparison(const v1::RequestComparisonRequest& request,
                                                   absl::Duration deadline) override;
  absl::StatusOr<v1::Comparison> Decide(const v1::DecideRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::Verdict> AmendVerdict(const v1::AmendVerdictRequest& request,
                                           absl::Duration deadline) override;
  absl::StatusOr<v1::ToolView> DecideIdentity(const v1::DecideIdentityRequest& request,
                                              absl::Duration deadline) override;
  absl::StatusOr<v1::ListIdentityResponse> ListIdentity(const v1::ListIdentityRequest& request,
                                                        absl::Duration deadline) override;
  absl::StatusOr<v1::ToolView> CorrectFact(const v1::CorrectFactRequest& request,
                                           absl::Duration deadline) override;
  absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(const v1::ListRevisionsRequest& request,
                                                          absl::Duration deadline) override;
  absl::StatusOr<v1::ListPredictionsResponse> ListPredictions(const v1::ListPredictionsRequest& request,
                                                              absl::Duration deadline) override;
  absl::StatusOr<v1::PanelHealth> GetPanelHealth(const v1::GetPanelHealthRequest& request,
                                                 absl::Duration deadline) override;
  absl::StatusOr<v1::ListDecisionsResponse> ListDecisions(const v1::ListDecisionsRequest& request,
                                                          absl::Duration deadline) override;
  absl::StatusOr<v1::PublishedComparison> GetPublishedComparison(
      const v1::GetPublishedComparisonRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::ListPublishedComparisonsResponse> ListPublishedComparisons(
      const v1::ListPublishedComparisonsRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::ListPublishedChangesResponse> ListPublishedChanges(
      const v1::ListPublishedChangesRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::AggregatorStatus> GetStatus(const v1::GetStatusRequest& request,
                                                 absl::Duration deadline) override;
  absl::StatusOr<v1::WaitForChangeResponse> WaitForChange(const v1::WaitForChangeRequest& request,
                                                          absl::Duration deadline) override;

  absl::StatusOr<v1::GetChecklistResponse> GetChecklist(const v1::GetChecklistRequest& request,
                                                        absl::Duration deadline) override;
  absl::StatusOr<v1::Correction> IssueCorrection(const v1::IssueCorrectionRequest& request,
                                                 absl::Duration deadline) override;
  absl::StatusOr<v1::ListCorrectionsResponse> ListCorrections(const v1::ListCorrectionsRequest& request,
                                                              absl::Duration deadline) override;
  absl::StatusOr<v1::Embargo> SetEmbargo(const v1::SetEmbargoRequest& request,
                                         absl::Duration deadline) override;
  absl::StatusOr<v1::Panel> RepeatReview(const v1::RepeatReviewRequest& request,
                                         absl::Duration deadline) override;
  absl::StatusOr<v1::ListPublicationsResponse> ListPublications(const v1::ListPublicationsRequest& request,
                                                                absl::Duration deadline) override;
  absl::StatusOr<v1::PublishedComparison> GetPublication(const v1::GetPublicationRequest& request,
                                                         absl::Duration deadline) override;
  absl::StatusOr<v1::ListQueueResponse> ListQueue(const v1::ListQueueRequest& request,
                                                  absl::Duration deadline) override;
  absl::StatusOr<v1::Assignment> AssignComparison(const v1::AssignComparisonRequest& request,
                                                  absl::Duration deadline) override;
  absl::StatusOr<v1::SearchResponse> Search(const v1::SearchRequest& request,
                                            absl::Duration deadline) override;
  absl::StatusOr<v1::Prediction> ResolvePrediction(const v1::ResolvePredictionRequest& request,
                                                   absl::Duration deadline) override;
  absl::StatusOr<v1::VoteTally> CastVote(const v1::CastVoteRequest& request,
                                         absl::Duration deadline) override;
  absl::StatusOr<v1::ListTalliesResponse> ListTallies(const v1::ListTalliesRequest& request,
                                                      absl::Duration deadline) override;
  absl::StatusOr<v1::ListEditionsResponse> ListEditions(const v1::ListEditionsRequest& request,
                                                        absl::Duration deadline) override;
  absl::StatusOr<v1::Edition> GetEdition(const v1::GetEditionRequest& request,
                                         absl::Duration deadline) override;
  absl::StatusOr<v1::Edition> DecideEdition(const v1::DecideEditionRequest& request,
                                            absl::Duration deadline) override;
  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(const v1::ListDeadLettersRequest& request,
                                                              absl::Duration deadline) override;
  absl::StatusOr<v1::ReplayDeadLetterResponse> ReplayDeadLetter(const v1::ReplayDeadLetterRequest& request,
                                                                absl::Duration deadline) override;

 private:
  v1::ComparisonContent Content(const v1::Comparison& comparison) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddComparisonLocked(const std::string& a, const std::string& b, v1::Comparison::State state)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::Verdict* FindVerdict(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Redraft(const std::string& tool_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::Comparison* Find(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsPublic(const std::string& tool_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::QueueEntry Entry(const v1::Comparison& comparison) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<v1::ChecklistItem> Checklist(const v1::Comparison& comparison)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::Comparison> Apply(const v1::Decision& decision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  uint64_t sequence_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<std::string, v1::ToolView> tools_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::Comparison> comparisons_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::PublishedComparison> published_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> published_at_ ABSL_GUARDED_BY(mutex_);  // The sequence of its last change.
  std::map<std::string, v1::Announcement> announcements_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Decision> decisions_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Amendment> amendments_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<v1::Prediction, bool>> predictions_ ABSL_GUARDED_BY(mutex_);
  v1::PanelHealth health_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::PossibleDuplicate> duplicates_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::IdentityDecision> identity_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::FactCorrection> corrections_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<v1::RevisionView>> revisions_ ABSL_GUARDED_BY(mutex_);
  v1::AggregatorStatus spend_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::ChecklistItem> checklist_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::DeadLetterView> dead_letters_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> assigned_ ABSL_GUARDED_BY(mutex_);  // Editors by comparison.
  std::vector<v1::Assignment> assignments_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Correction> public_corrections_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Embargo> embargoes_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::ReviewRepeat> repeats_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::PredictionResolution> resolutions_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::ReplayDeadLetterRequest> replays_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::Edition> editions_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::EditionDecision> edition_decisions_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::VoteTally> tallies_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<std::string, std::string>, v1::Vote> voters_ ABSL_GUARDED_BY(mutex_);  // By tool, voter.
  // By comparison, oldest first.
  std::map<std::string, std::vector<v1::PublishedComparison>> publications_ ABSL_GUARDED_BY(mutex_);
};

// Thread-safe.
class FakeReviewer : public ReviewerClient {
 public:
  void SetStatus(absl::StatusOr<v1::ReviewerStatus> status);

  absl::StatusOr<v1::Verdict> ReviewRevision(const v1::ReviewRevisionRequest& request,
                                             absl::Duration deadline) override;
  absl::StatusOr<v1::ListPersonasResponse> ListPersonas(const v1::ListPersonasRequest& request,
                                                        absl::Duration deadline) override;
  absl::StatusOr<v1::ReviewerStatus> GetReviewerStatus(const v1::GetReviewerStatusRequest& request,
                                                       absl::Duration deadline) override;

 private:
  absl::Mutex mutex_;
  absl::StatusOr<v1::ReviewerStatus> status_ ABSL_GUARDED_BY(mutex_) = v1::ReviewerStatus();
};

// Thread-safe.
class FakeIngest : public IngestClient {
 public:
  absl::StatusOr<v1::SubmitAnnouncementResponse> SubmitAnnouncement(
      const v1::SubmitAnnouncementRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::Announcement> GetReceivedAnnouncement(const v1::GetReceivedAnnouncementRequest& request,
                                                           absl::Duration deadline) override;
  absl::StatusOr<v1::GetAnnouncementDocumentResponse> GetAnnouncementDocument(
      const v1::GetAnnouncementDocumentRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::ExtractAnnouncementResponse> ExtractAnnouncement(
      const v1::ExtractAnnouncementRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::SubmitAnnouncementResponse> RetryAnnouncement(
      const v1::RetryAnnouncementRequest& request, absl::Duration deadline) override;
  absl::StatusOr<v1::SourceView> ChangeSource(const v1::ChangeSourceRequest& request,
                                              absl::Duration deadline) override;
  absl::StatusOr<v1::ListSourcesResponse> ListSources(const v1::ListSourcesRequest& request,
                                                      absl::Duration deadline) override;
  absl::StatusOr<v1::SourceView> ReadSource(const v1::ReadSourceRequest& request,
                                            absl::Duration deadline) override;
  absl::StatusOr<v1::HandleWebSubResponse> HandleWebSub(const v1::HandleWebSubRequest& request,
                                                        absl::Duration deadline) override;
  // A source with its state.
  void AddSource(v1::SourceView source);
  // Every later call about sources and documents fails with this, until OK is
  // set; so does RetryAnnouncement.
  void FailWith(absl::Status status);
  // What was asked for, in order.
  std::vector<v1::SourceChange> source_changes();
  std::vector<std::string> sources_read();
  std::vector<v1::RetryAnnouncementRequest> retried();
  // Bytes an announcement's object hash stands for.
  void AddDocument(const std::string& object_hash, std::string bytes);
  // What was submitted, in order.
  std::vector<v1::SubmitAnnouncementRequest> submitted();

 private:
  absl::Mutex mutex_;
  std::vector<v1::SubmitAnnouncementRequest> submitted_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::pair<std::string, v1::Announcement>> by_key_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> documents_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::SourceView> sources_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::SourceChange> source_changes_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> sources_read_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::RetryAnnouncementRequest> retried_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
