#include "tests/fault_server/fault_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <utility>

#include "nlohmann/json.hpp"
#include "tests/fault_server/test_client.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class FaultServerTest : public testing::Test {
 protected:
  void Serve(FaultServerOptions options = {}) { server_ = *FaultServer::Start(std::move(options)); }
  void ServeWithKey(const std::string& key) {
    FaultServerOptions options;
    options.provider.key = key;
    Serve(std::move(options));
  }

  Fetched OpenAi(const std::string& prefix = "", bool stream = false, FetchOptions options = {}) const {
    return Fetch(server_->url(prefix) + "/v1/chat/completions", OpenAiRequest(stream), options);
  }
  Fetched Anthropic(const std::string& prefix = "", bool stream = false) const {
    FetchOptions options;
    options.headers.emplace_back("anthropic-version: 2023-06-01");
    return Fetch(server_->url(prefix) + "/v1/messages", AnthropicRequest(stream), options);
  }
  Fetched Post(const std::string& body) const { return Fetch(server_->url() + "/v1/chat/completions", body); }
  Fetched Get(const std::string& path) const {
    FetchOptions options;
    options.method = "GET";
    return Fetch(server_->url() + path, "", options);
  }
  Fetched OverTls(const std::string& url) const {
    FetchOptions options;
    options.ca_file = testing::TempDir() + "fault_server_ca.pem";
    std::ofstream(options.ca_file) << server_->ca_pem();
    Fetched fetched = Fetch(url + "/v1/chat/completions", OpenAiRequest(), options);
    std::remove(options.ca_file.c_str());
    return fetched;
  }
  static std::string TextOf(const Fetched& fetched) {
    return json::parse(fetched.body)["choices"][0]["message"]["content"].get<std::string>();
  }
  static FetchOptions Brief() {
    FetchOptions options;
    options.timeout_ms = 200;
    return options;
  }

  std::unique_ptr<FaultServer> server_;
};

TEST_F(FaultServerTest, AnswersWithAVerdictOfThePersonaAskedFor) {
  Serve();
  const json verdict = json::parse(TextOf(OpenAi()));
  EXPECT_EQ(verdict["beats"][2]["id"], "first-ten-minutes");
  EXPECT_THAT(verdict["quote"].get<std::string>(), HasSubstr("Harrow"));
  EXPECT_EQ(verdict["claims"][0]["evidence"][0]["quote"], "MIT");
}

TEST_F(FaultServerTest, TheSameRequestGetsTheSameWords) {
  Serve();
  EXPECT_EQ(TextOf(OpenAi()), TextOf(OpenAi()));
}

TEST_F(FaultServerTest, OpenAiStreamsEndWithDone) {
  Serve();
  EXPECT_THAT(OpenAi("", true).body, EndsWith("data: [DONE]\n\n"));
  EXPECT_THAT(OpenAi("cut_stream", true).body, Not(HasSubstr("[DONE]")));
}

TEST_F(FaultServerTest, AnthropicAnswersPlainAndStreamed) {
  Serve();
  EXPECT_EQ(json::parse(Anthropic().body)["content"][0]["type"], "text");
  EXPECT_THAT(Anthropic("", true).body, EndsWith("{\"type\":\"message_stop\"}\n\n"));
  EXPECT_THAT(Anthropic("cut_stream", true).body, Not(HasSubstr("message_stop")));
}

TEST_F(FaultServerTest, RefusesWhatTheProviderWouldRefuse) {
  Serve();
  EXPECT_EQ(Post("{\"model\":").status, 400);
  EXPECT_EQ(Post(R"({"model":"m"})").status, 400);
  EXPECT_EQ(Post(R"({"model":"m","messages":[{"role":"user","content":"x"}],"tempreature":1})").status, 400);
  EXPECT_EQ(Post(R"({"model":"o3","messages":[{"role":"user","content":"x"}],"temperature":1})").status, 400);
  EXPECT_THAT(Post(R"({"messages":[]})").body, HasSubstr("invalid_request_error"));
}

TEST_F(FaultServerTest, RefusesSchemasThatAreNotStrict) {
  Serve();
  const std::string open =
      R"({"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema",)"
      R"("json_schema":{"name":"v","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}},)"
      R"("required":["a"]}}}})";
  EXPECT_THAT(Post(open).body, HasSubstr("additionalProperties"));
}

TEST_F(FaultServerTest, AsksForItsKey) {
  ServeWithKey("sesame");
  EXPECT_EQ(OpenAi().status, 401);
  EXPECT_EQ(Anthropic().status, 401);
  FetchOptions options;
  options.headers.emplace_back("authorization: Bearer sesame");
  EXPECT_EQ(OpenAi("", false, options).status, 200);
}

