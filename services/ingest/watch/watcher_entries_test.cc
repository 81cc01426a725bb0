// What of a source becomes an announcement.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingest/watch/watcher_fixture.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(WatcherTest, NewEntriesAreSubmittedOnceOldestFirst) {
  AddFeed({{"b"}, {"a"}});
  EXPECT_THAT(Keys(), ElementsAre("a", "b"));
  ReadAgain({{"c"}, {"b"}, {"a"}});
  EXPECT_THAT(Keys(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(State().outcome(), "new_entries");
  EXPECT_EQ(State().announcements(), 3);
  EXPECT_EQ(submitted_[0].source_url(), "https://acme.example/a");
  EXPECT_EQ(submitted_[0].source_id(), "acme");
}

TEST_F(WatcherTest, OfAFirstReadingOnlyTheNewestAreTaken) {
  AddFeed({{"e"}, {"d"}, {"c"}, {"b"}, {"a"}});
  EXPECT_THAT(Keys(), ElementsAre("c", "d", "e"));
  ReadAgain({{"f"}, {"e"}, {"d"}, {"c"}, {"b"}, {"a"}});
  EXPECT_THAT(Keys(), ElementsAre("c", "d", "e", "f"));
}

TEST_F(WatcherTest, AnEditedTitleIsNoNewsAnEditedTextIs) {
  AddFeed({{"a", "Lantern is out", "Text."}});
  ReadAgain({{"a", "Lantern is out!", "Text."}});
  EXPECT_THAT(Keys(), SizeIs(1));
  EXPECT_EQ(State().outcome(), "nothing_new");
  ReadAgain({{"a", "Lantern is out!", "Other text."}});
  EXPECT_THAT(Keys(), ElementsAre("a", "a"));
}

TEST_F(WatcherTest, ValidatorsAreSentOnlyAfterAGoodReading) {
  FetchResult bad = Answer(200, "<rss><channel>");
  bad.etag = "\"bad\"";
  fetcher_.Answer(kFeedUrl, bad);
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl)).ok());
  watcher_->RunDue();
  EXPECT_EQ(State().outcome(), "failed");
  FetchResult good = Answer(200, Rss({{"a"}}));
  good.etag = "\"good\"";
  ReadAgain(good);
  ReadAgain(Answer(304));
  EXPECT_EQ(fetcher_.requests()[1].if_none_match, "");
  EXPECT_EQ(fetcher_.requests()[2].if_none_match, "\"good\"");
  EXPECT_EQ(State().outcome(), "not_modified");
}

TEST_F(WatcherTest, WhereTheLogIsBlockedNothingIsMarkedAndNothingLost) {
  log_takes_ = false;
  AddFeed({{"a"}});
  EXPECT_EQ(State().outcome(), "failed");
  log_takes_ = true;
  RunNext();
  EXPECT_THAT(Keys(), ElementsAre("a"));
}

TEST_F(WatcherTest, ASummarysPageIsItsDocument) {
  const std::string rss =
      "<rss "
      "version=\"2.0\"><channel><title>Acme</title><link>https://acme.example/</link><item><guid>k</guid>"
      "<title>T</title><link>https://acme.example/t</link><description>Short.</description></item>"
      "</channel></rss>";
  fetcher_.Answer("https://acme.example/t", Answer(200, "<h1>All of it</h1>", "text/html"));
  fetcher_.Answer(kFeedUrl, Answer(200, rss));
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl)).ok());
  watcher_->RunDue();
  EXPECT_THAT(submitted_, IsEmpty());
  Restart();  // It waits for its host on disk.
  RunNext();
  ASSERT_THAT(submitted_, SizeIs(1));
  EXPECT_EQ(submitted_[0].document(), "<h1>All of it</h1>");
}

TEST_F(WatcherTest, WhereThePageIsNotThereTheSummaryIsUsedAndTheStateSaysSo) {
  AddSummary();
  fetcher_.Answer("https://acme.example/t", Answer(404));
  watcher_->RunDue();
  RunNext();
  ASSERT_THAT(submitted_, SizeIs(1));
  EXPECT_THAT(submitted_[0].document(), HasSubstr("Short."));
  EXPECT_THAT(State().error(), HasSubstr("404"));
}

TEST_F(WatcherTest, APageThatFailsForNowIsTriedAgain) {
  AddSummary();
  fetcher_.Answer("https://acme.example/t", Answer(503));
  watcher_->RunDue();
  RunNext();
  EXPECT_THAT(submitted_, IsEmpty());
  EXPECT_THAT(State().error(), HasSubstr("tried again in 5m"));
  fetcher_.Answer("https://acme.example/t", Answer(200, "<h1>All of it</h1>", "text/html"));
  clock_.Advance(absl::Minutes(5));
  watcher_->RunDue();
  ASSERT_THAT(submitted_, SizeIs(1));
  EXPECT_EQ(submitted_[0].document(), "<h1>All of it</h1>");
}

TEST_F(WatcherTest, AfterFourTriesTheSummaryIsUsed) {
  AddSummary();
  watcher_->RunDue();
  for (int i = 0; i < 50 && submitted_.empty(); ++i) RunNext();
  ASSERT_THAT(submitted_, SizeIs(1));
  EXPECT_THAT(submitted_[0].document(), HasSubstr("Short."));
  EXPECT_EQ(CountRequests("https://acme.example/t"), 4);
}

TEST_F(WatcherTest, APageIsSubmittedOnlyWhenItsFactsChanged) {
  fetcher_.Answer(kFeedUrl, Answer(200, "<p>Monday price=10</p>", "text/html"));
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::PAGE, kFeedUrl)).ok());
  watcher_->RunDue();
  ReadAgain(Answer(200, "<p>Tuesday price=10</p>", "text/html"));
  EXPECT_THAT(Keys(), ElementsAre("page"));
  ReadAgain(Answer(200, "<p>Wednesday price=12</p>", "text/html"));
  EXPECT_THAT(Keys(), ElementsAre("page", "page"));
  ReadAgain(Answer(200, "<p>We are on holiday</p>", "text/html"));
  EXPECT_EQ(State().outcome(), "refused");
  EXPECT_THAT(State().error(), HasSubstr("not_a_release"));
}

TEST_F(WatcherTest, AKindNotSetIsFoundOut) {
  fetcher_.Answer(kFeedUrl, Answer(200, Rss({{"a"}})));
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::KIND_UNSPECIFIED, kFeedUrl)).ok());
  watcher_->RunDue();
  EXPECT_EQ(watcher_->ListSources({})->sources(0).source().kind(), v1::Source::FEED);
  EXPECT_THAT(Keys(), ElementsAre("a"));
}

}  // namespace
}  // namespace seaworthy
