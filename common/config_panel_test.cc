#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/config.h"
#include "common/config_endpoints.h"
#include "common/config_keys.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pointee;
using ::testing::SizeIs;

constexpr char kOllama[] =
    "[endpoints.ollama]\nurl = \"openai:http://localhost:11434/v1\"\nmodel = \"qwen3:8b\"\n";
constexpr char kHosted[] =
    "[endpoints.hosted]\nurl = \"anthropic:https://api.anthropic.com\"\nmodel = \"m\"\n";

class ConfigPanelTest : public testing::Test {
 protected:
  ConfigPanelTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-panel-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ConfigPanelTest() override {
    unsetenv("SEAWORTHY_TEST_KEY");
    fs::remove_all(folder_);
  }

  std::string Write(const std::string& name, const std::string& text, int mode = 0600) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  absl::StatusOr<Config> Load(const std::string& text) { return LoadConfig(Write("seaworthy.toml", text)); }
  std::string Error(const std::string& text) { return std::string(Load(text).status().message()); }
  // With what resolving fills in.
  Config Resolved(const std::string& text) {
    Config config = Load(text).value();
    const absl::Status status = ResolvePanel(config);
    EXPECT_TRUE(status.ok()) << status;
    return config;
  }
  // What a bare `--llm SPEC --model MODEL` becomes.
  static absl::StatusOr<Config> Shorthand(const std::string& spec, const std::string& model) {
    Config config;
    config.endpoint = spec;
    config.model = model;
    const absl::Status status = ResolvePanel(config);
    if (!status.ok()) return status;
    return config;
  }

  fs::path folder_;
};

TEST_F(ConfigPanelTest, ATableIsReadWhole) {
  const Config config = Resolved(std::string(kHosted) +
                                 "key_env = \"K\"\nmax_in_flight = 64\ndeadline_seconds = 1.5\n"
                                 "temperature = 0\nseed = 7\nstream = true\ninput_usd_per_million = 2.5\n");
  ASSERT_THAT(config.endpoints, SizeIs(1));
  const EndpointConfig& hosted = config.endpoints[0];
  EXPECT_EQ(hosted.name, "hosted");
  EXPECT_EQ(hosted.key_env, "K");
  EXPECT_EQ(hosted.max_in_flight, 64);
  EXPECT_EQ(hosted.deadline, absl::Milliseconds(1500));
  EXPECT_EQ(hosted.temperature, 0.0);
  EXPECT_EQ(hosted.seed, 7);
  EXPECT_TRUE(hosted.stream);
  EXPECT_EQ(hosted.input_usd_per_million, 2.5);
}

TEST_F(ConfigPanelTest, ASingleTableAnswersForAll) {
  EXPECT_THAT(RouteOf(Resolved(kOllama).panel, "dx"), Pointee(ElementsAre("ollama")));
}

TEST_F(ConfigPanelTest, APersonasOwnRouteGoesBeforeTheDefault) {
  const Config config = Resolved(absl::StrCat(
      kOllama, kHosted,
      "[panel]\ndefault = \"ollama\"\ndx = [\"hosted\", \"ollama\", \"offline\"]\ncache = false\n"));
  EXPECT_THAT(RouteOf(config.panel, "dx"), Pointee(ElementsAre("hosted", "ollama", "offline")));
  EXPECT_THAT(RouteOf(config.panel, "business"), Pointee(ElementsAre("ollama")));
  EXPECT_FALSE(config.panel.cache);
  EXPECT_NE(FindEndpoint(config, "offline"), nullptr);
}

TEST_F(ConfigPanelTest, SeveralTablesNeedAPanel) {
  EXPECT_THAT(Error(absl::StrCat(kOllama, kHosted)),
              AllOf(HasSubstr("no [panel]"), HasSubstr("hosted, ollama")));
}

TEST_F(ConfigPanelTest, AnUnknownEndpointIsNamedWithThoseThereAre) {
  EXPECT_THAT(Error(absl::StrCat(kOllama, "[panel]\ndefault = [\"olama\"]\n")),
              AllOf(HasSubstr("`olama`"), HasSubstr("ollama")));
}

