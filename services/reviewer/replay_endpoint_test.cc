#include "services/reviewer/replay_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/hash.h"
#include "services/reviewer/test_revision.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

class ReplayTest : public testing::Test {
 protected:
  ~ReplayTest() override { std::filesystem::remove_all(dir_); }

  void Record(const std::string& path, const std::string& json) {
    const std::filesystem::path file = dir_ + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << json;
  }

  absl::StatusOr<InstantEndpoint::Answer> Ask(const std::string& tool = "a-tool") {
    v1::Persona persona;
    persona.set_persona_id("dx");
    TestRevision revision("Harrow");
    revision.request().revision.set_tool_id(tool);
    return ReplayEndpoint(dir_).Complete(revision.For(persona));
  }

  const std::string dir_ = testing::TempDir() + "/replay-" + RandomHex(8);
};

TEST_F(ReplayTest, GivesWhatWasRecordedForTheRevision) {
  Record("a-tool/dx.json", R"({"vote":"skip","quote":"any"})");
  Record("a-tool@1/dx.json", R"({"vote":"ship","quote":"one","model":"m-1"})");
  const auto answer = Ask();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->raw, HasSubstr("one"));
  EXPECT_EQ(answer->model, "m-1");
}

TEST_F(ReplayTest, FallsBackToTheTool) {
  Record("a-tool/dx.json", R"({"vote":"skip","quote":"any"})");
  EXPECT_EQ(Ask()->model, "recorded");
}

TEST_F(ReplayTest, MissingRecordingNamesThePath) {
  const auto answer = Ask();
  EXPECT_TRUE(absl::IsNotFound(answer.status()));
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr(dir_ + "/a-tool/dx.json"));
}

TEST_F(ReplayTest, IdsCannotLeaveTheFolder) {
  EXPECT_TRUE(absl::IsInvalidArgument(Ask("../../etc").status()));
}

TEST_F(ReplayTest, HugeRecordingIsRefused) {
  Record("a-tool/dx.json", std::string(300 * 1024, ' '));
  EXPECT_TRUE(absl::IsInvalidArgument(Ask().status()));
}

}  // namespace
}  // namespace seaworthy
