#include "services/ingest/feed/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Feed Read(std::string_view bytes, std::string_view type = "") {
  auto feed = ReadFeed(bytes, type);
  EXPECT_TRUE(feed.ok()) << feed.status();
  return feed.ok() ? *feed : Feed();
}

std::string Code(std::string_view bytes) { return SplitRejection(ReadFeed(bytes, "").status()).code; }

// An RSS channel around `inside`, with every namespace feeds use.
std::string Rss(std::string_view inside) {
  return Cat("<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" ",
             "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" ",
             "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" ",
             "xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\"><channel><title>Harbour</title>",
             "<link>https://harbour.example/blog/</link>", inside, "</channel></rss>");
}

std::string Atom(std::string_view inside) {
  return Cat("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"de\"><title>Hafen</title>",
             "<link href=\"https://hafen.example/\"/>", inside, "</feed>");
}

FeedEntry Only(const Feed& feed) {
  EXPECT_EQ(feed.entries.size(), 1u);
  return feed.entries.empty() ? FeedEntry() : feed.entries[0];
}

TEST(Rss, AnEntryWithAllItsParts) {
  const FeedEntry entry = Only(
      Read(Rss("<item><title>Lantern-3B</title><link>/lantern</link><guid isPermaLink=\"false\">e-1</guid>"
               "<pubDate>Thu, 09 Apr 2026 23:30:00 -0200</pubDate><dc:creator>Ada</dc:creator>"
               "<description>Short</description><content:encoded><![CDATA[<p>All of "
               "it</p>]]></content:encoded></item>")));
  EXPECT_EQ(entry.key, "e-1");
  EXPECT_EQ(entry.title, "Lantern-3B");
  EXPECT_EQ(entry.link, "https://harbour.example/lantern");
  EXPECT_EQ(entry.published, "2026-04-10");
  EXPECT_EQ(entry.author, "Ada");
  EXPECT_EQ(entry.content, "<p>All of it</p>");
  EXPECT_EQ(entry.content_type, "text/html");
  EXPECT_FALSE(entry.is_summary);
}

TEST(Rss, AFullTextIsTakenBeforeTheDescriptionInAnyOrder) {
  const std::string first =
      "<content:encoded>&lt;p&gt;Whole&lt;/p&gt;</content:encoded><description>Bit</description>";
  EXPECT_EQ(Only(Read(Rss(Cat("<item><guid>a</guid>", first, "</item>")))).content, "<p>Whole</p>");
}

TEST(Rss, AShortDescriptionWithoutContentIsATeaser) {
  const std::string item = "<item><title>T</title><link>https://h.example/a</link><description>";
  EXPECT_TRUE(Only(Read(Rss(item + "A short line.</description></item>"))).is_summary);
  const std::string essay(2000, 'w');
  EXPECT_FALSE(Only(Read(Rss(item + essay + "</description></item>"))).is_summary);
  EXPECT_TRUE(Only(Read(Rss(item + essay + " [&amp;#8230;]</description></item>"))).is_summary);
}

TEST(Rss, WithoutALinkThereIsNothingMoreToFetch) {
  EXPECT_FALSE(
      Only(Read(Rss("<item><guid isPermaLink=\"false\">a</guid><title>T</title></item>"))).is_summary);
}

TEST(Rss, KeysFallBackFromGuidToLinkToHash) {
  const Feed feed =
      Read(Rss("<item><title>A</title><guid>https://h.example/a</guid></item>"
               "<item><title>B</title><link>https://h.example/b</link></item>"
               "<item><title>C</title></item>"));
  ASSERT_THAT(feed.entries, SizeIs(3));
  EXPECT_EQ(feed.entries[0].key, "https://h.example/a");
  EXPECT_EQ(feed.entries[0].link, "https://h.example/a");
  EXPECT_EQ(feed.entries[1].key, "https://h.example/b");
  EXPECT_THAT(feed.entries[2].key, HasSubstr("hash:"));
}