TEST_F(ConfigPanelTest, AnUnknownKeyIsNamedWithItsLineAndTheKeysThereAre) {
  EXPECT_THAT(Error(absl::StrCat(kOllama, "modell = 'x'\n")),
              AllOf(HasSubstr(":4:"), HasSubstr("`modell`"), HasSubstr("max_in_flight")));
  EXPECT_THAT(Error("[budget]\nper_week_usd = 1\n"), AllOf(HasSubstr(":2:"), HasSubstr("per_day_usd")));
}

TEST_F(ConfigPanelTest, AKeyInTheFileIsRefusedWithoutBeingRepeated) {
  for (const char* line : {"key = \"sk-hunter2\"", "api_key = \"sk-hunter2\"", "key_env = \"sk-hunter2\""}) {
    EXPECT_THAT(Error(absl::StrCat(kOllama, line, "\n")),
                AllOf(HasSubstr("`key_env`"), Not(HasSubstr("hunter2"))));
  }
  EXPECT_THAT(Error("[endpoints.a]\nmodel = \"m\"\nurl = \"openai:https://me:hunter2@host/v1\"\n"),
              AllOf(HasSubstr("password"), Not(HasSubstr("hunter2"))));
}

TEST_F(ConfigPanelTest, WhatIsOutOfRangeIsNamedWithTheTable) {
  for (const auto& [line, word] : {std::pair{"max_in_flight = 0", "1 to 4096"},
                                   {"deadline_seconds = 7200", "deadline_seconds"},
                                   {"temperature = 3", "temperature"},
                                   {"temperature = nan", "a number"},
                                   {"of = \"x\"", "record:DIR"}}) {
    EXPECT_THAT(Error(absl::StrCat(kOllama, line, "\n")), HasSubstr(word));
  }
}

TEST_F(ConfigPanelTest, UrlsThatNameNoEndpointAreRefused) {
  for (const char* url : {"ftp://x", "openai:api.openai.com", "grpc:", "replay:", "openai:http://"}) {
    EXPECT_THAT(Error(absl::StrCat("[endpoints.a]\nmodel = \"m\"\nurl = \"", url, "\"\n")),
                HasSubstr("`url`"))
        << url;
  }
  EXPECT_THAT(Error("[endpoints.a]\nurl = \"openai:http://h/v1\"\n"), HasSubstr("`model` is missing"));
  EXPECT_THAT(Error("[endpoints.a]\nmodel = \"m\"\n"), HasSubstr("`url` is missing"));
}

TEST_F(ConfigPanelTest, ARecordingNeedsWhomItRecords) {
  const std::string record = "[endpoints.tape]\nurl = \"record:tapes\"\nof = \"ollama\"\n";
  EXPECT_TRUE(Load(absl::StrCat(kOllama, record, "[panel]\ndefault = \"tape\"\n")).ok());
  EXPECT_THAT(Error(record), HasSubstr("`of` is `ollama`"));
}

TEST_F(ConfigPanelTest, AShorthandAndAPanelExcludeEachOther) {
  EXPECT_THAT(Error(absl::StrCat("endpoint = \"offline\"\n", kOllama, "[panel]\ndefault = \"ollama\"\n")),
              HasSubstr("keep one"));
}

TEST_F(ConfigPanelTest, AShorthandMayBeAUrlWithAModel) {
  const Config config = Shorthand("openai:http://localhost:11434/v1", "qwen3:8b").value();
  EXPECT_EQ(config.endpoints[0].name, "openai");
  EXPECT_EQ(config.endpoints[0].model, "qwen3:8b");
  EXPECT_THAT(RouteOf(config.panel, "dx"), Pointee(ElementsAre("openai")));
  EXPECT_THAT(Shorthand("oracle", "").status().message(), AllOf(HasSubstr("oracle"), HasSubstr("offline")));
  EXPECT_THAT(Shorthand("record:x", "").status().message(), HasSubstr("`of`"));
}

TEST_F(ConfigPanelTest, AShorthandMayNameATableWithAnotherModel) {
  Config config = Load(kOllama).value();
  config.endpoint = "ollama";
  config.model = "gemma3";
  ASSERT_TRUE(ResolvePanel(config).ok());
  EXPECT_EQ(config.endpoints[0].model, "gemma3");
}

