#include <grpcpp/grpcpp.h>

#include <chrono>

#include "common/grpc_answer.h"
#include "common/telemetry/trace_reader.h"
#include "seaworthy/v1/telemetry_service.grpc.pb.h"

namespace seaworthy {
namespace {

// Thread-safe as the log is.
class TelemetryGrpc final : public v1::TelemetryService::Service {
 public:
  explicit TelemetryGrpc(EventLog* log) : log_(log) {}

  grpc::Status GetTrace(grpc::ServerContext* context, const v1::GetTraceRequest* request,
                        v1::Trace* response) override {
    return Answer(ReadTrace(log_, request->id(), kTraceReadTime), response);
  }

 private:
  EventLog* const log_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeTelemetryGrpcService(EventLog* log) {
  return std::make_unique<TelemetryGrpc>(log);
}

absl::StatusOr<v1::Trace> AskForTrace(const std::shared_ptr<grpc::Channel>& channel, const std::string& id,
                                      absl::Duration deadline) {
  const auto stub = v1::TelemetryService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(deadline));
  v1::GetTraceRequest request;
  request.set_id(id);
  v1::Trace trace;
  const grpc::Status status = stub->GetTrace(&context, request, &trace);
  if (!status.ok()) return FromGrpcStatus(status);
  return trace;
}

}  // namespace seaworthy
