#include <grpcpp/grpcpp.h>

#include "common/grpc_answer.h"
#include "seaworthy/v1/reviewer_service.grpc.pb.h"
#include "services/reviewer/reviewer_service.h"

namespace seaworthy {
namespace {

// Calls through to the service. Thread-safe as it is.
class ReviewerGrpc final : public v1::ReviewerService::Service {
 public:
  explicit ReviewerGrpc(ReviewerService* service) : service_(service) {}

  grpc::Status ReviewRevision(grpc::ServerContext* context, const v1::ReviewRevisionRequest* request,
                              v1::Verdict* response) override {
    return Answer(service_->ReviewRevision(*request), response);
  }
  grpc::Status ListPersonas(grpc::ServerContext* context, const v1::ListPersonasRequest* request,
                            v1::ListPersonasResponse* response) override {
    return Answer(service_->ListPersonas(*request), response);
  }
  grpc::Status GetReviewerStatus(grpc::ServerContext* context, const v1::GetReviewerStatusRequest* request,
                                 v1::ReviewerStatus* response) override {
    return Answer(service_->GetReviewerStatus(*request), response);
  }

 private:
  ReviewerService* const service_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(ReviewerService* service) {
  return std::make_unique<ReviewerGrpc>(service);
}

}  // namespace seaworthy
