#include "common/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/config_endpoints.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-config-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ConfigTest() override {
    unsetenv("SEAWORTHY_HOME");
    fs::remove_all(folder_);
  }

  // Writes the file and loads it.
  absl::StatusOr<Config> Load(const std::string& text) {
    std::ofstream(Path()) << text;
    return LoadConfig(Path());
  }
  std::string Path() const { return (folder_ / "seaworthy.toml").string(); }
  std::string Error(const std::string& text) { return std::string(Load(text).status().message()); }

  // A folder with what FindHome looks for.
  std::string MakeHome() {
    fs::create_directories(folder_ / "home/prompts");
    fs::create_directories(folder_ / "home/web");
    return (folder_ / "home").string();
  }
  absl::StatusOr<Config> Resolve(void (*change)(Config&)) {
    setenv("SEAWORTHY_HOME", MakeHome().c_str(), 1);
    Config config;
    change(config);
    return ResolveConfig(config);
  }

  fs::path folder_;
};

TEST_F(ConfigTest, AnEmptyFileLeavesTheDefaults) {
  auto config = Load("# nothing\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->http_port, 8080);
  EXPECT_TRUE(ResolvePanel(*config).ok());
  EXPECT_EQ(config->endpoint, "offline");
}

TEST_F(ConfigTest, TheFileGoesOverTheDefaults) {
  const auto config = Load("http_port = 9000\nendpoint = \"replay:talk\"\nmax_pairs_per_tool = 2\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->http_port, 9000);
  EXPECT_EQ(config->endpoint, "replay:talk");
  EXPECT_EQ(config->max_pairs_per_tool, 2);
}

TEST_F(ConfigTest, AnUnknownKeyIsNamedWithItsLineAndTheKeysThereAre) {
  EXPECT_THAT(Error("\nhtp_port = 1\n"),
              AllOf(HasSubstr(Path() + ":2:"), HasSubstr("`htp_port`"), HasSubstr("http_port")));
}

TEST_F(ConfigTest, AValueOfTheWrongTypeIsNamedWithItsLine) {
  EXPECT_THAT(Error("http_port = \"8080\"\n"), AllOf(HasSubstr(":1:"), HasSubstr("whole number")));
  EXPECT_THAT(Error("endpoint = 3\n"), AllOf(HasSubstr(":1:"), HasSubstr("string")));
  EXPECT_THAT(Error("http_port = -1\n"), HasSubstr("0 or more"));
  EXPECT_THAT(Error("http_port = 99999999999\n"), HasSubstr("whole number"));
}

TEST_F(ConfigTest, BrokenTomlIsNamedWithItsLine) {
  EXPECT_THAT(Error("http_port = 1\nendpoint = \"offline\n"), HasSubstr(Path() + ":2:"));
}

TEST_F(ConfigTest, AMissingFileIsNotFound) {
  EXPECT_EQ(LoadConfig(Path() + ".no").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadConfig(folder_.string()).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ConfigTest, AHugeFileIsRefused) {
  EXPECT_THAT(Error(std::string(1 << 20, '\n')), HasSubstr("no configuration file"));
}

TEST_F(ConfigTest, ResolvingFillsWhatIsEmpty) {
  const auto config = Resolve([](Config& c) { c.http_port = 9000; });
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->public_url, "http://localhost:9000");
  EXPECT_EQ(config->prompts_dir, (folder_ / "home/prompts").string());
  EXPECT_EQ(config->web_dir, (folder_ / "home/web").string());
}

TEST_F(ConfigTest, ResolvingKeepsWhatIsSet) {
  const auto config = Resolve([](Config& c) {
    c.public_url = "https://reviews.example";
    c.prompts_dir = "mine";
  });
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->public_url, "https://reviews.example");
  EXPECT_EQ(config->prompts_dir, "mine");
}

TEST_F(ConfigTest, ValuesOutOfRangeAreNamed) {
  EXPECT_THAT(Resolve([](Config& c) { c.http_port = 70000; }).status().message(), HasSubstr("`http_port`"));
  EXPECT_THAT(Resolve([](Config& c) { c.ingest_workers = 0; }).status().message(),
              HasSubstr("`ingest_workers`"));
  EXPECT_THAT(Resolve([](Config& c) { c.public_url = "reviews.example/"; }).status().message(),
              HasSubstr("`public_url`"));
  EXPECT_THAT(Resolve([](Config& c) { c.data_dir = ""; }).status().message(), HasSubstr("`data_dir`"));
}

TEST_F(ConfigTest, ATokenThatNoHeaderHoldsIsRefusedWithoutBeingRepeated) {
  const auto config = Resolve([](Config& c) { c.api_token = "hunter 2"; });
  EXPECT_THAT(config.status().message(), AllOf(HasSubstr("`api_token`"), Not(HasSubstr("hunter"))));
}

TEST_F(ConfigTest, TheHomeFolderIsFoundAboveTheProgram) {
  unsetenv("SEAWORTHY_HOME");
  const auto home = FindHome();
  ASSERT_TRUE(home.ok()) << home.status();
  EXPECT_TRUE(fs::is_directory(fs::path(*home) / "prompts"));
}

TEST_F(ConfigTest, AWrongHomeFolderIsNamed) {
  setenv("SEAWORTHY_HOME", folder_.c_str(), 1);
  EXPECT_THAT(FindHome().status().message(), HasSubstr(folder_.string()));
}

}  // namespace
}  // namespace seaworthy
