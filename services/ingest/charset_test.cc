#include "services/ingest/charset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/ingest/rejection.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

std::string Utf8(std::string_view bytes, std::string_view content_type = "") {
  auto text = ToUtf8(bytes, content_type);
  return text.ok() ? *text : "refused: " + SplitRejection(text.status()).code;
}

std::string Reason(std::string_view bytes, std::string_view content_type = "") {
  return SplitRejection(ToUtf8(bytes, content_type).status()).reason;
}

std::string Utf16(std::string_view ascii, bool little) {
  std::string wide;
  for (char c : ascii) wide += little ? std::string{c, '\0'} : std::string{'\0', c};
  return wide;
}

constexpr char kRefused[] = "refused: invalid_encoding";

TEST(Charset, ByteOrderMarksDecideAndVanish) {
  EXPECT_EQ(Utf8("\xef\xbb\xbfmodèle"), "modèle");
  EXPECT_EQ(Utf8("\xff\xfe" + Utf16("# Buoy", true)), "# Buoy");
  EXPECT_EQ(Utf8("\xfe\xff" + Utf16("# Buoy", false)), "# Buoy");
}

TEST(Charset, Utf16WithoutAMarkIsKnownByItsFirstCharacters) {
  EXPECT_EQ(Utf8(Utf16("<?xml version='1.0'?><rss/>", true)), "<?xml version='1.0'?><rss/>");
  EXPECT_EQ(Utf8(Utf16("{\"a\":1}", false)), "{\"a\":1}");
}

TEST(Charset, DeclaredLegacyCharsetsAreConverted) {
  EXPECT_EQ(Utf8("mod\xe8le", "text/html; charset=ISO-8859-1"), "modèle");
  EXPECT_EQ(Utf8("<?xml version=\"1.0\" encoding='windows-1251'?><a>\xec\xee\xe4\xe5\xeb\xfc</a>"),
            "<?xml version=\"1.0\" encoding='windows-1251'?><a>модель</a>");
  EXPECT_EQ(Utf8("<meta charset=gb2312>\xc4\xa3\xd0\xcd"), "<meta charset=gb2312>模型");
  EXPECT_EQ(Utf8("\x83\x82", "text/plain; charset=\"Shift_JIS\""), "モ");
}

TEST(Charset, ValidUtf8IsTrustedWhateverIsDeclared) {
  EXPECT_EQ(Utf8("modèle", "text/html; charset=iso-8859-1"), "modèle");
  EXPECT_EQ(Utf8("plain", "text/html; charset=utf-16"), "plain");
}

TEST(Charset, WhatDeclaresNothingAndIsNoUtf8IsRefusedWithTheByte) {
  EXPECT_EQ(Utf8("mod\xe8le"), kRefused);
  EXPECT_THAT(Reason("mod\xe8le"), HasSubstr("byte 3 is not valid UTF-8"));
}

TEST(Charset, WronglyDeclaredUtf8IsRefused) {
  EXPECT_THAT(Reason("mod\xe8le et plus", "text/plain; charset=utf-8"),
              HasSubstr("which the document declares"));
  EXPECT_THAT(Reason("\xef\xbb\xbfmod\xe8le"), HasSubstr("byte 6"));
}

TEST(Charset, TextCutWithinACharacterSaysSo) {
  EXPECT_THAT(Reason("mod\xc3", "text/plain; charset=utf-8"),
              HasSubstr("ends within the character at byte 3"));
  EXPECT_THAT(Reason("mod\xe2\x80"), HasSubstr("ends within the character at byte 3"));
  EXPECT_THAT(Reason(std::string("\xff\xfe#\0B", 5)), HasSubstr("ends within a character"));
  EXPECT_THAT(Reason("\xc4", "text/plain; charset=gbk"), HasSubstr("ends within a character"));
}

TEST(Charset, TwoEncodingsInOneDocumentAreRefused) {
  EXPECT_THAT(Reason("mod\xe8le, mod\xc3\xa8le", "text/html; charset=latin1"),
              HasSubstr("mixes it with UTF-8"));
}

TEST(Charset, UnknownCharsetsAreNamed) {
  EXPECT_THAT(Reason("mod\xe8le", "text/html; charset=x-klingon"), HasSubstr("x-klingon"));
}

}  // namespace
}  // namespace seaworthy
