#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/ingest/feed/feed.h"
#include "services/ingest/media_type.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using ::testing::SizeIs;

std::string Code(std::string_view bytes) { return SplitRejection(ReadFeed(bytes, "").status()).code; }

std::string Times(size_t times, std::string_view piece) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += piece;
  return all;
}

// How each is refused.
TEST(HostileFeeds, EntitiesAreNeverExpanded) {
  constexpr std::string_view kBomb =
      "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"]>lol\"><!ENTITY b "
      "\"&a;&a;\">]><rss><channel>&b;</channel></rss>";
  EXPECT_EQ(Code(kBomb), "xml_entities_forbidden");
  EXPECT_EQ(Code(Cat("<!--", std::string(100'000, 'x'), "-->", kBomb.substr(21))), "xml_entities_forbidden");
  EXPECT_EQ(Code("<!DOCTYPE feed [<!entity % x SYSTEM \"http://x.invalid/\"> %x;]><feed/>"),
            "xml_entities_forbidden");
}

TEST(HostileFeeds, ADocumentTypeWithoutEntitiesIsPassedOver) {
  EXPECT_TRUE(
      ReadFeed("<!DOCTYPE rss PUBLIC \"-//N//DTD RSS 0.91//EN\" \"http://n.invalid/rss.dtd\"><rss/>", "")
          .ok());
}

TEST(HostileFeeds, DepthIsBounded) {
  EXPECT_EQ(Code(Cat("<rss>", Times(10'000, "<a>"), Times(10'000, "</a>"), "</rss>")), "nested_too_deeply");
  EXPECT_EQ(Code(Cat("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":", Times(100'000, "["))),
            "nested_too_deeply");
  EXPECT_TRUE(ReadFeed(Cat("<rss>", Times(200, "<a>"), Times(200, "</a>"), "</rss>"), "").ok());
}

TEST(HostileFeeds, BrokenMarkupIsNamedWithItsPlace) {
  const absl::Status status = ReadFeed("<rss><channel><item></channel></rss>", "").status();
  EXPECT_EQ(SplitRejection(status).code, "invalid_feed");
  EXPECT_TRUE(Contains(SplitRejection(status).reason, "byte 2")) << status;
  EXPECT_EQ(Code("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":["), "invalid_feed");
  EXPECT_EQ(Code("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"\\ud800\"}]}"),
            "invalid_feed");
}

TEST(HostileFeeds, SizesAreBounded) {
  EXPECT_EQ(Code(std::string(kMaxFeedBytes + 1, ' ')), "document_too_large");
  EXPECT_EQ(Code(Cat("<rss>", Times(600'000, "<a/>"), "</rss>")), "invalid_feed");
  EXPECT_EQ(Code(Cat("{\"items\":[", Times(600'000, "1,"), "1]}")), "invalid_feed");
}

TEST(HostileFeeds, EncodingsThatDoNotHoldAreRefused) {
  EXPECT_EQ(Code("<?xml version=\"1.0\" encoding=\"utf-8\"?><rss>\xe8</rss>"), "invalid_encoding");
  EXPECT_EQ(Code(std::string("<rss>\0</rss>", 12)), "invalid_feed");
}

TEST(HostileFeeds, EntriesBeyondTheLimitAreCounted) {
  std::string items;
  for (size_t i = 0; i < kMaxFeedEntries + 5; ++i)
    items += Cat("<item><guid>", i, "</guid><title>t</title></item>");
  const auto feed = ReadFeed(Cat("<rss><channel>", items, "</channel></rss>"), "");
  ASSERT_TRUE(feed.ok());
  EXPECT_THAT(feed->entries, SizeIs(kMaxFeedEntries));
  EXPECT_EQ(feed->entries_left_out, 5);
}

TEST(HostileFeeds, CharacterReferencesToNothingStayText) {
  const auto feed = ReadFeed(
      "<rss><channel><item><guid>g&#0;h</guid><title>a&#xD800;b&#x7;c&#xFFFFFFFF;</title></item>"
      "</channel></rss>",
      "");
  ASSERT_TRUE(feed.ok());
  ASSERT_THAT(feed->entries, SizeIs(1));
  EXPECT_EQ(FindInvalidUtf8(feed->entries[0].title), std::string::npos);
  EXPECT_EQ(FindInvalidUtf8(EntryDocument(*feed, feed->entries[0])), std::string::npos);
}

TEST(HostileFeeds, LongFieldsAreCut) {
  const auto feed = ReadFeed(Cat("<rss><channel><item><guid>", std::string(100'000, 'g'), "</guid><title>",
                                 std::string(100'000, 't'), "</title><author>", std::string(100'000, 'a'),
                                 "</author></item></channel></rss>"),
                             "");
  ASSERT_TRUE(feed.ok());
  EXPECT_LE(feed->entries[0].key.size(), 500u);
  EXPECT_LE(feed->entries[0].title.size(), 500u);
  EXPECT_LE(feed->entries[0].author.size(), 200u);
}

}  // namespace
}  // namespace seaworthy
