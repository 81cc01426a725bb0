#include "common/service_tls.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/clients.h"
#include "common/grpc_server.h"
#include "common/service_access.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
constexpr char kGetTool[] = "/seaworthy.v1.AggregatorService/GetTool";
constexpr char kDecide[] = "/seaworthy.v1.AggregatorService/Decide";

struct Answered {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string server_certificate;
};

// One call by name with an empty request.
Answered Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const grpc::ByteBuffer empty(nullptr, 0);
  grpc::ByteBuffer answer;
  grpc::CompletionQueue queue;
  grpc::Status status;
  const auto call = stub.PrepareUnaryCall(&context, method, empty, &queue);
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  Answered answered{status.error_code(), ""};
  if (const auto auth = context.auth_context(); auth != nullptr) {
    for (const auto& pem : auth->FindPropertyValues("x509_pem_cert")) {
      answered.server_certificate = std::string(pem.data(), pem.size());
    }
  }
  return answered;
}

// A server of the aggregator's name and allow-list, without its calls: what the
// list lets pass is UNIMPLEMENTED.
class ServiceTlsTest : public testing::Test {
 protected:
  ServiceTlsTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-tls-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    MakeCertificates("ours");
    Serve();
  }
  ~ServiceTlsTest() override {
    server_ = nullptr;
    fs::remove_all(folder_);
  }

  void MakeCertificates(const std::string& authority, const std::string& more = "") {
    const std::string command = absl::StrCat("scripts/make_certificates.sh ", folder_.string(), "/",
                                             authority, " ", more, " >/dev/null");
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  TlsFiles FilesOf(const std::string& name, const std::string& authority = "ours") const {
    const std::string own = absl::StrCat(folder_.string(), "/", authority, "/", name, ".pem");
    return {folder_.string() + "/ours/ca.pem", own, own};
  }
  std::unique_ptr<ServiceTls> Load(const std::string& name) const {
    auto tls = ServiceTls::Load(FilesOf(name), absl::Seconds(1));
    EXPECT_TRUE(tls.ok()) << tls.status();
    return *std::move(tls);
  }
  std::string Refusal(const TlsFiles& files) const {
    return std::string(CheckTlsFiles(files, absl::Now()).status().message());
  }
  void Serve() {
    server_tls_ = Load("aggregator");
    auto server = GrpcServer::Start({.addresses = {"127.0.0.1:0"},
                                     .credentials = server_tls_->ForServer(AllowedCallers(kAggregatorName))},
                                    {});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    address_ = absl::StrCat("127.0.0.1:", server_->ports()[0]);
  }
  grpc::StatusCode CallAs(const std::string& name, const std::string& method) {
    return Call(Load(name)->Connect(address_, kAggregatorName), method).code;
  }
  // With a certificate that CheckTlsFiles would not let a program start with.
  grpc::StatusCode CallWith(const std::string& certificate, const std::string& root) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = Read(root);
    if (!certificate.empty()) options.pem_private_key = options.pem_cert_chain = Read(certificate);
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride(kAggregatorName);
    return Call(grpc::CreateCustomChannel(address_, grpc::SslCredentials(options), arguments), kHealth).code;
  }
  std::string Read(const std::string& file) const {
    std::ifstream stream(folder_ / file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // What a new connection is shown.
  std::string ServedCertificate() {
    const Answered answered = Call(Load("operator")->Connect(address_, kAggregatorName), kHealth);
    EXPECT_EQ(answered.code, grpc::StatusCode::OK);
    return answered.server_certificate;
  }

  fs::path folder_;
  std::unique_ptr<ServiceTls> server_tls_;
  std::unique_ptr<GrpcServer> server_;
  std::string address_;
};

TEST_F(ServiceTlsTest, WhoIsOnTheListCallsWhatIsOnIt) {
  EXPECT_EQ(CallAs("operator", kHealth), grpc::StatusCode::OK);
  EXPECT_EQ(CallAs("publisher", kDecide), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(CallAs("site", kGetTool), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(ServiceTlsTest, AValidCertificateIsNoRightToOtherCalls) {
  EXPECT_EQ(CallAs("site", kDecide), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(CallAs("operator", kDecide), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(CallAs("publisher", kHealth), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(CallAs("publisher", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
            grpc::StatusCode::PERMISSION_DENIED);
  for (const char* caller : {"ingest", "reviewer", "aggregator"}) {
    EXPECT_EQ(CallAs(caller, kGetTool), grpc::StatusCode::PERMISSION_DENIED) << caller;
  }
}

TEST_F(ServiceTlsTest, ANameNobodyKnowsMayDoNothing) {
  MakeCertificates("ours", "stranger");
  EXPECT_EQ(CallAs("stranger", kGetTool), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ServiceTlsTest, PlaintextDoesNotGetIn) {
  EXPECT_EQ(Call(ConnectTo(address_), kHealth).code, grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServiceTlsTest, WhoShowsNoValidCertificateDoesNotGetIn) {
  MakeCertificates("theirs", "operator");
  MakeCertificates("ours", "--days 0 publisher");
  EXPECT_EQ(CallWith("ours/operator.pem", "ours/ca.pem"), grpc::StatusCode::OK);
  EXPECT_EQ(CallWith("", "ours/ca.pem"), grpc::StatusCode::UNAVAILABLE) << "none";
  EXPECT_EQ(CallWith("theirs/operator.pem", "ours/ca.pem"), grpc::StatusCode::UNAVAILABLE) << "another CA";
  EXPECT_EQ(CallWith("ours/publisher.pem", "ours/ca.pem"), grpc::StatusCode::UNAVAILABLE) << "expired";
}

TEST_F(ServiceTlsTest, AServerUnderAnotherNameIsNotTalkedTo) {
  const auto channel = Load("operator")->Connect(address_, kIngestName);
  EXPECT_EQ(Call(channel, kHealth).code, grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServiceTlsTest, FilesAreReplacedUnderLoadWithoutAFailedCall) {
  std::atomic<bool> over{false};
  std::atomic<int> failed{0};
  std::atomic<int> answered{0};
  const auto tls = Load("operator");
  std::thread load([&] {
    while (!over) {
      // Every other call over a new connection.
      const auto channel = tls->Connect(address_, kAggregatorName);
      for (int i = 0; i < 2; ++i) ++(Call(channel, kHealth).code == grpc::StatusCode::OK ? answered : failed);
    }
  });
  for (int turn = 0; turn < 3; ++turn) {
    const std::string before = ServedCertificate();
    MakeCertificates("ours");
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (ServedCertificate() == before && absl::Now() < deadline) {
    }
    EXPECT_NE(ServedCertificate(), before);
  }
  over = true;
  load.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(answered, 10);
}

TEST_F(ServiceTlsTest, WhatIsWrongWithTheFilesIsNamed) {
  MakeCertificates("theirs", "operator");
  MakeCertificates("ours", "--days 0 publisher");
  TlsFiles other_key = FilesOf("ingest");
  other_key.key_file = FilesOf("reviewer").key_file;
  EXPECT_THAT(Refusal(other_key), HasSubstr("is not of the key in"));
  EXPECT_THAT(Refusal(FilesOf("operator", "theirs")), HasSubstr("is not valid under"));
  EXPECT_THAT(Refusal(FilesOf("publisher")), HasSubstr("expired"));
  EXPECT_THAT(Refusal(FilesOf("nobody")), HasSubstr("cannot be read"));
  EXPECT_THAT(Refusal({"Makefile", "Makefile", "Makefile"}), HasSubstr("holds no certificate in PEM"));
  TlsFiles nameless = FilesOf("ingest");
  nameless.certificate_file = nameless.ca_file;
  nameless.key_file = folder_.string() + "/ours/ca.key";
  EXPECT_THAT(Refusal(nameless), HasSubstr("has 0 URIs `spiffe://seaworthy/NAME`"));
}

TEST_F(ServiceTlsTest, WhoItIsAndHowLongIsRead) {
  const auto facts = CheckTlsFiles(FilesOf("ingest"), absl::Now());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->name, "ingest");
  EXPECT_GT(facts->not_after, absl::Now() + absl::Hours(24 * 80));
}

TEST(ServiceAccessTest, EveryCallOnTheListExists) {
  for (const char* service : {kIngestName, kReviewerName, kAggregatorName}) {
    for (const auto& [caller, paths] : AllowedCallers(service)) {
      for (const std::string& path : paths) {
        if (path == kHealth) continue;
        std::string method = path.substr(1);
        method[method.find('/')] = '.';
        EXPECT_NE(google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(method), nullptr)
            << caller << " " << path;
      }
    }
  }
}

}  // namespace
}  // namespace seaworthy
