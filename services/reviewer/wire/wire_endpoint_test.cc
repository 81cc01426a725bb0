#include "services/reviewer/wire/wire_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/reviewer/text.h"
#include "services/reviewer/wire/testing/ask.h"
#include "services/reviewer/wire/testing/loopback_server.h"

namespace seaworthy {
namespace {

using testing::Answer;
using testing::Ask;
using testing::CallOf;
using testing::Events;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using ::testing::Not;
using testing::Script;

constexpr const char* kKey = "sk-canary-0123456789";

class WireEndpointTest : public ::testing::Test {
 protected:
  std::unique_ptr<LlmEndpoint> EndpointAt(const std::string& url) {
    EndpointConfig config;
    config.name = "front";
    config.url = scheme_ + url;
    config.model = "tall-2";
    config.stream = stream_;
    return *MakeWireEndpoint(config, kKey, &client_);
  }
  LlmReply Reply(const Script& script, absl::Duration deadline = absl::Seconds(20)) {
    const LoopbackServer server(script);
    return Ask(*EndpointAt(server.url()), CallOf("the tool", deadline));
  }
  LlmReply Body(std::string_view body) { return Reply(Answer(200, body)); }
  LlmReply Error(int status, std::string_view body, std::string_view headers = "") {
    return Reply(Answer(status, body, headers));
  }

  HttpClient client_;
  std::string scheme_ = "openai:";
  bool stream_ = false;
};

// A whole answer of Chat Completions whose message is `message`.
std::string Completion(std::string_view message, std::string_view finish = "stop") {
  return text::Cat(
      R"({"id":"c1","object":"chat.completion","model":"tall-2-0301","system_fingerprint":"fp_9",)",
      R"("choices":[{"index":0,"message":)", message, R"(,"finish_reason":")", finish, R"("}],)",
      R"("usage":{"prompt_tokens":900,"completion_tokens":70,"total_tokens":970,)",
      R"("prompt_tokens_details":{"cached_tokens":512},)",
      R"("completion_tokens_details":{"reasoning_tokens":20}}})");
}
std::string Says(std::string_view text, std::string_view finish = "stop") {
  return Completion(text::Cat(R"({"role":"assistant","refusal":null,"content":)", JsonQuoted(text), "}"),
                    finish);
}
std::string Message(std::string_view text, std::string_view stop = "end_turn") {
  return text::Cat(R"({"type":"message","model":"c-9","content":[{"type":"thinking","thinking":"hm"},)",
                   R"({"type":"text","text":)", JsonQuoted(text), R"(}],"stop_reason":")", stop, R"(",)",
                   R"("usage":{"input_tokens":10,"output_tokens":30,"cache_creation_input_tokens":5,)",
                   R"("cache_read_input_tokens":100}})");
}

TEST_F(WireEndpointTest, ReadsAVerdictAndAllThereIsToKnowOfIt) {
  const std::string body = Says(R"({"vote":"ship"})");
  const LlmReply reply = Reply(Answer(200, body, "x-request-id: req_7\r\n"));
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, R"({"vote":"ship"})");
  EXPECT_EQ(reply.wire, body);
  EXPECT_EQ(reply.model, "tall-2-0301");
  EXPECT_EQ(reply.fingerprint, "fp_9");
  EXPECT_EQ(reply.provider_request_id, "req_7");
  EXPECT_EQ(reply.usage.input_tokens, 900U);
  EXPECT_EQ(reply.usage.cached_input_tokens, 512U);
  EXPECT_EQ(reply.usage.output_tokens, 70U);
  EXPECT_EQ(reply.usage.reasoning_tokens, 20U);
  EXPECT_EQ(reply.http_status, 200);
}

TEST_F(WireEndpointTest, HandsBackWhatWasSentWithoutTheKey) {
  const LoopbackServer server(Answer(200, Says("{}")));
  const LlmReply reply = Ask(*EndpointAt(server.url()), CallOf("the tool"));
  const std::string request = server.requests()[0];
  EXPECT_TRUE(request.starts_with("POST /v1/chat/completions HTTP/1.1"));
  EXPECT_THAT(request, HasSubstr(std::string("Authorization: Bearer ") + kKey));
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), reply.sent);
  EXPECT_THAT(reply.sent, Not(HasSubstr(kKey)));
}

