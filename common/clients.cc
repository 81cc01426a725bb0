#include "common/clients.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "common/error_codes.h"
#include "seaworthy/v1/aggregator_service.grpc.pb.h"
#include "seaworthy/v1/ingest_service.grpc.pb.h"
#include "seaworthy/v1/publisher_service.grpc.pb.h"
#include "seaworthy/v1/reviewer_service.grpc.pb.h"

namespace seaworthy {
namespace {

// The one helper that gives a call its deadline.
template <typename Response, typename Stub, typename Request>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                              const Request& request, absl::Duration deadline) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(deadline));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

#define SEAWORTHY_RPC(Service, Method, Request, Response)                                     \
  absl::StatusOr<Response> Method(const Request& request, absl::Duration deadline) override { \
    return Call<Response>(*stub_, &v1::Service::StubInterface::Method, request, deadline);    \
  }

class GrpcIngestClient : public IngestClient {
 public:
  explicit GrpcIngestClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::IngestService::NewStub(channel)) {}
  SEAWORTHY_RPC(IngestService, SubmitAnnouncement, v1::SubmitAnnouncementRequest,
                v1::SubmitAnnouncementResponse)
  SEAWORTHY_RPC(IngestService, GetReceivedAnnouncement, v1::GetReceivedAnnouncementRequest, v1::Announcement)
  SEAWORTHY_RPC(IngestService, GetAnnouncementDocument, v1::GetAnnouncementDocumentRequest,
                v1::GetAnnouncementDocumentResponse)
  SEAWORTHY_RPC(IngestService, ExtractAnnouncement, v1::ExtractAnnouncementRequest,
                v1::ExtractAnnouncementResponse)
  SEAWORTHY_RPC(IngestService, RetryAnnouncement, v1::RetryAnnouncementRequest,
                v1::SubmitAnnouncementResponse)
  SEAWORTHY_RPC(IngestService, ChangeSource, v1::ChangeSourceRequest, v1::SourceView)
  SEAWORTHY_RPC(IngestService, ListSources, v1::ListSourcesRequest, v1::ListSourcesResponse)
  SEAWORTHY_RPC(IngestService, ReadSource, v1::ReadSourceRequest, v1::SourceView)
  SEAWORTHY_RPC(IngestService, HandleWebSub, v1::HandleWebSubRequest, v1::HandleWebSubResponse)

 private:
  std::unique_ptr<v1::IngestService::StubInterface> stub_;
};

class GrpcReviewerClient : public ReviewerClient {
 public:
  explicit GrpcReviewerClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::ReviewerService::NewStub(channel)) {}
  SEAWORTHY_RPC(ReviewerService, ReviewRevision, v1::ReviewRevisionRequest, v1::Verdict)
  SEAWORTHY_RPC(ReviewerService, ListPersonas, v1::ListPersonasRequest, v1::ListPersonasResponse)
  SEAWORTHY_RPC(ReviewerService, GetReviewerStatus, v1::GetReviewerStatusRequest, v1::ReviewerStatus)

 private:
  std::unique_ptr<v1::ReviewerService::StubInterface> stub_;
};

