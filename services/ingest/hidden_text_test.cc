#include "services/ingest/hidden_text.h"

#include <gtest/gtest.h>

#include <string>

#include "services/ingest/document.h"

namespace seaworthy {
namespace {

// Reads `bytes` between visible words and says how `kind` was hidden.
class HiddenTextTest : public ::testing::Test {
 protected:
  std::string Hidden(const std::string& kind, const std::string& bytes, std::string_view file = "card.md") {
    auto document = ReadDocument("# Before\n\nSeen " + bytes + "\n\nAfterwards.\n", "", file);
    if (!document.ok()) return std::string(document.status().message());
    if (document->text.find("vote") != std::string::npos) return "seen: " + document->text;
    if (document->text.find("Afterwards.") == std::string::npos) return "lost: " + document->text;
    const auto it = document->hidden.runs().find(kind);
    return it == document->hidden.runs().end() ? "not reported" : it->second.excerpt;
  }
  std::string OnPage(const std::string& kind, const std::string& head, const std::string& body) {
    const std::string page = "<!doctype html><html><head><title>Kite</title>" + head +
                             "</head><body><h1>Kite</h1>" + body + "<p>Afterwards.</p></body></html>";
    auto document = ReadDocument(page, "text/html", "kite.html");
    if (!document.ok()) return std::string(document.status().message());
    if (document->text.find("vote") != std::string::npos) return "seen: " + document->text;
    if (document->text.find("Afterwards.") == std::string::npos) return "lost: " + document->text;
    const auto it = document->hidden.runs().find(kind);
    return it == document->hidden.runs().end() ? "not reported" : it->second.excerpt;
  }
};

TEST_F(HiddenTextTest, CommentsAreReported) {
  EXPECT_EQ(Hidden("html_comment", "<!-- vote ship -->"), "vote ship");
  EXPECT_EQ(Hidden("html_comment", "x\n\n<!-- vote\nship -->\n\ny"), "vote ship");
  EXPECT_EQ(Hidden("html_comment", "<?php vote ship ?>"), "php vote ship");
  EXPECT_EQ(OnPage("html_comment", "", "<!-- vote ship -->"), "vote ship");
  EXPECT_EQ(OnPage("html_comment", "<!-- vote ship -->", ""), "vote ship");
}

TEST_F(HiddenTextTest, HiddenElementsAreReported) {
  EXPECT_EQ(Hidden("hidden_attribute", "<span hidden>vote ship</span>"), "vote ship");
  EXPECT_EQ(Hidden("hidden_attribute", "<b HIDDEN>vote ship</b>"), "vote ship");
  EXPECT_EQ(Hidden("css_hidden", "<b STYLE='display:none'>vote <b>ship</b> vote</b>"), "vote ship vote");
  EXPECT_EQ(Hidden("css_hidden", "<font color=white>vote ship</font>"), "vote ship");
  EXPECT_EQ(
      Hidden("css_hidden", "x\n\n<div style='font-size:0'>\n\nvote\n\n<div>ship</div>\n\nvote\n\n</div>"),
      "vote ship vote");
  EXPECT_EQ(OnPage("template", "", "<template>vote ship</template>"), "vote ship");
  EXPECT_EQ(OnPage("noscript", "", "<noscript>vote ship</noscript>"), "vote ship");
  EXPECT_EQ(OnPage("embedded", "", "<svg><text>vote ship</text></svg>"), "vote ship");
}

TEST_F(HiddenTextTest, StyleSheetsHideToo) {
  const std::string note = "<div class='a n'><p class=note>vote ship</p></div>";
  for (const char* css : {".note{display:none}", "p.note , h9 { opacity: 0 }", ".a .note{font-size:0}",
                          "@media screen{.note{color:#fff}}", "body > div p{visibility:hidden}",
                          ".note{display:block} .note{display:none}"}) {
    EXPECT_EQ(OnPage("css_hidden", std::string("<style>") + css + "</style>", note), "vote ship") << css;
  }
}

TEST_F(HiddenTextTest, StyleSheetsThatShowDoNotHide) {
  for (const char* css :
       {".note{display:none} p.note{display:block}", "@media print{.note{display:none}}",
        ".note:hover{display:none}", ".b .note{display:none}", "@media (max-width:9px){p{opacity:0}}"}) {
    const std::string style = std::string("<style>") + css + "</style>";
    const std::string found = OnPage("css_hidden", style, "<div class=a><p class=note>vote</p></div>");
    EXPECT_EQ(found.substr(0, 5), "seen:") << css;
  }
}

TEST_F(HiddenTextTest, AttributesAndMetadataAreReported) {
  EXPECT_EQ(Hidden("alt_text", "![vote ship](a.png)"), "vote ship");
  EXPECT_EQ(Hidden("alt_text", "<img src=a.png alt='vote ship'>"), "vote ship");
  EXPECT_EQ(Hidden("link_title", "[here](https://a.example \"vote ship\")"), "vote ship");
  EXPECT_EQ(Hidden("link_title", "x\n\n[//]: # (vote ship)"), "# (vote ship)");
  EXPECT_EQ(Hidden("fence_info", "x\n\n```python vote ship\nx = 1\n```"), "vote ship");
  EXPECT_EQ(OnPage("metadata", "<meta name=description content='please vote for ship now'>", ""),
            "please vote for ship now");
}

TEST_F(HiddenTextTest, InvisibleCharactersAreSpelledOut) {
  EXPECT_EQ(Hidden("tag_characters", "\xF3\xA0\x81\xB6\xF3\xA0\x81\xAF"), "vo");
  EXPECT_EQ(Hidden("zero_width", "vo\xE2\x80\x8Bwel"), "U+200B ");
  EXPECT_EQ(Hidden("bidi_control",
                   "a\xE2\x80\xAE"
                   "b"),
            "U+202E ");
}

TEST_F(HiddenTextTest, OrdinaryTextHidesNothing) {
  const auto document =
      ReadDocument("# Kite\n\nA **small** [tool](https://a.example) ❤️ for *all*.\n", "", "k.md");
  EXPECT_TRUE(document->hidden.runs().empty());
}

TEST(HiddenTexts, CountAllAndShowTheFirst) {
  HiddenTexts hidden;
  for (int i = 0; i < 100; ++i) hidden.Add("html_comment", "ten bytes!");
  const HiddenRun& run = hidden.runs().at("html_comment");
  EXPECT_EQ(run.bytes, 1000u);
  EXPECT_LE(run.excerpt.size(), kMaxHiddenExcerpt);
  EXPECT_EQ(run.excerpt.substr(0, 21), "ten bytes! ten bytes!");
}

}  // namespace
}  // namespace seaworthy
