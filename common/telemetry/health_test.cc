#include "common/telemetry/health.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace seaworthy {
namespace {

using nlohmann::json;

absl::Status Fine() { return absl::OkStatus(); }
absl::Status Away() { return absl::UnavailableError("no server at \"nats://x\"\nsince 3 s"); }

TEST(Health, WithoutChecksAProcessIsAliveAndReady) {
  const Health health;
  EXPECT_TRUE(health.Live().ok);
  EXPECT_TRUE(health.Ready().ok);
}

TEST(Health, WhatIsMissingIsNamed) {
  Health health;
  health.AddReadiness("log", Away);
  health.AddReadiness("state", Fine);
  const Health::Answer answer = health.Ready();
  EXPECT_FALSE(answer.ok);
  const json body = json::parse(answer.json);
  EXPECT_EQ(body["status"], "unavailable");
  EXPECT_EQ(body["checks"][0],
            json({{"name", "log"}, {"ok", false}, {"reason", "no server at \"nats://x\"\nsince 3 s"}}));
  EXPECT_EQ(body["checks"][1], json({{"name", "state"}, {"ok", true}}));
}

TEST(Health, WhatIsNotReadyIsAlive) {
  Health health;
  health.AddReadiness("log", Away);
  EXPECT_TRUE(health.Live().ok);
}

TEST(Health, WhatIsNotAliveIsNotReady) {
  Health health;
  health.AddLiveness("log", Away);
  EXPECT_FALSE(health.Live().ok);
  EXPECT_FALSE(health.Ready().ok);
}

TEST(Health, WhatStopsIsAliveAndNotReadyAndAsksNothing) {
  Health health;
  int asked = 0;
  health.AddReadiness("log", [&asked] {
    ++asked;
    return absl::OkStatus();
  });
  health.DropChecks();
  EXPECT_FALSE(health.Ready().ok);
  EXPECT_TRUE(health.Live().ok);
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace seaworthy
