#include "common/ids.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

TEST(Slugify, JoinsWordsWithSingleHyphens) {
  EXPECT_EQ(Slugify("Mistral-Next 70B"), "mistral-next-70b");
  EXPECT_EQ(Slugify("  FLUX.1 Kontext [dev] "), "flux-1-kontext-dev");
  EXPECT_EQ(Slugify("Simon's Tool"), "simons-tool");
}

TEST(Slugify, NeverHoldsTheSeparatorOfComparisons) {
  for (const char* name : {"A vs B", "a vs vs vs b", "vs", "vs code", "Tool vs"}) {
    const std::string slug = Slugify(name);
    EXPECT_EQ(slug.find("-vs-"), std::string::npos) << name;
    EXPECT_TRUE(MakeComparisonId(ToolId(slug), ToolId("zz")).ok()) << slug;
    const auto pair = SplitComparisonId(MakeComparisonId(ToolId(slug), ToolId("zz"))->value());
    ASSERT_TRUE(pair.ok()) << slug;
    EXPECT_TRUE(pair->first == ToolId(slug) || pair->second == ToolId(slug)) << slug;
  }
}

TEST(Slugify, NamesWithoutLatinLettersGetAStableSlugOfTheirOwn) {
  EXPECT_EQ(Slugify("通义千问"), Slugify("通义千问"));
  EXPECT_NE(Slugify("通义千问"), Slugify("文心一言"));
}

TEST(Slugify, IsBounded) { EXPECT_LE(Slugify(std::string(5000, 'x')).size(), 80u); }

TEST(ComparisonId, IsTheSameForBothOrders) {
  EXPECT_EQ(MakeComparisonId(ToolId("b"), ToolId("a")).value(), ComparisonId("a-vs-b"));
  EXPECT_EQ(MakeComparisonId(ToolId("a"), ToolId("b")).value(), ComparisonId("a-vs-b"));
}

TEST(ComparisonId, RefusesAToolWithItself) {
  const auto id = MakeComparisonId(ToolId("a"), ToolId("a"));
  EXPECT_EQ(id.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(id.status().message().find("name two tools"), std::string::npos);
}

TEST(ComparisonId, SplitsWhatItMakesAndNothingElse) {
  EXPECT_EQ(SplitComparisonId("a-b-vs-c")->first, ToolId("a-b"));
  for (const char* bad : {"", "a", "a-vs-", "-vs-b", "a-vs-a", "a-vs-b-vs-c", "A-vs-b", "a/../b-vs-c"}) {
    EXPECT_FALSE(SplitComparisonId(bad).ok()) << bad;
  }
}

TEST(RevisionId, ReadsAsToolAtNumber) {
  const RevisionId revision{ToolId("x"), 3};
  EXPECT_EQ(revision.ToString(), "x@3");
  EXPECT_EQ(MakeVerdictId(revision, PersonaId("dx")).value(), "x@3/dx");
}

}  // namespace
}  // namespace seaworthy
