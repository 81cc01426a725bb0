#include "services/reviewer/policy/record_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/hash.h"
#include "services/reviewer/policy/fake_endpoint.h"
#include "services/reviewer/replay_endpoint.h"
#include "services/reviewer/test_revision.h"

namespace seaworthy {
namespace {

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    auto inner = std::make_unique<FakeEndpoint>("inner");
    inner_ = inner.get();
    record_ = std::make_unique<RecordEndpoint>("record", dir_, std::move(inner));
  }
  ~RecordTest() override { std::filesystem::remove_all(dir_); }

  LlmRequest Request(const std::string& tool) {
    v1::Persona persona;
    persona.set_persona_id("dx");
    TestRevision revision("Harrow");
    revision.request().revision.set_tool_id(tool);
    return revision.For(persona);
  }
  LlmReply Ask(const std::string& tool = "a-tool") {
    LlmCall call;
    call.request = std::make_shared<LlmRequest>(Request(tool));
    LlmReply reply;
    record_->Start(call, [&](LlmReply given) { reply = std::move(given); });
    return reply;
  }
  size_t Files() const {
    size_t files = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_, none)) {
      files += entry.is_regular_file() ? 1 : 0;
    }
    return files;
  }
  const std::string dir_ = testing::TempDir() + "/recordings-" + RandomHex(8);
  FakeEndpoint* inner_ = nullptr;
  std::unique_ptr<RecordEndpoint> record_;
};

TEST_F(RecordTest, WhatWasAnsweredCanBeReplayed) {
  EXPECT_EQ(Ask().raw, FakeEndpoint::Ok().raw);
  const auto replayed = ReplayEndpoint(dir_).Complete(Request("a-tool"));
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  EXPECT_EQ(replayed->model, "fake-model-2026");
  EXPECT_THAT(replayed->raw, testing::HasSubstr("\"vote\": \"ship\""));
}

TEST_F(RecordTest, ALaterAnswerTakesItsPlace) {
  Ask();
  inner_->Then(FakeEndpoint::Ok(R"({"vote":"skip","quote":"No."})"));
  Ask();
  EXPECT_THAT(ReplayEndpoint(dir_).Complete(Request("a-tool"))->raw, testing::HasSubstr("skip"));
  EXPECT_EQ(Files(), 1U);
}

TEST_F(RecordTest, FailuresAndWhatIsNoObjectAreHandedOnUnrecorded) {
  for (const LlmReply& reply :
       {FakeEndpoint::Bad(LlmOutcome::kRefused), FakeEndpoint::Ok("[1]"), FakeEndpoint::Ok("{"),
        FakeEndpoint::Ok(R"({"a":)" + std::string(200, '[') + std::string(200, ']') + "}")}) {
    inner_->Then(reply);
    EXPECT_EQ(Ask().outcome, reply.outcome);
  }
  EXPECT_EQ(Files(), 0U);
}

TEST_F(RecordTest, IdsThatAreNoSlugsReachNoPath) {
  for (const char* tool : {"../up", "A Tool", "/etc/x"}) EXPECT_EQ(Ask(tool).outcome, LlmOutcome::kOk);
  EXPECT_EQ(Files(), 0U);
}

TEST_F(RecordTest, ItPassesForTheEndpointBehindIt) {
  EXPECT_EQ(record_->name(), "record");
  EXPECT_EQ(record_->model(), "fake-model");
  EXPECT_TRUE(record_->wants_prompt());
  EXPECT_FALSE(record_->rule_based());
}

}  // namespace
}  // namespace seaworthy
