#include "services/reviewer/prompt/excerpt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string LongText() {
  std::string text = "The beginning says what it is.\n";
  for (int i = 0; i < 200; ++i)
    text += "Line " + std::to_string(i) + " has filler words in it and no more.\n";
  return text + "The licence stands at the very end: Apache-2.0.\n";
}

v1::Revision WithEvidence(const std::string& words) {
  v1::Revision revision;
  revision.add_facts()->mutable_evidence()->set_text(words);
  return revision;
}

TEST(Excerpt, IsTheWholeOfAShortText) {
  const Excerpt excerpt = MakeExcerpt("One line.\nTwo lines.\n", {}, 1000);
  EXPECT_EQ(excerpt.text, "One line.\nTwo lines.\n");
  EXPECT_TRUE(excerpt.gaps.empty());
}

TEST(Excerpt, KeepsTheBeginningAndTheEvidenceInOrder) {
  const Excerpt excerpt = MakeExcerpt(LongText(), WithEvidence("Apache-2.0"), 1200);
  EXPECT_THAT(excerpt.text, StartsWith("The beginning"));
  EXPECT_THAT(excerpt.text, HasSubstr("[...]\nThe licence stands at the very end: Apache-2.0.\n"));
  EXPECT_LE(excerpt.text.size(), 1200u);
  EXPECT_LT(excerpt.shown, excerpt.total);
}

TEST(Excerpt, SaysWhereItsOwnGapsAre) {
  const Excerpt excerpt = MakeExcerpt("[...]\n" + LongText(), {}, 800);
  ASSERT_EQ(excerpt.gaps.size(), 1u);
  EXPECT_GT(excerpt.gaps[0], 10u);
  EXPECT_EQ(excerpt.text.substr(excerpt.gaps[0]), "[...]\n");
}

TEST(Excerpt, CutsOneEndlessLineBetweenWords) {
  std::string line;
  for (int i = 0; i < 5000; ++i) line += "word ";
  const Excerpt excerpt = MakeExcerpt(line, {}, 2000);
  EXPECT_LE(excerpt.text.size(), 2000u);
  EXPECT_GT(excerpt.shown, 1000u);
  EXPECT_EQ(excerpt.text.find("wor\n"), std::string::npos);
}

}  // namespace
}  // namespace seaworthy
