#include "common/nats/server_promise.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

NatsServerFacts Server(const std::string& version, int replicas = 1, bool sync_always = false) {
  return {version, true, replicas, sync_always};
}

std::string Refusal(const NatsServerFacts& facts, LogDurability durability = LogDurability::kProcess) {
  const absl::Status status = CheckServerPromise(facts, durability);
  EXPECT_TRUE(status.ok() || absl::IsFailedPrecondition(status)) << status;
  return std::string(status.message());
}

TEST(ServerPromiseTest, DebiansServerKeepsAKilledProcessOnly) {
  EXPECT_EQ(Refusal(Server("2.9.10")), "");
  EXPECT_NE(Refusal(Server("2.9.10"), LogDurability::kPower).find("2.12.7"), std::string::npos);
}

TEST(ServerPromiseTest, PowerNeedsVersionReplicasAndSync) {
  EXPECT_EQ(Refusal(Server("2.12.7", 3, true), LogDurability::kPower), "");
  EXPECT_EQ(Refusal(Server("2.13.0", 3, true), LogDurability::kPower), "");
  EXPECT_NE(Refusal(Server("2.12.6", 3, true), LogDurability::kPower), "");
  EXPECT_NE(Refusal(Server("2.12.7", 1, true), LogDurability::kPower).find("replicas"), std::string::npos);
  EXPECT_NE(Refusal(Server("2.12.7", 3, false), LogDurability::kPower).find("sync_always"),
            std::string::npos);
}

TEST(ServerPromiseTest, ServersKnownToLoseStreamsAreRefused) {
  EXPECT_NE(Refusal(Server("2.9.10", 3)).find("6188"), std::string::npos);
  EXPECT_NE(Refusal(Server("2.10.21")).find("6888"), std::string::npos);
  EXPECT_EQ(Refusal(Server("2.10.19")), "");
  EXPECT_EQ(Refusal(Server("2.10.23")), "");
}

TEST(ServerPromiseTest, WithoutJetStreamThereIsNoLog) {
  EXPECT_NE(Refusal({"2.9.10", false, 1, false}).find("JetStream is off"), std::string::npos);
}

TEST(ServerPromiseTest, AVersionNobodyKnowsIsRefused) {
  EXPECT_NE(Refusal(Server("custom")), "");
  EXPECT_EQ(Refusal(Server("2.12.7-beta.1", 3, true), LogDurability::kPower), "");
}

TEST(ServerPromiseTest, DurabilityIsOneOfTwoWords) {
  EXPECT_EQ(*ParseLogDurability("power"), LogDurability::kPower);
  EXPECT_EQ(*ParseLogDurability("process"), LogDurability::kProcess);
  EXPECT_EQ(ParseLogDurability("none").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ServerPromiseTest, AVersionHasThreeNumbers) {
  for (const char* version : {"2.9", "2.9.10.1", "2..10", "", "2.99999999999.1"}) {
    EXPECT_NE(Refusal(Server(version)).find("is not understood"), std::string::npos) << version;
  }
}

TEST(ServerPromiseTest, ReplicasNeedAServerThatKeepsThem) {
  EXPECT_EQ(Refusal(Server("2.10.0", 3)), "");
  EXPECT_NE(Refusal(Server("2.9.25", 2)).find("6188"), std::string::npos);
}

TEST(ServerPromiseTest, TheStartSaysWhatIsPromised) {
  EXPECT_EQ(DescribePromise(Server("2.9.10"), LogDurability::kProcess),
            "nats-server 2.9.10, 1 replica: acknowledged events survive killed processes; a power cut may "
            "take the last minutes with it");
  EXPECT_EQ(DescribePromise(Server("2.12.7", 3), LogDurability::kPower),
            "nats-server 2.12.7, 3 replicas: acknowledged events survive killed processes and power cuts");
}

}  // namespace
}  // namespace seaworthy
