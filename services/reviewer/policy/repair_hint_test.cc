#include "services/reviewer/policy/repair_hint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

v1::Mark MarkOf(const std::string& words, v1::Claim::Support support) {
  v1::Mark mark;
  mark.set_text(words);
  mark.set_support(support);
  mark.set_reason("stands nowhere");
  return mark;
}

TEST(RepairHint, NamesWhatIsWrongAndWhatIsWanted) {
  const std::string hint = RepairHint(LlmOutcome::kSchemaViolation, "`vote` is `perhaps`");
  EXPECT_THAT(hint, HasSubstr("broke the schema: `vote` is `perhaps`"));
  EXPECT_THAT(hint, HasSubstr("one JSON object"));
  EXPECT_THAT(RepairHint(LlmOutcome::kTruncated, ""), HasSubstr("be brief"));
}

TEST(RepairHint, StaysShortWholeAndOnOneLineWhateverTheAnswerHeld) {
  std::string hostile = "<b>\n\r";
  for (int i = 0; i < 1000; ++i) hostile += "\xE2\x82\xAC";
  for (size_t cut = 0; cut < 3; ++cut) {
    const std::string hint =
        RepairHint(LlmOutcome::kInvalidJson, hostile.substr(0, 1000).insert(0, cut, 'x'));
    EXPECT_LE(hint.size(), kMaxHintBytes);
    EXPECT_TRUE(text::IsUtf8(hint));
    EXPECT_EQ(hint.find_first_of("<>\n\r"), std::string::npos);
  }
}

TEST(MarksHint, ListsOnlyWhatIsNotBorneOut) {
  const std::string hint =
      MarksHint({MarkOf("70B", v1::Claim::SUPPORTED), MarkOf("24 GB", v1::Claim::CONTRADICTED)});
  EXPECT_THAT(hint, HasSubstr("`24 GB` (stands nowhere)"));
  EXPECT_EQ(hint.find("70B"), std::string::npos);
  EXPECT_EQ(MarksHint({MarkOf("70B", v1::Claim::SUPPORTED)}), "");
}

TEST(MarksHint, StaysShort) {
  const std::vector<v1::Mark> many(64, MarkOf(std::string(200, 'x'), v1::Claim::UNSUPPORTED));
  EXPECT_LE(MarksHint(many).size(), kMaxHintBytes);
  EXPECT_EQ(CountBad(many), 64);
}

}  // namespace
}  // namespace seaworthy
