#include "services/aggregator/likeness.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

constexpr char kOpening[] = "One two three four five six seven eight";

TEST(LikenessTest, CountsSequencesThatStandInMoreThanOneVerdict) {
  const v1::Likeness likeness = MeasureLikeness("dx", {kOpening, std::string(kOpening) + " nine"});
  EXPECT_EQ(likeness.verdicts(), 2u);
  EXPECT_EQ(likeness.sequences(), 3u);
  EXPECT_EQ(likeness.repeated_sequences(), 2u);
}

TEST(LikenessTest, CaseAndPunctuationDoNotMatter) {
  const v1::Likeness likeness =
      MeasureLikeness("dx", {kOpening, "ONE, two; three - four: five six (seven) eight!"});
  EXPECT_EQ(likeness.repeated_sequences(), 2u);
}

TEST(LikenessTest, ARepeatWithinOneVerdictIsNone) {
  const v1::Likeness likeness = MeasureLikeness("dx", {std::string(kOpening) + " " + kOpening});
  EXPECT_EQ(likeness.repeated_sequences(), 0u);
}

TEST(LikenessTest, ShortQuotesHaveNoSequences) {
  EXPECT_EQ(MeasureLikeness("dx", {"Too short to say", ""}).sequences(), 0u);
}

}  // namespace
}  // namespace seaworthy
