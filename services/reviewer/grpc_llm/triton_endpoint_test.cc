#include <nlohmann/json.hpp>

#include "inference/grpc_service.grpc.pb.h"
#include "services/reviewer/grpc_llm/testing/grpc_llm_fixture.h"

namespace seaworthy {
namespace {

using inference::ModelInferRequest;
using inference::ModelStreamInferResponse;

// `text` as Triton sends it: raw, after its length.
std::string Raw(const std::string& text) {
  std::string raw(4, '\0');
  raw[0] = static_cast<char>(text.size() & 0xff);
  raw[1] = static_cast<char>(text.size() >> 8 & 0xff);
  raw[2] = static_cast<char>(text.size() >> 16 & 0xff);
  return raw + text;
}

class PlayedTriton final : public inference::GRPCInferenceService::Service {
 public:
  explicit PlayedTriton(Script* script) : script_(script) {}
  grpc::Status ModelStreamInfer(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<ModelStreamInferResponse, ModelInferRequest>* stream) override {
    if (!stream->Read(&request)) return {grpc::INVALID_ARGUMENT, "no request"};
    for (const auto& answer : answers) stream->Write(answer);
    return script_->Play(context);
  }
  grpc::Status ServerLive(grpc::ServerContext*, const inference::ServerLiveRequest*,
                          inference::ServerLiveResponse* answer) override {
    answer->set_live(true);
    return grpc::Status::OK;
  }
  grpc::Status ServerReady(grpc::ServerContext*, const inference::ServerReadyRequest*,
                           inference::ServerReadyResponse* answer) override {
    answer->set_ready(true);
    return grpc::Status::OK;
  }
  grpc::Status ModelReady(grpc::ServerContext*, const inference::ModelReadyRequest* asked,
                          inference::ModelReadyResponse* answer) override {
    answer->set_ready(asked->name() == "small");
    return grpc::Status::OK;
  }
  std::vector<ModelStreamInferResponse> answers;
  ModelInferRequest request;

 private:
  Script* const script_;
};

class TritonEndpointTest : public GrpcLlmTest {
 protected:
  TritonEndpointTest() { Serve({&triton_}); }
  ~TritonEndpointTest() override { End(); }
  LlmReply AskTriton() {
    Open(ConfigFor("triton"));
    return Ask();
  }
  void AddOutput(const std::string& name, const std::string& type, const std::string& raw) {
    auto* answer = triton_.answers.back().mutable_infer_response();
    auto* output = answer->add_outputs();
    output->set_name(name);
    output->set_datatype(type);
    output->add_shape(1);
    answer->add_raw_output_contents(raw);
  }
  // A piece of an answer, all of it raw, as Triton sends it.
  void Says(const std::string& text, const std::string& finish_reason = "None", bool final = false) {
    triton_.answers.emplace_back().mutable_infer_response()->set_model_version("1");
    AddOutput("text_output", "BYTES", Raw(text));
    AddOutput("finish_reason", "BYTES", Raw(finish_reason));
    AddOutput("num_input_tokens", "UINT32", std::string("\x2a\0\0\0", 4));
    AddOutput("num_output_tokens", "UINT32", std::string("\x03\0\0\0", 4));
    (*triton_.answers.back().mutable_infer_response()->mutable_parameters())["triton_final_response"]
        .set_bool_param(final);
  }
  // The same in the list of its type.
  void SaysInContents(const std::string& text, bool final) {
    auto* answer = triton_.answers.emplace_back().mutable_infer_response();
    auto* output = answer->add_outputs();
    output->set_name("text_output");
    output->set_datatype("BYTES");
    output->mutable_contents()->add_bytes_contents(text);
    (*answer->mutable_parameters())["triton_final_response"].set_bool_param(final);
  }
  void Fails(const std::string& message) {
    auto& answer = triton_.answers.emplace_back();
    answer.set_error_message(message);
  }
  std::string Input(const std::string& name) const {
    for (const auto& input : triton_.request.inputs()) {
      if (input.name() != name) continue;
      if (input.datatype() == "BYTES") return input.contents().bytes_contents(0);
      return input.contents().bool_contents(0) ? "true" : "false";
    }
    return "(none)";
  }

