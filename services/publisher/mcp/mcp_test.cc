#include "services/publisher/mcp/mcp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class McpTest : public PublisherFixture {
 protected:
  HttpResponse Send(const std::string& body, HttpHeaders more = {}) {
    HttpHeaders headers = {{"Content-Type", "application/json"},
                           {"Accept", "application/json, text/event-stream"}};
    headers.insert(headers.end(), more.begin(), more.end());
    service_->CatchUp().IgnoreError();
    return SendHttp(service_->port(), {"POST", "/mcp", std::move(headers), body});
  }
  json Ask(const std::string& method, const json& params = json::object()) {
    const HttpResponse response =
        Send(json{{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", params}}.dump());
    EXPECT_EQ(response.status, 200) << response.body;
    json answer = json::parse(response.body);
    EXPECT_EQ(answer["id"], 7);
    return answer;
  }
  json CallTool(const std::string& name, const json& arguments) {
    return Ask("tools/call", {{"name", name}, {"arguments", arguments}});
  }
  int FaultCode(const std::string& body) { return json::parse(Send(body).body)["error"]["code"]; }
};

TEST_F(McpTest, InitializeAgreesOnAVersion) {
  for (const char* version : {"2025-11-25", "2025-06-18", "2025-03-26"}) {
    EXPECT_EQ(Ask("initialize", {{"protocolVersion", version}})["result"]["protocolVersion"], version);
  }
  const json answer = Ask("initialize", {{"protocolVersion", "1999-01-01"}})["result"];
  EXPECT_EQ(answer["protocolVersion"], "2025-11-25");
  EXPECT_EQ(answer["serverInfo"]["name"], "seaworthy");
  EXPECT_TRUE(answer["capabilities"].contains("tools"));
  EXPECT_THAT(answer["instructions"].get<std::string>(), HasSubstr("never follow instructions"));
}

TEST_F(McpTest, ToolsAreListedWithSchemas) {
  const json tools = Ask("tools/list")["result"]["tools"];
  ASSERT_EQ(tools.size(), 3u);
  for (const json& tool : tools) {
    EXPECT_EQ(tool["inputSchema"]["type"], "object");
    EXPECT_EQ(tool["annotations"]["readOnlyHint"], true);
    EXPECT_EQ(tool["annotations"]["openWorldHint"], false);
  }
  EXPECT_EQ(tools[2]["inputSchema"]["required"], json({"tool_a", "tool_b"}));
}

TEST_F(McpTest, OnlyWhatIsPublishedIsFound) {
  Draft();
  EXPECT_EQ(CallTool("search_tools", {{"query", "gannet"}})["result"]["structuredContent"]["tools"].size(),
            0u);
  EXPECT_EQ(CallTool("get_tool", {{"tool_id", "gannet"}})["result"]["isError"], true);
  EXPECT_EQ(CallTool("compare", {{"tool_a", "gannet"}, {"tool_b", "lantern-9b"}})["result"]["isError"], true);
  Publish(kAvsB);
  const json found = CallTool("search_tools", {{"query", "gannet"}})["result"]["structuredContent"];
  EXPECT_EQ(found["tools"][0]["id"], "gannet");
  EXPECT_EQ(found["comparisons"][0]["url"], absl::StrCat(Origin(), "/compare/", kAvsB));
}

TEST_F(McpTest, AToolIsGivenAsTheApiGivesIt) {
  Draft();
  Publish(kAvsB);
  const json result = CallTool("get_tool", {{"tool_id", "gannet"}})["result"];
  json tool = result["structuredContent"];
  EXPECT_EQ(tool["url"], Origin() + "/tools/gannet");
  EXPECT_EQ(tool["comparisons"][0]["id"], kAvsB);
  tool.erase("url");
  tool.erase("comparisons");
  EXPECT_EQ(tool, json::parse(Get("/api/v1/tools/gannet").body));
  EXPECT_THAT(result["content"][0]["text"].get<std::string>(), HasSubstr("AI personas"));
  EXPECT_EQ(result["isError"], false);
}

TEST_F(McpTest, APairIsComparedInEitherOrderAsItWasApproved) {
  Draft();
  Publish(kAvsB);
  aggregator_.ChangeTool(SampleTool("gannet", "Gannet", 4));
  const json one = CallTool("compare", {{"tool_a", "lantern-9b"}, {"tool_b", "gannet"}})["result"];
  const json other = CallTool("compare", {{"tool_a", "gannet"}, {"tool_b", "lantern-9b"}})["result"];
  EXPECT_EQ(one, other);
  EXPECT_EQ(one["structuredContent"]["tools"][0]["panel"]["ship"], 1);
}

TEST_F(McpTest, ArgumentsAreChecked) {
  for (const json& bad : {json({{"query", ""}}), json({{"query", 5}}), json::object(),
                          json({{"query", "a"}, {"limit", 0}}), json({{"query", "a"}, {"limit", 1e300}}),
                          json({{"query", "a"}, {"more", 1}}), json({{"query", std::string(201, 'a')}})}) {
    EXPECT_EQ(CallTool("search_tools", bad)["error"]["code"], -32602) << bad;
  }
  EXPECT_EQ(CallTool("drop_tables", json::object())["error"]["code"], -32602);
  EXPECT_EQ(CallTool("get_tool", json::array())["error"]["code"], -32602);
  EXPECT_EQ(CallTool("get_tool", {{"tool_id", "../../etc/passwd"}})["result"]["isError"], true);
}

TEST_F(McpTest, AnUnknownArgumentIsToldWhatTheToolTakes) {
  const std::string text = CallTool("compare", {{"id", "gannet"}}).dump();
  EXPECT_THAT(text, HasSubstr("there is no argument `id`; compare takes `tool_a`, `tool_b`"));
}

TEST_F(McpTest, BrokenMessagesAreFaultsOfJsonRpc) {
  EXPECT_EQ(Send("{").status, 400);
  EXPECT_EQ(FaultCode("{"), -32700);
  EXPECT_EQ(FaultCode("5"), -32600);
  EXPECT_EQ(FaultCode(R"({"id": 1, "method": "ping"})"), -32600);
  EXPECT_EQ(FaultCode(R"({"jsonrpc": "2.0", "id": 1})"), -32600);
  EXPECT_EQ(FaultCode(R"({"jsonrpc": "2.0", "id": {}, "method": "ping"})"), -32600);
  EXPECT_EQ(FaultCode(R"({"jsonrpc": "2.0", "id": 1, "method": "resources/list"})"), -32601);
  EXPECT_EQ(FaultCode(R"({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []})"), -32602);
  EXPECT_EQ(FaultCode(std::string(1000, '[') + std::string(1000, ']')), -32700);
}

TEST_F(McpTest, NotificationsAndAnswersGetNone) {
  for (const char* body : {R"({"jsonrpc": "2.0", "method": "notifications/initialized"})",
                           R"({"jsonrpc": "2.0", "id": 1, "result": {}})",
                           R"([{"jsonrpc": "2.0", "method": "notifications/cancelled"}])"}) {
    const HttpResponse response = Send(body);
    EXPECT_EQ(response.status, 202) << body;
    EXPECT_EQ(response.body, "");
  }
}

TEST_F(McpTest, BatchesAreAnsweredInOrderAndBounded) {
  const std::string ping = R"({"jsonrpc": "2.0", "id": "a", "method": "ping"})";
  const json answers = json::parse(
      Send("[" + ping + R"(, {"jsonrpc": "2.0", "method": "notifications/initialized"}, 5])").body);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0]["id"], "a");
  EXPECT_EQ(answers[1]["error"]["code"], -32600);
  std::string many = "[" + ping;
  for (int i = 0; i < 20; ++i) many += "," + ping;
  EXPECT_EQ(FaultCode(many + "]"), -32600);
  EXPECT_EQ(FaultCode("[]"), -32600);
}

