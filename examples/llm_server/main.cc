// Puts seaworthy.v1.LlmEndpointService in front of any function. Replace
// Answer with what asks your model; docs/llm-endpoint-protocol.md has the rest.
//
//   example_llm_server [ADDRESS]     127.0.0.1:50061 where none is given
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>

#include "seaworthy/v1/llm_endpoint_service.grpc.pb.h"

namespace {

using seaworthy::v1::CompleteRequest;
using seaworthy::v1::CompleteResponse;

// The function behind the service. This one has no model: it answers as the
// schema wants, for the same vote each time.
std::string Answer(const std::string& system, const std::string& user) {
  return R"({"vote": "skip", "confidence": 0.5, "quote": "Nobody has looked at this yet: a function of a few )"
         R"(lines answers here, and it read )" +
         std::to_string(system.size() + user.size()) +
         R"( bytes without understanding one of them. Put a model behind it.", "beats": [], "claims": [], )"
         R"("competitors": [], "flip": "A model."})";
}

// Says "come again in a while" in the two ways clients understand.
grpc::Status Busy(grpc::ServerContext* context) {
  context->AddTrailingMetadata("retry-after-ms", "500");
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many requests at once; come again in half a second"};
}

class LlmServer final : public seaworthy::v1::LlmEndpointService::Service {
 public:
  grpc::Status Complete(grpc::ServerContext* context, const CompleteRequest* request,
                        CompleteResponse* response) override {
    if (request->max_output_tokens() == 0) {
      return {grpc::StatusCode::INVALID_ARGUMENT,
              "max_output_tokens is 0; give the most tokens to answer with"};
    }
    const int now = ++under_way_;
    const std::shared_ptr<void> leave(nullptr, [this](void*) { --under_way_; });
    if (now > kMostAtOnce) return Busy(context);
    response->set_text(Answer(request->system(), request->user()));
    response->set_model("example");
    response->set_fingerprint("example-1");
    response->set_finish_reason(CompleteResponse::STOP);
    // Four bytes a token is near enough for an example.
    response->mutable_usage()->set_input_tokens((request->system().size() + request->user().size()) / 4);
    response->mutable_usage()->set_output_tokens(response->text().size() / 4);
    return grpc::Status::OK;
  }

 private:
  static constexpr int kMostAtOnce = 64;
  std::atomic<int> under_way_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:50061";
  grpc::EnableDefaultHealthCheckService(true);
  LlmServer service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(8 << 20);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    std::fprintf(stderr, "cannot serve on %s: in use or not permitted; give another address\n",
                 address.c_str());
    return 1;
  }
  std::printf("serving seaworthy.v1.LlmEndpointService on port %d\n", port);
  std::fflush(stdout);
  server->Wait();
  return 0;
}