TEST(Rss, AnEditedTitleKeepsTheKeyAndChangesTheHash) {
  const FeedEntry before = Only(Read(Rss("<item><guid>g</guid><title>Lantern 3</title></item>")));
  const FeedEntry after = Only(Read(Rss("<item><guid>g</guid><title>Lantern 3B</title></item>")));
  EXPECT_EQ(before.key, after.key);
  EXPECT_NE(before.content_hash, after.content_hash);
}

TEST(Rss, OneKeyIsOneEntry) {
  EXPECT_THAT(
      Read(Rss("<item><guid>g</guid><title>1</title></item><item><guid>g</guid><title>2</title></item>"))
          .entries,
      SizeIs(1));
}

TEST(Rss, TheChannelSaysHowOftenItMayBeRead) {
  const Feed feed = Read(
      Rss("<ttl>90</ttl><skipHours><hour>24</hour><hour>3</hour><hour>3</hour></skipHours>"
          "<atom:link rel=\"hub\" href=\"https://hub.example/\"/>"
          "<atom:link rel=\"self\" href=\"https://harbour.example/rss.xml\"/><language>en_US</language>"));
  EXPECT_EQ(feed.format, "rss");
  EXPECT_EQ(feed.ttl, absl::Minutes(90));
  EXPECT_THAT(feed.skip_hours, ElementsAre(0, 3));
  EXPECT_EQ(feed.hub, "https://hub.example/");
  EXPECT_EQ(feed.self, "https://harbour.example/rss.xml");
  EXPECT_EQ(feed.link, "https://harbour.example/blog/");
  EXPECT_EQ(feed.language, "en-US");
}

TEST(Rss, UpdatePeriodIsATtlWithinBounds) {
  EXPECT_EQ(
      Read(Rss("<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>")).ttl,
      absl::Hours(6));
  EXPECT_EQ(Read(Rss("<ttl>99999999</ttl>")).ttl, absl::Hours(24 * 30));
  EXPECT_FALSE(Read(Rss("<ttl>soon</ttl>")).ttl.has_value());
}

TEST(Rss, RdfItemsStandBesideTheChannel) {
  const Feed feed = Read(
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" "
      "xmlns:d=\"http://purl.org/dc/elements/1.1/\"><channel><title>R</title></channel>"
      "<item "
      "rdf:about=\"urn:1\"><title>Gull</title><link>https://r.example/1</link><d:date>2025-02-03</d:date></"
      "item>"
      "</rdf:RDF>");
  EXPECT_EQ(feed.title, "R");
  EXPECT_EQ(Only(feed).key, "urn:1");
  EXPECT_EQ(Only(feed).published, "2025-02-03");
}

TEST(Rss, NoiseOfTheWildIsRead) {
  const Feed feed = Read(
      "\xef\xbb\xbf\n  <?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- made by hand -->\n"
      "<rss><channel><item><title>Gull &nbsp;&amp; Tern & more</title>"
      "<description>a&nbsp;b &mdash; c</description><guid>g</guid></item></channel></rss>\n\n");
  EXPECT_EQ(Only(feed).title, "Gull & Tern & more");
  EXPECT_EQ(Only(feed).content_type, "text/html");
}

TEST(Rss, TitlesLoseTheirTagsButNotTheirGenerics) {
  const Feed feed =
      Read(Rss("<item><guid>1</guid><title>&lt;b&gt;Gull&lt;/b&gt; 2</title></item>"
               "<item><guid>2</guid><title>Vec&lt;T&gt; is fast</title></item>"));
  EXPECT_EQ(feed.entries[0].title, "Gull 2");
  EXPECT_EQ(feed.entries[1].title, "Vec<T> is fast");
}

TEST(Rss, DeclaredLatin1IsConverted) {
  EXPECT_EQ(Only(Read("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss><channel><item><guid>g</guid>"
                      "<title>mod\xe8le</title></item></channel></rss>"))
                .title,
            "modèle");
}