  PlayedTriton triton_{&script_};
};

TEST_F(TritonEndpointTest, PiecesAreJoinedAndTokensSummed) {
  Says("{\"vote\":");
  Says("\"ship\"}", "stop", true);
  const LlmReply reply = AskTriton();
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, R"({"vote":"ship"})");
  EXPECT_EQ(reply.usage.input_tokens, 42u);
  EXPECT_EQ(reply.usage.output_tokens, 6u);
  EXPECT_EQ(reply.fingerprint, "version 1");
}

TEST_F(TritonEndpointTest, ReadsAnswersInContentsToo) {
  SaysInContents("{\"vote\":", false);
  SaysInContents("\"skip\"}", true);
  const LlmReply reply = AskTriton();
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_EQ(reply.raw, R"({"vote":"skip"})");
}

TEST_F(TritonEndpointTest, AnEmptyLastMessageEndsTheAnswer) {
  Says("{}", "stop");
  triton_.answers.emplace_back();
  (*triton_.answers.back().mutable_infer_response()->mutable_parameters())["triton_final_response"]
      .set_bool_param(true);
  EXPECT_EQ(AskTriton().raw, "{}");
}

TEST_F(TritonEndpointTest, SendsTheRenderedChatAndWhatTheBackendWants) {
  Says("{}", "stop", true);
  ASSERT_EQ(AskTriton().outcome, LlmOutcome::kOk);
  EXPECT_EQ(Input("text_input"),
            "<|im_start|>system\nYou are dx.<|im_end|>\n<|im_start|>user\nWhat of Harrow?<|im_end|>\n"
            "<|im_start|>assistant\n");
  EXPECT_EQ(Input("stream"), "true");
  EXPECT_EQ(Input("exclude_input_in_output"), "true");
  EXPECT_EQ(triton_.request.raw_input_contents_size(), 0);
}

TEST_F(TritonEndpointTest, SamplingParametersAreJsonWithTheSchemaAsText) {
  Says("{}", "stop", true);
  EndpointConfig config = ConfigFor("triton");
  config.temperature = 0.5;
  Open(config);
  ASSERT_EQ(Ask().outcome, LlmOutcome::kOk);
  const auto sampling = nlohmann::json::parse(Input("sampling_parameters"));
  EXPECT_EQ(sampling["max_tokens"], 700);
  EXPECT_EQ(sampling["temperature"], 0.5);
  const auto outputs = nlohmann::json::parse(sampling["structured_outputs"].get<std::string>());
  EXPECT_EQ(outputs["json"]["type"], "object");
}

TEST_F(TritonEndpointTest, TheTokenLimitTruncates) {
  Says("{\"vote\"", "length", true);
  const LlmReply reply = AskTriton();
  EXPECT_EQ(reply.outcome, LlmOutcome::kTruncated);
  EXPECT_EQ(reply.raw, "{\"vote\"");
}

TEST_F(TritonEndpointTest, AnErrorMidStreamEndsTheCall) {
  Says("{\"vote\":");
  Fails("Error generating stream: the engine died");
  const LlmReply reply = AskTriton();
  EXPECT_EQ(reply.outcome, LlmOutcome::kOverloaded);
  EXPECT_NE(reply.message.find("the engine died"), std::string::npos);
}

TEST_F(TritonEndpointTest, AnUnknownModelIsRejected) {
  Fails("Request for unknown model: 'small' is not found");
  EXPECT_EQ(AskTriton().outcome, LlmOutcome::kRejected);
}

TEST_F(TritonEndpointTest, AStreamWithoutItsEndIsCut) {
  Says("{\"vote\":");
  EXPECT_EQ(AskTriton().outcome, LlmOutcome::kCutStream);
}

TEST_F(TritonEndpointTest, AConnectionLostMidStreamIsACutStream) {
  Says("{\"vote\":");
  script_.status = {grpc::UNAVAILABLE, "Socket closed"};
  EXPECT_EQ(AskTriton().outcome, LlmOutcome::kCutStream);
}

TEST_F(TritonEndpointTest, AStallAfterTheFirstPieceEndsAtTheDeadline) {
  Says("{\"vote\":");
  script_.stall = true;
  Open(ConfigFor("triton"));
  const absl::Time begun = absl::Now();
  EXPECT_EQ(Ask(absl::Milliseconds(300)).outcome, LlmOutcome::kTimeout);
  EXPECT_LT(absl::Now() - begun, absl::Seconds(5));
}

TEST_F(TritonEndpointTest, AStallAfterTheLastPieceCostsNothing) {
  Says("{}", "stop", true);
  script_.stall = true;
  EXPECT_EQ(AskTriton().outcome, LlmOutcome::kOk);
}

TEST_F(TritonEndpointTest, ManyPiecesAreAnOversizeAnswer) {
  for (int i = 0; i < 5; ++i) Says(std::string(300 << 10, 'x'));
  const LlmReply reply = AskTriton();
  EXPECT_EQ(reply.outcome, LlmOutcome::kTransport);
  EXPECT_LE(reply.raw.size(), 1u << 20);
}

TEST_F(TritonEndpointTest, DestructionEndsAStreamUnderWay) {
  script_.stall = true;
  Open(ConfigFor("triton"));
  Start(Call());
  script_.entered.WaitForNotification();
  endpoint_.reset();
  EXPECT_EQ(Await().outcome, LlmOutcome::kTransport);
}

TEST_F(TritonEndpointTest, ProbeAsksForTheModel) {
  EXPECT_TRUE(ProbeGrpcEndpoint(ConfigFor("triton"), "").ok());
  EndpointConfig other = ConfigFor("triton");
  other.model = "large";
  const absl::Status status = ProbeGrpcEndpoint(other, "");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.ToString().find("no model `large` ready"), std::string::npos) << status;
}

TEST_F(TritonEndpointTest, ProbeOfAnotherProtocolSaysSo) {
  const absl::Status status = ProbeGrpcEndpoint(ConfigFor("vllm"), "");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_NE(status.ToString().find("check the URL's beginning"), std::string::npos) << status;
}

TEST_F(TritonEndpointTest, AnUnknownDialectIsRefusedWithTheOnesThereAre) {
  EndpointConfig config = ConfigFor("triton");
  config.dialect = "klingon";
  const auto made = MakeGrpcEndpoint(config, "");
  EXPECT_NE(made.status().ToString().find("chatml, llama3, mistral, gemma and plain"), std::string::npos)
      << made.status();
}

}  // namespace
}  // namespace seaworthy