TEST_F(ConfigPanelTest, ResolvingTwiceChangesNothing) {
  for (const char* spec : {"", "replay:tapes", "grpc:localhost:1"}) {
    Config config = Shorthand(spec, "").value();
    ASSERT_TRUE(ResolvePanel(config).ok()) << spec;
    EXPECT_THAT(config.endpoints, SizeIs(1)) << spec;
    EXPECT_THAT(config.panel.routes, SizeIs(1)) << spec;
  }
}

class KeyTest : public ConfigPanelTest {
 protected:
  static EndpointConfig Hosted() {
    EndpointConfig endpoint;
    endpoint.name = "hosted";
    endpoint.url = "openai:https://llm.example/v1";
    return endpoint;
  }
  static absl::StatusOr<std::string> FromVariable(const char* value) {
    setenv("SEAWORTHY_TEST_KEY", value, 1);
    EndpointConfig endpoint = Hosted();
    endpoint.key_env = "SEAWORTHY_TEST_KEY";
    return ReadKey(endpoint);
  }
  static absl::StatusOr<std::string> FromFile(const std::string& path) {
    EndpointConfig endpoint = Hosted();
    endpoint.key_file = path;
    return ReadKey(endpoint);
  }
};

TEST_F(KeyTest, ComesFromTheVariableOrTheFileTrimmed) {
  EXPECT_EQ(FromVariable(" sk-1 \n").value(), "sk-1");
  EXPECT_EQ(FromFile(Write("key", "sk-2\n")).value(), "sk-2");
  EXPECT_THAT(ReadKey(Hosted()).value(), IsEmpty());
}

TEST_F(KeyTest, WhatNoHeaderHoldsIsRefusedWithoutBeingRepeated) {
  for (const char* value : {"hunter\n2", "hunter 2", "hunter\x01", "hunter\xc3\xa9"}) {
    EXPECT_THAT(FromVariable(value).status().message(),
                AllOf(HasSubstr("SEAWORTHY_TEST_KEY"), Not(HasSubstr("hunter"))));
  }
  EXPECT_FALSE(FromFile(Write("long", std::string(5000, 'k'))).ok());
}

TEST_F(KeyTest, AFileOthersCanReadIsRefusedWithTheWayOut) {
  EXPECT_THAT(FromFile(Write("key", "sk-2\n", 0644)).status().message(), HasSubstr("chmod 600"));
  EXPECT_EQ(FromFile(folder_.string()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FromFile((folder_ / "none").string()).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(KeyTest, AMissingOneIsNamedWithItsVariable) {
  EXPECT_THAT(FromVariable("").status().message(), HasSubstr("SEAWORTHY_TEST_KEY"));
}

TEST_F(KeyTest, ProvidersHaveAVariableByCustomAndThisMachineNone) {
  EXPECT_EQ(DefaultKeyEnv("openai:https://api.openai.com/v1"), "OPENAI_API_KEY");
  EXPECT_EQ(DefaultKeyEnv("anthropic:https://api.anthropic.com"), "ANTHROPIC_API_KEY");
  EXPECT_EQ(DefaultKeyEnv("openai:http://localhost:11434/v1"), "");
  EXPECT_EQ(DefaultKeyEnv("openai:https://api.openai.com.evil.example/v1"), "");
}

TEST_F(ConfigPanelTest, AKeyThatWouldTravelInTheClearIsWarnedOf) {
  setenv("SEAWORTHY_TEST_KEY", "sk-hunter2", 1);
  EndpointConfig endpoint;
  endpoint.name = "far";
  endpoint.key_env = "SEAWORTHY_TEST_KEY";
  for (const char* exposed : {"openai:http://llm.example/v1", "grpc:llm.example:50051"}) {
    endpoint.url = exposed;
    EXPECT_THAT(ExposedKeyWarning(endpoint), AllOf(HasSubstr("`far`"), HasSubstr("llm.example")));
  }
  for (const char* safe : {"openai:https://llm.example/v1", "grpcs:llm.example:50051",
                           "openai:http://127.0.0.1:8000/v1", "grpc:localhost:50051"}) {
    endpoint.url = safe;
    EXPECT_EQ(ExposedKeyWarning(endpoint), "");
  }
  unsetenv("SEAWORTHY_TEST_KEY");
  endpoint.url = "openai:http://llm.example/v1";
  EXPECT_EQ(ExposedKeyWarning(endpoint), "");
}

}  // namespace
}  // namespace seaworthy
