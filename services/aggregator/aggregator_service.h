// Aggregator: verdicts -> panels -> comparisons. Owns the state.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/ids.h"
#include "common/lease.h"
#include "common/object_store.h"
#include "seaworthy/v1/aggregator_service.pb.h"

namespace grpc {
class Service;
}

namespace seaworthy {

// Thread-safe. One thread follows the log from the position kept in the store
// and applies each event; effects and position are one atomic batch, so an
// event read twice changes nothing. Commands (RequestComparison, Decide,
// AmendVerdict) are appended to the log and answered once that thread has applied them: the log's
// order decides who was first.
class AggregatorService {
 public:
  struct Options {
    EventLog* log = nullptr;  // Not owned.
    Clock* clock = nullptr;   // Not owned.
    // Not owned; holds the announcements' texts. Null: quotes cannot be
    // edited, as there is nothing to check them against.
    ObjectStore* objects = nullptr;
    std::string store_dir;            // RocksDB; created if missing.
    std::vector<PersonaId> personas;  // Who is asked about every revision.
    int max_pairs_per_tool = 5;       // Made by the pipeline for a new tool.
    bool four_eyes = false;           // Two editors approve what becomes public.
    int log_retention_days = 0;       // For its status only; 0: for ever.
    // Not owned. Of several aggregators of one log the one with the lease
    // `aggregator` emits, the others answer and take commands. Null: there is
    // one, which emits.
    Leases* leases = nullptr;
    absl::Duration lease_ttl = absl::Seconds(5);
  };

  // Opens the store. One of an older schema is made anew from the log first,
  // without effects. Errors: DATA_LOSS (the store has seen more than the log
  // holds), FAILED_PRECONDITION (open in another process, newer schema).
  static absl::StatusOr<std::unique_ptr<AggregatorService>> Open(const Options& options);
  ~AggregatorService();  // Stops.

  // Starts following the log, and wants the lease.
  absl::Status Start();
  // Finishes the batch at hand. Idempotent.
  void Stop();
  // Blocks until everything now in the log is applied and no more events come
  // of it, or the timeout. Errors: DEADLINE_EXCEEDED; what stopped the
  // follower.
  absl::Status WaitUntilIdle(absl::Duration timeout);
  // SHA-256 over every key and value of the state, for comparing with a
  // rebuild.
  absl::StatusOr<std::string> StateHash() const;
  // Copies the state as it is now into the new folder `dir`, which opens as a
  // store of its own. Errors: UNAVAILABLE.
  absl::Status CheckpointTo(const std::string& dir) const;

