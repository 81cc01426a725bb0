// The Open Inference Protocol as Triton serves it, for its vLLM backend: that
// one is decoupled, so only ModelStreamInfer answers.
#include <grpcpp/grpcpp.h>

#include <nlohmann/json.hpp>

#include "inference/grpc_service.grpc.pb.h"
#include "services/reviewer/grpc_llm/chat_template.h"
#include "services/reviewer/grpc_llm/grpc_call.h"
#include "services/reviewer/grpc_llm/tensors.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

using inference::ModelInferRequest;
using inference::ModelInferResponse;
using inference::ModelStreamInferResponse;

// vLLM's SamplingParams as JSON. `structured_outputs` is a text that holds
// JSON: the backend parses it again.
std::string SamplingParameters(const EndpointConfig& config, const ChatTemplate& chat,
                               const LlmPrompt& prompt) {
  nlohmann::ordered_json json;
  json["max_tokens"] = config.max_output_tokens;
  if (config.temperature) json["temperature"] = *config.temperature;
  if (config.seed) json["seed"] = *config.seed;
  if (!chat.stop.empty()) json["stop"] = chat.stop;
  // Not parsed here: the order of its keys is the order of the answer's.
  if (prompt.schema != nullptr) json["structured_outputs"] = text::Cat("{\"json\":", *prompt.schema, "}");
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// One request on a stream of its own, and the pieces that answer it.
class TritonCall : public GrpcCall,
                   public grpc::ClientBidiReactor<ModelInferRequest, ModelStreamInferResponse> {
 public:
  TritonCall(GrpcEndpoint* endpoint, inference::GRPCInferenceService::StubInterface* stub,
             const ChatTemplate& chat, const LlmCall& call, LlmDone done)
      : GrpcCall(endpoint, call, std::move(done)), stub_(stub) {
    FillRequest(chat, *call.prompt);
    reply_.sent = ToJson(request_);
    reply_.model = parts().config.model;
  }

  void Begin() override {
    stub_->async()->ModelStreamInfer(context(), this);
    StartRead(&response_);
    // Half closed at once: Triton answers what it has read, then ends the stream.
    StartWriteLast(&request_, grpc::WriteOptions());
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (!finished()) Take(response_);
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override { OnEnd(status); }

 private:
  void FillRequest(const ChatTemplate& chat, const LlmPrompt& prompt) {
    const std::string nothing;
    const std::string& system = prompt.system != nullptr ? *prompt.system : nothing;
    request_.set_model_name(parts().config.model);
    request_.set_id(NewRequestId());
    (*request_.mutable_parameters())["triton_enable_empty_final_response"].set_bool_param(true);
    AddText("text_input", RenderChat(chat, system, prompt.user), &request_);
    AddBool("stream", true, &request_);
    AddText("sampling_parameters", SamplingParameters(parts().config, chat, prompt), &request_);
    AddBool("exclude_input_in_output", true, &request_);
    AddBool("return_finish_reason", true, &request_);
    AddBool("return_num_input_tokens", true, &request_);
    AddBool("return_num_output_tokens", true, &request_);
  }

  void Take(const ModelStreamInferResponse& message) {
    if (!message.error_message().empty()) {
      // Its outputs, if any, hold `N/A` and not words of the model.
      return Finish(OutcomeOfTritonError(message.error_message()),
                    text::Cat(Where(), ": ", message.error_message().substr(0, 800)));
    }
    const ModelInferResponse& answer = message.infer_response();
    if (!Append(TextOf(answer, "text_output").value_or(""))) return;
    reply_.provider_request_id = answer.id();
    if (!answer.model_version().empty()) reply_.fingerprint = text::Cat("version ", answer.model_version());
    // The whole prompt's tokens in each message, but the new output tokens.
    reply_.usage.input_tokens = CountOf(answer, "num_input_tokens").value_or(reply_.usage.input_tokens);
    reply_.usage.output_tokens += CountOf(answer, "num_output_tokens").value_or(0);
    const std::string reason = TextOf(answer, "finish_reason").value_or("None");
    if (reason != "None" && !reason.empty()) finish_reason_ = reason;
    if (IsFinal(answer)) Judge();
  }

  void Judge() {
    if (finish_reason_ == "length") {
      return Finish(LlmOutcome::kTruncated,
                    text::Cat(Where(), ": cut at the token limit of ", parts().config.max_output_tokens,
                              "; raise max_output_tokens"));
    }
    if (finish_reason_ == "abort") {
      return Finish(LlmOutcome::kCutStream, text::Cat(Where(), ": the engine aborted the request"));
    }
    if (reply_.raw.empty()) {
      return Finish(LlmOutcome::kTransport,
                    text::Cat(Where(), ": the answer has no `text_output`; is `", parts().config.model,
                              "` a model of the vLLM backend?"));
    }
    Finish(LlmOutcome::kOk);
  }

  void Whole() override {
    Finish(LlmOutcome::kCutStream, text::Cat(Where(), ": the stream ended before `triton_final_response`"));
  }

  inference::GRPCInferenceService::StubInterface* const stub_;
  ModelInferRequest request_;
  ModelStreamInferResponse response_;
  std::string finish_reason_;
};

// Asks Triton. Thread-safe.
class TritonEndpoint : public GrpcEndpoint {
 public:
  TritonEndpoint(GrpcParts parts, const ChatTemplate* chat)
      : GrpcEndpoint(std::move(parts), "inference.GRPCInferenceService"),
        chat_(chat),
        stub_(inference::GRPCInferenceService::NewStub(this->parts().channel)) {}
  ~TritonEndpoint() override { CloseCalls(); }

  void Start(const LlmCall& call, LlmDone done) override {
    Launch(std::make_shared<TritonCall>(this, stub_.get(), *chat_, call, std::move(done)));
  }

 private:
  const ChatTemplate* const chat_;
  const std::unique_ptr<inference::GRPCInferenceService::StubInterface> stub_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeTritonEndpoint(GrpcParts parts) {
  auto chat = FindChatTemplate(parts.config.dialect);
  if (!chat.ok()) return chat.status();
  return std::make_unique<TritonEndpoint>(std::move(parts), *chat);
}

}  // namespace seaworthy
