#include "cli/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace seaworthy::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Printable, LeavesTextAlone) {
  EXPECT_EQ(Printable("Größe: 70 B – 通义\n\tok"), "Größe: 70 B – 通义\n\tok");
}

TEST(Printable, TakesTheSteeringOutOfATerminal) {
  EXPECT_EQ(Printable("\x1b[2Jgone\x07\r\x7F"), "?[2Jgone???");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            "?31m");  // C1 control sequence introducer.
  EXPECT_EQ(Printable("a\xE2\x80\xAE"
                      "b\xE2\x81\xA6"
                      "c"),
            "a?b?c");  // Bidirectional overrides.
}

TEST(Printable, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(Printable("\xFF\xC0\xAFx\xE2\x82"), "???x??");
  EXPECT_EQ(Printable("\xED\xA0\x80"), "???");       // A surrogate.
  EXPECT_EQ(Printable("\xE0\x80\xAF"), "???");       // Longer than it need be.
  EXPECT_EQ(Printable("\xF0\x80\x80\xAF"), "????");  // Likewise.
  EXPECT_EQ(Printable("\xF4\x90\x80\x80"), "????");  // Beyond the last character.
  EXPECT_EQ(Printable("\xF5\x80\x80\x80"), "????");
}

TEST(Printable, KeepsTheFirstAndTheLastOfEachLength) {
  for (const char* text : {"\xC2\xA0", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBD",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(PrintableLine, CutsByCharactersNotBytes) {
  EXPECT_EQ(PrintableLine("äöüß", 4), "äöüß");
  EXPECT_EQ(PrintableLine("äöüßx", 4), "äöü…");
  EXPECT_EQ(PrintableLine("a\nb\tc", 10), "a b c");
}

TEST(Wrap, BreaksAtSpacesAndIndents) {
  EXPECT_EQ(Wrap("one two three", 12, "  "), "  one two\n  three\n");
  EXPECT_EQ(Wrap("a\nb", 20, ""), "a\nb\n");
}

TEST(Wrap, LeavesALongWordWhole) { EXPECT_EQ(Wrap("abcdefghijklmnop q", 12, ""), "abcdefghijklmnop\nq\n"); }

TEST(ProgressBar, FillsInProportion) {
  EXPECT_EQ(ProgressBar(1, 4, 8), "[##......] 1/4");
  EXPECT_EQ(ProgressBar(0, 0, 4), "[####] 0/0");
  EXPECT_EQ(ProgressBar(9, 4, 4), "[####] 4/4");
}

TEST(Table, AlignsColumns) { EXPECT_EQ(Table({{"a", "bb"}, {"ää", "c"}}), "  a   bb\n  ää  c\n"); }

TEST(Paint, IsPlainWithoutColour) {
  EXPECT_EQ(Paint("ship", Ink::kGreen, false), "ship");
  EXPECT_THAT(Paint("ship", Ink::kGreen, true), HasSubstr("\x1b[32m"));
  EXPECT_THAT(Paint("ship", Ink::kPlain, true), Not(HasSubstr("\x1b")));
}

TEST(Paint, EndsEveryInk) {
  for (const auto& [ink, code] :
       {std::pair(Ink::kBold, "1"), {Ink::kDim, "2"}, {Ink::kRed, "31"}, {Ink::kYellow, "33"}}) {
    EXPECT_EQ(Paint("x", ink, true), std::string("\x1b[") + code + "mx\x1b[0m");
  }
}

}  // namespace
}  // namespace seaworthy::cli
