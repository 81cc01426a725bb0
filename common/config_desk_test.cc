#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/config.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<Config> Load(const std::string& text) {
  const std::string path = testing::TempDir() + "/config_desk_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
  std::ofstream(path) << text;
  return LoadConfig(path);
}

TEST(ConfigDeskTest, TheDeskIsRead) {
  const auto config = Load(
      "[desk]\nfour_eyes = true\nproxy_header = \"X-Mail\"\n"
      "proxy_addresses = [\"127.0.0.1/32\", \"fd00::/8\"]\nproxy_role = \"editor\"\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->desk.four_eyes);
  EXPECT_EQ(config->desk.proxy_header, "X-Mail");
  EXPECT_THAT(config->desk.proxy_addresses, ElementsAre("127.0.0.1/32", "fd00::/8"));
  EXPECT_EQ(config->desk.proxy_role, "editor");
}

TEST(ConfigDeskTest, NobodyIsTrustedUnasked) {
  const auto config = Load("http_port = 9000\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_FALSE(config->desk.four_eyes);
  EXPECT_EQ(config->desk.proxy_header, "");
}

TEST(ConfigDeskTest, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_THAT(std::string(Load("[desk]\nproxy_hedaer = \"X\"\n").status().message()),
              HasSubstr(":2: `proxy_hedaer` is no key of [desk]"));
  EXPECT_THAT(std::string(Load("desk = 1\n").status().message()), HasSubstr("expects a table: [desk]"));
  EXPECT_FALSE(Load("[desk]\nfour_eyes = \"yes\"\n").ok());
}

}  // namespace
}  // namespace seaworthy
