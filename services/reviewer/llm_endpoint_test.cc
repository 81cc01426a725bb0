#include "services/reviewer/llm_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

TEST(MakeLlmEndpoint, KnowsOfflineAndReplay) {
  EXPECT_EQ((*MakeLlmEndpoint("offline"))->name(), "offline");
  EXPECT_EQ((*MakeLlmEndpoint("replay:" + testing::TempDir()))->name(), "replay");
}

TEST(MakeLlmEndpoint, ErrorsSayWhatThereIs) {
  EXPECT_THAT(std::string(MakeLlmEndpoint("oracle").status().message()),
              HasSubstr("`offline` and `replay:DIR`"));
  EXPECT_THAT(std::string(MakeLlmEndpoint("replay:/nowhere").status().message()), HasSubstr("`/nowhere`"));
}

}  // namespace
}  // namespace seaworthy
