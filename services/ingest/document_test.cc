#include "services/ingest/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/ingest/rejection.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DocumentTest : public ::testing::Test {
 protected:
  Document Read(std::string bytes, std::string_view file_name = "card.md") {
    auto document = ReadDocument(std::move(bytes), "", file_name);
    EXPECT_TRUE(document.ok()) << document.status();
    return document.ok() ? *std::move(document) : Document();
  }

  std::string CodeOf(std::string bytes, std::string_view file_name = "card.md", std::string_view type = "") {
    auto document = ReadDocument(std::move(bytes), type, file_name);
    return document.ok() ? "accepted" : SplitRejection(document.status()).code;
  }

  // The raw bytes that a piece of visible text stands in.
  static std::string RawOf(const Document& document, std::string_view visible) {
    const size_t at = document.text.find(visible);
    if (at == std::string::npos) return "not visible";
    const auto raw = document.map.Raw({at, at + visible.size()});
    return raw ? document.bytes.substr(raw->begin, raw->size()) : "not mapped";
  }
};

TEST_F(DocumentTest, MarkdownBlocksComeInReadingOrder) {
  const Document document = Read(
      "# Title\n\nA *paragraph*.\n\n- item\n\n> quote\n\n```python\ncode()\n```\n\n|a|b|\n|-|-|\n|c|d|\n");
  std::vector<BlockKind> kinds;
  for (const Block& block : document.blocks) kinds.push_back(block.kind);
  EXPECT_THAT(kinds,
              testing::ElementsAre(BlockKind::kHeading, BlockKind::kParagraph, BlockKind::kListItem,
                                   BlockKind::kQuote, BlockKind::kCode, BlockKind::kTableCell,
                                   BlockKind::kTableCell, BlockKind::kTableCell, BlockKind::kTableCell));
  EXPECT_EQ(document.blocks[4].info, "python");
  EXPECT_EQ(document.blocks[8].row, 1);
  EXPECT_EQ(document.blocks[8].column, 1);
}

TEST_F(DocumentTest, VisibleTextLeadsBackToItsBytes) {
  const Document document =
      Read("Say **Lantern** &amp; `lamp\\*` \\[dev\\] caf&eacute; [here](https://a.example/x).\n");
  EXPECT_THAT(document.text, HasSubstr("Say Lantern & lamp\\* [dev] café here."));
  EXPECT_EQ(RawOf(document, "Lantern & lamp"), "Lantern** &amp; `lamp");
  EXPECT_EQ(RawOf(document, "[dev]"), "[dev\\]");
  EXPECT_EQ(RawOf(document, "café here"), "caf&eacute; [here");
}

TEST_F(DocumentTest, LinksKnowTheirAddressAndItsPlace) {
  const Document document = Read(
      "See [docs](https://a.example/docs) and <a href=\"https://b.example/\">b</a>, "
      "![p](https://c.example/p.png).\n");
  ASSERT_EQ(document.links.size(), 2u);
  for (const Link& link : document.links) {
    EXPECT_EQ(document.bytes.substr(link.raw.begin, link.raw.size()), link.url);
  }
  EXPECT_EQ(document.TextOf(document.links[1].text), "b");
}

TEST_F(DocumentTest, HiddenPartsAreNoVisibleText) {
  const Document page = Read(
      "<html><head><title>T</title><meta name=description content='secret one'></head><body><p>shown</p>"
      "<!-- secret two --><script>secret three</script><template><p>secret four</p></template>"
      "<noscript>secret five</noscript><img alt='secret six'><p hidden>secret seven</p>"
      "<p style='display: none'>secret eight</p></body></html>",
      "page.html");
  EXPECT_EQ(page.text, "shown\n");
  const Document card = Read(
      "a <!-- secret --> b <span hidden>secret</span> c\n\n<div hidden>\n\nsecret\n\n</div>\n\nd "
      "![secret](x.png)\n");
  EXPECT_THAT(card.text, Not(HasSubstr("secret")));
  EXPECT_THAT(card.text, HasSubstr("d"));
}

TEST_F(DocumentTest, FrontMatterScalarsLeadBackToTheirBytes) {
  const Document document = Read(
      "---\nlicense: mit\nauthors:\n- user: kim\ntitle: \"A: b\"\nnote: >-\n  two\n  lines\n---\nText.\n");
  ASSERT_EQ(document.fields.size(), 4u);
  EXPECT_EQ(document.fields[1].path, "authors.0.user");
  EXPECT_EQ(document.fields[3].value, "two lines");
  for (const Field& field : document.fields) {
    if (field.path == "note") continue;
    EXPECT_EQ(document.bytes.substr(field.raw.begin, field.raw.size()), field.value);
  }
  EXPECT_EQ(document.text, "Text.\n");
}

TEST_F(DocumentTest, LicenceOfABadgeIsAField) {
  const Document document = Read(
      "![License](https://img.shields.io/badge/License-Apache--2.0_or_so-blue) text\n\n"
      "<img "
      "src=\"https://img.shields.io/badge/license-MIT-green\">\n\n![build](https://img.shields.io/badge/"
      "build-ok-green)\n");
  ASSERT_EQ(document.fields.size(), 2u);
  EXPECT_EQ(document.fields[0].value, "Apache-2.0 or so");
  EXPECT_EQ(document.fields[1].value, "MIT");
  EXPECT_TRUE(document.bytes.substr(document.fields[1].raw.begin)
                  .starts_with("https://img.shields.io/badge/license"));
}

