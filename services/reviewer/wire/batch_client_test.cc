#include "services/reviewer/wire/batch_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "services/reviewer/text.h"
#include "services/reviewer/wire/testing/ask.h"
#include "services/reviewer/wire/testing/loopback_server.h"

namespace seaworthy {
namespace {

using testing::Answer;
using testing::CallOf;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using ::testing::Not;
using testing::Script;

constexpr const char* kKey = "sk-canary-0123456789";

class BatchClientTest : public ::testing::Test {
 protected:
  // Answers by `METHOD PATH`; 404 for the rest.
  BatchClientTest() : server_([this](std::string_view request) { return Play(request); }) {}

  Script Play(std::string_view request) const {
    const auto words = text::Words(request.substr(0, request.find('\n')));
    absl::MutexLock lock(&mutex_);
    const auto it = answers_.find(text::Cat(words[0], " ", words[1]));
    return it == answers_.end() ? Answer(404, R"({"error":{"message":"no such path"}})") : it->second;
  }
  void When(const std::string& what, std::string_view body, int status = 200) {
    absl::MutexLock lock(&mutex_);
    answers_[what] = Answer(status, body);
  }
  std::unique_ptr<BatchClient> Client(const std::string& scheme) {
    EndpointConfig config;
    config.name = "night";
    config.url = scheme + server_.url();
    config.model = "tall-2";
    config.stream = true;
    return *BatchClient::Make(config, kKey, &client_);
  }
  static std::vector<BatchItem> Items() {
    return {{"harrow-3_dx", CallOf("one").prompt}, {"harrow-3_business", CallOf("two").prompt}};
  }

  mutable absl::Mutex mutex_;
  std::map<std::string, Script> answers_ ABSL_GUARDED_BY(mutex_);
  HttpClient client_;
  LoopbackServer server_;
};

std::string OpenAiLine(std::string_view id, int status, std::string_view body) {
  return text::Cat(R"({"id":"b","custom_id":")", id, R"(","response":{"status_code":)", status,
                   R"(,"request_id":"req_1","body":)", body, R"(},"error":null})", "\n");
}
std::string OpenAiError(std::string_view id, std::string_view code) {
  return text::Cat(R"({"custom_id":")", id, R"(","response":null,"error":{"code":")", code,
                   R"(","message":"m"}})", "\n");
}
std::string AnthropicLine(std::string_view id, std::string_view result) {
  return text::Cat(R"({"custom_id":")", id, R"(","result":)", result, "}\n");
}

TEST_F(BatchClientTest, SubmitsAFileToOpenAi) {
  When("POST /v1/files", R"({"id":"file-1"})");
  When("POST /v1/batches", R"({"id":"batch_1","status":"validating","errors":null})");
  const auto client = Client("openai:");
  EXPECT_EQ(client->Submit(Items()).value_or("?"), "batch_1");
  const auto requests = server_.requests();
  EXPECT_THAT(requests[0], HasSubstr("Content-Type: multipart/form-data; boundary="));
  EXPECT_THAT(requests[0], HasSubstr(R"({"custom_id":"harrow-3_business","method":"POST")"));
  EXPECT_THAT(requests[0], HasSubstr(client->BodyOf(*CallOf("two").prompt)));
  EXPECT_THAT(requests[0], Not(HasSubstr(R"("stream":true)")));
  EXPECT_THAT(requests[1], HasSubstr(R"("input_file_id":"file-1")"));
}

TEST_F(BatchClientTest, SubmitsRequestsToAnthropic) {
  When("POST /v1/messages/batches", R"({"id":"msgbatch_1","processing_status":"in_progress"})");
  const auto client = Client("anthropic:");
  EXPECT_EQ(client->Submit(Items()).value_or("?"), "msgbatch_1");
  EXPECT_THAT(server_.requests()[0],
              HasSubstr(text::Cat(R"({"requests":[{"custom_id":"harrow-3_dx","params":)",
                                  client->BodyOf(*CallOf("one").prompt), "},{")));
}

