#include "cli/wiring.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/port_probe.h"
#include "cli/server_connection.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// One call by name with raw bytes: what a health checker in another language
// sends. The answer's bytes, or the error's message.
std::string RawCall(const std::string& address, const std::string& method, const std::string& request) {
  grpc::GenericStub stub(ConnectTo(address));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::CompletionQueue queue;
  grpc::Status status;
  const auto call = stub.PrepareUnaryCall(&context, method, sent, &queue);
  call->StartCall();
  call->Finish(&received, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice answer;
  if (!status.ok() || !received.DumpToSingleSlice(&answer).ok()) return status.error_message();
  return {reinterpret_cast<const char*>(answer.begin()), answer.size()};
}

class ProgramTest : public testing::Test {
 protected:
  ProgramTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-wiring-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ProgramTest() override {
    program_.reset();
    fs::remove_all(folder_);
  }

  std::string DataDirName() const { return (folder_ / "data").string(); }
  Config MakeConfig() const {
    Config config;
    config.data_dir = DataDirName();
    config.http_port = FindFreePort("127.0.0.1").value();
    return ResolveConfig(config).value();
  }
  void Start() {
    auto program = Program::Start(MakeConfig());
    ASSERT_TRUE(program.ok()) << program.status();
    program_ = *std::move(program);
  }
  ServerConnection Connect() const { return ConnectToServer(DataDirName()).value(); }

  fs::path folder_;
  std::unique_ptr<Program> program_;
};

TEST_F(ProgramTest, EveryServiceAnswersOnTheSocket) {
  Start();
  const ServerConnection server = Connect();
  EXPECT_TRUE(server.aggregator->GetStatus({}).ok());
  EXPECT_THAT(server.reviewer->ListPersonas({}).value().personas(), SizeIs(4));
  EXPECT_THAT(server.reviewer->GetReviewerStatus({}).value().lanes(), SizeIs(4));
  EXPECT_TRUE(server.publisher->ListPages({}).ok());
  EXPECT_EQ(server.ingest->ExtractAnnouncement({}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ProgramTest, HealthIsToldToAnyGrpcClient) {
  Start();
  // HealthCheckResponse{status: SERVING}.
  EXPECT_EQ(RawCall(Connect().address, "/grpc.health.v1.Health/Check", ""), "\x08\x01");
}

TEST_F(ProgramTest, SubmissionsAreDurableOnReturn) {
  Start();
  v1::SubmitAnnouncementRequest request;
  request.set_document("# Corvid 7B\n\nTern releases Corvid 7B, a 7-billion-parameter language model.\n");
  const auto first = Connect().ingest->SubmitAnnouncement(request);
  ASSERT_TRUE(first.ok()) << first.status();
  program_.reset();
  Start();
  EXPECT_TRUE(Connect().ingest->SubmitAnnouncement(request).value().repeated());
}

TEST_F(ProgramTest, StoppingFreesFolderAndPort) {
  Start();
  const int port = program_->http_port();
  program_->Stop();
  program_->Stop();
  EXPECT_FALSE(ConnectToServer(DataDirName()).ok());
  program_.reset();
  EXPECT_TRUE(ProbePort("127.0.0.1", port).ok());
  Start();
}

TEST_F(ProgramTest, ATakenPortStartsNothing) {
  Start();
  Config config = MakeConfig();
  config.data_dir = (folder_ / "other").string();
  config.http_port = program_->http_port();
  const auto second = Program::Start(config);
  EXPECT_THAT(second.status().message(), HasSubstr(absl::StrCat(config.http_port)));
}

TEST_F(ProgramTest, ARouteForNobodyIsNamedWithThePersonasThereAre) {
  Config config = MakeConfig();
  config.panel.routes["lawyer"] = {"offline"};
  EXPECT_THAT(Program::Start(config).status().message(), AllOf(HasSubstr("lawyer"), HasSubstr("futurist")));
}

TEST_F(ProgramTest, ARouteWithoutAKeyIsNamedWithItsVariable) {
  Config config = MakeConfig();
  config.endpoint = "openai:https://llm.example/v1";
  config.model = "m";
  config = ResolveConfig(config).value();
  config.endpoints[0].key_env = "SEAWORTHY_NO_SUCH_KEY";
  EXPECT_THAT(Program::Start(config).status().message(), HasSubstr("SEAWORTHY_NO_SUCH_KEY"));
}

}  // namespace
}  // namespace seaworthy::cli
