#include "services/publisher/api/api_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ApiSourcesTest : public PublisherFixture {
 protected:
  json Body(const HttpResponse& response) { return json::parse(response.body); }
  HttpResponse Post(const json& body) {
    return ApiPost("/sources", body.dump(), {{"Idempotency-Key", "k1"}});
  }
  void Add(const std::string& id) {
    v1::SourceView view;
    view.mutable_source()->set_source_id(id);
    view.mutable_source()->set_kind(v1::Source::FEED);
    view.mutable_state()->set_error("no answer");
    ingest_.AddSource(view);
  }
};

TEST_F(ApiSourcesTest, SourcesAreListedPageByPage) {
  for (const char* id : {"a", "b", "c"}) Add(id);
  const json page = Body(ApiGet("/sources?limit=2"));
  EXPECT_EQ(page["sources"][0]["kind"], "feed");
  EXPECT_EQ(page["sources"][1]["error"], "no answer");
  EXPECT_EQ(page["sources"][1]["last_read_time"], nullptr);
  EXPECT_EQ(page["next_cursor"], "b");
  const json rest = Body(ApiGet("/sources?limit=2&cursor=b"));
  EXPECT_EQ(rest["sources"].size(), 1u);
  EXPECT_EQ(rest["next_cursor"], nullptr);
}

TEST_F(ApiSourcesTest, ASourceIsPutAndReadAndRemoved) {
  const HttpResponse put = Post({{"action", "put"},
                                 {"url", "https://a.example/feed"},
                                 {"kind", "feed"},
                                 {"tier", "vendor"},
                                 {"interval_seconds", 600}});
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(Body(put)["source_id"], "a-example-feed");
  const v1::SourceChange change = ingest_.source_changes().at(0);
  EXPECT_EQ(change.operator_(), "api");
  EXPECT_EQ(change.request_id(), "k1");
  EXPECT_EQ(change.source().interval_seconds(), 600u);
  EXPECT_EQ(Post({{"action", "read"}, {"source_id", "a-example-feed"}}).status, 200);
  EXPECT_EQ(ingest_.sources_read().at(0), "a-example-feed");
  EXPECT_EQ(Post({{"action", "remove"}, {"source_id", "a-example-feed"}}).status, 200);
  EXPECT_EQ(Post({{"action", "pause"}, {"source_id", "a-example-feed"}}).status, 404);
}

TEST_F(ApiSourcesTest, WhatIsNoChangeOfASourceIsRefused) {
  for (const json& bad : {json::array(), json({{"action", "paint"}, {"source_id", "a"}}),
                          json({{"action", "put"}}), json({{"action", "put"}, {"source_id", 7}}),
                          json({{"action", "put"}, {"source_id", "a"}, {"kind", "x"}}),
                          json({{"action", "put"}, {"source_id", "a"}, {"interval_seconds", -1}}),
                          json({{"action", "put"}, {"source_id", "a"}, {"paused", "no"}})}) {
    EXPECT_EQ(Post(bad).status, 400) << bad;
  }
  EXPECT_TRUE(ingest_.source_changes().empty());
}

TEST_F(ApiSourcesTest, AnnouncementsAreListedByState) {
  v1::Announcement announcement;
  announcement.set_announcement_id("ann-1");
  announcement.set_state(v1::Announcement::REJECTED);
  announcement.set_reject_code("invalid_encoding");
  announcement.set_replaced_by("ann-2");
  aggregator_.AddAnnouncement(announcement);
  const json page = Body(ApiGet("/announcements?state=rejected"));
  EXPECT_EQ(page["announcements"][0]["reject_code"], "invalid_encoding");
  EXPECT_EQ(page["announcements"][0]["replaced_by"], "ann-2");
  EXPECT_EQ(Body(ApiGet("/announcements?state=split"))["announcements"], json::array());
  EXPECT_EQ(ApiGet("/announcements?state=odd").status, 400);
  EXPECT_EQ(ApiGet("/announcements?limit=0").status, 400);
}

TEST_F(ApiSourcesTest, ARejectedAnnouncementIsTriedAgain) {
  const HttpResponse response = ApiPost(
      "/announcements/ann-1/retry", "# Tern",
      {{"Content-Type", "text/markdown"}, {"X-Source-Url", "https://a.example"}, {"Idempotency-Key", "k"}});
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(Body(response)["replaces"], "ann-1");
  const v1::RetryAnnouncementRequest sent = ingest_.retried().at(0);
  EXPECT_EQ(sent.document(), "# Tern");
  EXPECT_EQ(sent.media_type(), "text/markdown");
  EXPECT_EQ(sent.source_url(), "https://a.example");
  EXPECT_EQ(sent.editor(), "api");
  ingest_.FailWith(absl::FailedPreconditionError("only part of it is kept"));
  EXPECT_EQ(ApiPost("/announcements/ann-1/retry", "").status, 409);
}

TEST_F(ApiSourcesTest, WithoutIngestItSaysSo) {
  options_.ingest = nullptr;
  Serve();
  EXPECT_EQ(ApiGet("/sources").status, 503);
  EXPECT_THAT(Post({{"action", "read"}, {"source_id", "a"}}).body, HasSubstr("without ingest"));
}

TEST_F(ApiSourcesTest, FactsTellTierDayAndMethodAndConflictsOnlyToEditors) {
  v1::ToolView tool = SampleTool("gannet", "Gannet", 1);
  tool.mutable_revision()->mutable_facts(0)->set_tier(v1::DOCUMENTATION);
  tool.mutable_revision()->mutable_facts(0)->set_checked_date("2026-11-20");
  tool.mutable_revision()->add_conflicts()->set_field("license");
  tool.mutable_revision()->add_corrections()->set_editor("anna");
  aggregator_.AddTool(tool);
  aggregator_.AddTool(SampleTool("lantern-9b", "Lantern 9B", 3));
  aggregator_.AddComparison("lantern-9b", "gannet", v1::Comparison::DRAFTED);
  Publish(kAvsB);
  const json all = Body(ApiGet("/tools/gannet"));
  EXPECT_EQ(all["facts"][0]["tier"], "documentation");
  EXPECT_EQ(all["facts"][0]["checked_date"], "2026-11-20");
  EXPECT_EQ(all["facts"][0]["method"], "rules");
  EXPECT_EQ(all["conflicts"][0]["field"], "license");
  EXPECT_EQ(all["corrections"][0]["editor"], "anna");
  const json open = Body(Get("/api/v1/tools/gannet"));
  EXPECT_EQ(open["facts"][0]["checked_date"], "2026-11-20");
  EXPECT_FALSE(open.contains("conflicts"));
  EXPECT_FALSE(open.contains("corrections"));
}

}  // namespace
}  // namespace seaworthy