TEST_F(BatchClientTest, TellsHowFarABatchIs) {
  using State = BatchProgress::State;
  const std::pair<const char*, State> cases[] = {
      {"validating", State::kRunning}, {"in_progress", State::kRunning}, {"finalizing", State::kRunning},
      {"completed", State::kEnded},    {"expired", State::kEnded},       {"cancelled", State::kEnded},
      {"failed", State::kFailed}};
  for (const auto& [status, state] : cases) {
    When("GET /v1/batches/b1",
         text::Cat(R"({"id":"b1","status":")", status,
                   R"(","errors":{"object":"list","data":[{"code":"c","message":"why"}]}})"));
    const auto progress = Client("openai:")->Poll("b1");
    EXPECT_EQ(progress->state, state) << status;
    EXPECT_EQ(progress->message, "c why");
  }
  When("GET /v1/messages/batches/b1", R"({"id":"b1","processing_status":"ended"})");
  EXPECT_EQ(Client("anthropic:")->Poll("b1")->state, State::kEnded);
}

TEST_F(BatchClientTest, ReadsBothFilesOfOpenAi) {
  When("GET /v1/batches/b1", R"({"id":"b1","status":"expired","output_file_id":"f1","error_file_id":"f2"})");
  When(
      "GET /v1/files/f1/content",
      OpenAiLine(
          "a", 200,
          R"({"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5}})"));
  When("GET /v1/files/f2/content",
       OpenAiLine("b", 400, R"({"error":{"message":"bad"}})") + OpenAiError("c", "batch_expired") +
           OpenAiError("d", "batch_cancelled") + "not a line\n" + OpenAiError("e", "request_timeout"));
  const auto replies = *Client("openai:")->Results("b1");
  ASSERT_EQ(replies.size(), 5U);
  EXPECT_EQ(replies.at("a").outcome, LlmOutcome::kOk);
  EXPECT_EQ(replies.at("a").usage.input_tokens, 5U);
  EXPECT_EQ(replies.at("a").provider_request_id, "req_1");
  EXPECT_EQ(replies.at("b").outcome, LlmOutcome::kRejected);
  EXPECT_EQ(replies.at("c").outcome, LlmOutcome::kTimeout);
  EXPECT_EQ(replies.at("d").outcome, LlmOutcome::kRejected);
  EXPECT_EQ(replies.at("e").outcome, LlmOutcome::kTimeout);
}

TEST_F(BatchClientTest, ReadsResultsOfAnthropicInAnyOrder) {
  When("GET /v1/messages/batches/b1/results",
       AnthropicLine("z", R"({"type":"expired"})") + AnthropicLine("y", R"({"type":"canceled"})") +
           AnthropicLine(
               "x", R"({"type":"errored","error":{"type":"error","error":{"type":"overloaded_error"}}})") +
           AnthropicLine("a", R"({"type":"succeeded","message":{"content":[{"type":"text","text":"{}"}],)"
                              R"("stop_reason":"end_turn","usage":{"output_tokens":3}}})"));
  const auto replies = *Client("anthropic:")->Results("b1");
  EXPECT_EQ(replies.at("a").outcome, LlmOutcome::kOk) << replies.at("a").message;
  EXPECT_EQ(replies.at("a").usage.output_tokens, 3U);
  EXPECT_EQ(replies.at("x").outcome, LlmOutcome::kOverloaded);
  EXPECT_EQ(replies.at("y").outcome, LlmOutcome::kRejected);
  EXPECT_EQ(replies.at("z").outcome, LlmOutcome::kTimeout);
}

TEST_F(BatchClientTest, SaysWhatIsWrongWithItems) {
  const auto code = [this](const std::vector<BatchItem>& items) {
    return Client("openai:")->Submit(items).status().code();
  };
  EXPECT_EQ(code({}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"a b", CallOf("x").prompt}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"a", CallOf("x").prompt}, {"a", CallOf("x").prompt}}), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(BatchClientTest, ErrorsNameTheEndpointAndNotTheKey) {
  When("GET /v1/batches/b1", text::Cat(R"({"error":{"message":"bad key )", kKey, R"("}})"), 401);
  const absl::Status status = Client("openai:")->Poll("b1").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(status.message()), HasSubstr("endpoint `night`: status 401"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr(kKey)));
  EXPECT_EQ(Client("openai:")->Poll("b2").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(BatchClientTest, IdsStayOutOfPaths) {
  EXPECT_EQ(Client("openai:")->Poll("../models").status().code(), absl::StatusCode::kInvalidArgument);
  When("GET /v1/batches/b1", R"({"id":"b1","status":"completed","output_file_id":"../secrets"})");
  EXPECT_EQ(Client("openai:")->Results("b1").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace seaworthy