TEST(Rss, LinksWithOtherSchemesAreNoLinks) {
  EXPECT_EQ(Only(Read(Rss("<item><guid>g</guid><link>javascript:alert(1)</link></item>"
                          "<item><title>A</title></item>")))
                .link,
            "");
}

TEST(Atom, AnEntryWithAllItsParts) {
  const Feed feed =
      Read(Atom("<link rel=\"self\" href=\"https://hafen.example/atom.xml\"/><link rel=\"hub\" "
                "href=\"https://hub.example/\"/>"
                "<entry xml:base=\"https://hafen.example/news/\"><id>tag:1</id><title type=\"html\">A "
                "&amp;amp; B</title>"
                "<link rel=\"alternate\" href=\"a\"/><published>2025-01-02T00:00:00Z</published>"
                "<updated>2025-01-05T00:00:00Z</updated><author><name>Ada</name></author>"
                "<content type=\"html\">&lt;p&gt;Text&lt;/p&gt;</content></entry>"));
  EXPECT_EQ(feed.format, "atom");
  EXPECT_EQ(feed.self, "https://hafen.example/atom.xml");
  EXPECT_EQ(feed.hub, "https://hub.example/");
  const FeedEntry entry = Only(feed);
  EXPECT_EQ(entry.key, "tag:1");
  EXPECT_EQ(entry.title, "A & B");
  EXPECT_EQ(entry.link, "https://hafen.example/news/a");
  EXPECT_EQ(entry.published, "2025-01-02");
  EXPECT_EQ(entry.updated, "2025-01-05");
  EXPECT_EQ(entry.language, "de");
  EXPECT_EQ(entry.author, "Ada");
  EXPECT_EQ(entry.content, "<p>Text</p>");
}

TEST(Atom, XhtmlKeepsItsMarkupWithoutTheDiv) {
  EXPECT_EQ(
      Only(
          Read(Atom("<entry><id>1</id><title>T</title><content type=\"xhtml\">"
                    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>A <b>c</b></p></div></content></entry>")))
          .content,
      "<p>A <b>c</b></p>");
}

TEST(Atom, TextIsText) {
  const FeedEntry entry = Only(Read(Atom("<entry><id>1</id><content>a &lt; b &amp; c</content></entry>")));
  EXPECT_EQ(entry.content, "a < b & c");
  EXPECT_EQ(entry.content_type, "text/plain");
}

TEST(Atom, ContentElsewhereIsALinkAndThePictureOfItIsIgnored) {
  const FeedEntry entry =
      Only(Read(Atom("<entry><id>1</id><summary>Short</summary>"
                     "<content type=\"text/html\" src=\"/long\"/></entry>")));
  EXPECT_EQ(entry.link, "https://hafen.example/long");
  EXPECT_EQ(entry.content, "Short");
  EXPECT_TRUE(entry.is_summary);
}

TEST(Atom, PrefixedElementsAreTheSame) {
  const Feed feed = Read(
      "<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"><a:title>P</a:title>"
      "<a:entry><a:id>1</a:id><a:title>X</a:title></a:entry></a:feed>");
  EXPECT_EQ(feed.title, "P");
  EXPECT_EQ(Only(feed).title, "X");
}

TEST(Atom, UpdatedStandsInWherePublishedIsMissing) {
  EXPECT_EQ(
      Only(Read(Atom("<entry><id>1</id><title>T</title><updated>2025-01-05</updated></entry>"))).published,
      "2025-01-05");
}

TEST(JsonFeed, AnEntryWithAllItsParts) {
  const Feed feed =
      Read(R"({"version":"https://jsonfeed.org/version/1.1","title":"J","home_page_url":"https://j.example/",
      "feed_url":"https://j.example/feed.json","hubs":[{"type":"WebSub","url":"https://hub.example/"}],"language":"fr",
      "items":[{"id":7,"url":"/x","title":"Tern","content_html":"<p>Tern</p>","content_text":"no",
                "date_published":"2025-05-06T00:00:00Z","authors":[{"name":"Ada"}]}]})");
  EXPECT_EQ(feed.format, "jsonfeed");
  EXPECT_EQ(feed.hub, "https://hub.example/");
  const FeedEntry entry = Only(feed);
  EXPECT_EQ(entry.key, "7");
  EXPECT_EQ(entry.link, "https://j.example/x");
  EXPECT_EQ(entry.content, "<p>Tern</p>");
  EXPECT_EQ(entry.published, "2025-05-06");
  EXPECT_EQ(entry.language, "fr");
  EXPECT_FALSE(entry.is_summary);
}

TEST(JsonFeed, AWrongTypeOfAMemberIsAMissingMember) {
  EXPECT_EQ(
      Only(
          Read(
              R"({"version":"https://jsonfeed.org/version/1","items":[1,null,{"id":"a","title":[],"url":{},"summary":"s"}]
      ,"hubs":7,"title":{}})"))
          .key,
      "a");
}

constexpr char kReleases[] = R"([
  {"html_url":"https://github.com/harbour/lantern/releases/tag/v1.2.0","id":42,"tag_name":"v1.2.0","name":null,
   "draft":false,"published_at":"2025-03-04T05:06:07Z","author":{"login":"ada"},"body":"## New\n\n* *Faster*"},
  {"html_url":"https://github.com/harbour/lantern/releases/tag/v1.3.0","id":43,"tag_name":"v1.3.0","draft":true}])";

