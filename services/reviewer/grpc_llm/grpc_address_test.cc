#include "services/reviewer/grpc_llm/grpc_address.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

GrpcAddress Read(const std::string& url) {
  const auto address = ParseGrpcAddress(url);
  EXPECT_TRUE(address.ok()) << address.status();
  return address.value_or(GrpcAddress{});
}

TEST(GrpcAddressTest, ReadsProtocolAndTls) {
  EXPECT_EQ(Read("grpc:llm.example:50051").target, "dns:///llm.example:50051");
  EXPECT_EQ(Read("tritons://llm.example:8001").protocol, GrpcAddress::Protocol::kTriton);
  EXPECT_TRUE(Read("tritons://llm.example:8001").tls);
  EXPECT_EQ(Read("vllm:[::1]:50051").protocol, GrpcAddress::Protocol::kVllm);
  EXPECT_EQ(Read("vllm:unix:/run/vllm.sock").target, "unix:/run/vllm.sock");
}

TEST(GrpcAddressTest, KnowsWhatStaysOnThisMachine) {
  for (const char* url :
       {"grpc:localhost:1", "grpc:127.0.0.1:1", "grpc:127.8.9.1:1", "grpc:[::1]:1", "grpc:unix:/x"})
    EXPECT_TRUE(Read(url).loopback) << url;
  for (const char* url : {"grpc:localhost.evil.example:1", "grpc:127.0.0.1.evil.example:1", "grpc:127.1:1",
                          "grpc:10.0.0.1:1", "grpc:0.0.0.0:1"})
    EXPECT_FALSE(Read(url).loopback) << url;
}

TEST(GrpcAddressTest, RefusesWhatIsNoAddress) {
  for (const char* url :
       {"grpc:", "grpc:host", "grpc:host:", "grpc:host:0", "grpc:host:70000", "grpc::1", "http:h:1",
        "grpc:host/path:1", "grpc:user@host:1", "grpc:a b:1", "grpc:::1:50051"}) {
    const auto address = ParseGrpcAddress(url);
    EXPECT_FALSE(address.ok()) << url;
    EXPECT_NE(address.status().ToString().find("grpc:HOST:PORT"), std::string::npos) << address.status();
  }
}

TEST(GrpcAddressTest, AKeyThatNoHeaderHoldsIsRefused) {
  const GrpcAddress loopback = Read("grpc:127.0.0.1:1");
  EXPECT_TRUE(CheckGrpcKey(loopback, "sk-abc_123").ok());
  EXPECT_FALSE(CheckGrpcKey(loopback, "two words").ok());
  EXPECT_FALSE(CheckGrpcKey(loopback, "line\nbreak").ok());
}

}  // namespace
}  // namespace seaworthy
