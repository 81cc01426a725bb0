#include "google/rpc/retry_info.pb.h"
#include "seaworthy/v1/llm_endpoint_service.grpc.pb.h"
#include "services/reviewer/grpc_llm/testing/grpc_llm_fixture.h"

namespace seaworthy {
namespace {

class PlayedService final : public v1::LlmEndpointService::Service {
 public:
  explicit PlayedService(Script* script) : script_(script) {
    response.set_text(R"({"vote":"ship"})");
    response.set_model("small-2026");
    response.set_finish_reason(v1::CompleteResponse::STOP);
  }
  grpc::Status Complete(grpc::ServerContext* context, const v1::CompleteRequest* asked,
                        v1::CompleteResponse* answer) override {
    if (asked->max_output_tokens() == 0) return {grpc::INVALID_ARGUMENT, "max_output_tokens is 0"};
    {
      absl::MutexLock lock(&mutex_);
      request_ = *asked;
    }
    *answer = response;
    return script_->Play(context);
  }
  // The last one.
  v1::CompleteRequest request() const {
    absl::MutexLock lock(&mutex_);
    return request_;
  }
  v1::CompleteResponse response;

 private:
  Script* const script_;
  mutable absl::Mutex mutex_;
  v1::CompleteRequest request_ ABSL_GUARDED_BY(mutex_);
};

class CompleteEndpointTest : public GrpcLlmTest {
 protected:
  CompleteEndpointTest() { Serve({&service_}); }
  ~CompleteEndpointTest() override { End(); }
  // One attempt with the default configuration.
  LlmReply AskPlain() {
    Open(ConfigFor("grpc"));
    return Ask();
  }