TEST_F(FaultServerTest, LimitsSpeakInEveryForm) {
  Serve();
  EXPECT_THAT(OpenAi("rate_limited_seconds").head, HasSubstr("retry-after: 1\r\n"));
  EXPECT_THAT(OpenAi("rate_limited_date").head, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(OpenAi("rate_limited_ms").head, HasSubstr("retry-after-ms: 1000\r\n"));
  EXPECT_THAT(OpenAi("rate_limited_reset").head, HasSubstr("x-ratelimit-reset-tokens: 1s\r\n"));
  EXPECT_THAT(Anthropic("rate_limited_reset").head, HasSubstr("anthropic-ratelimit-tokens-reset: 2"));
  EXPECT_THAT(OpenAi("rate_limited_bare").head, Not(HasSubstr("ratelimit")));
  EXPECT_THAT(Anthropic("spend_limit").body, HasSubstr("enforced_spend_limit_reached"));
}

TEST_F(FaultServerTest, EveryStatusIsTheOneItsNameSays) {
  Serve();
  const std::map<std::string, int> statuses = {
      {"quota", 429},      {"server_error", 500}, {"bad_gateway", 502},  {"slow_down", 503},
      {"overloaded", 529}, {"bad_request", 400},  {"unauthorized", 401}, {"billing", 402},
      {"forbidden", 403},  {"too_large", 413}};
  for (const auto& [name, status] : statuses) EXPECT_EQ(OpenAi(name).status, status) << name;
}

TEST_F(FaultServerTest, BodiesAreAsWrongAsTheirNamesSay) {
  Serve();
  EXPECT_EQ(OpenAi("huge_body").size >> 20, 100U);
  FetchOptions decoded;
  decoded.decode = true;
  EXPECT_EQ(OpenAi("gzip_bomb", false, decoded).size, 1U << 30);
  EXPECT_THAT(OpenAi("deep_nesting").body, HasSubstr(std::string(100'000, '[')));
  EXPECT_THAT(OpenAi("bad_utf8").body, HasSubstr("\xC3\x28"));
  EXPECT_NE(OpenAi("nul_bytes").body.find('\0'), std::string::npos);
  EXPECT_TRUE(json::parse(OpenAi("truncated_json").body, nullptr, false).is_discarded());
}

TEST_F(FaultServerTest, ContentIsAsWrongAsItsNameSays) {
  Serve();
  EXPECT_THAT(OpenAi("length").body, HasSubstr(R"("finish_reason":"length")"));
  EXPECT_THAT(Anthropic("length").body, HasSubstr(R"("stop_reason":"max_tokens")"));
  EXPECT_THAT(OpenAi("refusal").body, HasSubstr(R"("refusal":"I cannot)"));
  EXPECT_THAT(Anthropic("refusal").body, HasSubstr(R"("stop_reason":"refusal")"));
  EXPECT_THAT(TextOf(OpenAi("duplicate_keys")), HasSubstr(R"("vote":"ship","vote":"skip")"));
  EXPECT_THAT(OpenAi("error_in_200").body, HasSubstr(R"({"error":)"));
}

TEST_F(FaultServerTest, SilenceIsSilent) {
  Serve();
  for (const char* const name : {"no_answer", "stall", "one_byte_a_second"}) {
    EXPECT_TRUE(OpenAi(name, false, Brief()).timed_out()) << name;
  }
  EXPECT_EQ(OpenAi("stall", false, Brief()).status, 200);
  EXPECT_EQ(OpenAi("no_answer", false, Brief()).status, 0);
}

TEST_F(FaultServerTest, BrokenTransfersAreErrorsOfTransport) {
  Serve();
  EXPECT_EQ(OpenAi("reset").curl_code, 56);
  EXPECT_EQ(OpenAi("short_body").curl_code, 18);
  EXPECT_EQ(OpenAi("no_http").curl_code, 1);
  EXPECT_NE(OpenAi("header_flood").curl_code, 0);
}

TEST_F(FaultServerTest, EndlessStreamsEndWithTheClient) {
  Serve();
  EXPECT_TRUE(OpenAi("endless_stream", true, Brief()).timed_out());
}

TEST_F(FaultServerTest, DoorsStayShut) {
  for (const FaultKind door : {FaultKind::kBacklogFull, FaultKind::kNeverReads}) {
    FaultServerOptions options;
    options.door = door;
    Serve(std::move(options));
    EXPECT_TRUE(OpenAi("", false, Brief()).timed_out()) << FaultName(door);
  }
}

TEST_F(FaultServerTest, TlsHoldsAndFailsAsAsked) {
  constexpr int kPeerFailedVerification = 60;
  FaultServerOptions options;
  options.tls = true;
  Serve(options);
  EXPECT_EQ(OverTls(server_->url()).status, 200);
  for (const FaultKind door : {FaultKind::kTlsWrongHost, FaultKind::kTlsUnknownCa}) {
    options.door = door;
    Serve(options);
    EXPECT_EQ(OverTls(server_->url()).curl_code, kPeerFailedVerification) << FaultName(door);
  }
}

TEST_F(FaultServerTest, ScriptsArePlayedInOrder) {
  Serve();
  server_->SetScript("mine", {{FaultKind::kServerError, FaultKind::kOverloaded}, {}});
  EXPECT_EQ(OpenAi("mine").status, 500);
  EXPECT_EQ(OpenAi("mine").status, 529);
  EXPECT_EQ(OpenAi("mine").status, 200);
  EXPECT_EQ(OpenAi().status, 200);
}

TEST_F(FaultServerTest, AModelCanHaveItsScript) {
  Serve();
  server_->SetScript("m", {{}, {{FaultKind::kBilling, 1.0}}});
  EXPECT_EQ(OpenAi().status, 402);
}

TEST_F(FaultServerTest, SharesAreKept) {
  FaultServerOptions options;
  options.provider.script.shares = {{FaultKind::kServerError, 0.25}};
  Serve(std::move(options));
  for (int i = 0; i < 400; ++i) OpenAi();
  EXPECT_NEAR(static_cast<double>(server_->stats().errors), 100, 30);
}

TEST_F(FaultServerTest, CountsWhatItDid) {
  Serve();
  OpenAi();
  OpenAi("quota");
  const json stats = json::parse(Get("/stats").body);
  EXPECT_EQ(stats["faults"]["quota"], 1);
  EXPECT_EQ(stats["faults"]["none"], 1);
  EXPECT_EQ(stats["errors"], 1);
}

TEST_F(FaultServerTest, ListsItsModels) {
  Serve();
  EXPECT_EQ(json::parse(Get("/v1/models").body)["data"][0]["id"], "fault-model");
}

TEST_F(FaultServerTest, LargeAndMalformedRequestsAreTurnedAway) {
  FaultServerOptions options;
  options.max_body = 1000;
  Serve(std::move(options));
  EXPECT_EQ(Post(std::string(1001, ' ')).status, 413);
}

TEST_F(FaultServerTest, AFaultOfRequestsIsNoDoor) {
  FaultServerOptions options;
  options.door = FaultKind::kStall;
  EXPECT_EQ(FaultServer::Start(std::move(options)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(FaultServerTest, AnOpenAiBatchIsDoneAfterItsPolls) {
  Serve();
  const std::string line =
      R"({"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":)" + OpenAiRequest() + "}\n";
  FetchOptions form;
  form.headers = {"content-type: multipart/form-data; boundary=X"};
  const Fetched file =
      Fetch(server_->url() + "/v1/files",
            "--X\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
            "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.jsonl\"\r\n\r\n" +
                line + "\r\n--X--\r\n",
            form);
  const std::string file_id = json::parse(file.body)["id"];
  const json batch =
      json::parse(Fetch(server_->url() + "/v1/batches",
                        R"({"input_file_id":")" + file_id +
                            R"(","endpoint":"/v1/chat/completions","completion_window":"24h"})")
                      .body);
  EXPECT_EQ(batch["status"], "in_progress");
  const std::string path = "/v1/batches/" + batch["id"].get<std::string>();
  EXPECT_EQ(json::parse(Get(path).body)["status"], "in_progress");
  const json done = json::parse(Get(path).body);
  EXPECT_EQ(done["status"], "completed");
  const Fetched output = Get("/v1/files/" + done["output_file_id"].get<std::string>() + "/content");
  EXPECT_EQ(json::parse(output.body)["custom_id"], "a");
}

TEST_F(FaultServerTest, AnAnthropicBatchIsDoneAfterItsPolls) {
  Serve();
  const json batch =
      json::parse(Fetch(server_->url() + "/v1/messages/batches",
                        R"({"requests":[{"custom_id":"a","params":)" + AnthropicRequest() + "}]}")
                      .body);
  const std::string path = "/v1/messages/batches/" + batch["id"].get<std::string>();
  EXPECT_EQ(json::parse(Get(path).body)["processing_status"], "in_progress");
  const json done = json::parse(Get(path).body);
  EXPECT_EQ(done["processing_status"], "ended");
  EXPECT_EQ(done["results_url"], server_->url() + path + "/results");
  EXPECT_EQ(json::parse(Get(path + "/results").body)["result"]["type"], "succeeded");
}

}  // namespace
}  // namespace seaworthy
