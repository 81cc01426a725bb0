// What operators do to sources, and how they are shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "services/ingest/watch/watch_store.h"
#include "services/ingest/watch/watcher_fixture.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(WatcherTest, ChangesAreIdempotentAndOutliveTheStore) {
  AddFeed({{"a"}});
  v1::Source edited = SourceOf(v1::Source::FEED, kFeedUrl);
  edited.set_title("Acme");
  ASSERT_TRUE(Change(v1::SourceChange::PUT, edited, "r1").ok());
  EXPECT_EQ(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, kFeedUrl), "r1")->source().title(),
            "Acme");
  watcher_.reset();
  std::filesystem::remove_all(dir_ / "watch");
  Open();
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, "https://b.example/", "b")).ok());
  EXPECT_EQ(watcher_->ListSources({})->sources(0).source().title(), "Acme");
  watcher_->RunDue();
  EXPECT_THAT(Keys(), ElementsAre("a"));
}

TEST_F(WatcherTest, APausedSourceIsNotReadUntilItIsResumed) {
  AddFeed({{"a"}});
  ASSERT_TRUE(Change(v1::SourceChange::PAUSE, SourceOf(v1::Source::FEED, "")).ok());
  EXPECT_EQ(watcher_->NextTime(), absl::InfiniteFuture());
  v1::ReadSourceRequest read;
  read.set_source_id("acme");
  EXPECT_TRUE(absl::IsFailedPrecondition(watcher_->ReadSource(read).status()));
  ASSERT_TRUE(Change(v1::SourceChange::RESUME, SourceOf(v1::Source::FEED, "")).ok());
  RunNext();
  EXPECT_THAT(fetcher_.requests(), SizeIs(2));
}

TEST_F(WatcherTest, ARemovedSourceIsGone) {
  AddFeed({{"a"}});
  ASSERT_TRUE(Change(v1::SourceChange::REMOVE, SourceOf(v1::Source::FEED, "")).ok());
  EXPECT_EQ(watcher_->ListSources({})->sources_size(), 0);
  EXPECT_TRUE(absl::IsNotFound(Change(v1::SourceChange::REMOVE, SourceOf(v1::Source::FEED, "")).status()));
  EXPECT_EQ(watcher_->Waiting(), 0);
}

TEST_F(WatcherTest, AGonePageIsPausedWithAReason) {
  AddFeed({{"a"}});
  ReadAgain(Answer(410));
  // The pause goes through the log, and so does this change after it.
  ASSERT_TRUE(Change(v1::SourceChange::PUT, SourceOf(v1::Source::FEED, "https://b.example/", "b")).ok());
  EXPECT_TRUE(watcher_->ListSources({})->sources(0).source().paused());
  EXPECT_THAT(State().error(), HasSubstr("410"));
  EXPECT_FALSE(State().has_next_read_time());
}

TEST_F(WatcherTest, WhatAWebhookSendsShowsWithItsSource) {
  v1::Source hook = SourceOf(v1::Source::WEBHOOK, "");
  hook.set_signature("generic");
  ASSERT_TRUE(Change(v1::SourceChange::PUT, hook).ok());
  ASSERT_TRUE(watcher_->SubmitSent(Sent("k")).ok());
  EXPECT_EQ(State().announcements(), 1);
  EXPECT_EQ(State().outcome(), "new_entries");
  Restart();
  EXPECT_EQ(State().announcements(), 1);
}

TEST_F(WatcherTest, APausedWebhookIsRefusedWithTheWayOut) {
  v1::Source hook = SourceOf(v1::Source::WEBHOOK, "");
  hook.set_signature("generic");
  ASSERT_TRUE(Change(v1::SourceChange::PUT, hook).ok());
  ASSERT_TRUE(Change(v1::SourceChange::PAUSE, hook).ok());
  const auto answer = watcher_->SubmitSent(Sent("k"));
  EXPECT_TRUE(absl::IsFailedPrecondition(answer.status()));
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("resume"));
  EXPECT_THAT(submitted_, IsEmpty());
}

// Sources as many as there may be, with the longest of everything.
class ListSourcesTest : public WatcherTest {
 protected:
  static constexpr int kMany = 10'000;
  void AddMany() {
    watcher_.reset();
    const auto store = *WatchStore::Open((dir_ / "watch").string(), /*sync=*/false);
    const auto batch = store->Begin();
    for (int i = 0; i < kMany; ++i) {
      v1::Source source = SourceOf(v1::Source::FEED, "https://acme.example/" + std::string(1900, 'x'),
                                   Cat(std::string(58, 's'), 10'000 + i));
      source.set_title(std::string(480, 't'));
      source.set_paused(i % 10 == 0);
      v1::WatchState state;
      state.mutable_state()->set_error(std::string(500, 'e'));
      state.mutable_state()->set_failures(i % 4 == 0 ? 1 : 0);
      batch->PutSource(source);
      batch->PutState(source.source_id(), state);
    }
    ASSERT_TRUE(store->Write(*batch).ok());
  }
  // All pages, each as many sources as may be asked for.
  std::vector<v1::ListSourcesResponse> Pages(v1::ListSourcesRequest request) {
    std::vector<v1::ListSourcesResponse> pages;
    do {
      pages.push_back(*watcher_->ListSources(request));
      request.set_page_token(pages.back().next_page_token());
    } while (!request.page_token().empty() && pages.size() < kMany);
    return pages;
  }
};

TEST_F(ListSourcesTest, PagesOfTenThousandSourcesAreUnderWhatGrpcAllowsAndMissNone) {
  AddMany();
  Open();
  v1::ListSourcesRequest request;
  request.set_page_size(kMany);
  std::set<std::string> ids;
  for (const v1::ListSourcesResponse& page : Pages(request)) {
    EXPECT_LT(page.ByteSizeLong(), size_t{4} << 20);
    EXPECT_LE(page.sources_size(), 500);
    for (const v1::SourceView& view : page.sources()) ids.insert(view.source().source_id());
  }
  EXPECT_THAT(ids, SizeIs(kMany));
}

TEST_F(ListSourcesTest, WhatIsInTroubleOrPausedIsCountedAndListed) {
  AddMany();
  Open();
  v1::ListSourcesRequest request;
  request.set_filter(v1::ListSourcesRequest::PAUSED);
  const std::vector<v1::ListSourcesResponse> pages = Pages(request);
  EXPECT_THAT(pages, SizeIs(kMany / 10 / 50));
  EXPECT_EQ(pages[0].total(), kMany);
  EXPECT_EQ(pages[0].paused(), kMany / 10);
  EXPECT_EQ(pages[0].in_trouble(), kMany / 4);
  EXPECT_TRUE(pages.back().sources(49).source().paused());
  request.set_filter(v1::ListSourcesRequest::IN_TROUBLE);
  EXPECT_THAT(Pages(request), SizeIs(kMany / 4 / 50));
}

TEST_F(ListSourcesTest, OneSourceIsFoundByItsIdAndATokenOfOursIsAskedFor) {
  AddFeed({{"a"}});
  v1::ListSourcesRequest request;
  request.set_source_id("acme");
  EXPECT_EQ(watcher_->ListSources(request)->sources_size(), 1);
  request.set_source_id("other");
  EXPECT_EQ(watcher_->ListSources(request)->sources_size(), 0);
  request.set_page_token("No token!");
  EXPECT_TRUE(absl::IsInvalidArgument(watcher_->ListSources(request).status()));
}

}  // namespace
}  // namespace seaworthy