  PlayedService service_{&script_};
};

TEST_F(CompleteEndpointTest, SendsThePromptAndItsParameters) {
  EndpointConfig config = ConfigFor("grpc");
  config.temperature = 0.25;
  config.seed = 7;
  Open(config);
  ASSERT_EQ(Ask().outcome, LlmOutcome::kOk);
  const v1::CompleteRequest request = service_.request();
  EXPECT_EQ(request.system(), "You are dx.");
  EXPECT_EQ(request.user(), "What of Harrow?");
  EXPECT_EQ(request.json_schema(), R"({"type":"object"})");
  EXPECT_EQ(request.max_output_tokens(), 700u);
  EXPECT_EQ(request.temperature(), 0.25);
  EXPECT_EQ(request.seed(), 7);
  EXPECT_EQ(request.persona_id(), "dx");
  EXPECT_EQ(request.prompt_hash(), "abc123");
  EXPECT_EQ(request.request_id().size(), 32u);
}

TEST_F(CompleteEndpointTest, HandsOnTheAnswerWithAllThatExplainsIt) {
  service_.response.set_fingerprint("fp-9");
  service_.response.mutable_usage()->set_input_tokens(100);
  service_.response.mutable_usage()->set_cached_input_tokens(80);
  service_.response.mutable_usage()->set_output_tokens(20);
  service_.response.mutable_usage()->set_reasoning_tokens(5);
  const LlmReply reply = AskPlain();
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, R"({"vote":"ship"})");
  EXPECT_EQ(reply.model, "small-2026");
  EXPECT_EQ(reply.fingerprint, "fp-9");
  EXPECT_EQ(reply.usage.cached_input_tokens, 80u);
  EXPECT_EQ(reply.usage.reasoning_tokens, 5u);
  EXPECT_NE(reply.sent.find("What of Harrow?"), std::string::npos);
}

TEST_F(CompleteEndpointTest, ParametersNameWhatShapesTheAnswer) {
  EndpointConfig config = ConfigFor("grpc");
  config.seed = 7;
  Open(config);
  EXPECT_NE(endpoint_->parameters().find(R"("max_output_tokens":700,"seed":7)"), std::string::npos)
      << endpoint_->parameters();
}

struct FinishCase {
  v1::CompleteResponse::FinishReason reason;
  LlmOutcome outcome;
};
class FinishReasons : public CompleteEndpointTest, public ::testing::WithParamInterface<FinishCase> {};
TEST_P(FinishReasons, BecomeOutcomes) {
  service_.response.set_finish_reason(GetParam().reason);
  EXPECT_EQ(AskPlain().outcome, GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(
    All, FinishReasons,
    ::testing::Values(FinishCase{v1::CompleteResponse::STOP, LlmOutcome::kOk},
                      FinishCase{v1::CompleteResponse::LENGTH, LlmOutcome::kTruncated},
                      FinishCase{v1::CompleteResponse::REFUSED, LlmOutcome::kRefused},
                      FinishCase{v1::CompleteResponse::INTERRUPTED, LlmOutcome::kCutStream},
                      FinishCase{v1::CompleteResponse::FINISH_REASON_UNSPECIFIED, LlmOutcome::kTransport}));

struct StatusCase {
  grpc::StatusCode code;
  LlmOutcome outcome;
};
class Statuses : public CompleteEndpointTest, public ::testing::WithParamInterface<StatusCase> {};
TEST_P(Statuses, BecomeOutcomes) {
  script_.status = {GetParam().code, "so says the server"};
  const LlmReply reply = AskPlain();
  EXPECT_STREQ(OutcomeName(reply.outcome), OutcomeName(GetParam().outcome));
  EXPECT_NE(reply.message.find("so says the server"), std::string::npos) << reply.message;
  EXPECT_EQ(script_.calls, 1) << "gRPC retried by itself";
}
INSTANTIATE_TEST_SUITE_P(All, Statuses,
                         ::testing::Values(StatusCase{grpc::CANCELLED, LlmOutcome::kTransport},
                                           StatusCase{grpc::UNKNOWN, LlmOutcome::kOverloaded},
                                           StatusCase{grpc::INVALID_ARGUMENT, LlmOutcome::kRejected},
                                           StatusCase{grpc::DEADLINE_EXCEEDED, LlmOutcome::kTimeout},
                                           StatusCase{grpc::NOT_FOUND, LlmOutcome::kRejected},
                                           StatusCase{grpc::ALREADY_EXISTS, LlmOutcome::kRejected},
                                           StatusCase{grpc::PERMISSION_DENIED, LlmOutcome::kRejected},
                                           StatusCase{grpc::RESOURCE_EXHAUSTED, LlmOutcome::kRateLimited},
                                           StatusCase{grpc::FAILED_PRECONDITION, LlmOutcome::kRejected},
                                           StatusCase{grpc::ABORTED, LlmOutcome::kOverloaded},
                                           StatusCase{grpc::OUT_OF_RANGE, LlmOutcome::kRejected},
                                           StatusCase{grpc::UNIMPLEMENTED, LlmOutcome::kRejected},
                                           StatusCase{grpc::INTERNAL, LlmOutcome::kOverloaded},
                                           StatusCase{grpc::UNAVAILABLE, LlmOutcome::kOverloaded},
                                           StatusCase{grpc::DATA_LOSS, LlmOutcome::kTransport},
                                           StatusCase{grpc::UNAUTHENTICATED, LlmOutcome::kRejected}));

TEST_F(CompleteEndpointTest, ASpendCapIsToldApartFromTooManyRequests) {
  script_.status = {grpc::RESOURCE_EXHAUSTED, "monthly budget spent"};
  script_.trailers = {{"seaworthy-outcome", "spend_capped"}};
  EXPECT_EQ(AskPlain().outcome, LlmOutcome::kSpendCapped);
}

TEST_F(CompleteEndpointTest, NoTrailerTurnsAFailureIntoAnAnswer) {
  script_.status = {grpc::INTERNAL, "broken"};
  script_.trailers = {{"seaworthy-outcome", "ok"}};
  EXPECT_EQ(AskPlain().outcome, LlmOutcome::kOverloaded);
}

TEST_F(CompleteEndpointTest, ReadsRetryAfterFromATrailer) {
  script_.status = {grpc::RESOURCE_EXHAUSTED, "later"};
  script_.trailers = {{"retry-after-ms", "1500"}};
  EXPECT_EQ(AskPlain().retry_after, absl::Milliseconds(1500));
}

TEST_F(CompleteEndpointTest, ReadsRetryInfoFromStatusDetails) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(3);
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  script_.status = {grpc::RESOURCE_EXHAUSTED, "later", details.SerializeAsString()};
  EXPECT_EQ(AskPlain().retry_after, absl::Seconds(3));
}

TEST_F(CompleteEndpointTest, AStallEndsAtTheDeadline) {
  script_.stall = true;
  Open(ConfigFor("grpc"));
  const absl::Time begun = absl::Now();
  EXPECT_EQ(Ask(absl::Milliseconds(300)).outcome, LlmOutcome::kTimeout);
  EXPECT_LT(absl::Now() - begun, absl::Seconds(5));
}

TEST_F(CompleteEndpointTest, AnOversizeAnswerIsNotRead) {
  service_.response.set_text(std::string(2 << 20, 'x'));
  const LlmReply reply = AskPlain();
  EXPECT_EQ(reply.outcome, LlmOutcome::kTransport);
  EXPECT_TRUE(reply.raw.empty());
}

TEST_F(CompleteEndpointTest, AnAnswerThatIsNoUtf8IsNoAnswer) {
  service_.response.set_text("\xff\xfe broken");
  const LlmReply reply = AskPlain();
  EXPECT_EQ(reply.outcome, LlmOutcome::kTransport) << reply.message;
}

TEST_F(CompleteEndpointTest, NobodyListeningIsATransportFailure) {
  server_->Shutdown(std::chrono::system_clock::now());
  const LlmReply reply = AskPlain();
  EXPECT_EQ(reply.outcome, LlmOutcome::kTransport) << reply.message;
  EXPECT_NE(reply.message.find("127.0.0.1"), std::string::npos);
}

TEST_F(CompleteEndpointTest, DestructionEndsCallsUnderWay) {
  script_.stall = true;
  Open(ConfigFor("grpc"));
  Start(Call());
  script_.entered.WaitForNotification();
  endpoint_.reset();
  EXPECT_EQ(ends(), 1);
  EXPECT_EQ(Await().outcome, LlmOutcome::kTransport);
}

TEST_F(CompleteEndpointTest, AKeyGoesOutAsBearerTokenOverLoopback) {
  Open(ConfigFor("grpc"), "sk-test");
  ASSERT_EQ(Ask().outcome, LlmOutcome::kOk);
  EXPECT_EQ(script_.authorization, "Bearer sk-test");
}

TEST_F(CompleteEndpointTest, AKeyThatTheServerRepeatsIsNotInTheMessage) {
  script_.status = {grpc::UNAUTHENTICATED, "no such key: sk-test"};
  Open(ConfigFor("grpc"), "sk-test");
  const LlmReply reply = Ask();
  EXPECT_EQ(reply.message.find("sk-test"), std::string::npos) << reply.message;
  EXPECT_NE(reply.message.find("no such key: ***"), std::string::npos) << reply.message;
}

TEST_F(CompleteEndpointTest, ProbeFindsAServerWithoutHealthChecking) {
  EXPECT_TRUE(ProbeGrpcEndpoint(ConfigFor("grpc"), "").ok());
  EXPECT_EQ(script_.calls, 0) << "a probe must cost nothing";
}

TEST_F(CompleteEndpointTest, ProbeSaysWhereNobodyListens) {
  server_->Shutdown(std::chrono::system_clock::now());
  const absl::Status status = ProbeGrpcEndpoint(ConfigFor("grpc"), "");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(status.ToString().find("failed to connect"), std::string::npos) << status;
}

TEST_F(CompleteEndpointTest, ManyCallsRunAtOnceWithoutAThreadEach) {
  Open(ConfigFor("grpc"));
  absl::Mutex mutex;
  int ok = 0;
  for (int i = 0; i < 500; ++i) {
    endpoint_->Start(Call(), [&](const LlmReply& reply) {
      absl::MutexLock lock(&mutex);
      ok += reply.outcome == LlmOutcome::kOk ? 1 : 1000;
    });
  }
  const auto all = [&] { return ok >= 500; };
  absl::MutexLock lock(&mutex);
  EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), absl::Seconds(60)));
  EXPECT_EQ(ok, 500);
}

}  // namespace
}  // namespace seaworthy
