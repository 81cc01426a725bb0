// The gRPC face of IngestService: nothing but conversion.
#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/grpc_answer.h"
#include "seaworthy/v1/ingest_service.grpc.pb.h"
#include "services/ingest/ingest_service.h"
#include "services/ingest/watch/watcher.h"

namespace seaworthy {
namespace {

class GrpcIngestService final : public v1::IngestService::Service {
 public:
  GrpcIngestService(seaworthy::IngestService* service, Watcher* watcher)
      : service_(service), watcher_(watcher) {}

  grpc::Status SubmitAnnouncement(grpc::ServerContext*, const v1::SubmitAnnouncementRequest* request,
                                  v1::SubmitAnnouncementResponse* response) override {
    if (watcher_ != nullptr && !request->source_id().empty()) {
      return Answer(watcher_->SubmitSent(*request), response);
    }
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

  grpc::Status ChangeSource(grpc::ServerContext*, const v1::ChangeSourceRequest* request,
                            v1::SourceView* response) override {
    return Watched(&Watcher::ChangeSource, *request, response);
  }
  grpc::Status ListSources(grpc::ServerContext*, const v1::ListSourcesRequest* request,
                           v1::ListSourcesResponse* response) override {
    return Watched(&Watcher::ListSources, *request, response);
  }
  grpc::Status ReadSource(grpc::ServerContext*, const v1::ReadSourceRequest* request,
                          v1::SourceView* response) override {
    return Watched(&Watcher::ReadSource, *request, response);
  }
  grpc::Status HandleWebSub(grpc::ServerContext*, const v1::HandleWebSubRequest* request,
                            v1::HandleWebSubResponse* response) override {
    return Watched(&Watcher::HandleWebSub, *request, response);
  }

 private:
  template <typename Request, typename Response>
  grpc::Status Watched(absl::StatusOr<Response> (Watcher::*method)(const Request&), const Request& request,
                       Response* response) {
    if (watcher_ == nullptr) return ToGrpcStatus(absl::UnimplementedError("this server has no sources"));
    return Answer((watcher_->*method)(request), response);
  }

  seaworthy::IngestService* const service_;
  Watcher* const watcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(IngestService* service, Watcher* watcher) {
  return std::make_unique<GrpcIngestService>(service, watcher);
}

}  // namespace seaworthy
