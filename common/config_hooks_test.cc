#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/config.h"
#include "common/config_keys.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "a-long-enough-secret";

class ConfigHooksTest : public testing::Test {
 protected:
  ConfigHooksTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-hooks-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ConfigHooksTest() override {
    unsetenv("SEAWORTHY_TEST_HOOK");
    fs::remove_all(folder_);
  }
  absl::StatusOr<Config> Load(const std::string& text) {
    const std::string path = (folder_ / "seaworthy.toml").string();
    std::ofstream(path) << text;
    return LoadConfig(path);
  }
  std::string Error(const std::string& text) { return std::string(Load(text).status().message()); }
  std::string SecretFile(const std::string& secret, int mode) {
    const std::string path = (folder_ / "secret").string();
    std::ofstream(path) << secret << "\n";
    chmod(path.c_str(), static_cast<mode_t>(mode));
    return path;
  }
  static HookConfig Hook() {
    HookConfig hook;
    hook.source_id = "acme";
    return hook;
  }
  fs::path folder_;
};

TEST_F(ConfigHooksTest, AHookIsRead) {
  const auto config = Load(
      "[hooks.acme]\nsignature = \"github\"\nsecret_env = [\"NEW\", \"OLD\"]\n"
      "secret_file = \"s\"\ntier = \"vendor\"\n");
  ASSERT_TRUE(config.ok()) << config.status();
  const HookConfig& hook = config->hooks.at(0);
  EXPECT_EQ(hook.source_id, "acme");
  EXPECT_EQ(hook.signature, "github");
  EXPECT_EQ(hook.tier, "vendor");
  EXPECT_THAT(hook.secret_env, ElementsAre("NEW", "OLD"));
  EXPECT_THAT(hook.secret_file, ElementsAre("s"));
}

TEST_F(ConfigHooksTest, ASecretInTheFileIsRefusedAndNotRepeated) {
  EXPECT_THAT(Error("[hooks.acme]\nsignature = \"github\"\nsecret = \"hunter2\"\n"),
              AllOf(HasSubstr(":3: "), HasSubstr("secret_env"), Not(HasSubstr("hunter2"))));
}

TEST_F(ConfigHooksTest, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_THAT(Error("[hooks.acme]\nsecret_env = \"X\"\n"), HasSubstr("github, generic"));
  EXPECT_THAT(Error("[hooks.acme]\nsignature = \"github\"\n"), HasSubstr("secret_env"));
  EXPECT_THAT(Error("[hooks.ACME]\nsignature = \"github\"\n"), HasSubstr("a-z, 0-9"));
  EXPECT_THAT(Error("[hooks.acme]\nsignature = \"github\"\nsecret_env=\"X\"\ntier = \"best\"\n"),
              HasSubstr("third_party"));
  EXPECT_THAT(Error("[hooks.acme]\nsecrets_env = \"X\"\n"), HasSubstr("is no key of [hooks.acme]"));
}

TEST_F(ConfigHooksTest, SecretsComeFromVariablesAndPrivateFiles) {
  HookConfig hook = Hook();
  setenv("SEAWORTHY_TEST_HOOK", kSecret, 1);
  hook.secret_env = {"SEAWORTHY_TEST_HOOK"};
  hook.secret_file = {SecretFile("another-long-secret", 0600)};
  const auto secrets = ReadHookSecrets(hook);
  ASSERT_TRUE(secrets.ok()) << secrets.status();
  EXPECT_THAT(*secrets, ElementsAre(kSecret, "another-long-secret"));
}

TEST_F(ConfigHooksTest, MissingShortAndPublicSecretsAreRefused) {
  HookConfig hook = Hook();
  hook.secret_env = {"SEAWORTHY_TEST_HOOK"};
  EXPECT_THAT(std::string(ReadHookSecrets(hook).status().message()), HasSubstr("$SEAWORTHY_TEST_HOOK"));
  setenv("SEAWORTHY_TEST_HOOK", "hunter2", 1);
  EXPECT_THAT(std::string(ReadHookSecrets(hook).status().message()),
              AllOf(HasSubstr("openssl rand"), Not(HasSubstr("hunter2"))));
  hook.secret_env.clear();
  hook.secret_file = {SecretFile(kSecret, 0644)};
  EXPECT_THAT(std::string(ReadHookSecrets(hook).status().message()), HasSubstr("chmod 600"));
}

}  // namespace
}  // namespace seaworthy