TEST_F(WireEndpointTest, StrikesOutAKeyThatTheProviderRepeats) {
  const LlmReply reply = Error(401, text::Cat(R"({"error":{"message":"wrong key )", kKey, R"("}})"));
  EXPECT_EQ(reply.outcome, LlmOutcome::kRejected);
  EXPECT_THAT(reply.message + reply.wire + reply.raw, Not(HasSubstr(kKey)));
  EXPECT_THAT(reply.message, HasSubstr("endpoint `front`: status 401: wrong key ***; check the key"));
}

TEST_F(WireEndpointTest, TakesAFenceAndWhiteSpaceOff) {
  EXPECT_EQ(Body(Says("```json\n{\"a\":1}\n```\n")).raw, R"({"a":1})");
  EXPECT_EQ(Body(Says("\n {\"a\":1} ")).raw, R"({"a":1})");
}

TEST_F(WireEndpointTest, TextThatIsNoJsonIsInvalid) {
  for (const char* text : {"I think so.", "{\"a\":1", "", "```json\n```", "{\"a\":1} indeed"}) {
    EXPECT_EQ(Body(Says(text)).outcome, LlmOutcome::kInvalidJson) << text;
  }
  EXPECT_EQ(Body(Says(std::string(100'000, '['))).outcome, LlmOutcome::kInvalidJson);
  EXPECT_EQ(Body(Completion(R"({"content":null})")).outcome, LlmOutcome::kInvalidJson);
  EXPECT_EQ(Body(Says("{}", "tool_calls")).outcome, LlmOutcome::kInvalidJson);
}

TEST_F(WireEndpointTest, RefusalsAreRefused) {
  EXPECT_EQ(Body(Completion(R"({"content":null,"refusal":"I cannot."})")).outcome, LlmOutcome::kRefused);
  EXPECT_EQ(Body(Says("{\"a\":", "content_filter")).outcome, LlmOutcome::kRefused);
  EXPECT_EQ(Error(400, R"({"error":{"code":"content_filter","message":"m"}})").outcome, LlmOutcome::kRefused);
}

TEST_F(WireEndpointTest, LengthIsTruncatedEvenWhereTheTextIsJson) {
  EXPECT_EQ(Body(Says("{}", "length")).outcome, LlmOutcome::kTruncated);
}

TEST_F(WireEndpointTest, AnErrorAt200IsNoAnswer) {
  const auto outcome = [this](const char* error) {
    return Body(text::Cat(R"({"error":)", error, "}")).outcome;
  };
  EXPECT_EQ(outcome(R"({"message":"m","code":429})"), LlmOutcome::kRateLimited);
  EXPECT_EQ(outcome(R"({"message":"m","code":502})"), LlmOutcome::kOverloaded);
  EXPECT_EQ(outcome(R"({"message":"m","code":402})"), LlmOutcome::kSpendCapped);
  EXPECT_EQ(outcome(R"({"message":"m","type":"insufficient_quota"})"), LlmOutcome::kSpendCapped);
  EXPECT_EQ(outcome(R"({"message":"m","type":"invalid_request_error"})"), LlmOutcome::kRejected);
  EXPECT_EQ(outcome(R"("model is loading")"), LlmOutcome::kOverloaded);
  EXPECT_EQ(Body(R"({"choices":[{"error":{"code":502},"message":{"content":"{}"}}]})").outcome,
            LlmOutcome::kOverloaded);
}

TEST_F(WireEndpointTest, BodiesThatAreNoAnswer) {
  for (const char* body : {"", "<html>", "{}", R"({"choices":[]})", R"(["x"])"})
    EXPECT_EQ(Body(body).outcome, LlmOutcome::kTransport) << body;
  const std::string whole = Says("{}");
  EXPECT_EQ(Body(whole.substr(0, whole.size() / 2)).outcome, LlmOutcome::kInvalidJson);
  EXPECT_EQ(Body(R"({"choices":)" + std::string(100'000, '[')).outcome, LlmOutcome::kInvalidJson);
  EXPECT_EQ(Body(Completion("{\"content\":\"\xff\"}")).outcome, LlmOutcome::kInvalidJson);
  EXPECT_EQ(Body(Completion(std::string("{\"content\":\"\0\"}", 14))).outcome, LlmOutcome::kInvalidJson);
}

TEST_F(WireEndpointTest, StatusesBecomeOutcomes) {
  const std::pair<int, LlmOutcome> cases[] = {
      {400, LlmOutcome::kRejected},    {401, LlmOutcome::kRejected},   {402, LlmOutcome::kSpendCapped},
      {403, LlmOutcome::kRejected},    {404, LlmOutcome::kRejected},   {408, LlmOutcome::kOverloaded},
      {409, LlmOutcome::kOverloaded},  {413, LlmOutcome::kRejected},   {422, LlmOutcome::kRejected},
      {429, LlmOutcome::kRateLimited}, {500, LlmOutcome::kOverloaded}, {502, LlmOutcome::kOverloaded},
      {503, LlmOutcome::kOverloaded},  {529, LlmOutcome::kOverloaded}, {302, LlmOutcome::kRejected},
      {202, LlmOutcome::kTransport}};
  for (const auto& [status, outcome] : cases) EXPECT_EQ(Error(status, "<html>").outcome, outcome) << status;
}

TEST_F(WireEndpointTest, TheTwoFamiliesOf429) {
  const auto outcome = [this](const char* code) {
    return Error(429, text::Cat(R"({"error":{"message":"m","type":"t","code":")", code, R"("}})")).outcome;
  };
  EXPECT_EQ(outcome("rate_limit_exceeded"), LlmOutcome::kRateLimited);
  for (const char* code :
       {"insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded"})
    EXPECT_EQ(outcome(code), LlmOutcome::kSpendCapped) << code;
}

TEST_F(WireEndpointTest, TellsHowLongToWait) {
  EXPECT_EQ(Error(429, "{}", "Retry-After: 3\r\n").retry_after, absl::Seconds(3));
  EXPECT_EQ(Error(503, R"({"error":{"code":"slow_down"}})", "retry-after-ms: 40\r\n").retry_after,
            absl::Milliseconds(40));
  EXPECT_EQ(Error(429, "{}", "x-ratelimit-reset-tokens: 6m0s\r\n").retry_after, absl::Minutes(6));
  EXPECT_EQ(Error(429, "{}").retry_after, std::nullopt);
  EXPECT_EQ(Error(400, "{}", "Retry-After: 3\r\n").retry_after, std::nullopt);
}

TEST_F(WireEndpointTest, ShouldRetryIsObeyed) {
  EXPECT_EQ(Error(503, "{}", "x-should-retry: false\r\n").outcome, LlmOutcome::kRejected);
  EXPECT_EQ(Error(400, "{}", "x-should-retry: true\r\n").outcome, LlmOutcome::kOverloaded);
  EXPECT_EQ(Error(402, "{}", "x-should-retry: true\r\n").outcome, LlmOutcome::kSpendCapped);
}

TEST_F(WireEndpointTest, TheDeadlineHoldsWhateverTheServerDoes) {
  Script script;
  script.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n";
  script.then = Script::Then::kStall;
  EXPECT_EQ(Reply(script, absl::Milliseconds(100)).outcome, LlmOutcome::kTimeout);
  script.forever = "x";
  script.then = Script::Then::kDrip;
  EXPECT_EQ(Reply(script, absl::Milliseconds(100)).outcome, LlmOutcome::kTimeout);
  EXPECT_EQ(Ask(*EndpointAt("http://127.0.0.1:1"), CallOf("x", absl::ZeroDuration())).outcome,
            LlmOutcome::kTimeout);
}

TEST_F(WireEndpointTest, BrokenConnectionsAreTransportOrCut) {
  Script script;
  script.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"choices\"";
  script.then = Script::Then::kReset;
  EXPECT_EQ(Reply(script).outcome, LlmOutcome::kTransport);
  script.then = Script::Then::kClose;
  EXPECT_EQ(Reply(script).outcome, LlmOutcome::kCutStream);
  script.bytes = "HTTP/1.1 429 X\r\nContent-Length: 90\r\n\r\n{";
  EXPECT_EQ(Reply(script).outcome, LlmOutcome::kRateLimited);
  EXPECT_EQ(Ask(*EndpointAt("http://127.0.0.1:1"), CallOf("x")).outcome, LlmOutcome::kTransport);
}

TEST_F(WireEndpointTest, AHugeAnswerIsTransport) {
  Script script;
  script.bytes = "HTTP/1.1 200 OK\r\n\r\n";
  script.forever = std::string(1 << 16, 'x');
  const LlmReply reply = Reply(script);
  EXPECT_EQ(reply.outcome, LlmOutcome::kTransport);
  EXPECT_LE(reply.wire.size(), 1U << 20);
}

TEST_F(WireEndpointTest, MessagesAreBoundedUtf8) {
  const LlmReply reply =
      Error(400, text::Cat(R"({"error":{"code":")", std::string(5000, 'c'), R"(","message":")",
                           std::string(299, 'x'), "é\xff\x01", R"("}})"));
  EXPECT_LE(reply.message.size(), 1000U);
  EXPECT_TRUE(text::IsUtf8(reply.message));
}

TEST_F(WireEndpointTest, DestroyingTheEndpointEndsItsCalls) {
  Script stall;
  stall.then = Script::Then::kStall;
  const LoopbackServer server(stall);
  auto endpoint = EndpointAt(server.url());
  int ended = 0;
  for (int i = 0; i < 10; ++i)
    endpoint->Start(CallOf("x"),
                    [&](const LlmReply& r) { ended += r.outcome == LlmOutcome::kTransport ? 1 : 0; });
  server.WaitForRequests(10);
  endpoint.reset();
  EXPECT_EQ(ended, 10);
}

class OpenAiStreamTest : public WireEndpointTest {
 protected:
  OpenAiStreamTest() { stream_ = true; }
  static std::string Chunk(std::string_view delta, std::string_view finish = "null") {
    return text::Cat(R"(data: {"model":"tall-2-0301","choices":[{"index":0,"delta":)", delta,
                     R"(,"finish_reason":)", finish, "}]}\n\n");
  }
  static std::string Text(std::string_view text) {
    return Chunk(text::Cat(R"({"content":)", JsonQuoted(text), "}"));
  }
  static std::string End(std::string_view finish = R"("stop")") {
    return Chunk("{}", finish) +
           "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\ndata: "
           "[DONE]\n\n";
  }
};

TEST_F(OpenAiStreamTest, PutsTheTextTogether) {
  const LlmReply reply = Reply(Events(": hi\n\n" + Chunk(R"({"role":"assistant","content":""})") +
                                      Text("{\"a\"") + Text(":1}") + End()));
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, R"({"a":1})");
  EXPECT_EQ(reply.usage.output_tokens, 4U);
  EXPECT_EQ(reply.model, "tall-2-0301");
  EXPECT_THAT(reply.sent, HasSubstr(R"("stream":true)"));
}

TEST_F(OpenAiStreamTest, WithoutItsEndItIsCut) {
  EXPECT_EQ(Reply(Events(Text("{}") + Chunk("{}", R"("stop")"))).outcome, LlmOutcome::kCutStream);
  EXPECT_EQ(Reply(Events(Text("{}"))).outcome, LlmOutcome::kCutStream);
  EXPECT_EQ(Reply(Events("")).outcome, LlmOutcome::kCutStream);
}

TEST_F(OpenAiStreamTest, FinishReasonsCount) {
  EXPECT_EQ(Reply(Events(Text("{") + End(R"("length")"))).outcome, LlmOutcome::kTruncated);
  EXPECT_EQ(Reply(Events(Text("{}") + End(R"("content_filter")"))).outcome, LlmOutcome::kRefused);
  EXPECT_EQ(Reply(Events(Chunk(R"({"refusal":"no"})") + End())).outcome, LlmOutcome::kRefused);
}

TEST_F(OpenAiStreamTest, AnErrorInTheStreamEndsIt) {
  Script script = Events(Text("{") + "data: {\"error\":{\"code\":\"rate_limit_exceeded\"}}\n\n");
  script.then = Script::Then::kStall;
  EXPECT_EQ(Reply(script).outcome, LlmOutcome::kRateLimited);
}

TEST_F(OpenAiStreamTest, EndsAWhitespaceLoopEarly) {
  Script script = Events(Text("{\"a\":"));
  script.forever = Text("\n\n\n\n");
  EXPECT_EQ(Reply(script).outcome, LlmOutcome::kTruncated);
  script = Events(Text("{\"a\":1}"));
  script.forever = Text("   ");
  EXPECT_EQ(Reply(script).outcome, LlmOutcome::kOk);
}

TEST_F(OpenAiStreamTest, AnEndlessStreamIsEnded) {
  Script script = Events(Text("{\"a\":\""));
  script.forever = Text(std::string(4000, 'y'));
  const LlmReply reply = Reply(script);
  EXPECT_EQ(reply.outcome, LlmOutcome::kTransport);
  EXPECT_LE(reply.wire.size(), 1U << 20);
}

TEST_F(OpenAiStreamTest, BrokenEventsAreInvalid) {
  EXPECT_EQ(Reply(Events("data: {\"choices\":\n\n")).outcome, LlmOutcome::kInvalidJson);
  EXPECT_EQ(Reply(Events("data: " + std::string(100'000, '[') + "\n\n")).outcome, LlmOutcome::kInvalidJson);
  EXPECT_EQ(Reply(Events(Chunk("{\"content\":\"\xff\"}"))).outcome, LlmOutcome::kInvalidJson);
}

TEST_F(OpenAiStreamTest, AServerThatDoesNotStreamIsUnderstood) {
  EXPECT_EQ(Body(Says("{}")).outcome, LlmOutcome::kOk);
  EXPECT_EQ(Body(R"({"error":{"code":429}})").outcome, LlmOutcome::kRateLimited);
  EXPECT_EQ(Error(429, "{}").outcome, LlmOutcome::kRateLimited);
}

class AnthropicTest : public WireEndpointTest {
 protected:
  AnthropicTest() { scheme_ = "anthropic:"; }
};

TEST_F(AnthropicTest, ReadsAVerdictAndItsUsage) {
  const LlmReply reply = Reply(Answer(200, Message(R"({"vote":"ship"})"), "request-id: req_a\r\n"));
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, R"({"vote":"ship"})");
  EXPECT_EQ(reply.model, "c-9");
  EXPECT_EQ(reply.provider_request_id, "req_a");
  EXPECT_EQ(reply.usage.input_tokens, 115U);
  EXPECT_EQ(reply.usage.cached_input_tokens, 100U);
  EXPECT_EQ(reply.usage.cache_write_tokens, 5U);
  EXPECT_EQ(reply.usage.output_tokens, 30U);
}

TEST_F(AnthropicTest, SendsItsKeyAndVersion) {
  const LoopbackServer server(Answer(200, Message("{}")));
  Ask(*EndpointAt(server.url()), CallOf("x"));
  EXPECT_TRUE(server.requests()[0].starts_with("POST /v1/messages HTTP/1.1"));
  EXPECT_THAT(server.requests()[0], HasSubstr(std::string("x-api-key: ") + kKey));
  EXPECT_THAT(server.requests()[0], HasSubstr("anthropic-version: 2023-06-01"));
}

TEST_F(AnthropicTest, StopReasonsBecomeOutcomes) {
  EXPECT_EQ(Body(Message("{}", "refusal")).outcome, LlmOutcome::kRefused);
  EXPECT_EQ(Body(Message("{}", "max_tokens")).outcome, LlmOutcome::kTruncated);
  EXPECT_EQ(Body(Message("{}", "tool_use")).outcome, LlmOutcome::kInvalidJson);
  EXPECT_EQ(Body(Message("Sure!")).outcome, LlmOutcome::kInvalidJson);
}

TEST_F(AnthropicTest, ErrorsBecomeOutcomes) {
  const auto outcome = [this](int status, const char* error) {
    return Error(status, text::Cat(R"({"type":"error","error":)", error, R"(,"request_id":"r"})")).outcome;
  };
  EXPECT_EQ(outcome(529, R"({"type":"overloaded_error","message":"m"})"), LlmOutcome::kOverloaded);
  EXPECT_EQ(outcome(402, R"({"type":"billing_error","message":"m"})"), LlmOutcome::kSpendCapped);
  EXPECT_EQ(outcome(429, R"({"type":"rate_limit_error","message":"m"})"), LlmOutcome::kRateLimited);
  EXPECT_EQ(
      outcome(429, R"({"type":"rate_limit_error","details":{"error_code":"enforced_spend_limit_reached"}})"),
      LlmOutcome::kSpendCapped);
  EXPECT_EQ(outcome(400, R"({"type":"invalid_request_error","message":"Your credit balance is too low to"})"),
            LlmOutcome::kSpendCapped);
  EXPECT_EQ(outcome(413, R"({"type":"request_too_large","message":"m"})"), LlmOutcome::kRejected);
  EXPECT_EQ(outcome(200, R"({"type":"overloaded_error","message":"m"})"), LlmOutcome::kOverloaded);
}

TEST_F(AnthropicTest, ReadsRfc3339Resets) {
  const LlmReply reply =
      Error(429, "{}",
            "Date: Sun, 01 Mar 2026 12:00:00 GMT\r\nanthropic-ratelimit-tokens-remaining: 0\r\n"
            "anthropic-ratelimit-tokens-reset: 2026-03-01T12:00:09Z\r\n");
  EXPECT_EQ(reply.retry_after, absl::Seconds(9));
}

class AnthropicStreamTest : public AnthropicTest {
 protected:
  AnthropicStreamTest() { stream_ = true; }
  static constexpr const char* kStart =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"c-9\",\"content\":[],"
      "\"stop_reason\":null,\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":90,\"output_tokens\":"
      "1}}}\n\n"
      "data: {\"type\":\"ping\"}\n\n";
  static constexpr const char* kText =
      "data: "
      "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"{}\"}}"
      "\n\n";
  static constexpr const char* kStop =
      "data: "
      "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}"
      "\n\n";
  static constexpr const char* kEnd = "data: {\"type\":\"message_stop\"}\n\n";
};

TEST_F(AnthropicStreamTest, PutsTheTextTogether) {
  const LlmReply reply = Reply(Events(text::Cat(kStart, kText, kStop, kEnd)));
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, "{}");
  EXPECT_EQ(reply.model, "c-9");
  EXPECT_EQ(reply.usage.input_tokens, 100U);
  EXPECT_EQ(reply.usage.output_tokens, 7U);
}

TEST_F(AnthropicStreamTest, WithoutMessageStopItIsCut) {
  EXPECT_EQ(Reply(Events(text::Cat(kStart, kText, kStop))).outcome, LlmOutcome::kCutStream);
}

TEST_F(AnthropicStreamTest, AnErrorInTheStreamCounts) {
  EXPECT_EQ(Reply(Events(text::Cat(kStart,
                                   "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                                   "\"message\":\"m\"}}\n\n")))
                .outcome,
            LlmOutcome::kOverloaded);
}

}  // namespace
}  // namespace seaworthy