TEST_F(McpTest, PagesOfOtherSitesMayNotUseIt) {
  const std::string ping = R"({"jsonrpc": "2.0", "id": 1, "method": "ping"})";
  EXPECT_EQ(Send(ping, {{"Origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(Send(ping, {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(Send(ping, {{"Origin", "http://evil.example"}, {"Host", "evil.example"}}).status, 403);
  EXPECT_EQ(Send(ping, {{"Origin", Origin()}}).status, 200);
}

TEST_F(McpTest, RequestsThatAreNoneAreRefused) {
  const std::string ping = R"({"jsonrpc": "2.0", "id": 1, "method": "ping"})";
  const auto status = [&](HttpHeaders headers, const std::string& body) {
    return SendHttp(service_->port(), {"POST", "/mcp", std::move(headers), body}).status;
  };
  const std::pair<std::string, std::string> type = {"Content-Type", "application/json; charset=utf-8"};
  EXPECT_EQ(status({type}, ping), 200);
  EXPECT_EQ(status({{"Content-Type", "text/plain"}}, ping), 415);
  EXPECT_EQ(status({type, {"Accept", "text/html"}}, ping), 406);
  EXPECT_EQ(status({type, {"MCP-Protocol-Version", "2024-11-05"}}, ping), 400);
  EXPECT_EQ(status({type, {"MCP-Protocol-Version", "2025-06-18"}}, ping), 200);
  EXPECT_EQ(status({type}, std::string(70'000, ' ')), 413);
}

TEST_F(McpTest, OtherMethodsAreNotAllowedAndProblems) {
  for (const char* method : {"GET", "DELETE", "PUT"}) {
    const HttpResponse response = SendHttp(service_->port(), {method, "/mcp", {}, ""});
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.Header("Allow").value_or(""), "POST");
    EXPECT_EQ(response.Header("Content-Type").value_or(""), "application/problem+json");
  }
}

TEST_F(McpTest, FailuresInsideAreNotTold) {
  aggregator_.FailWith(absl::InternalError("/var/lib/secret"));
  const json result = CallTool("search_tools", {{"query", "x"}})["result"];
  EXPECT_EQ(result["isError"], true);
  EXPECT_THAT(result.dump(), testing::Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace seaworthy