class GrpcAggregatorClient : public AggregatorClient {
 public:
  explicit GrpcAggregatorClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::AggregatorService::NewStub(channel)) {}
  SEAWORTHY_RPC(AggregatorService, GetAnnouncement, v1::GetAnnouncementRequest, v1::Announcement)
  SEAWORTHY_RPC(AggregatorService, ListAnnouncements, v1::ListAnnouncementsRequest,
                v1::ListAnnouncementsResponse)
  SEAWORTHY_RPC(AggregatorService, GetTool, v1::GetToolRequest, v1::ToolView)
  SEAWORTHY_RPC(AggregatorService, ListTools, v1::ListToolsRequest, v1::ListToolsResponse)
  SEAWORTHY_RPC(AggregatorService, GetComparison, v1::GetComparisonRequest, v1::ComparisonView)
  SEAWORTHY_RPC(AggregatorService, ListComparisons, v1::ListComparisonsRequest, v1::ListComparisonsResponse)
  SEAWORTHY_RPC(AggregatorService, RequestComparison, v1::RequestComparisonRequest, v1::Comparison)
  SEAWORTHY_RPC(AggregatorService, Decide, v1::DecideRequest, v1::Comparison)
  SEAWORTHY_RPC(AggregatorService, AmendVerdict, v1::AmendVerdictRequest, v1::Verdict)
  SEAWORTHY_RPC(AggregatorService, DecideIdentity, v1::DecideIdentityRequest, v1::ToolView)
  SEAWORTHY_RPC(AggregatorService, ListIdentity, v1::ListIdentityRequest, v1::ListIdentityResponse)
  SEAWORTHY_RPC(AggregatorService, CorrectFact, v1::CorrectFactRequest, v1::ToolView)
  SEAWORTHY_RPC(AggregatorService, ListRevisions, v1::ListRevisionsRequest, v1::ListRevisionsResponse)
  SEAWORTHY_RPC(AggregatorService, ListPredictions, v1::ListPredictionsRequest, v1::ListPredictionsResponse)
  SEAWORTHY_RPC(AggregatorService, GetPanelHealth, v1::GetPanelHealthRequest, v1::PanelHealth)
  SEAWORTHY_RPC(AggregatorService, ListDecisions, v1::ListDecisionsRequest, v1::ListDecisionsResponse)
  SEAWORTHY_RPC(AggregatorService, GetPublishedComparison, v1::GetPublishedComparisonRequest,
                v1::PublishedComparison)
  SEAWORTHY_RPC(AggregatorService, ListPublishedComparisons, v1::ListPublishedComparisonsRequest,
                v1::ListPublishedComparisonsResponse)
  SEAWORTHY_RPC(AggregatorService, GetStatus, v1::GetStatusRequest, v1::AggregatorStatus)
  SEAWORTHY_RPC(AggregatorService, GetChecklist, v1::GetChecklistRequest, v1::GetChecklistResponse)
  SEAWORTHY_RPC(AggregatorService, IssueCorrection, v1::IssueCorrectionRequest, v1::Correction)
  SEAWORTHY_RPC(AggregatorService, ListCorrections, v1::ListCorrectionsRequest, v1::ListCorrectionsResponse)
  SEAWORTHY_RPC(AggregatorService, SetEmbargo, v1::SetEmbargoRequest, v1::Embargo)
  SEAWORTHY_RPC(AggregatorService, RepeatReview, v1::RepeatReviewRequest, v1::Panel)
  SEAWORTHY_RPC(AggregatorService, ListPublications, v1::ListPublicationsRequest,
                v1::ListPublicationsResponse)
  SEAWORTHY_RPC(AggregatorService, GetPublication, v1::GetPublicationRequest, v1::PublishedComparison)
  SEAWORTHY_RPC(AggregatorService, ListPublishedChanges, v1::ListPublishedChangesRequest,
                v1::ListPublishedChangesResponse)
  SEAWORTHY_RPC(AggregatorService, ListQueue, v1::ListQueueRequest, v1::ListQueueResponse)
  SEAWORTHY_RPC(AggregatorService, AssignComparison, v1::AssignComparisonRequest, v1::Assignment)
  SEAWORTHY_RPC(AggregatorService, Search, v1::SearchRequest, v1::SearchResponse)
  SEAWORTHY_RPC(AggregatorService, ResolvePrediction, v1::ResolvePredictionRequest, v1::Prediction)
  SEAWORTHY_RPC(AggregatorService, CastVote, v1::CastVoteRequest, v1::VoteTally)
  SEAWORTHY_RPC(AggregatorService, ListTallies, v1::ListTalliesRequest, v1::ListTalliesResponse)
  SEAWORTHY_RPC(AggregatorService, ListEditions, v1::ListEditionsRequest, v1::ListEditionsResponse)
  SEAWORTHY_RPC(AggregatorService, GetEdition, v1::GetEditionRequest, v1::Edition)
  SEAWORTHY_RPC(AggregatorService, DecideEdition, v1::DecideEditionRequest, v1::Edition)
  SEAWORTHY_RPC(AggregatorService, ListDeadLetters, v1::ListDeadLettersRequest, v1::ListDeadLettersResponse)
  SEAWORTHY_RPC(AggregatorService, ReplayDeadLetter, v1::ReplayDeadLetterRequest,
                v1::ReplayDeadLetterResponse)
  SEAWORTHY_RPC(AggregatorService, WaitForChange, v1::WaitForChangeRequest, v1::WaitForChangeResponse)

 private:
  std::unique_ptr<v1::AggregatorService::StubInterface> stub_;
};

class GrpcPublisherClient : public PublisherClient {
 public:
  explicit GrpcPublisherClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::PublisherService::NewStub(channel)) {}
  SEAWORTHY_RPC(PublisherService, ListPages, v1::ListPagesRequest, v1::ListPagesResponse)
  SEAWORTHY_RPC(PublisherService, GetPage, v1::GetPageRequest, v1::Page)

 private:
  std::unique_ptr<v1::PublisherService::StubInterface> stub_;
};

#undef SEAWORTHY_RPC

}  // namespace

std::shared_ptr<grpc::Channel> ConnectTo(const std::string& address) {
  return grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
}

std::unique_ptr<IngestClient> NewIngestClient(std::shared_ptr<grpc::Channel> channel) {
  return std::make_unique<GrpcIngestClient>(channel);
}
std::unique_ptr<ReviewerClient> NewReviewerClient(std::shared_ptr<grpc::Channel> channel) {
  return std::make_unique<GrpcReviewerClient>(channel);
}
std::unique_ptr<AggregatorClient> NewAggregatorClient(std::shared_ptr<grpc::Channel> channel) {
  return std::make_unique<GrpcAggregatorClient>(channel);
}
std::unique_ptr<PublisherClient> NewPublisherClient(std::shared_ptr<grpc::Channel> channel) {
  return std::make_unique<GrpcPublisherClient>(channel);
}

}  // namespace seaworthy
