#include "services/publisher/desk/desk_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publisher/pages/source_view.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

v1::SourceView Source(const std::string& id, uint32_t failures = 0) {
  v1::SourceView view;
  view.mutable_source()->set_source_id(id);
  view.mutable_source()->set_kind(v1::Source::FEED);
  view.mutable_source()->set_url(absl::StrCat("https://", id, ".example/feed.xml"));
  view.mutable_source()->set_tier(v1::VENDOR);
  view.mutable_state()->mutable_last_read_time()->set_seconds(1'763'620'000);
  view.mutable_state()->mutable_next_read_time()->set_seconds(1'763'623'600);
  view.mutable_state()->set_next_reason(failures == 0 ? "interval" : "backoff");
  view.mutable_state()->set_outcome(failures == 0 ? "not_modified" : "failed");
  view.mutable_state()->set_failures(failures);
  if (failures > 0) view.mutable_state()->set_error("the <host> did not answer");
  return view;
}

class DeskSourcesTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    SignIn();
    ingest_.AddSource(Source("harbour"));
    ingest_.AddSource(Source("skua", 3));
  }
  HttpResponse Act(const std::string& fields) { return DeskPost("/desk/sources/harbour", fields); }
  std::string Location(const HttpResponse& response) {
    return std::string(response.Header("Location").value_or(""));
  }
  std::vector<v1::SourceChange::Kind> Changes() {
    std::vector<v1::SourceChange::Kind> kinds;
    for (const v1::SourceChange& change : ingest_.source_changes()) kinds.push_back(change.kind());
    return kinds;
  }
};

TEST_F(DeskSourcesTest, EachSourceShowsWhenItWasReadWhatCameOfItAndWhenItIsTriedNextAndWhy) {
  const std::string page = DeskGet("/desk/sources").body;
  for (const char* text :
       {"2025-11-20 06:26 UTC", "not changed since (304)", "2025-11-20 07:26 UTC", "its interval",
        "the &lt;host&gt; did not answer", "3 in a row", "each failure in a row doubles the wait"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(page, Not(HasSubstr("<host>")));
}

TEST_F(DeskSourcesTest, TheTabsShowWhatIsInTroubleOrPaused) {
  const std::string page = DeskGet("/desk/sources?show=trouble").body;
  EXPECT_THAT(page, HasSubstr("/desk/sources/skua"));
  EXPECT_THAT(page, Not(HasSubstr("/desk/sources/harbour")));
  EXPECT_THAT(DeskGet("/desk/sources?show=paused").body, HasSubstr("No source is paused"));
  EXPECT_EQ(DeskGet("/desk/sources?show=odd").status, 400);
}

TEST_F(DeskSourcesTest, ALongListGoesPageByPage) {
  for (int i = 100; i < 160; ++i) ingest_.AddSource(Source(absl::StrCat("s", i)));
  const std::string first = DeskGet("/desk/sources").body;
  EXPECT_THAT(first, HasSubstr("/desk/sources?cursor=s148"));
  EXPECT_THAT(first, Not(HasSubstr("/desk/sources/s149")));
  EXPECT_THAT(DeskGet("/desk/sources?cursor=s148").body, HasSubstr("/desk/sources/s149"));
}

TEST_F(DeskSourcesTest, AddingOneSendsWhatTheFormSays) {
  const HttpResponse response = DeskPost(
      "/desk/sources",
      "is_new=1&url=https%3A%2F%2FTern.example%2Fnews%2F&kind=feed&tier=vendor&minutes=90&title=Tern");
  EXPECT_EQ(Location(response), "/desk/sources/tern-example-news?done=source-put");
  const v1::SourceChange change = ingest_.source_changes().at(0);
  EXPECT_EQ(change.kind(), v1::SourceChange::PUT);
  EXPECT_EQ(change.operator_(), "owner");
  EXPECT_EQ(change.source().url(), "https://Tern.example/news/");
  EXPECT_EQ(change.source().interval_seconds(), 5400u);
  EXPECT_EQ(change.source().tier(), v1::VENDOR);
}

TEST_F(DeskSourcesTest, AddingUnderAnIdThatIsTakenChangesNothing) {
  const HttpResponse response =
      DeskPost("/desk/sources", "is_new=1&source_id=harbour&url=https%3A%2F%2Fother.example%2F");
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr("href=\"/desk/sources/harbour\""));
  EXPECT_TRUE(ingest_.source_changes().empty());
}

TEST_F(DeskSourcesTest, ChangingOneKeepsItPaused) {
  Act("action=pause");
  EXPECT_EQ(DeskPost("/desk/sources", "source_id=harbour&url=https%3A%2F%2Fh.example%2F").status, 303);
  EXPECT_TRUE(ingest_.source_changes().at(1).source().paused());
}

TEST_F(DeskSourcesTest, WhatTheFormMayNotSayIsRefusedWithTheReason) {
  for (const auto& [fields, reason] :
       {std::pair{"url=https%3A%2F%2Fa.example&minutes=0", "1 to 10080 minutes"},
        std::pair{"url=https%3A%2F%2Fa.example&kind=telegram", "kind must be"},
        std::pair{"url=https%3A%2F%2Fa.example&tier=gossip", "tier must be"},
        std::pair{"url=", "an address"}}) {
    const HttpResponse response = DeskPost("/desk/sources", fields);
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr(reason));
  }
}

