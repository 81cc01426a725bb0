#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/ingest/document.h"
#include "services/ingest/feed/feed.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

class EntryDocumentTest : public ::testing::Test {
 protected:
  EntryDocumentTest() {
    entry_.title = "Lantern <3>";
    entry_.published = "2025-01-02";
    entry_.updated = "2025-02-02";
    entry_.content = "<p>Harbour Lab releases Lantern.</p>";
    entry_.content_type = "text/html";
  }

  // What a reader sees of it.
  std::string Text() {
    auto document = ReadDocument(EntryDocument(feed_, entry_), "text/html", "");
    EXPECT_TRUE(document.ok()) << document.status();
    return document.ok() ? document->text : "";
  }

  Feed feed_;
  FeedEntry entry_;
};

TEST_F(EntryDocumentTest, ShowsTitleDayAndContent) {
  EXPECT_EQ(Text(), "Lantern <3>\n2025-01-02\nHarbour Lab releases Lantern.\n");
  EXPECT_THAT(EntryDocument(feed_, entry_), HasSubstr("<h1>Lantern &lt;3&gt;</h1>"));
}

TEST_F(EntryDocumentTest, IsTheSameForTheSameEntry) {
  const std::string before = EntryDocument(feed_, entry_);
  entry_.updated = "2025-03-03";
  EXPECT_EQ(EntryDocument(feed_, entry_), before);
}

TEST_F(EntryDocumentTest, PlainTextIsEscapedInParagraphs) {
  entry_.content = "a < b\nsame\n\nnext & last";
  entry_.content_type = "text/plain";
  EXPECT_THAT(Text(), HasSubstr("a < b\nsame\nnext & last\n"));
}

TEST_F(EntryDocumentTest, MarkdownBecomesHtml) {
  entry_.content = "## What's new\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
  entry_.content_type = "text/markdown";
  EXPECT_THAT(EntryDocument(feed_, entry_), HasSubstr("<h2>What's new</h2>"));
  EXPECT_THAT(EntryDocument(feed_, entry_), HasSubstr("<td>1</td>"));
}

TEST_F(EntryDocumentTest, MarkdownThatCostsTooMuchIsShownAsText) {
  entry_.content = std::string(5000, '>') + " deep";
  entry_.content_type = "text/markdown";
  EXPECT_THAT(Text(), HasSubstr(">>> deep"));
}

TEST_F(EntryDocumentTest, AReleaseCalledByItsVersionAloneGetsItsRepositorysName) {
  entry_.title = "v1.2.0";
  entry_.link = "https://github.com/harbour/lantern/releases/tag/v1.2.0";
  EXPECT_THAT(Text(), HasSubstr("lantern v1.2.0\n"));
  entry_.title = "Lantern one";
  EXPECT_THAT(Text(), HasSubstr("Lantern one\n"));
}

TEST_F(EntryDocumentTest, ValuesCannotLeaveTheirAttributes) {
  feed_.title = "\"><script>x</script>";
  entry_.author = "'\"><img>";
  EXPECT_THAT(EntryDocument(feed_, entry_), HasSubstr("content=\"&quot;&gt;&lt;script&gt;"));
}

}  // namespace
}  // namespace seaworthy
