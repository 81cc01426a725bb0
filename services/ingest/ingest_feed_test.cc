// A feed sent by hand is split into announcements of its entries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/ingest/testing/ingest_fixture.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kSelf[] = "<atom:link rel=\"self\" href=\"https://harbour.example/rss.xml\"/>";

std::string Item(int number, std::string_view title) {
  return Cat("<item><guid isPermaLink=\"false\">e-", number, "</guid><title>", title,
             "</title><link>https://harbour.example/", number,
             "</link><pubDate>Thu, 09 Apr 2026 00:00:00 GMT</pubDate><description>Harbour Lab releases ",
             title, ", a 3B language model under the MIT license.</description></item>");
}

std::string FeedOf(std::string_view inside) {
  return Cat(
      "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>",
      inside, "</channel></rss>");
}

class IngestFeedTest : public IngestFixture {
 protected:
  // The feed's own announcement, after it was read.
  v1::Event Split(const std::string& feed) {
    EXPECT_TRUE(service_->Start().ok());
    return OutcomeOf(IdOf(feed));
  }

  v1::Announcement Announced(const std::string& id) {
    v1::GetReceivedAnnouncementRequest request;
    request.set_announcement_id(id);
    return *service_->GetReceivedAnnouncement(request);
  }

  int CountReceived() {
    int received = 0;
    for (const v1::Event& event : Events()) received += event.has_announcement_received();
    return received;
  }
};

TEST_F(IngestFeedTest, EveryEntryBecomesAnAnnouncementOfItsOwn) {
  const v1::Event event = Split(FeedOf(Cat(kSelf, Item(1, "Lantern"), Item(2, "Beacon"))));
  ASSERT_THAT(event.announcement_split().entry_announcement_ids(), SizeIs(2));
  const v1::Announcement entry = Announced(event.announcement_split().entry_announcement_ids(0));
  EXPECT_EQ(entry.entry_key(), "e-1");
  EXPECT_EQ(entry.source_id().size(), 17u);
  EXPECT_EQ(entry.source_url(), "https://harbour.example/1");
  EXPECT_EQ(entry.media_type(), "text/html");
  EXPECT_EQ(entry.feed_announcement_id(), event.announcement_split().announcement_id());
  EXPECT_THAT(*objects_.Get(entry.object_hash()), HasSubstr("<h1>Lantern</h1>"));
}

TEST_F(IngestFeedTest, EntriesAreReadAsAnnouncements) {
  const v1::Event event = Split(FeedOf(Cat(kSelf, Item(1, "Lantern-3B"))));
  const v1::Event entry = OutcomeOf(event.announcement_split().entry_announcement_ids(0));
  ASSERT_EQ(entry.tool_announced().tools_size(), 1);
  EXPECT_THAT(entry.tool_announced().tools(0).name(), HasSubstr("Lantern"));
  EXPECT_EQ(entry.tool_announced().tools(0).facts(0).checked_date().size(), 10u);
}

TEST_F(IngestFeedTest, AnEntrySeenBeforeIsNotReceivedAgain) {
  const v1::Event first = Split(FeedOf(Cat(kSelf, Item(1, "Lantern"))));
  const v1::Event second = Split(FeedOf(Cat(kSelf, Item(2, "Beacon"), Item(1, "Lantern"))));
  ASSERT_THAT(second.announcement_split().entry_announcement_ids(), SizeIs(2));
  EXPECT_EQ(second.announcement_split().entry_announcement_ids(1),
            first.announcement_split().entry_announcement_ids(0));
  EXPECT_EQ(CountReceived(), 4);  // Two feeds, two entries.
}

TEST_F(IngestFeedTest, AThousandEntriesAreOneStep) {
  std::string items;
  for (int i = 0; i < 1000; ++i) items += Item(i, "Lantern");
  const v1::Event event = Split(FeedOf(items));
  EXPECT_THAT(event.announcement_split().entry_announcement_ids(), SizeIs(1000));
  EXPECT_EQ(CountReceived(), 1001);
}

TEST_F(IngestFeedTest, AFeedWithoutEntriesIsRejected) {
  EXPECT_EQ(Split(FeedOf(kSelf)).announcement_rejected().code(), "empty_document");
}

TEST_F(IngestFeedTest, AFeedTooLongToTakeWholeIsRejectedWhole) {
  std::string items;
  for (int i = 0; i < 2001; ++i) items += Cat("<item><guid>e-", i, "</guid><title>Lantern</title></item>");
  const v1::Event event = Split(FeedOf(items));
  EXPECT_EQ(event.announcement_rejected().code(), "feed_too_long");
  EXPECT_THAT(event.announcement_rejected().reason(), HasSubstr("2001 entries"));
  EXPECT_EQ(CountReceived(), 1);
}

TEST_F(IngestFeedTest, ABrokenFeedIsRejectedWithItsPlace) {
  const v1::Event event = Split("<rss><channel><item></channel></rss>");
  EXPECT_EQ(event.announcement_rejected().code(), "invalid_feed");
  EXPECT_THAT(event.announcement_rejected().reason(), HasSubstr("at byte"));
}

TEST_F(IngestFeedTest, JsonFeedsAndGithubReleasesAreSplitToo) {
  EXPECT_THAT(Split("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":1,\"title\":\"a\"}]}")
                  .announcement_split()
                  .entry_announcement_ids(),
              SizeIs(1));
  EXPECT_THAT(
      Split("[{\"html_url\":\"https://github.com/o/r/releases/tag/v1\",\"tag_name\":\"v1\",\"id\":1}]")
          .announcement_split()
          .entry_announcement_ids(),
      SizeIs(1));
}

}  // namespace
}  // namespace seaworthy
