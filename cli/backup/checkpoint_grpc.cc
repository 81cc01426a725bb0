#include <grpcpp/grpcpp.h>

#include "cli/backup/checkpoint_maker.h"
#include "common/grpc_answer.h"
#include "seaworthy/v1/backup_service.grpc.pb.h"

namespace seaworthy::cli {
namespace {

// Calls through to the maker. Thread-safe as it is.
class BackupGrpc final : public v1::BackupService::Service {
 public:
  explicit BackupGrpc(CheckpointMaker* maker) : maker_(maker) {}

  grpc::Status MakeCheckpoint(grpc::ServerContext* context, const v1::MakeCheckpointRequest* request,
                              v1::MakeCheckpointResponse* response) override {
    return Answer(maker_->Make(), response);
  }

 private:
  CheckpointMaker* const maker_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(CheckpointMaker* maker) {
  return std::make_unique<BackupGrpc>(maker);
}

}  // namespace seaworthy::cli
