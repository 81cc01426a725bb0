#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "common/config.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<Config> Load(const std::string& text) {
  const std::string path = testing::TempDir() + "/config_log_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
  std::ofstream(path) << text;
  return LoadConfig(path);
}

std::string Refusal(const std::string& text) { return std::string(Load(text).status().message()); }

TEST(ConfigLogTest, TheLogIsRead) {
  const auto config = Load(
      "[log]\nkind = \"nats\"\nurl = \"tls://a:4222,tls://b:4222\"\ndurability = \"power\"\nreplicas = 3\n"
      "sync_always = true\ninstance = \"desk-0\"\ncredentials_file = \"/run/nats.creds\"\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->log.kind, "nats");
  EXPECT_EQ(config->log.url, "tls://a:4222,tls://b:4222");
  EXPECT_EQ(config->log.durability, "power");
  EXPECT_EQ(config->log.replicas, 3);
  EXPECT_TRUE(config->log.sync_always);
  EXPECT_EQ(config->log.instance, "desk-0");
  EXPECT_EQ(config->log.credentials_file, "/run/nats.creds");
}

TEST(ConfigLogTest, WithoutATableItIsEmbedded) {
  const auto config = Load("http_port = 9000\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->log.kind, "embedded");
  EXPECT_EQ(config->log.durability, "process");
}

TEST(ConfigLogTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(Refusal("[log]\nkind = \"kafka\"\n"), HasSubstr("`kind`"));
  EXPECT_THAT(Refusal("[log]\ndurability = \"none\"\n"), HasSubstr("`durability`"));
  EXPECT_THAT(Refusal("[log]\nreplicas = 0\n"), HasSubstr("`replicas`"));
  EXPECT_THAT(Refusal("[log]\nkey_file = \"k.pem\"\n"), HasSubstr("go together"));
  EXPECT_THAT(Refusal("[log]\nkin = \"nats\"\n"), HasSubstr("is no key of [log]"));
  EXPECT_THAT(Refusal("log = 1\n"), HasSubstr("expects a table: [log]"));
}

TEST(ConfigLogTest, APasswordInTheUrlIsRefusedAndNotRepeated) {
  const std::string refusal = Refusal("[log]\nurl = \"nats://me:secret@host:4222\"\n");
  EXPECT_THAT(refusal, HasSubstr("credentials_file"));
  EXPECT_THAT(refusal, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace seaworthy
