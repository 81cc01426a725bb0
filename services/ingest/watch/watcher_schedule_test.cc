// When a source is asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingest/watch/watcher_fixture.h"

namespace seaworthy {
namespace {

using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(WatcherTest, AFeedsTtlIsKeptAlsoWhereItHasNotChanged) {
  AddFeed({{"a"}}, "<ttl>300</ttl>");
  EXPECT_THAT(Wait(), Ge(absl::Minutes(300)));
  ReadAgain(Answer(304));
  EXPECT_THAT(Wait(), Ge(absl::Minutes(300)));
  EXPECT_EQ(State().next_reason(), "ttl");
}

TEST_F(WatcherTest, RetryAfterClosesTheHostForItsOtherSourcesToo) {
  FetchResult busy = Answer(429);
  busy.retry_after = absl::Hours(5);
  fetcher_.Answer(kFeedUrl, busy);
  fetcher_.Answer("https://acme.example/other", Answer(200, Rss({{"o"}})));
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl)).ok());
  watcher_->RunDue();
  ASSERT_TRUE(
      Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, "https://acme.example/other", "other")).ok());
  watcher_->RunDue();
  EXPECT_THAT(fetcher_.requests(), SizeIs(1));
  Restart();
  EXPECT_THAT(TimeOf(State("other").next_read_time()) - clock_.Now(), Ge(absl::Hours(5)));
  EXPECT_EQ(State("other").next_reason(), "retry_after");
}

TEST_F(WatcherTest, FailuresBackOffAndAGoodReadingEndsThem) {
  AddFeed({{"a"}});
  ReadAgain(Answer(500));
  ReadAgain(absl::UnavailableError("connect_failed: no"));
  EXPECT_EQ(State().failures(), 2);
  EXPECT_THAT(Wait(), Ge(absl::Hours(2)));
  ReadAgain({{"b"}, {"a"}});
  EXPECT_EQ(State().failures(), 0);
  EXPECT_THAT(State().error(), IsEmpty());
}

TEST_F(WatcherTest, ARefusalWaitsADay) {
  AddFeed({{"a"}});
  ReadAgain(absl::PermissionDeniedError("robots_disallowed: not for us"));
  EXPECT_EQ(State().outcome(), "refused");
  EXPECT_THAT(Wait(), Ge(absl::Hours(24)));
}

TEST_F(WatcherTest, ReadingNowStillWaitsForTheHost) {
  AddFeed({{"a"}});
  v1::ReadSourceRequest read;
  read.set_source_id("acme");
  const auto view = watcher_->ReadSource(read);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(TimeOf(view->state().next_read_time()), clock_.Now() + absl::Seconds(2));
  watcher_->RunDue();
  EXPECT_THAT(fetcher_.requests(), SizeIs(1));
  RunNext();
  EXPECT_THAT(fetcher_.requests(), SizeIs(2));
}

}  // namespace
}  // namespace seaworthy
