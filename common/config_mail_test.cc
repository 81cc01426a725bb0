#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/config.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<Config> Load(const std::string& text) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/mail-", RandomHex(8), ".toml");
  std::ofstream(path) << text;
  return LoadConfig(path);
}

std::string Refusal(const std::string& text) {
  const auto config = Load("[mail]\n" + text);
  return config.ok() ? "" : std::string(config.status().message());
}

TEST(ConfigMailTest, WithoutTheTableNothingIsMailed) {
  EXPECT_TRUE(Load("http_port = 8080\n")->mail.url.empty());
}

TEST(ConfigMailTest, ReadsServerSenderAndPace) {
  const auto config = Load(
      "[mail]\nurl = \"smtps://mail.example.org:465\"\nfrom = \"Seaworthy <edition@example.org>\"\n"
      "user = \"edition\"\npassword_env = \"MAIL_PASSWORD\"\nper_second = 2\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->mail.from, "Seaworthy <edition@example.org>");
  EXPECT_EQ(config->mail.password_env, "MAIL_PASSWORD");
  EXPECT_EQ(config->mail.per_second, 2);
}

TEST(ConfigMailTest, APasswordInTheFileIsRefusedAndNotRepeated) {
  EXPECT_THAT(Refusal("password = \"hunter2\"\n"), HasSubstr("password_file"));
  EXPECT_THAT(Refusal("password = \"hunter2\"\n"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(Refusal("url = \"smtp://me:hunter2@mail.example.org\"\nfrom = \"a@b.c\"\n"),
              Not(HasSubstr("hunter2")));
}

TEST(ConfigMailTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(Refusal("from = \"a@example.org\"\n"), HasSubstr("`url`"));
  EXPECT_THAT(Refusal("url = \"smtp://localhost:25\"\n"), HasSubstr("`from`"));
  const std::string both = "url = \"smtp://localhost:25\"\nfrom = \"a@example.org\"\n";
  EXPECT_THAT(Refusal(both + "user = \"a\"\n"), HasSubstr("password_env"));
  EXPECT_THAT(Refusal(both + "password_env = \"A\"\n"), HasSubstr("`user`"));
  EXPECT_THAT(Refusal(both + "per_second = 0\n"), HasSubstr("per_second"));
  EXPECT_EQ(Refusal(both), "");
}

}  // namespace
}  // namespace seaworthy
