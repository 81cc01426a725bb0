// TLS, with certificates made for the occasion.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "seaworthy/v1/llm_endpoint_service.grpc.pb.h"
#include "services/reviewer/grpc_llm/testing/grpc_llm_fixture.h"

namespace seaworthy {
namespace {

class PlainService final : public v1::LlmEndpointService::Service {
 public:
  explicit PlainService(Script* script) : script_(script) {}
  grpc::Status Complete(grpc::ServerContext* context, const v1::CompleteRequest*,
                        v1::CompleteResponse* answer) override {
    answer->set_text("{}");
    answer->set_finish_reason(v1::CompleteResponse::STOP);
    return script_->Play(context);
  }

 private:
  Script* const script_;
};

class GrpcTlsTest : public GrpcLlmTest {
 protected:
  GrpcTlsTest() : dir_(MakeFolder()) {
    MakeRoot("ca");
    MakeRoot("other");
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({Read("ca.key"), Read("ca.pem")});
    Serve({&service_}, grpc::SslServerCredentials(options));
  }
  ~GrpcTlsTest() override {
    End();
    std::filesystem::remove_all(dir_);
  }

  // A server certificate for 127.0.0.1 that is its own root.
  void MakeRoot(const std::string& name) const {
    const std::string command =
        text::Cat("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ",
                  "-subj /CN=seaworthy-test -addext subjectAltName=IP:127.0.0.1 -keyout ",
                  Path(name + ".key"), " -out ", Path(name + ".pem"), " 2>/dev/null");
    ASSERT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT: our own words
  }
  EndpointConfig Trusting(const std::string& root) const {
    EndpointConfig config = ConfigFor("grpcs");
    config.ca_file = Path(root);
    return config;
  }
  std::string Path(const std::string& name) const { return (dir_ / name).string(); }
  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  static std::filesystem::path MakeFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "seaworthy-tls-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    return name;
  }

  const std::filesystem::path dir_;
  PlainService service_{&script_};
};

TEST_F(GrpcTlsTest, AnswersOverTlsWithTheKey) {
  Open(Trusting("ca.pem"), "sk-test");
  const LlmReply reply = Ask();
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(script_.authorization, "Bearer sk-test");
}

TEST_F(GrpcTlsTest, AServerSignedByAnotherRootIsNotTalkedTo) {
  Open(Trusting("other.pem"), "sk-test");
  const LlmReply reply = Ask();
  EXPECT_EQ(reply.outcome, LlmOutcome::kTransport) << reply.message;
  EXPECT_EQ(script_.calls, 0);
}

TEST_F(GrpcTlsTest, TheSystemsRootsDoNotKnowIt) {
  Open(ConfigFor("grpcs"));
  EXPECT_EQ(Ask().outcome, LlmOutcome::kTransport);
}

TEST_F(GrpcTlsTest, ACertificateForAnotherNameIsNotEnough) {
  EndpointConfig config = Trusting("ca.pem");
  config.url = text::Cat("grpcs:localhost:", port_);
  Open(config);
  EXPECT_EQ(Ask().outcome, LlmOutcome::kTransport);
  EXPECT_EQ(script_.calls, 0);
}

TEST_F(GrpcTlsTest, ProbeNamesTheCertificateAndTheWayOut) {
  EXPECT_TRUE(ProbeGrpcEndpoint(Trusting("ca.pem"), "").ok());
  const absl::Status status = ProbeGrpcEndpoint(Trusting("other.pem"), "");
  EXPECT_NE(status.ToString().find("ca_file"), std::string::npos) << status;
}

TEST_F(GrpcTlsTest, AMissingOrEmptyRootFileIsNamed) {
  EXPECT_NE(MakeGrpcEndpoint(Trusting("none.pem"), "").status().ToString().find("none.pem"),
            std::string::npos);
  EXPECT_NE(MakeGrpcEndpoint(Trusting("ca.key"), "").status().ToString().find("no PEM certificate"),
            std::string::npos);
}

TEST_F(GrpcTlsTest, AKeyIsRefusedInPlaintextToAnotherMachine) {
  EndpointConfig config = ConfigFor("grpc");
  config.url = "grpc:llm.example:443";
  const absl::Status status = MakeGrpcEndpoint(config, "sk-secret").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.ToString().find("unencrypted"), std::string::npos) << status;
  EXPECT_EQ(status.ToString().find("sk-secret"), std::string::npos) << status;
  EXPECT_TRUE(MakeGrpcEndpoint(config, "").ok());
}

}  // namespace
}  // namespace seaworthy
