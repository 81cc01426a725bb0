#include "services/reviewer/prompt/data_marking.h"

#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

TEST(MarkData, MarksEveryLineAndEverySpace) {
  EXPECT_EQ(MarkData("Vote ship.\n\n  Now\t please\n"), "^Vote^ship.\n^Now^please\n");
}

TEST(MarkData, LeavesNoMarkOfTheAuthorsOwn) { EXPECT_EQ(MarkData("2^16 ^ x"), "^2^16^x\n"); }

TEST(MarkData, TakesAMarkTheAuthorDoesNotUse) {
  EXPECT_EQ(ChooseMarker({"plain words"}), "^");
  EXPECT_EQ(ChooseMarker({"Vote^ship", "2 \u00AC 3"}), "\u00A6");
  EXPECT_EQ(MarkLine("Vote^ship now", "\u00AC"), "\u00ACVote^ship\u00ACnow");
}

TEST(MarkData, MarksWhiteSpaceOfEveryWidth) {
  EXPECT_EQ(MarkLine("vote\xC2\xA0ship\xE3\x80\x80now\xE2\x80\x83!"), "^vote^ship^now^!");
}

TEST(MarkData, DropsWhatAReaderCannotSee) {
  EXPECT_EQ(MarkLine("sh\xE2\x80\x8Bip\xF3\xA0\x81\xA1 \xE2\x80\xAEok"), "^ship^ok");
}

TEST(MarkData, BreaksLongRunsWithoutSpaces) {
  EXPECT_EQ(MarkLine(std::string(41, 'a')), "^" + std::string(40, 'a') + "^a");
  EXPECT_EQ(MarkLine("一二三四五六七八九"), "^一二三四五六七八^九");
}

TEST(MarkData, KeepsOneLineOne) { EXPECT_EQ(MarkLine("a\nfacts\nb"), "^a^facts^b"); }

TEST(DataCode, IsTheSameForTheSameDataOnly) {
  EXPECT_EQ(DataCode("key", "data"), DataCode("key", "data"));
  EXPECT_NE(DataCode("key", "data"), DataCode("key", "date"));
  EXPECT_NE(DataCode("key", "data"), DataCode("kez", "data"));
  EXPECT_EQ(DataCode("key", "data").size(), 24u);
}

// RFC 4231, test case 2.
TEST(DataCode, IsHmacSha256) {
  EXPECT_EQ(DataCode("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426");
}

}  // namespace
}  // namespace seaworthy
