#include "services/reviewer/wire/wire_format.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "services/reviewer/wire/anthropic_format.h"
#include "services/reviewer/wire/testing/ask.h"

namespace seaworthy {
namespace {

using Json = nlohmann::json;
using testing::CallOf;

class WireFormatTest : public ::testing::Test {
 protected:
  static EndpointConfig ConfigOf(const std::string& url, const std::string& model = "m") {
    EndpointConfig config;
    config.name = "front";
    config.url = url;
    config.model = model;
    config.max_output_tokens = 900;
    config.temperature = 0.25;
    config.seed = 11;
    return config;
  }
  static Json BodyOf(const EndpointConfig& config) {
    const auto format = MakeWireFormat(config);
    return Json::parse(BodyBuilder(format->get()).Build(*CallOf("say \"hi\"\n").prompt));
  }
  static Json OpenAiBody(const std::string& url, const std::string& model = "m") {
    return BodyOf(ConfigOf("openai:" + url, model));
  }
  static std::string WrongOf(const EndpointConfig& config) {
    const auto format = MakeWireFormat(config);
    EXPECT_EQ(format.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(format.status().message());
  }
};

TEST_F(WireFormatTest, AsksForAStrictSchema) {
  const Json body = OpenAiBody("https://api.openai.com/v1", "gpt-4.1");
  EXPECT_EQ(body["model"], "gpt-4.1");
  EXPECT_EQ(body["response_format"]["type"], "json_schema");
  EXPECT_EQ(body["response_format"]["json_schema"]["strict"], true);
  EXPECT_EQ(body["response_format"]["json_schema"]["schema"]["required"][0], "minimum");
  EXPECT_EQ(body["messages"][0]["content"], "You are \"Pat\".\n");
  EXPECT_EQ(body["messages"][1], (Json{{"role", "user"}, {"content", "say \"hi\"\n"}}));
  EXPECT_EQ(body["max_completion_tokens"], 900);
  EXPECT_EQ(body["seed"], 11);
  EXPECT_FALSE(body.contains("stream"));
}

TEST_F(WireFormatTest, ReasoningModelsGetNoTemperature) {
  for (const char* model : {"o3-mini", "gpt-5.1"}) {
    const Json body = OpenAiBody("https://api.openai.com/v1", model);
    EXPECT_FALSE(body.contains("temperature")) << model;
    EXPECT_FALSE(body.contains("seed"));
    EXPECT_EQ(body["max_completion_tokens"], 900);
  }
}

TEST_F(WireFormatTest, DialectsAreGuessedFromHostAndPort) {
  const auto dialect = [](const std::string& url) {
    return Json::parse((*MakeWireFormat(ConfigOf("openai:" + url)))->parameters())["dialect"]
        .get<std::string>();
  };
  EXPECT_EQ(dialect("https://api.openai.com"), "openai");
  EXPECT_EQ(dialect("https://ours.openai.azure.com"), "azure");
  EXPECT_EQ(dialect("http://gpu7:8000/v1"), "vllm");
  EXPECT_EQ(dialect("http://localhost:8080"), "llamacpp");
  EXPECT_EQ(dialect("http://localhost:11434"), "ollama");
  EXPECT_EQ(dialect("http://[::1]:1234"), "lmstudio");
  EXPECT_EQ(dialect("https://openrouter.ai/api/v1"), "openrouter");
  EXPECT_EQ(dialect("https://api.mistral.ai/v1"), "mistral");
  EXPECT_EQ(dialect("https://api.groq.com/openai/v1"), "groq");
  EXPECT_EQ(dialect("https://llm.example.org/v1"), "compatible");
}

TEST_F(WireFormatTest, DialectsNameFieldsTheirWay) {
  EXPECT_EQ(OpenAiBody("https://api.mistral.ai/v1")["random_seed"], 11);
  EXPECT_EQ(OpenAiBody("http://localhost:11434")["max_tokens"], 900);
  EXPECT_EQ(OpenAiBody("https://openrouter.ai/api/v1")["provider"]["require_parameters"], true);
  EXPECT_EQ((*MakeWireFormat(ConfigOf("openai:https://a.openai.azure.com")))->KeyHeader(), "api-key: ");
}

TEST_F(WireFormatTest, TheDialectCanBeGiven) {
  EndpointConfig config = ConfigOf("openai:http://localhost:9");
  config.dialect = "json-object";
  EXPECT_EQ(BodyOf(config)["response_format"]["type"], "json_object");
  config.dialect = "klingon";
  EXPECT_NE(WrongOf(config).find("there are openai-reasoning, openai, azure"), std::string::npos);
}

TEST_F(WireFormatTest, UrlsGetThePathTheyLackAndKeepTheirQuery) {
  const auto url = [](const std::string& base) { return (*MakeWireFormat(ConfigOf(base)))->AskUrl(); };
  EXPECT_EQ(url("openai:http://localhost:11434"), "http://localhost:11434/v1/chat/completions");
  EXPECT_EQ(url("openai:https://h/a/v2/"), "https://h/a/v2/chat/completions");
  EXPECT_EQ(url("openai:https://h/dep/x?api-version=1"), "https://h/dep/x/chat/completions?api-version=1");
  EXPECT_EQ(url("anthropic:https://api.anthropic.com"), "https://api.anthropic.com/v1/messages");
}

TEST_F(WireFormatTest, TellsWhatIsWrongWithAnEndpoint) {
  EXPECT_NE(WrongOf(ConfigOf("openai:ftp://x")).find("endpoint `front`"), std::string::npos);
  EXPECT_NE(WrongOf(ConfigOf("openai:ftp://x")).find("http://"), std::string::npos);
  EXPECT_NE(WrongOf(ConfigOf("openai:https://me:pw@x")).find("key_env"), std::string::npos);
  EXPECT_EQ(WrongOf(ConfigOf("openai:https://me:pw@x")).find("pw@"), std::string::npos);
  EXPECT_NE(WrongOf(ConfigOf("openai:https://x", "")).find("`model` is missing"), std::string::npos);
  EXPECT_NE(WrongOf(ConfigOf("grpc:x:1")).find("openai:"), std::string::npos);
}

TEST_F(WireFormatTest, MessagesMarkTheInstructionsForTheCache) {
  const Json body = BodyOf(ConfigOf("anthropic:https://api.anthropic.com", "c"));
  EXPECT_EQ(body["system"][0]["text"], "You are \"Pat\".\n");
  EXPECT_EQ(body["system"][0]["cache_control"]["type"], "ephemeral");
  EXPECT_EQ(body["output_config"]["format"]["type"], "json_schema");
  EXPECT_EQ(body["max_tokens"], 900);
  EXPECT_FALSE(body.contains("seed"));
}

TEST_F(WireFormatTest, MessagesGetASchemaWithoutBoundsButWithAllProperties) {
  const std::string schema =
      R"({"type":"object","properties":{"minimum":{"type":"number","minimum":0},"list":{"type":"array","maxItems":3,)"
      R"("items":{"type":"string","maxLength":9,"enum":["a"]}}},"required":["minimum"]})";
  EXPECT_EQ(WithoutBounds(schema),
            R"({"type":"object","properties":{"minimum":{"type":"number"},"list":{"type":"array",)"
            R"("items":{"type":"string","enum":["a"]}}},"required":["minimum"]})");
}

TEST_F(WireFormatTest, WhatNeverChangesComesFirst) {
  for (const char* url : {"openai:https://api.openai.com", "anthropic:https://api.anthropic.com"}) {
    const auto format = MakeWireFormat(ConfigOf(url));
    BodyBuilder builder(format->get());
    const std::string a = builder.Build(*CallOf("one").prompt);
    const std::string b = builder.Build(*CallOf("two").prompt);
    const size_t same = static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
    EXPECT_EQ(a.substr(same), R"(one"}]})");
  }
}

TEST_F(WireFormatTest, CopiesOfTheInstructionsGiveTheSameBytes) {
  const auto format = MakeWireFormat(ConfigOf("openai:https://api.openai.com"));
  BodyBuilder builder(format->get());
  LlmPrompt prompt = *CallOf("x").prompt;
  const std::string first = builder.Build(prompt);
  for (int i = 0; i < 100; ++i) {
    prompt.system = std::make_shared<std::string>("system " + std::to_string(i));
    EXPECT_NE(builder.Build(prompt).find(*prompt.system), std::string::npos);
  }
  prompt.system = std::make_shared<std::string>(*CallOf("x").prompt->system);
  EXPECT_EQ(builder.Build(prompt), first);
}

TEST_F(WireFormatTest, ParametersAreJsonAndHoldWhatShapesTheAnswer) {
  const auto parameters =
      Json::parse((*MakeWireFormat(ConfigOf("openai:http://localhost:8000")))->parameters());
  EXPECT_EQ(parameters["temperature"], 0.25);
  EXPECT_EQ(parameters["max_tokens"], 900);
  EXPECT_EQ(parameters["seed"], 11);
}

}  // namespace
}  // namespace seaworthy
