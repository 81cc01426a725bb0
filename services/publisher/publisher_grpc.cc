// The publisher as a gRPC service.
#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/grpc_answer.h"
#include "seaworthy/v1/publisher_service.grpc.pb.h"
#include "services/publisher/publisher_service.h"

namespace seaworthy {
namespace {

class PublisherGrpcService : public v1::PublisherService::Service {
 public:
  explicit PublisherGrpcService(seaworthy::PublisherService* service) : service_(service) {}

  grpc::Status ListPages(grpc::ServerContext*, const v1::ListPagesRequest* request,
                         v1::ListPagesResponse* response) override {
    return Answer(service_->ListPages(*request), response);
  }
  grpc::Status GetPage(grpc::ServerContext*, const v1::GetPageRequest* request, v1::Page* response) override {
    return Answer(service_->GetPage(*request), response);
  }

 private:
  seaworthy::PublisherService* const service_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(PublisherService* service) {
  return std::make_unique<PublisherGrpcService>(service);
}

}  // namespace seaworthy
