#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/config.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;

absl::StatusOr<Config> Load(const std::string& text) {
  const std::string path = absl::StrCat(testing::TempDir(), "/config_api_test-", getpid(), ".toml");
  std::ofstream(path) << text;
  return LoadConfig(path);
}

TEST(ConfigApiTest, LimitsAreReadAndHaveDefaults) {
  EXPECT_EQ(Config().api.anonymous_per_minute, 300);
  const auto config = Load("[api]\ntoken_per_minute = 0\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->api.anonymous_per_minute, 300);
  EXPECT_EQ(config->api.token_per_minute, 0);
}

TEST(ConfigApiTest, WhatCannotBeIsRefusedByName) {
  EXPECT_THAT(Load("[api]\nanonymous_per_minute = -1\n").status().message(),
              HasSubstr("`anonymous_per_minute`"));
  EXPECT_THAT(Load("[api]\nper_day = 1\n").status().message(), HasSubstr("per_day"));
  EXPECT_THAT(Load("api = 5\n").status().message(), HasSubstr("[api]"));
}

}  // namespace
}  // namespace seaworthy
