#include <grpcpp/grpcpp.h>

#include "common/grpc_answer.h"
#include "seaworthy/v1/aggregator_service.grpc.pb.h"
#include "services/aggregator/aggregator_service.h"
#include "services/aggregator/change_waiters.h"

namespace seaworthy {
namespace {

#define SEAWORTHY_RPC(Method, Request, Response)                                                   \
  grpc::Status Method(grpc::ServerContext*, const Request* request, Response* response) override { \
    return Answer(service_->Method(*request), response);                                           \
  }

// Waits for a change hold no thread.
using Base = v1::AggregatorService::WithCallbackMethod_WaitForChange<v1::AggregatorService::Service>;

// Carries calls to the service and statuses back; no logic of its own.
class AggregatorGrpc : public Base {
 public:
  explicit AggregatorGrpc(seaworthy::AggregatorService* service) : service_(service), waiters_(service) {}

  SEAWORTHY_RPC(GetAnnouncement, v1::GetAnnouncementRequest, v1::Announcement)
  SEAWORTHY_RPC(ListAnnouncements, v1::ListAnnouncementsRequest, v1::ListAnnouncementsResponse)
  SEAWORTHY_RPC(GetTool, v1::GetToolRequest, v1::ToolView)
  SEAWORTHY_RPC(ListTools, v1::ListToolsRequest, v1::ListToolsResponse)
  SEAWORTHY_RPC(GetComparison, v1::GetComparisonRequest, v1::ComparisonView)
  SEAWORTHY_RPC(ListComparisons, v1::ListComparisonsRequest, v1::ListComparisonsResponse)
  SEAWORTHY_RPC(RequestComparison, v1::RequestComparisonRequest, v1::Comparison)
  SEAWORTHY_RPC(Decide, v1::DecideRequest, v1::Comparison)
  SEAWORTHY_RPC(AmendVerdict, v1::AmendVerdictRequest, v1::Verdict)
  SEAWORTHY_RPC(DecideIdentity, v1::DecideIdentityRequest, v1::ToolView)
  SEAWORTHY_RPC(ListIdentity, v1::ListIdentityRequest, v1::ListIdentityResponse)
  SEAWORTHY_RPC(CorrectFact, v1::CorrectFactRequest, v1::ToolView)
  SEAWORTHY_RPC(ListRevisions, v1::ListRevisionsRequest, v1::ListRevisionsResponse)
  SEAWORTHY_RPC(ListQueue, v1::ListQueueRequest, v1::ListQueueResponse)
  SEAWORTHY_RPC(AssignComparison, v1::AssignComparisonRequest, v1::Assignment)
  SEAWORTHY_RPC(Search, v1::SearchRequest, v1::SearchResponse)
  SEAWORTHY_RPC(ResolvePrediction, v1::ResolvePredictionRequest, v1::Prediction)
  SEAWORTHY_RPC(CastVote, v1::CastVoteRequest, v1::VoteTally)
  SEAWORTHY_RPC(ListTallies, v1::ListTalliesRequest, v1::ListTalliesResponse)
  SEAWORTHY_RPC(ListEditions, v1::ListEditionsRequest, v1::ListEditionsResponse)
  SEAWORTHY_RPC(GetEdition, v1::GetEditionRequest, v1::Edition)
  SEAWORTHY_RPC(DecideEdition, v1::DecideEditionRequest, v1::Edition)
  SEAWORTHY_RPC(ListDeadLetters, v1::ListDeadLettersRequest, v1::ListDeadLettersResponse)
  SEAWORTHY_RPC(ReplayDeadLetter, v1::ReplayDeadLetterRequest, v1::ReplayDeadLetterResponse)
  SEAWORTHY_RPC(ListPredictions, v1::ListPredictionsRequest, v1::ListPredictionsResponse)
  SEAWORTHY_RPC(GetPanelHealth, v1::GetPanelHealthRequest, v1::PanelHealth)
  SEAWORTHY_RPC(ListDecisions, v1::ListDecisionsRequest, v1::ListDecisionsResponse)
  SEAWORTHY_RPC(GetPublishedComparison, v1::GetPublishedComparisonRequest, v1::PublishedComparison)
  SEAWORTHY_RPC(ListPublishedComparisons, v1::ListPublishedComparisonsRequest,
                v1::ListPublishedComparisonsResponse)
  SEAWORTHY_RPC(GetChecklist, v1::GetChecklistRequest, v1::GetChecklistResponse)
  SEAWORTHY_RPC(IssueCorrection, v1::IssueCorrectionRequest, v1::Correction)
  SEAWORTHY_RPC(ListCorrections, v1::ListCorrectionsRequest, v1::ListCorrectionsResponse)
  SEAWORTHY_RPC(RepeatReview, v1::RepeatReviewRequest, v1::Panel)
  SEAWORTHY_RPC(SetEmbargo, v1::SetEmbargoRequest, v1::Embargo)
  SEAWORTHY_RPC(ListPublications, v1::ListPublicationsRequest, v1::ListPublicationsResponse)
  SEAWORTHY_RPC(GetPublication, v1::GetPublicationRequest, v1::PublishedComparison)
  SEAWORTHY_RPC(ListPublishedChanges, v1::ListPublishedChangesRequest, v1::ListPublishedChangesResponse)
  SEAWORTHY_RPC(GetStatus, v1::GetStatusRequest, v1::AggregatorStatus)
  grpc::ServerUnaryReactor* WaitForChange(grpc::CallbackServerContext* context,
                                          const v1::WaitForChangeRequest* request,
                                          v1::WaitForChangeResponse* response) override {
    return waiters_.Wait(context, request, response);
  }

 private:
  seaworthy::AggregatorService* const service_;
  ChangeWaiters waiters_;
};

#undef SEAWORTHY_RPC

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(AggregatorService* service) {
  return std::make_unique<AggregatorGrpc>(service);
}

}  // namespace seaworthy