TEST_F(DeskSourcesTest, PausingResumingAndReadingNow) {
  EXPECT_EQ(Location(Act("action=pause")), "/desk/sources/harbour?done=source-pause");
  EXPECT_EQ(Location(Act("action=resume&from=list")), "/desk/sources?done=source-resume");
  EXPECT_EQ(Location(Act("action=read")), "/desk/sources/harbour?done=source-read");
  EXPECT_THAT(Changes(), ElementsAre(v1::SourceChange::PAUSE, v1::SourceChange::RESUME));
  EXPECT_THAT(ingest_.sources_read(), ElementsAre("harbour"));
  EXPECT_EQ(Act("action=explode").status, 400);
}

TEST_F(DeskSourcesTest, RemovingNeedsASecondLook) {
  EXPECT_EQ(Act("action=remove").status, 400);
  EXPECT_TRUE(ingest_.source_changes().empty());
  EXPECT_EQ(Location(Act("action=remove&sure=1")), "/desk/sources?done=source-remove");
  EXPECT_EQ(DeskGet("/desk/sources/harbour").status, 404);
}

TEST_F(DeskSourcesTest, ASourcesPageShowsItsNewestAnnouncementsAndNoOthers) {
  v1::Announcement announcement;
  announcement.set_announcement_id("ann-1");
  announcement.set_source_id("harbour");
  announcement.set_source_url("https://harbour.example/<b>");
  aggregator_.AddAnnouncement(announcement);
  const std::string page = DeskGet("/desk/sources/harbour").body;
  EXPECT_THAT(page, HasSubstr("https://harbour.example/&lt;b&gt;"));
  EXPECT_THAT(DeskGet("/desk/sources/skua").body, HasSubstr("None yet"));
  EXPECT_EQ(DeskGet("/desk/sources/nothing").status, 404);
}

TEST_F(DeskSourcesTest, WhereIngestFailsThePageSaysSo) {
  ingest_.FailWith(absl::UnavailableError("ingest does not answer"));
  const HttpResponse response = DeskGet("/desk/sources");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("ingest does not answer"));
  EXPECT_EQ(Act("action=pause").status, 503);
}

TEST_F(DeskSourcesTest, WithoutIngestThePageSaysSo) {
  options_.ingest = nullptr;
  Serve();
  SignIn();
  EXPECT_THAT(DeskGet("/desk/sources").body, HasSubstr("runs without ingest"));
}

TEST(SourceViewTest, AnIdIsMadeOfTheAddress) {
  EXPECT_EQ(SourceIdFrom("https://Blog.Example.com/feed.xml?x=1"), "blog-example-com-feed-xml");
  EXPECT_EQ(SourceIdFrom("https://a.example/" + std::string(200, 'x')).size(), 64u);
  EXPECT_EQ(SourceIdFrom("https://☃/"), "");
}

}  // namespace
}  // namespace seaworthy
