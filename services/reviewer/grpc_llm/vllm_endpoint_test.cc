#include "services/reviewer/grpc_llm/testing/grpc_llm_fixture.h"
#include "vllm/control.grpc.pb.h"
#include "vllm/inference.grpc.pb.h"

namespace seaworthy {
namespace {

class PlayedInference final : public vllm::Inference::Service {
 public:
  explicit PlayedInference(Script* script) : script_(script) {}
  grpc::Status Generate(grpc::ServerContext* context, const vllm::GenerateRequest* asked,
                        vllm::GenerateResponse* answer) override {
    Keep(*asked);
    if (!answers.empty()) *answer = answers.front();
    return script_->Play(context);
  }
  grpc::Status GenerateStream(grpc::ServerContext* context, const vllm::GenerateRequest* asked,
                              grpc::ServerWriter<vllm::GenerateResponse>* stream) override {
    Keep(*asked);
    for (const auto& answer : answers) stream->Write(answer);
    return script_->Play(context);
  }
  // The last one.
  vllm::GenerateRequest request() const {
    absl::MutexLock lock(&mutex_);
    return request_;
  }
  std::vector<vllm::GenerateResponse> answers;

 private:
  void Keep(const vllm::GenerateRequest& asked) {
    absl::MutexLock lock(&mutex_);
    request_ = asked;
  }

  Script* const script_;
  mutable absl::Mutex mutex_;
  vllm::GenerateRequest request_ ABSL_GUARDED_BY(mutex_);
};

class PlayedControl final : public vllm::Control::Service {
 public:
  grpc::Status GetModelInfo(grpc::ServerContext*, const vllm::GetModelInfoRequest*,
                            vllm::ModelInfo* answer) override {
    answer->set_served_model_name("small");
    answer->set_supports_text_input(true);
    return grpc::Status::OK;
  }
  grpc::Status Abort(grpc::ServerContext*, const vllm::AbortRequest* asked, vllm::AbortResponse*) override {
    absl::MutexLock lock(&mutex_);
    aborted_.insert(aborted_.end(), asked->request_ids().begin(), asked->request_ids().end());
    return grpc::Status::OK;
  }
  // The first request ended, once there is one.
  std::string Aborted() {
    const auto any = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !aborted_.empty(); };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&any), absl::Seconds(20));
    return aborted_.empty() ? "(none)" : aborted_.front();
  }
  size_t aborts() {
    absl::MutexLock lock(&mutex_);
    return aborted_.size();
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> aborted_ ABSL_GUARDED_BY(mutex_);
};

class VllmEndpointTest : public GrpcLlmTest {
 protected:
  VllmEndpointTest() { Serve({&inference_, &control_}); }
  ~VllmEndpointTest() override { End(); }

  vllm::GenerateResponse& Piece(const std::string& text) {
    auto& answer = inference_.answers.emplace_back();
    answer.mutable_outputs()->set_text(text);
    return answer;
  }
  void LastPiece(const std::string& text, vllm::FinishInfo::FinishReason reason) {
    auto* info = Piece(text).mutable_outputs()->mutable_finish_info();
    info->set_finish_reason(reason);
    info->set_num_output_tokens(9);
  }
  LlmReply AskVllm(bool stream, absl::Duration deadline = absl::Seconds(20)) {
    EndpointConfig config = ConfigFor("vllm");
    config.stream = stream;
    config.dialect = "llama3";
    config.seed = 5;
    Open(config);
    return Ask(deadline);
  }

  PlayedInference inference_{&script_};
  PlayedControl control_;
};

TEST_F(VllmEndpointTest, AnswersAtOnce) {
  LastPiece(R"({"vote":"ship"})", vllm::FinishInfo::STOP);
  inference_.answers[0].mutable_prompt_info()->set_num_prompt_tokens(33);
  const LlmReply reply = AskVllm(false);
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, R"({"vote":"ship"})");
  EXPECT_EQ(reply.usage.input_tokens, 33u);
  EXPECT_EQ(reply.usage.output_tokens, 9u);
  EXPECT_EQ(control_.aborts(), 0u);
}