  // The calls of v1.AggregatorService; errors as described there.
  absl::StatusOr<v1::Announcement> GetAnnouncement(const v1::GetAnnouncementRequest& request);
  absl::StatusOr<v1::ListAnnouncementsResponse> ListAnnouncements(
      const v1::ListAnnouncementsRequest& request);
  absl::StatusOr<v1::ToolView> GetTool(const v1::GetToolRequest& request);
  absl::StatusOr<v1::ListToolsResponse> ListTools(const v1::ListToolsRequest& request);
  absl::StatusOr<v1::ComparisonView> GetComparison(const v1::GetComparisonRequest& request);
  absl::StatusOr<v1::ListComparisonsResponse> ListComparisons(const v1::ListComparisonsRequest& request);
  absl::StatusOr<v1::Comparison> RequestComparison(const v1::RequestComparisonRequest& request);
  absl::StatusOr<v1::Comparison> Decide(const v1::DecideRequest& request);
  absl::StatusOr<v1::Verdict> AmendVerdict(const v1::AmendVerdictRequest& request);
  absl::StatusOr<v1::ToolView> DecideIdentity(const v1::DecideIdentityRequest& request);
  absl::StatusOr<v1::ListIdentityResponse> ListIdentity(const v1::ListIdentityRequest& request);
  absl::StatusOr<v1::ToolView> CorrectFact(const v1::CorrectFactRequest& request);
  absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(const v1::ListRevisionsRequest& request);
  absl::StatusOr<v1::ListQueueResponse> ListQueue(const v1::ListQueueRequest& request);
  absl::StatusOr<v1::Assignment> AssignComparison(const v1::AssignComparisonRequest& request);
  absl::StatusOr<v1::SearchResponse> Search(const v1::SearchRequest& request);
  absl::StatusOr<v1::Prediction> ResolvePrediction(const v1::ResolvePredictionRequest& request);
  absl::StatusOr<v1::VoteTally> CastVote(const v1::CastVoteRequest& request);
  absl::StatusOr<v1::ListTalliesResponse> ListTallies(const v1::ListTalliesRequest& request);
  absl::StatusOr<v1::ListEditionsResponse> ListEditions(const v1::ListEditionsRequest& request);
  absl::StatusOr<v1::Edition> GetEdition(const v1::GetEditionRequest& request);
  absl::StatusOr<v1::Edition> DecideEdition(const v1::DecideEditionRequest& request);
  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(const v1::ListDeadLettersRequest& request);
  absl::StatusOr<v1::ReplayDeadLetterResponse> ReplayDeadLetter(const v1::ReplayDeadLetterRequest& request);
  absl::StatusOr<v1::ListPredictionsResponse> ListPredictions(const v1::ListPredictionsRequest& request);
  absl::StatusOr<v1::PanelHealth> GetPanelHealth(const v1::GetPanelHealthRequest& request);
  absl::StatusOr<v1::ListDecisionsResponse> ListDecisions(const v1::ListDecisionsRequest& request);
  absl::StatusOr<v1::PublishedComparison> GetPublishedComparison(
      const v1::GetPublishedComparisonRequest& request);
  absl::StatusOr<v1::ListPublishedComparisonsResponse> ListPublishedComparisons(
      const v1::ListPublishedComparisonsRequest& request);
  absl::StatusOr<v1::GetChecklistResponse> GetChecklist(const v1::GetChecklistRequest& request);
  absl::StatusOr<v1::Correction> IssueCorrection(const v1::IssueCorrectionRequest& request);
  absl::StatusOr<v1::ListCorrectionsResponse> ListCorrections(const v1::ListCorrectionsRequest& request);
  absl::StatusOr<v1::Panel> RepeatReview(const v1::RepeatReviewRequest& request);
  absl::StatusOr<v1::Embargo> SetEmbargo(const v1::SetEmbargoRequest& request);
  absl::StatusOr<v1::ListPublicationsResponse> ListPublications(const v1::ListPublicationsRequest& request);
  absl::StatusOr<v1::PublishedComparison> GetPublication(const v1::GetPublicationRequest& request);
  absl::StatusOr<v1::ListPublishedChangesResponse> ListPublishedChanges(
      const v1::ListPublishedChangesRequest& request);
  absl::StatusOr<v1::AggregatorStatus> GetStatus(const v1::GetStatusRequest& request);
  // Waits at most `timeout`, and never longer than any call here may take.
  absl::StatusOr<v1::WaitForChangeResponse> WaitForChange(const v1::WaitForChangeRequest& request,
                                                          absl::Duration timeout = absl::InfiniteDuration());

 private:
  class Impl;
  explicit AggregatorService(std::unique_ptr<Impl> impl);
  // The correction once all its steps are done, or as far as they are.
  absl::StatusOr<v1::Correction> WaitForCorrection(uint64_t sequence) const;
  // ALREADY_EXISTS where the event at `sequence` is another decision.
  absl::Status CheckSameDecision(uint64_t sequence, const v1::Decision& decision) const;
  std::unique_ptr<Impl> impl_;
};

// The class above as a gRPC service; `service` must outlive it.
std::unique_ptr<grpc::Service> MakeGrpcService(AggregatorService* service);

// Builds the state anew from the log, up to event `until` where that comes
// before its end, into `store_dir` (must be empty or missing), appending
// nothing. Returns its StateHash.
absl::StatusOr<std::string> RebuildState(EventLog* log, const std::string& store_dir,
                                         uint64_t until = std::numeric_limits<uint64_t>::max());

}  // namespace seaworthy
