// The gRPC face of IngestService: nothing but conversion.
#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/error_codes.h"
#include "seaworthy/v1/ingest_service.grpc.pb.h"
#include "services/ingest/ingest_service.h"

namespace seaworthy {
namespace {

template <typename Response>
grpc::Status Answer(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return ToGrpcStatus(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

class GrpcIngestService final : public v1::IngestService::Service {
 public:
  explicit GrpcIngestService(seaworthy::IngestService* service) : service_(service) {}

  grpc::Status SubmitAnnouncement(grpc::ServerContext*, const v1::SubmitAnnouncementRequest* request,
                                  v1::SubmitAnnouncementResponse* response) override {
    return Answer(service_->SubmitAnnouncement(*request), response);
  }
  grpc::Status RetryAnnouncement(grpc::ServerContext*, const v1::RetryAnnouncementRequest* request,
                                 v1::SubmitAnnouncementResponse* response) override {
    return Answer(service_->RetryAnnouncement(*request), response);
  }
  grpc::Status GetReceivedAnnouncement(grpc::ServerContext*,
                                       const v1::GetReceivedAnnouncementRequest* request,
                                       v1::Announcement* response) override {
    return Answer(service_->GetReceivedAnnouncement(*request), response);
  }
  grpc::Status GetAnnouncementDocument(grpc::ServerContext*,
                                       const v1::GetAnnouncementDocumentRequest* request,
                                       v1::GetAnnouncementDocumentResponse* response) override {
    return Answer(service_->GetAnnouncementDocument(*request), response);
  }
  grpc::Status ExtractAnnouncement(grpc::ServerContext*, const v1::ExtractAnnouncementRequest* request,
                                   v1::ExtractAnnouncementResponse* response) override {
    return Answer(service_->ExtractAnnouncement(*request), response);
  }

 private:
  seaworthy::IngestService* const service_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(IngestService* service) {
  return std::make_unique<GrpcIngestService>(service);
}

}  // namespace seaworthy