TEST_F(VllmEndpointTest, AnswersPieceByPiece) {
  inference_.answers.emplace_back().mutable_prompt_info()->set_num_prompt_tokens(33);
  Piece("{\"vote\":");
  LastPiece("\"ship\"}", vllm::FinishInfo::STOP);
  const LlmReply reply = AskVllm(true);
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, R"({"vote":"ship"})");
  EXPECT_EQ(reply.usage.input_tokens, 33u);
}

TEST_F(VllmEndpointTest, SendsTheSchemaAndAlwaysATokenLimit) {
  LastPiece("{}", vllm::FinishInfo::STOP);
  ASSERT_EQ(AskVllm(false).outcome, LlmOutcome::kOk);
  EXPECT_EQ(inference_.request().decoding().json(), R"({"type":"object"})");
  EXPECT_EQ(inference_.request().stopping().max_new_tokens(), 700u);
  EXPECT_EQ(inference_.request().sampling().seed(), 5);
  EXPECT_EQ(inference_.request().text(),
            "<|start_header_id|>system<|end_header_id|>\n\nYou are dx.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nWhat of Harrow?<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n");
}

TEST_F(VllmEndpointTest, TheTokenLimitTruncates) {
  LastPiece("{\"vote\"", vllm::FinishInfo::LENGTH);
  EXPECT_EQ(AskVllm(false).outcome, LlmOutcome::kTruncated);
}

TEST_F(VllmEndpointTest, AnAbortedAnswerIsCut) {
  LastPiece("{\"vote\"", vllm::FinishInfo::ABORTED);
  EXPECT_EQ(AskVllm(true).outcome, LlmOutcome::kCutStream);
}

TEST_F(VllmEndpointTest, AnAnswerWithoutItsEndIsCut) {
  Piece("{\"vote\":");
  EXPECT_EQ(AskVllm(true).outcome, LlmOutcome::kCutStream);
  EXPECT_EQ(script_.calls, 1);
}

TEST_F(VllmEndpointTest, AnErrorMidStreamIsTheServersFailure) {
  Piece("{\"vote\":");
  script_.status = {grpc::INTERNAL, "the engine died"};
  EXPECT_EQ(AskVllm(true).outcome, LlmOutcome::kOverloaded);
}

TEST_F(VllmEndpointTest, ACallPastItsDeadlineIsAbortedInTheEngine) {
  script_.stall = true;
  const LlmReply reply = AskVllm(false, absl::Milliseconds(300));
  EXPECT_EQ(reply.outcome, LlmOutcome::kTimeout);
  EXPECT_EQ(control_.Aborted(), reply.provider_request_id);
}

TEST_F(VllmEndpointTest, AnOversizeStreamIsEndedAndAborted) {
  for (int i = 0; i < 5; ++i) Piece(std::string(300 << 10, 'x'));
  script_.stall = true;
  const LlmReply reply = AskVllm(true);
  EXPECT_EQ(reply.outcome, LlmOutcome::kTransport);
  EXPECT_EQ(control_.Aborted(), reply.provider_request_id);
}

TEST_F(VllmEndpointTest, DestructionEndsAStreamUnderWayAndAbortsIt) {
  script_.stall = true;
  EndpointConfig config = ConfigFor("vllm");
  config.stream = true;
  Open(config);
  Start(Call());
  script_.entered.WaitForNotification();
  endpoint_.reset();
  EXPECT_EQ(Await().outcome, LlmOutcome::kTransport);
  EXPECT_EQ(control_.Aborted(), inference_.request().request_id());
}

TEST_F(VllmEndpointTest, ProbeComparesTheModelsName) {
  EXPECT_TRUE(ProbeGrpcEndpoint(ConfigFor("vllm"), "").ok());
  EndpointConfig other = ConfigFor("vllm");
  other.model = "large";
  const absl::Status status = ProbeGrpcEndpoint(other, "");
  EXPECT_NE(status.ToString().find("it serves `small`, not `large`"), std::string::npos) << status;
}

}  // namespace
}  // namespace seaworthy
