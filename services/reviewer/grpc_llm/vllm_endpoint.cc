// vLLM's own gRPC service.
#include <grpcpp/grpcpp.h>

#include "services/reviewer/grpc_llm/chat_template.h"
#include "services/reviewer/grpc_llm/grpc_call.h"
#include "services/reviewer/text.h"
#include "vllm/control.grpc.pb.h"
#include "vllm/inference.grpc.pb.h"

namespace seaworthy {
namespace {

struct VllmStubs {
  std::unique_ptr<vllm::Inference::StubInterface> inference;
  std::unique_ptr<vllm::Control::StubInterface> control;
};

vllm::GenerateRequest MakeRequest(const EndpointConfig& config, const ChatTemplate& chat,
                                  const LlmPrompt& prompt) {
  vllm::GenerateRequest request;
  const std::string nothing;
  request.set_request_id(NewRequestId());
  request.set_model(config.model);
  request.set_text(RenderChat(chat, prompt.system != nullptr ? *prompt.system : nothing, prompt.user));
  if (config.temperature) request.set_temperature(static_cast<float>(*config.temperature));
  if (config.seed) request.mutable_sampling()->set_seed(*config.seed);
  if (prompt.schema != nullptr) request.mutable_decoding()->set_json(*prompt.schema);
  // Not set, it would be 20.
  request.mutable_stopping()->set_max_new_tokens(config.max_output_tokens);
  for (const std::string& stop : chat.stop) request.mutable_stopping()->add_stop_strings(stop);
  return request;
}

// Tells the engine to stop: it does not see that a call was cancelled. Nobody
// waits for the answer.
void SendAbort(vllm::Control::StubInterface* control, const std::string& request_id, const std::string& key) {
  struct Abort {
    grpc::ClientContext context;
    vllm::AbortRequest request;
    vllm::AbortResponse response;
  };
  auto abort = std::make_shared<Abort>();
  PrepareContext(absl::Seconds(2), key, &abort->context);
  abort->request.add_request_ids(request_id);
  control->async()->Abort(&abort->context, &abort->request, &abort->response,
                          [abort](const grpc::Status&) {});
}

// What Generate and GenerateStream have in common.
class VllmCall : public GrpcCall {
 public:
  VllmCall(GrpcEndpoint* endpoint, const VllmStubs* stubs, const ChatTemplate& chat, const LlmCall& call,
           LlmDone done)
      : GrpcCall(endpoint, call, std::move(done)),
        stubs_(stubs),
        request_(MakeRequest(parts().config, chat, *call.prompt)) {
    reply_.sent = ToJson(request_);
    reply_.model = parts().config.model;
    reply_.provider_request_id = request_.request_id();
  }

 protected:
  void Take(const vllm::GenerateResponse& message) {
    if (message.has_prompt_info()) reply_.usage.input_tokens = message.prompt_info().num_prompt_tokens();
    if (message.outputs().index() != 0 || !Append(message.outputs().text())) return;
    if (!message.outputs().has_finish_info()) return;
    const vllm::FinishInfo& info = message.outputs().finish_info();
    reply_.usage.output_tokens = info.num_output_tokens();
    Judge(info.finish_reason());
  }

  void Whole() override {
    Finish(LlmOutcome::kCutStream, text::Cat(Where(), ": the answer ended without finish_info"));
  }
  void Abandoned() override { SendAbort(stubs_->control.get(), request_.request_id(), parts().key); }

  const VllmStubs* const stubs_;
  const vllm::GenerateRequest request_;
  vllm::GenerateResponse response_;

 private:
  void Judge(vllm::FinishInfo::FinishReason reason) {
    switch (reason) {
      case vllm::FinishInfo::STOP:
        return Finish(LlmOutcome::kOk);
      case vllm::FinishInfo::LENGTH:
        return Finish(LlmOutcome::kTruncated,
                      text::Cat(Where(), ": cut at the token limit of ", parts().config.max_output_tokens,
                                "; raise max_output_tokens"));
      case vllm::FinishInfo::ABORTED:
        return Finish(LlmOutcome::kCutStream, text::Cat(Where(), ": the engine aborted the request"));
      default:
        return;  // More will come.
    }
  }
};

// All of the answer at once.
class GenerateCall : public VllmCall {
 public:
  using VllmCall::VllmCall;
  void Begin() override {
    stubs_->inference->async()->Generate(context(), &request_, &response_,
                                         [this](const grpc::Status& status) { OnEnd(status); });
  }

 private:
  void Whole() override {
    Take(response_);
    if (!finished()) VllmCall::Whole();
  }
};

// The answer piece by piece.
class GenerateStreamCall : public VllmCall, public grpc::ClientReadReactor<vllm::GenerateResponse> {
 public:
  using VllmCall::VllmCall;
  void Begin() override {
    stubs_->inference->async()->GenerateStream(context(), &request_, this);
    StartRead(&response_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (!finished()) Take(response_);
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override { OnEnd(status); }
};

// Asks vLLM. Thread-safe.
class VllmEndpoint : public GrpcEndpoint {
 public:
  VllmEndpoint(GrpcParts parts, const ChatTemplate* chat)
      : GrpcEndpoint(std::move(parts), "vllm.Inference"),
        chat_(chat),
        stubs_{vllm::Inference::NewStub(this->parts().channel),
               vllm::Control::NewStub(this->parts().channel)} {}
  ~VllmEndpoint() override { CloseCalls(); }

  void Start(const LlmCall& call, LlmDone done) override {
    if (parts().config.stream) {
      Launch(std::make_shared<GenerateStreamCall>(this, &stubs_, *chat_, call, std::move(done)));
    } else {
      Launch(std::make_shared<GenerateCall>(this, &stubs_, *chat_, call, std::move(done)));
    }
  }

 private:
  const ChatTemplate* const chat_;
  const VllmStubs stubs_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeVllmEndpoint(GrpcParts parts) {
  auto chat = FindChatTemplate(parts.config.dialect);
  if (!chat.ok()) return chat.status();
  return std::make_unique<VllmEndpoint>(std::move(parts), *chat);
}

}  // namespace seaworthy
