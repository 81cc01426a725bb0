// The publisher as a gRPC service.
#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/error_codes.h"
#include "seaworthy/v1/publisher_service.grpc.pb.h"
#include "services/publisher/publisher_service.h"

namespace seaworthy {
namespace {

template <typename Response>
grpc::Status Fill(absl::StatusOr<Response> result, Response* response) {
  if (!result.ok()) return ToGrpcStatus(result.status());
  *response = *std::move(result);
  return grpc::Status::OK;
}

class PublisherGrpcService : public v1::PublisherService::Service {
 public:
  explicit PublisherGrpcService(seaworthy::PublisherService* service) : service_(service) {}

  grpc::Status ListPages(grpc::ServerContext*, const v1::ListPagesRequest* request,
                         v1::ListPagesResponse* response) override {
    return Fill(service_->ListPages(*request), response);
  }
  grpc::Status GetPage(grpc::ServerContext*, const v1::GetPageRequest* request, v1::Page* response) override {
    return Fill(service_->GetPage(*request), response);
  }

 private:
  seaworthy::PublisherService* const service_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(PublisherService* service) {
  return std::make_unique<PublisherGrpcService>(service);
}

}  // namespace seaworthy
