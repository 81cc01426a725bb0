#include "services/aggregator/utf8.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

TEST(Utf8Test, TakesTextOfAnyScript) {
  for (const char* text : {"", "plain", "Größe – “24 GB”", "\u6a21\u578b", "\U0001f6a2"}) {
    EXPECT_TRUE(IsPlainUtf8(text)) << text;
  }
}

TEST(Utf8Test, RefusesControlCharacters) {
  for (const char* text : {"a\nb", "a\tb", "\x1b[0m", "\x7f", "\xc2\x85"}) EXPECT_FALSE(IsPlainUtf8(text));
  EXPECT_FALSE(IsPlainUtf8(std::string_view("a\0b", 3)));
}

TEST(Utf8Test, RefusesWhatIsNoUtf8) {
  for (const char* text :
       {"\xff", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_FALSE(IsPlainUtf8(text));
  }
}

}  // namespace
}  // namespace seaworthy
