// Real gRPC servers on loopback for tests, and one attempt against them.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "services/reviewer/grpc_llm/grpc_endpoint.h"
#include "services/reviewer/text.h"

namespace seaworthy {

// What a played server has been told to do, and what it has seen. Thread-safe
// where noted.
struct Script {
  grpc::Status status;
  std::vector<std::pair<std::string, std::string>> trailers;
  // Blocks until the client has gone, or the test ends.
  bool stall = false;
  absl::Notification entered;
  absl::Notification release;
  std::atomic<int> calls = 0;
  std::string authorization;

  // What every played method does first.
  grpc::Status Play(grpc::ServerContext* context) {
    const auto found = context->client_metadata().find("authorization");
    if (found != context->client_metadata().end())
      authorization.assign(found->second.data(), found->second.size());
    for (const auto& [key, value] : trailers) context->AddTrailingMetadata(key, value);
    if (calls.fetch_add(1) == 0) entered.Notify();
    if (stall) release.WaitForNotification();
    return status;
  }
};

class GrpcLlmTest : public ::testing::Test {
 protected:
  ~GrpcLlmTest() override { End(); }

  // Lets go of stalled calls and stops the server. Fixtures that own services
  // call it in their destructor, before these go.
  void End() {
    if (!script_.release.HasBeenNotified()) script_.release.Notify();
    endpoint_.reset();
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  void Serve(
      const std::vector<grpc::Service*>& services,
      const std::shared_ptr<grpc::ServerCredentials>& credentials = grpc::InsecureServerCredentials()) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    for (grpc::Service* service : services) builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }

  // Of `scheme`, at the server's port.
  EndpointConfig ConfigFor(const std::string& scheme) const {
    EndpointConfig config;
    config.name = "tested";
    config.url = text::Cat(scheme, ":127.0.0.1:", port_);
    config.model = "small";
    config.max_output_tokens = 700;
    return config;
  }

  void Open(const EndpointConfig& config, const std::string& key = "") {
    auto made = MakeGrpcEndpoint(config, key);
    ASSERT_TRUE(made.ok()) << made.status();
    endpoint_ = *std::move(made);
  }

  static LlmCall Call(absl::Duration deadline = absl::Seconds(20)) {
    auto persona = std::make_shared<v1::Persona>();
    persona->set_persona_id("dx");
    persona->set_prompt_hash("abc123");
    auto request = std::make_shared<LlmRequest>();
    request->persona = persona;
    auto prompt = std::make_shared<LlmPrompt>();
    prompt->system = std::make_shared<const std::string>("You are dx.");
    prompt->user = "What of Harrow?";
    prompt->schema = std::make_shared<const std::string>(R"({"type":"object"})");
    return {.request = request, .prompt = prompt, .deadline = deadline};
  }

  // Starts one attempt whose end `Await` waits for.
  void Start(const LlmCall& call) {
    endpoint_->Start(call, [this](LlmReply reply) {
      absl::MutexLock lock(&mutex_);
      reply_ = std::move(reply);
      ++ends_;
    });
  }
  LlmReply Await() {
    const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ends_ > 0; };
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&ended), absl::Seconds(60)));
    return reply_;
  }
  LlmReply Ask(absl::Duration deadline = absl::Seconds(20)) {
    Start(Call(deadline));
    return Await();
  }
  int ends() {
    absl::MutexLock lock(&mutex_);
    return ends_;
  }

  Script script_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::unique_ptr<LlmEndpoint> endpoint_;

 private:
  absl::Mutex mutex_;
  LlmReply reply_ ABSL_GUARDED_BY(mutex_);
  int ends_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace seaworthy
