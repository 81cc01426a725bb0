#include "common/claims/words.h"

#include <gtest/gtest.h>

#include <string>

namespace seaworthy::claims {
namespace {

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> words;
  for (const Word& word : SplitWords(text))
    words.emplace_back(text.substr(word.begin, word.end - word.begin));
  return words;
}

using Words = std::vector<std::string>;

TEST(WordsTest, NumbersKeepPointsAndThousandsCommas) {
  EXPECT_EQ(Split("131,072 tokens, v2.5. End."), (Words{"131,072", "tokens", "v2.5", "End"}));
  EXPECT_EQ(Split("1,2 and 3,4567"), (Words{"1", "2", "and", "3", "4567"}));
}

TEST(WordsTest, DashesAndQuotesOfAnyKindSeparate) {
  EXPECT_EQ(Split("one\xe2\x80\x94two \xe2\x80\x9cthree\xe2\x80\x9d\xc2\xa0"
                  "four"),
            (Words{"one", "two", "three", "four"}));
}

TEST(WordsTest, LettersBeyondAsciiStayTogether) {
  EXPECT_EQ(Split("Söder Ålesund"), (Words{"Söder", "Ålesund"}));
}

TEST(WordsTest, SpacingHyphensAndCaseDoNotChangeTheHash) {
  EXPECT_EQ(HashWords("Hugging Face"), HashOf("huggingface"));
  EXPECT_EQ(HashWords("apache-2.0"), HashWords("Apache 2.0"));
  EXPECT_EQ(HashWords("131,072"), HashOf("131072"));
  EXPECT_NE(HashWords("Apache 2.0"), HashWords("Apache 2.1"));
}

TEST(WordsTest, BrokenUtf8IsReadToTheEnd) {
  EXPECT_EQ(Split("\xff\xfe ok \xe2").size(), 3U);
  EXPECT_EQ(Split("\xe2\x80").size(), 1U);
}

TEST(WordsTest, SetsKnowWhatWasPutIn) {
  const WordSet set("alpha beta");
  EXPECT_TRUE(set.Has(HashOf("Beta")));
  EXPECT_FALSE(set.Has(HashOf("gamma")));
  HashSet hashes(2);
  for (uint64_t i = 0; i < 16; ++i) hashes.Add(i * 7919);
  EXPECT_TRUE(hashes.Has(15 * 7919));
  EXPECT_FALSE(hashes.Has(3));
}

}  // namespace
}  // namespace seaworthy::claims