TEST(GithubReleases, EachReleaseButDraftsIsAnEntry) {
  const Feed feed = Read(kReleases);
  EXPECT_EQ(feed.format, "github_releases");
  EXPECT_EQ(feed.title, "harbour/lantern");
  EXPECT_EQ(feed.link, "https://github.com/harbour/lantern");
  const FeedEntry entry = Only(feed);
  EXPECT_EQ(entry.key, "42");
  EXPECT_EQ(entry.title, "v1.2.0");
  EXPECT_EQ(entry.published, "2025-03-04");
  EXPECT_EQ(entry.content_type, "text/markdown");
  EXPECT_FALSE(entry.is_summary);
}

TEST(GithubReleases, NoReleasesAreAnEmptyFeed) { EXPECT_THAT(Read("[]").entries, SizeIs(0)); }

TEST(ReadFeed, OtherDocumentsAreNoFeeds) {
  EXPECT_EQ(Code("<!DOCTYPE html><html><body>hi</body></html>"), "not_a_feed");
  EXPECT_EQ(Code("{\"a\":1}"), "not_a_feed");
  EXPECT_EQ(Code("[1,2]"), "not_a_feed");
  EXPECT_EQ(Code("# Markdown"), "not_a_feed");
  EXPECT_EQ(Code(""), "not_a_feed");
}

TEST(LooksLikeFeed, DecidesByTheFirstElementOrMembers) {
  EXPECT_TRUE(LooksLikeFeed(Rss("")));
  EXPECT_TRUE(LooksLikeFeed(Cat("\n<!-- c --><!DOCTYPE rss>", Atom(""))));
  EXPECT_TRUE(LooksLikeFeed(kReleases));
  EXPECT_TRUE(LooksLikeFeed("{\"version\": \"https://jsonfeed.org/version/1\"}"));
  EXPECT_FALSE(LooksLikeFeed("<!DOCTYPE html><html><feed>"));
  EXPECT_FALSE(LooksLikeFeed("# About RSS\n\n<rss>"));
  EXPECT_FALSE(LooksLikeFeed("[1]"));
}

TEST(FeedSourceId, IsTheFeedsAddressWhateverItsTitle) {
  const Feed a = Read(Rss("<atom:link rel=\"self\" href=\"https://harbour.example/rss.xml\"/>"));
  Feed b = a;
  b.title = "Renamed";
  EXPECT_EQ(FeedSourceId(a), FeedSourceId(b));
  EXPECT_EQ(FeedSourceId(a).size(), 17u);
  EXPECT_NE(FeedSourceId(a), FeedSourceId(Read(Rss(""))));
}

}  // namespace
}  // namespace seaworthy
