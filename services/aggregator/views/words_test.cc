#include "services/aggregator/views/words.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using Words = std::vector<std::string>;

Words WordsOf(const std::string& text) { return SplitWords(FoldText(text)); }

TEST(Words, CaseAndAccentsAreFolded) {
  EXPECT_EQ(WordsOf("Électron ÜBER Straße Łódź"), (Words{"electron", "uber", "strasse", "lodz"}));
  EXPECT_EQ(WordsOf("e\xCC\x81t\xC3\xA9"), (Words{"ete"}));
  EXPECT_EQ(WordsOf("ЯНДЕКС ΑΘΗΝΑ"), (Words{"яндекс", "αθηνα"}));
}

TEST(Words, EveryLetterOfTheLatinTableFoldsToItself) {
  EXPECT_EQ(WordsOf("À ß ÿ Ā ž ſ Œ Ñ Þ Ő Ŵ Ķ ĸ ŉ"),
            (Words{"a", "ss", "y", "a", "z", "s", "oe", "n", "th", "o", "w", "k", "k", "n"}));
}

TEST(Words, PunctuationPartsWordsButADotInANumberDoesNot) {
  EXPECT_EQ(WordsOf("qwen2.5-coder, v1. (7B)"), (Words{"qwen2.5", "coder", "v1", "7b"}));
  EXPECT_EQ(WordsOf("a—b …"), (Words{"a", "b"}));
}

TEST(Words, WhatIsNoUtf8IsASpace) {
  EXPECT_EQ(WordsOf("a\xFF"
                    "b\xC3"),
            (Words{"a", "b"}));
}

TEST(Words, OtherScriptsStay) { EXPECT_EQ(WordsOf("通义 千问"), (Words{"通义", "千问"})); }

TEST(Words, AWordHasPartsWhereLettersAndDigitsMeet) {
  EXPECT_EQ(WordParts("qwen2.5"), (Words{"qwen", "2.5"}));
  EXPECT_EQ(WordParts("7b"), (Words{"7", "b"}));
  EXPECT_TRUE(WordParts("coder").empty());
  EXPECT_TRUE(WordParts("").empty());
}

}  // namespace
}  // namespace seaworthy
