#include "services/publisher/http/url_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(SplitPathTest, GivesDecodedSegments) {
  EXPECT_THAT(*SplitPath("/"), IsEmpty());
  EXPECT_THAT(*SplitPath("/a/b%2dc"), ElementsAre("a", "b-c"));
}

TEST(SplitPathTest, RefusesWhatCouldHideAnotherPath) {
  for (const char* path : {"", "a", "//", "/a/", "/a//b", "/./a", "/a/..", "/%2e%2e/a", "/a%2fb", "/a%5cb",
                           "/a%00", "/a%0a", "/%", "/%4", "/%zz", "/a%2F..%2Fb", "http://x/a"}) {
    EXPECT_FALSE(SplitPath(path).ok()) << path;
  }
}

TEST(ParseFormTest, DecodesPlusAndEscapes) {
  EXPECT_THAT(*ParseForm("a=1+2&b=%C3%A9&c"), ElementsAre(Pair("a", "1 2"), Pair("b", "é"), Pair("c", "")));
}

TEST(ParseFormTest, TheFirstOfARepeatedNameCounts) {
  EXPECT_THAT(*ParseForm("a=1&a=2"), ElementsAre(Pair("a", "1")));
}

TEST(ParseFormTest, RefusesBrokenEscapesAndTooManyFields) {
  EXPECT_FALSE(ParseForm("a=%").ok());
  EXPECT_FALSE(ParseForm("a=%00").ok());
  std::string many;
  for (int i = 0; i < 101; ++i) many += "f" + std::to_string(i) + "=1&";
  EXPECT_FALSE(ParseForm(many).ok());
}

TEST(SafeHttpUrlTest, TakesHttpAndHttpsOnly) {
  EXPECT_EQ(*SafeHttpUrl("https://a.example/b?c=d#e"), "https://a.example/b?c=d#e");
  for (const char* url : {"javascript:alert(1)", "data:text/html,x", "//a.example", "/a", "https://", "",
                          "http://user@a.example/", "https://a.example/\"onx=1", "https://a.example/ b",
                          "java\nscript:alert(1)", "https://a.example/<script>", "vbscript:x"}) {
    EXPECT_FALSE(SafeHttpUrl(url).has_value()) << url;
  }
}

TEST(OriginOfTest, IsSchemeAndAuthorityInLowerCase) {
  EXPECT_EQ(OriginOf("HTTPS://Site.Example:8443/a/b"), "https://site.example:8443");
  EXPECT_EQ(OriginOf("ftp://x"), "");
}

TEST(PercentEncodeTest, RoundTrips) {
  const std::string text = "a b/ä&=+%?#";
  EXPECT_EQ(*PercentDecode(PercentEncode(text)), text);
}

}  // namespace
}  // namespace seaworthy
