#include "services/reviewer/prompt/quote_finder.h"

#include <gtest/gtest.h>

#include <string>

#include "services/reviewer/prompt/data_marking.h"

namespace seaworthy {
namespace {

std::string Found(const std::string& text, const std::string& quote) {
  const auto found = FindQuote(text, quote);
  return found ? text.substr(found->begin, found->end - found->begin) : "nothing";
}

TEST(FindQuote, FindsWordsAcrossLineEnds) {
  EXPECT_EQ(Found("weights come\nin GGUF today", "come in GGUF"), "come\nin GGUF");
}

TEST(FindQuote, FindsWordsCopiedWithTheirMarks) {
  const std::string text = "The licence is Apache-2.0.";
  EXPECT_EQ(Found(text, MarkLine(text)), text);
}

TEST(FindQuote, FindsLongRunsThatTheMarkerBroke) {
  const std::string run(100, 'x');
  EXPECT_EQ(Found("see " + run + " there", MarkLine(run)), run);
  const std::string chinese = "这是一个拥有四十亿参数的开源模型";
  EXPECT_EQ(Found(chinese, MarkLine(chinese)), chinese);
}

TEST(FindQuote, TakesTypographicForPlainQuotationMarks) {
  EXPECT_EQ(Found("the maker’s words", "maker's words"), "maker’s words");
}

TEST(FindQuote, DoesNotFindOtherWords) {
  EXPECT_EQ(Found("under Apache-2.0", "under apache-2.0"), "nothing");
  EXPECT_EQ(Found("under Apache-2.0", "Apache-3.0"), "nothing");
  EXPECT_EQ(Found("under Apache-2.0", " ^ "), "nothing");
}

}  // namespace
}  // namespace seaworthy
