// What every endpoint over gRPC and every call of it share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/reviewer/grpc_llm/call_end.h"
#include "services/reviewer/grpc_llm/grpc_channel.h"
#include "services/reviewer/llm_endpoint.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf
namespace grpc {
class Status;
}  // namespace grpc

namespace seaworthy {

class GrpcCall;

// What an endpoint is made of, checked.
struct GrpcParts {
  EndpointConfig config;
  GrpcAddress address;
  std::string key;
  std::shared_ptr<grpc::Channel> channel;
};

// Names, parameters and the calls under way. Thread-safe. Those who derive
// call CloseCalls in their destructor, before what their calls use goes.
class GrpcEndpoint : public LlmEndpoint {
 public:
  GrpcEndpoint(GrpcParts parts, const std::string& protocol);
  const std::string& name() const override { return parts_.config.name; }
  const std::string& model() const override { return parts_.config.model; }
  const std::string& parameters() const override { return parameters_; }
  const GrpcParts& parts() const { return parts_; }

 protected:
  // Begins a call, or ends it at once where the endpoint is closed.
  void Launch(const std::shared_ptr<GrpcCall>& call);
  // Cancels what is under way and returns when all of it has ended.
  void CloseCalls();

 private:
  friend class GrpcCall;
  void Remove(const GrpcCall* call);

  // Constant after construction.
  const GrpcParts parts_;
  const std::string parameters_;

  absl::Mutex mutex_;
  std::vector<std::shared_ptr<GrpcCall>> calls_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

// One call: gathers the answer and ends it exactly once. Kept alive by its
// endpoint until gRPC has let go of it; gRPC calls it on one thread at a time.
class GrpcCall {
 public:
  GrpcCall(GrpcEndpoint* endpoint, const LlmCall& call, LlmDone done);
  virtual ~GrpcCall();
  GrpcCall(const GrpcCall&) = delete;
  GrpcCall& operator=(const GrpcCall&) = delete;

  // Hands the request to gRPC.
  virtual void Begin() = 0;
  // From any thread: ends the call soon.
  void Cancel();
  // Ends a call that never began.
  void Refuse();

 protected:
  // Takes the next piece of the answer; false where it has become too long and
  // the call has been ended.
  bool Append(std::string_view piece);
  // gRPC is done with the call. Where nothing has ended the answer before, the
  // status does: `Whole` judges an OK, a table the others. Destroys the call.
  void OnEnd(const grpc::Status& status);
  // The reply for a call that came to its end in good order.
  virtual void Whole() = 0;
  // After the reply, where the server may still be at work.
  virtual void Abandoned() {}
  // Ends the answer now; what comes after it is not read.
  void Finish(LlmOutcome outcome, std::string message = "");
  void Finish();

  grpc::ClientContext* context() { return context_.get(); }
  const GrpcParts& parts() const { return endpoint_->parts(); }
  bool finished() const { return done_ == nullptr; }
  // `endpoint `x` (host:1)`.
  std::string Where() const;

  LlmReply reply_;

 private:
  GrpcEndpoint* const endpoint_;
  const std::unique_ptr<grpc::ClientContext> context_;
  const absl::Time begun_;
  LlmDone done_;
};

// A message in Protocol Buffers' JSON mapping, for the record; empty where that
// is longer than 1 MiB.
std::string ToJson(const google::protobuf::Message& message);

// A request's id: 128 random bits in hex.
std::string NewRequestId();

// The three protocols. Errors: INVALID_ARGUMENT naming the dialect.
absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeCompleteEndpoint(GrpcParts parts);
absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeTritonEndpoint(GrpcParts parts);
absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeVllmEndpoint(GrpcParts parts);

}  // namespace seaworthy
