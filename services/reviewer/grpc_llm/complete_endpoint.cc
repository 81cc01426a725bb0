// Our own protocol (docs/llm-endpoint-protocol.md).
#include <grpcpp/grpcpp.h>

#include "seaworthy/v1/llm_endpoint_service.grpc.pb.h"
#include "services/reviewer/grpc_llm/grpc_call.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

using v1::CompleteResponse;

// One Complete.
class CompleteCall : public GrpcCall {
 public:
  CompleteCall(GrpcEndpoint* endpoint, v1::LlmEndpointService::StubInterface* stub, const LlmCall& call,
               LlmDone done)
      : GrpcCall(endpoint, call, std::move(done)), stub_(stub) {
    FillRequest(call);
    reply_.sent = ToJson(request_);
  }

  void Begin() override {
    stub_->async()->Complete(context(), &request_, &response_,
                             [this](const grpc::Status& status) { OnEnd(status); });
  }

 private:
  void FillRequest(const LlmCall& call) {
    const EndpointConfig& config = parts().config;
    request_.set_request_id(NewRequestId());
    request_.set_model(config.model);
    if (call.prompt->system != nullptr) request_.set_system(*call.prompt->system);
    request_.set_user(call.prompt->user);
    if (call.prompt->schema != nullptr) request_.set_json_schema(*call.prompt->schema);
    request_.set_max_output_tokens(config.max_output_tokens);
    if (config.temperature) request_.set_temperature(*config.temperature);
    if (config.seed) request_.set_seed(*config.seed);
    if (call.request != nullptr && call.request->persona != nullptr) {
      request_.set_persona_id(call.request->persona->persona_id());
      request_.set_prompt_hash(call.request->persona->prompt_hash());
    }
  }

  void Whole() override {
    reply_.wire = ToJson(response_);
    reply_.model = response_.model();
    reply_.fingerprint = response_.fingerprint();
    reply_.provider_request_id = response_.provider_request_id();
    const auto& usage = response_.usage();
    reply_.usage = {.input_tokens = usage.input_tokens(),
                    .cached_input_tokens = usage.cached_input_tokens(),
                    .output_tokens = usage.output_tokens(),
                    .reasoning_tokens = usage.reasoning_tokens()};
    if (Append(response_.text())) Judge();
  }

  void Judge() {
    switch (response_.finish_reason()) {
      case CompleteResponse::STOP:
        return Finish(LlmOutcome::kOk);
      case CompleteResponse::LENGTH:
        return Finish(LlmOutcome::kTruncated,
                      text::Cat(Where(), ": cut at the token limit of ", parts().config.max_output_tokens,
                                "; raise max_output_tokens"));
      case CompleteResponse::REFUSED:
        return Finish(LlmOutcome::kRefused, text::Cat(Where(), ": declined: ", response_.text()));
      case CompleteResponse::INTERRUPTED:
        return Finish(LlmOutcome::kCutStream, text::Cat(Where(), ": the server gave up half way"));
      default:
        // Also what is left of an answer that could not be read: gRPC hands it
        // over without an error.
        return Finish(LlmOutcome::kTransport,
                      text::Cat(Where(),
                                ": an answer without finish_reason, or one that is no "
                                "CompleteResponse; the server must set it"));
    }
  }

  v1::LlmEndpointService::StubInterface* const stub_;
  v1::CompleteRequest request_;
  CompleteResponse response_;
};

// Asks a LlmEndpointService. Thread-safe.
class CompleteEndpoint : public GrpcEndpoint {
 public:
  explicit CompleteEndpoint(GrpcParts parts)
      : GrpcEndpoint(std::move(parts), "seaworthy.v1.LlmEndpointService"),
        stub_(v1::LlmEndpointService::NewStub(this->parts().channel)) {}
  ~CompleteEndpoint() override { CloseCalls(); }

  void Start(const LlmCall& call, LlmDone done) override {
    Launch(std::make_shared<CompleteCall>(this, stub_.get(), call, std::move(done)));
  }

 private:
  const std::unique_ptr<v1::LlmEndpointService::StubInterface> stub_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeCompleteEndpoint(GrpcParts parts) {
  return std::make_unique<CompleteEndpoint>(std::move(parts));
}

}  // namespace seaworthy
