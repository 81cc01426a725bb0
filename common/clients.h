// What a service or the command line calls another service with: the services'
// methods as plain functions that return absl::StatusOr. Every call has a
// deadline. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/ingest_service.pb.h"
#include "seaworthy/v1/publisher_service.pb.h"
#include "seaworthy/v1/reviewer_service.pb.h"

namespace grpc {
class Channel;
}

namespace seaworthy {

inline constexpr absl::Duration kRpcDeadline = absl::Seconds(10);

// A channel to `address` (`unix:/run/x.sock`, `127.0.0.1:9000`), without TLS.
std::shared_ptr<grpc::Channel> ConnectTo(const std::string& address);

#define SEAWORTHY_RPC(Method, Request, Response) \
  virtual absl::StatusOr<Response> Method(const Request& request, absl::Duration deadline = kRpcDeadline) = 0

class IngestClient {
 public:
  virtual ~IngestClient() = default;
  SEAWORTHY_RPC(SubmitAnnouncement, v1::SubmitAnnouncementRequest, v1::SubmitAnnouncementResponse);
  SEAWORTHY_RPC(GetReceivedAnnouncement, v1::GetReceivedAnnouncementRequest, v1::Announcement);
  SEAWORTHY_RPC(GetAnnouncementDocument, v1::GetAnnouncementDocumentRequest,
                v1::GetAnnouncementDocumentResponse);
  SEAWORTHY_RPC(ExtractAnnouncement, v1::ExtractAnnouncementRequest, v1::ExtractAnnouncementResponse);
  SEAWORTHY_RPC(RetryAnnouncement, v1::RetryAnnouncementRequest, v1::SubmitAnnouncementResponse);
  SEAWORTHY_RPC(ChangeSource, v1::ChangeSourceRequest, v1::SourceView);
  SEAWORTHY_RPC(ListSources, v1::ListSourcesRequest, v1::ListSourcesResponse);
  SEAWORTHY_RPC(ReadSource, v1::ReadSourceRequest, v1::SourceView);
  SEAWORTHY_RPC(HandleWebSub, v1::HandleWebSubRequest, v1::HandleWebSubResponse);
};

class ReviewerClient {
 public:
  virtual ~ReviewerClient() = default;
  SEAWORTHY_RPC(ReviewRevision, v1::ReviewRevisionRequest, v1::Verdict);
  SEAWORTHY_RPC(ListPersonas, v1::ListPersonasRequest, v1::ListPersonasResponse);
  SEAWORTHY_RPC(GetReviewerStatus, v1::GetReviewerStatusRequest, v1::ReviewerStatus);
};

class AggregatorClient {
 public:
  virtual ~AggregatorClient() = default;
  SEAWORTHY_RPC(GetAnnouncement, v1::GetAnnouncementRequest, v1::Announcement);
  SEAWORTHY_RPC(ListAnnouncements, v1::ListAnnouncementsRequest, v1::ListAnnouncementsResponse);
  SEAWORTHY_RPC(GetTool, v1::GetToolRequest, v1::ToolView);
  SEAWORTHY_RPC(ListTools, v1::ListToolsRequest, v1::ListToolsResponse);
  SEAWORTHY_RPC(GetComparison, v1::GetComparisonRequest, v1::ComparisonView);
  SEAWORTHY_RPC(ListComparisons, v1::ListComparisonsRequest, v1::ListComparisonsResponse);
  SEAWORTHY_RPC(RequestComparison, v1::RequestComparisonRequest, v1::Comparison);
  SEAWORTHY_RPC(Decide, v1::DecideRequest, v1::Comparison);
  SEAWORTHY_RPC(AmendVerdict, v1::AmendVerdictRequest, v1::Verdict);
  SEAWORTHY_RPC(DecideIdentity, v1::DecideIdentityRequest, v1::ToolView);
  SEAWORTHY_RPC(ListIdentity, v1::ListIdentityRequest, v1::ListIdentityResponse);
  SEAWORTHY_RPC(CorrectFact, v1::CorrectFactRequest, v1::ToolView);
  SEAWORTHY_RPC(ListRevisions, v1::ListRevisionsRequest, v1::ListRevisionsResponse);
  SEAWORTHY_RPC(ListPredictions, v1::ListPredictionsRequest, v1::ListPredictionsResponse);
  SEAWORTHY_RPC(GetPanelHealth, v1::GetPanelHealthRequest, v1::PanelHealth);
  SEAWORTHY_RPC(ListDecisions, v1::ListDecisionsRequest, v1::ListDecisionsResponse);
  SEAWORTHY_RPC(GetPublishedComparison, v1::GetPublishedComparisonRequest, v1::PublishedComparison);
  SEAWORTHY_RPC(ListPublishedComparisons, v1::ListPublishedComparisonsRequest,
                v1::ListPublishedComparisonsResponse);
  SEAWORTHY_RPC(GetStatus, v1::GetStatusRequest, v1::AggregatorStatus);
  SEAWORTHY_RPC(GetChecklist, v1::GetChecklistRequest, v1::GetChecklistResponse);
  SEAWORTHY_RPC(IssueCorrection, v1::IssueCorrectionRequest, v1::Correction);
  SEAWORTHY_RPC(ListCorrections, v1::ListCorrectionsRequest, v1::ListCorrectionsResponse);
  SEAWORTHY_RPC(SetEmbargo, v1::SetEmbargoRequest, v1::Embargo);
  SEAWORTHY_RPC(RepeatReview, v1::RepeatReviewRequest, v1::Panel);
  SEAWORTHY_RPC(ListPublications, v1::ListPublicationsRequest, v1::ListPublicationsResponse);
  SEAWORTHY_RPC(GetPublication, v1::GetPublicationRequest, v1::PublishedComparison);
  SEAWORTHY_RPC(ListPublishedChanges, v1::ListPublishedChangesRequest, v1::ListPublishedChangesResponse);
  SEAWORTHY_RPC(ListQueue, v1::ListQueueRequest, v1::ListQueueResponse);
  SEAWORTHY_RPC(AssignComparison, v1::AssignComparisonRequest, v1::Assignment);
  SEAWORTHY_RPC(Search, v1::SearchRequest, v1::SearchResponse);
  SEAWORTHY_RPC(ResolvePrediction, v1::ResolvePredictionRequest, v1::Prediction);
  SEAWORTHY_RPC(CastVote, v1::CastVoteRequest, v1::VoteTally);
  SEAWORTHY_RPC(ListTallies, v1::ListTalliesRequest, v1::ListTalliesResponse);
  SEAWORTHY_RPC(ListEditions, v1::ListEditionsRequest, v1::ListEditionsResponse);
  SEAWORTHY_RPC(GetEdition, v1::GetEditionRequest, v1::Edition);
  SEAWORTHY_RPC(DecideEdition, v1::DecideEditionRequest, v1::Edition);
  SEAWORTHY_RPC(ListDeadLetters, v1::ListDeadLettersRequest, v1::ListDeadLettersResponse);
  SEAWORTHY_RPC(ReplayDeadLetter, v1::ReplayDeadLetterRequest, v1::ReplayDeadLetterResponse);
  SEAWORTHY_RPC(WaitForChange, v1::WaitForChangeRequest, v1::WaitForChangeResponse);
};

class PublisherClient {
 public:
  virtual ~PublisherClient() = default;
  SEAWORTHY_RPC(ListPages, v1::ListPagesRequest, v1::ListPagesResponse);
  SEAWORTHY_RPC(GetPage, v1::GetPageRequest, v1::Page);
};

#undef SEAWORTHY_RPC

std::unique_ptr<IngestClient> NewIngestClient(std::shared_ptr<grpc::Channel> channel);
std::unique_ptr<ReviewerClient> NewReviewerClient(std::shared_ptr<grpc::Channel> channel);
std::unique_ptr<AggregatorClient> NewAggregatorClient(std::shared_ptr<grpc::Channel> channel);
std::unique_ptr<PublisherClient> NewPublisherClient(std::shared_ptr<grpc::Channel> channel);

}  // namespace seaworthy
