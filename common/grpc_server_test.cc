#include "common/grpc_server.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "seaworthy/v1/reviewer_service.grpc.pb.h"

namespace seaworthy {
namespace {

// HealthCheckRequest{service: "..."} and HealthCheckResponse{status: ...}.
constexpr char kOfService[] = "\x0a\x1cseaworthy.v1.ReviewerService";
constexpr char kServing[] = "\x08\x01";
constexpr char kNotServing[] = "\x08\x02";

class GrpcServerTest : public testing::Test {
 protected:
  void Start(std::function<bool()> ready) {
    auto server = GrpcServer::Start({.addresses = {}, .ready = std::move(ready)}, {&service_});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  std::string Health(const std::string& request) {
    grpc::GenericStub stub(server_->InProcessChannel());
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(request);
    auto call =
        stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::ByteBuffer(&slice, 1), &queue);
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->StartCall();
    call->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    grpc::Slice bytes;
    if (!status.ok() || !answer.DumpToSingleSlice(&bytes).ok()) return status.error_message();
    return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
  }

  bool Becomes(const std::string& request, const std::string& answer) {
    const absl::Time end = absl::Now() + absl::Seconds(30);
    while (Health(request) != answer && absl::Now() < end) std::this_thread::yield();
    return Health(request) == answer;
  }

  v1::ReviewerService::Service service_;
  std::unique_ptr<GrpcServer> server_;
};

TEST_F(GrpcServerTest, WhoseReadinessNobodyKnowsServes) {
  Start(nullptr);
  EXPECT_EQ(Health(""), kServing);
  EXPECT_EQ(Health(kOfService), kServing);
}

TEST_F(GrpcServerTest, AServicesHealthFollowsReadinessBothWays) {
  std::atomic<bool> ready = false;
  Start([&ready] { return ready.load(); });
  EXPECT_EQ(Health(kOfService), kNotServing);
  ready = true;
  EXPECT_TRUE(Becomes(kOfService, kServing));
  ready = false;
  EXPECT_TRUE(Becomes(kOfService, kNotServing));
}

TEST_F(GrpcServerTest, TheServerAsAWholeServesWhileItIsAlive) {
  Start([] { return false; });
  EXPECT_EQ(Health(""), kServing);
}

}  // namespace
}  // namespace seaworthy