TEST_F(DocumentTest, BrokenFrontMatterIsLeftOut) {
  EXPECT_TRUE(Read("---\n[unclosed: {\n---\nText.\n").fields.empty());
  EXPECT_TRUE(Read("---\na: &a [x]\nb: *a\nc: " + std::string(100, '[') + "\n---\nText.\n").fields.empty());
}

TEST_F(DocumentTest, HtmlPagesGiveTitleLanguageAndTables) {
  const Document document = Read(
      "<!DOCTYPE html><html lang=de><title>Lamp | Lab</title><nav>Menu</nav><h1>Lamp</h1>"
      "<table><tr><th>Size<tr><td>3B</table>");
  EXPECT_EQ(document.media_type, "text/markdown");
  const Document page = Read(document.bytes, "");
  EXPECT_EQ(page.media_type, "text/html");
  EXPECT_EQ(page.language, "de");
  EXPECT_EQ(page.fields[0].value, "Lamp | Lab");
  EXPECT_TRUE(page.blocks[0].boilerplate);
  EXPECT_EQ(page.blocks[3].row, 1);
}

TEST_F(DocumentTest, PlainTextHasATitleAndLinks) {
  const Document document = Read("Lantern-3B\nBy Harbour Lab\n\nSee https://a.example/x.\n", "note.txt");
  EXPECT_EQ(document.media_type, "text/plain");
  EXPECT_EQ(document.blocks[0].kind, BlockKind::kHeading);
  ASSERT_EQ(document.links.size(), 1u);
  EXPECT_EQ(document.links[0].url, "https://a.example/x");
}

TEST_F(DocumentTest, WhatCannotBeReadIsRefusedByName) {
  EXPECT_EQ(CodeOf(std::string(kMaxDocumentBytes + 1, 'a')), "document_too_large");
  EXPECT_EQ(CodeOf("caf\xe9"), "invalid_encoding");
  EXPECT_EQ(CodeOf("\xed\xa0\x80"), "invalid_encoding");
  EXPECT_EQ(CodeOf(std::string("\xff\xfe#\0", 4)), "invalid_encoding");
  EXPECT_EQ(CodeOf(std::string("a\0b", 3)), "binary_content");
  EXPECT_EQ(CodeOf(std::string("PK\x03\x04", 4)), "unsupported_media_type");
  EXPECT_EQ(CodeOf(" \n\xef\xbb\xbf"), "empty_document");
  EXPECT_EQ(CodeOf("<!-- nothing -->"), "empty_document");
  EXPECT_EQ(CodeOf("<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'b'>]><rss/>"), "xml_entities_forbidden");
  EXPECT_EQ(CodeOf("<?xml version='1.0'?><rss version='2.0'></rss>"), "feed_not_supported");
  EXPECT_EQ(CodeOf("{\"version\": \"https://jsonfeed.org/version/1\"}", ""), "feed_not_supported");
  EXPECT_EQ(CodeOf("text", "a.md", "image/png"), "unsupported_media_type");
  EXPECT_EQ(CodeOf("{\"name\": \"Lantern\"}\n", "labels.jsonl"), "unsupported_media_type");
}

TEST_F(DocumentTest, ByteOrderMarkIsAccepted) {
  const Document document = Read("\xef\xbb\xbf# Lantern\n");
  EXPECT_EQ(document.text, "Lantern\n");
  EXPECT_EQ(RawOf(document, "Lantern"), "Lantern");
}

std::string Repeat(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

TEST_F(DocumentTest, DeepNestingIsRefusedNotFollowed) {
  EXPECT_EQ(CodeOf(Repeat("<div>", 10'000) + "x", "page.html"), "nested_too_deeply");
  EXPECT_EQ(CodeOf(Repeat("> ", 10'000) + "x"), "nested_too_deeply");
  EXPECT_EQ(CodeOf(Repeat("- ", 10'000) + "x"), "nested_too_deeply");
  EXPECT_EQ(CodeOf(Repeat("<div>", 10'000) + "x"), "nested_too_deeply");
  EXPECT_EQ(CodeOf(Repeat("www._", 50'000)), "nested_too_deeply");
  EXPECT_EQ(CodeOf(Repeat("[", 50'000)), "nested_too_deeply");
  EXPECT_EQ(CodeOf("<a" + Repeat(" a=b", 10'000) + ">x", "page.html"), "nested_too_deeply");
  EXPECT_EQ(CodeOf(Repeat("<b>", 200) + Repeat("<p>x", 100'000), "page.html"), "nested_too_deeply");
}

TEST_F(DocumentTest, InvisibleCharactersVanish) {
  EXPECT_EQ(Read("a\u200Bb\u202Ec\u00A0d \u2011 it\u2019s\n").text, "abc d - it's\n");
}

}  // namespace
}  // namespace seaworthy
