// Whether an endpoint could answer, without asking a model.
#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "grpc/health/v1/health.grpc.pb.h"
#include "inference/grpc_service.grpc.pb.h"
#include "seaworthy/v1/llm_endpoint_service.grpc.pb.h"
#include "services/reviewer/grpc_llm/grpc_endpoint.h"
#include "services/reviewer/grpc_llm/grpc_parts.h"
#include "services/reviewer/text.h"
#include "vllm/control.grpc.pb.h"

namespace seaworthy {
namespace {

// One probe: calls, and what their failures mean.
class Probe {
 public:
  explicit Probe(const GrpcParts& parts) : parts_(parts) {}

  // One unary call; UNIMPLEMENTED comes back as such.
  template <typename Stub, typename Request, typename Response>
  absl::Status Ask(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   const Request& request, Response* response) const {
    grpc::ClientContext context;
    PrepareContext(std::max(parts_.config.connect_timeout, absl::Seconds(1)), parts_.key, &context);
    const grpc::Status status = (stub.*method)(&context, request, response);
    return status.ok() ? absl::OkStatus() : Explain(status);
  }

  absl::Status Triton() const;
  absl::Status Vllm() const;
  absl::Status Complete() const;

 private:
  absl::Status Failed(absl::StatusCode code, const std::string& why) const {
    return absl::Status(code,
                        text::Cat("endpoint `", parts_.config.name, "` (", parts_.address.shown, "): ", why));
  }
  absl::Status Explain(const grpc::Status& status) const;
  absl::Status Health(const std::string& service) const;

  const GrpcParts& parts_;
};

absl::Status Probe::Explain(const grpc::Status& status) const {
  LlmReply reply;
  JudgeFailure({.code = static_cast<int>(status.error_code()),
                .message = status.error_message(),
                .trailers = {},
                .began = false},
               text::Cat("endpoint `", parts_.config.name, "` (", parts_.address.shown, ")"), &reply);
  std::string message = reply.message;
  if (message.find("andshake") != std::string::npos && message.find("certificate") != std::string::npos) {
    message +=
        "; the server's certificate is not signed by a root we know, or is not for this name: set ca_file";
  } else if (message.find("andshake") != std::string::npos ||
             message.find("WRONG_VERSION") != std::string::npos) {
    message += "; it may not speak TLS: try the URL without the s";
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), CleanMessage(message, parts_.key));
}

absl::Status Probe::Health(const std::string& service) const {
  auto stub = grpc::health::v1::Health::NewStub(parts_.channel);
  grpc::health::v1::HealthCheckRequest request;
  grpc::health::v1::HealthCheckResponse response;
  request.set_service(service);
  const absl::Status asked = Ask(*stub, &grpc::health::v1::Health::Stub::Check, request, &response);
  // A server without health checking, or that does not list the service, can
  // be reached all the same.
  if (absl::IsUnimplemented(asked) || absl::IsNotFound(asked)) return absl::OkStatus();
  if (!asked.ok()) return asked;
  if (response.status() == grpc::health::v1::HealthCheckResponse::NOT_SERVING) {
    return Failed(absl::StatusCode::kUnavailable, "it says it is not serving; wait, or look into its log");
  }
  return absl::OkStatus();
}

absl::Status Probe::Complete() const {
  const absl::Status serving = Health("seaworthy.v1.LlmEndpointService");
  if (!serving.ok()) return serving;
  // Without room for an answer, a server checks key and model and refuses.
  auto stub = v1::LlmEndpointService::NewStub(parts_.channel);
  v1::CompleteRequest request;
  request.set_model(parts_.config.model);
  v1::CompleteResponse response;
  const absl::Status asked = Ask(*stub, &v1::LlmEndpointService::Stub::Complete, request, &response);
  return absl::IsInvalidArgument(asked) ? absl::OkStatus() : asked;
}

absl::Status Probe::Triton() const {
  auto stub = inference::GRPCInferenceService::NewStub(parts_.channel);
  using Stub = inference::GRPCInferenceService::Stub;
  inference::ServerLiveResponse live;
  absl::Status asked = Ask(*stub, &Stub::ServerLive, inference::ServerLiveRequest(), &live);
  if (!asked.ok()) return asked;
  if (!live.live()) return Failed(absl::StatusCode::kUnavailable, "Triton is not live; look into its log");
  inference::ModelReadyRequest request;
  request.set_name(parts_.config.model);
  inference::ModelReadyResponse model;
  asked = Ask(*stub, &Stub::ModelReady, request, &model);
  if (!asked.ok()) return asked;
  if (model.ready()) return absl::OkStatus();
  inference::ServerReadyResponse server;
  asked = Ask(*stub, &Stub::ServerReady, inference::ServerReadyRequest(), &server);
  if (!asked.ok()) return asked;
  return Failed(absl::StatusCode::kNotFound,
                server.ready() ? text::Cat("Triton has no model `", parts_.config.model,
                                           "` ready; set `model` to the folder's name in its repository")
                               : std::string("Triton is still loading its models; wait"));
}

absl::Status Probe::Vllm() const {
  auto stub = vllm::Control::NewStub(parts_.channel);
  vllm::ModelInfo info;
  const absl::Status asked =
      Ask(*stub, &vllm::Control::Stub::GetModelInfo, vllm::GetModelInfoRequest(), &info);
  if (absl::IsUnimplemented(asked)) {
    // Older servers have no such call; ending no request at all does no harm.
    vllm::AbortResponse none;
    return Ask(*stub, &vllm::Control::Stub::Abort, vllm::AbortRequest(), &none);
  }
  if (!asked.ok()) return asked;
  const auto& aliases = info.served_model_aliases();
  const std::string& model = parts_.config.model;
  if (model != info.served_model_name() &&
      std::find(aliases.begin(), aliases.end(), model) == aliases.end()) {
    return Failed(absl::StatusCode::kNotFound, text::Cat("it serves `", info.served_model_name(), "`, not `",
                                                         model, "`; set `model` to that"));
  }
  if (!info.supports_text_input()) {
    return Failed(absl::StatusCode::kFailedPrecondition,
                  "it takes token ids only, we send text; serve the model with its tokenizer");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ProbeGrpcEndpoint(const EndpointConfig& config, const std::string& key) {
  auto parts = MakeGrpcParts(config, key);
  if (!parts.ok()) return parts.status();
  const Probe probe(*parts);
  switch (parts->address.protocol) {
    case GrpcAddress::Protocol::kTriton:
      return probe.Triton();
    case GrpcAddress::Protocol::kVllm:
      return probe.Vllm();
    default:
      return probe.Complete();
  }
}

}  // namespace seaworthy
