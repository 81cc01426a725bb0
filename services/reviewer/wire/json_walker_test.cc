#include "services/reviewer/wire/json_walker.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

std::string Unquoted(std::string_view json) {
  JsonWalker walker(json);
  std::string out;
  return walker.String(&out) && walker.AtEnd() ? out : "WRONG";
}

TEST(JsonWalkerTest, AcceptsWhatAnotherParserAcceptsAndNothingElse) {
  for (const char* text : {"{}",        "[]",        "[1,-0.5e+3]", R"({"a":{"b":[null,true,false,"x"]}})",
                           " 1 ",       "0",         "-1",          "1e9",
                           "",          "{",         "[1,]",        "{\"a\":1,}",
                           "{,}",       "01",        "1.",          ".5",
                           "+1",        "-",         "1e",          "nul",
                           "truex",     "'a'",       "\"a",         "\"\\x\"",
                           "\"\\u12\"", "{\"a\" 1}", "{1:2}",       "[1 2]",
                           "[1]]",      "{}x",       "\"\t\"",      "\"\\ud83d\\ude00\"",
                           "[[],[[]]]"}) {
    EXPECT_EQ(IsJsonDocument(text), nlohmann::json::accept(text)) << text;
  }
}

TEST(JsonWalkerTest, RefusesADocumentCutAnywhere) {
  const std::string whole = R"({"a":[1,{"b":"c\n"}],"d":null})";
  ASSERT_TRUE(IsJsonDocument(whole));
  for (size_t cut = 0; cut < whole.size(); ++cut) EXPECT_FALSE(IsJsonDocument(whole.substr(0, cut))) << cut;
}

TEST(JsonWalkerTest, BoundsDepth) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(IsJsonDocument(nested(JsonWalker::kMaxDepth)));
  EXPECT_FALSE(IsJsonDocument(nested(JsonWalker::kMaxDepth + 1)));
  EXPECT_FALSE(IsJsonDocument(nested(100'000)));
  EXPECT_FALSE(IsJsonDocument(std::string(1'000'000, '[')));
}

TEST(JsonWalkerTest, UnescapesStrings) {
  EXPECT_EQ(Unquoted(R"("a\"\\\/\n\t\u00e9")"), "a\"\\/\n\té");
  EXPECT_EQ(Unquoted(R"("\ud83d\ude00")"), "😀");
}

TEST(JsonWalkerTest, ReplacesLoneSurrogates) {
  EXPECT_EQ(Unquoted(R"("\ud83dx")"), "\xEF\xBF\xBDx");
  EXPECT_EQ(Unquoted(R"("\ude00")"), "\xEF\xBF\xBD");
  EXPECT_EQ(Unquoted(R"("\ud83d\u0041")"),
            "\xEF\xBF\xBD"
            "A");
}

TEST(JsonWalkerTest, CountsOnlyWholeNumbers) {
  uint64_t count = 7;
  for (const char* text : {"-1", "1.5", "\"3\"", "null", "99999999999999999999"}) {
    EXPECT_TRUE(JsonWalker(text).CountOrSkip(&count));
    EXPECT_EQ(count, 7U) << text;
  }
  EXPECT_TRUE(JsonWalker("12").CountOrSkip(&count));
  EXPECT_EQ(count, 12U);
}

TEST(JsonWalkerTest, EscapedTextComesBackWhole) {
  std::string every;
  for (char c = 1; c != 127; ++c) every.push_back(c);
  every += "é😀";
  EXPECT_EQ(nlohmann::json::parse(JsonQuoted(every)).get<std::string>(), every);
  EXPECT_EQ(Unquoted(JsonQuoted(every)), every);
}

TEST(JsonWalkerTest, EscapingReplacesWhatIsNoUtf8) {
  EXPECT_EQ(JsonQuoted("a\xff\xc3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_TRUE(text::IsUtf8(JsonQuoted("\xe2\x82 \xf0\x9f")));
}

}  // namespace
}  // namespace seaworthy
