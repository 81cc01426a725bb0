#include "services/publisher/site/conventions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "absl/strings/str_cat.h"
#include "services/publisher/site/feeds.h"
#include "services/publisher/site/sitemap.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

PublishedEntry Pair(const std::string& a_category, const std::string& b_category, v1::Vote a, v1::Vote b) {
  const auto tool = [](const std::string& category, v1::Vote vote) {
    auto made = std::make_shared<PublishedTool>();
    made->category = category;
    made->votes.emplace_back().set_vote(vote);
    return made;
  };
  PublishedEntry entry;
  entry.a = tool(a_category, a);
  entry.b = tool(b_category, b);
  return entry;
}

TEST(HasUniqueEvidenceTest, OneShelfAndASplitOrASurerVote) {
  EXPECT_TRUE(HasUniqueEvidence(Pair("Models", "Models", v1::SHIP, v1::SKIP)));
  EXPECT_FALSE(HasUniqueEvidence(Pair("Models", "Models", v1::SHIP, v1::SHIP)));
  EXPECT_FALSE(HasUniqueEvidence(Pair("Models", "Tools", v1::SHIP, v1::SKIP)));
  EXPECT_FALSE(HasUniqueEvidence(Pair("", "", v1::SHIP, v1::SKIP)));
  PublishedEntry surer = Pair("Models", "Models", v1::SHIP, v1::SHIP);
  auto tool = std::make_shared<PublishedTool>(*surer.a);
  tool->votes[0].set_confidence(0.5);
  surer.a = tool;
  EXPECT_TRUE(HasUniqueEvidence(surer));
}

v1::PublishedChange Change(int number) {
  v1::PublishedChange change;
  const std::string a = absl::StrCat("a", number);
  change.set_comparison_id(a + "-vs-b");
  v1::PublishedSummary& summary = *change.mutable_summary();
  summary.set_comparison_id(change.comparison_id());
  for (auto* tool : {summary.mutable_a(), summary.mutable_b()}) tool->set_category("Models");
  summary.mutable_a()->set_tool_id(a);
  summary.mutable_b()->set_tool_id("b");
  summary.mutable_a()->set_name("<A> & \x01 \"co\"");
  summary.mutable_a()->add_votes()->set_vote(v1::SHIP);
  summary.mutable_b()->add_votes()->set_vote(v1::SKIP);
  summary.mutable_publish_time()->set_seconds(1'763'500'000 + number);
  summary.mutable_first_publish_time()->set_seconds(1'763'500'000);
  return change;
}

TEST(SitemapTest, PartsAreBoundedAndHoldEveryPairOnce) {
  PublishedIndex index;
  for (int i = 0; i < 50'003; ++i) index.Apply(Change(i));
  EXPECT_THAT(SitemapParts(index), testing::Contains("/sitemaps/comparisons-2.xml"));
  size_t urls = 0;
  for (const char* part : {"/sitemaps/comparisons-1.xml", "/sitemaps/comparisons-2.xml"}) {
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(SitemapPart(index, "https://x.example", part)->c_str()));
    const auto children = document.child("urlset").children("url");
    const auto count = static_cast<size_t>(std::distance(children.begin(), children.end()));
    EXPECT_LE(count, kSitemapUrls);
    urls += count;
  }
  EXPECT_EQ(urls, 50'003u);
  EXPECT_FALSE(SitemapPart(index, "https://x.example", "/sitemaps/comparisons-3.xml").has_value());
}

TEST(FeedsTest, AllThreeParseAndEscape) {
  PublishedIndex index;
  index.Apply(Change(1));
  pugi::xml_document atom, rss;
  ASSERT_TRUE(atom.load_string(AtomFeed(index, "https://x.example").c_str()));
  ASSERT_TRUE(rss.load_string(RssFeed(index, "https://x.example").c_str()));
  const auto json = nlohmann::json::parse(JsonFeed(index, "https://x.example"));
  EXPECT_STREQ(atom.child("feed").child("entry").child_value("title"), "<A> &  \"co\" vs ");
  const std::string id = "tag:x.example,2026:compare/a1-vs-b";
  EXPECT_EQ(atom.child("feed").child("entry").child_value("id"), id);
  EXPECT_EQ(rss.child("rss").child("channel").child("item").child_value("guid"), id);
  EXPECT_EQ(json["items"][0]["id"], id);
  EXPECT_EQ(json["version"], "https://jsonfeed.org/version/1.1");
}

TEST(FeedsTest, ACorrectionKeepsTheIdAndMovesTheUpdate) {
  PublishedIndex index;
  index.Apply(Change(1));
  const auto before = nlohmann::json::parse(JsonFeed(index, "https://x.example"))["items"][0];
  v1::PublishedChange corrected = Change(1);
  corrected.mutable_summary()->mutable_correct_time()->set_seconds(1'763'600'000);
  index.Apply(corrected);
  const auto after = nlohmann::json::parse(JsonFeed(index, "https://x.example"))["items"][0];
  EXPECT_EQ(after["id"], before["id"]);
  EXPECT_EQ(after["date_published"], before["date_published"]);
  EXPECT_LT(before["date_modified"], after["date_modified"]);
}

class ConventionsTest : public PublisherFixture {
 protected:
  void SetUp() override {
    options_.public_url = "https://seaworthy.example";
    PublisherFixture::SetUp();
    Draft();
  }
  std::string MovedTo(const std::string& path) {
    const HttpResponse response = Get(path);
    return response.status == 301 ? std::string(response.Header("Location").value_or("")) : "";
  }
};

TEST_F(ConventionsTest, OddSpellingsMoveToTheOnePageOnlyOnceItIsPublic) {
  const std::vector<std::string> odd = {"/compare/lantern-9b-vs-gannet", "/compare/Gannet-vs-Lantern-9B",
                                        "/compare/gannet-vs-lantern-9b/", "/compare/LANTERN-9B-VS-GANNET/"};
  for (const std::string& path : odd) EXPECT_EQ(Get(path).status, 404) << path;
  EXPECT_EQ(Get("/tools/GANNET/").status, 404);
  Publish(kAvsB);
  for (const std::string& path : odd) EXPECT_EQ(MovedTo(path), "/compare/gannet-vs-lantern-9b") << path;
  EXPECT_EQ(MovedTo("/tools/GANNET/"), "/tools/gannet");
  EXPECT_EQ(MovedTo("/method/"), "/method");
}

TEST_F(ConventionsTest, NothingUnpublishedIsListedAnywhere) {
  for (const char* path : {"/llms.txt", "/sitemap.xml", "/sitemaps/pages.xml", "/feeds/atom.xml",
                           "/feeds/rss.xml", "/feeds/feed.json", "/robots.txt"}) {
    const HttpResponse response = Get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_THAT(response.body, Not(HasSubstr("gannet"))) << path;
  }
  EXPECT_EQ(Get("/facts/gannet.json").status, 404);
  Publish(kAvsB);
  EXPECT_THAT(Get("/llms.txt").body, HasSubstr("https://seaworthy.example/facts/gannet.json"));
  EXPECT_THAT(Get("/sitemaps/comparisons-1.xml").body, HasSubstr("/compare/gannet-vs-lantern-9b"));
  EXPECT_THAT(Get("/feeds/atom.xml").body, HasSubstr("compare/gannet-vs-lantern-9b"));
}

TEST_F(ConventionsTest, FactsComeWithEvidenceAndTheRulesOfCiting) {
  Publish(kAvsB);
  const auto facts = nlohmann::json::parse(Get("/facts/gannet.json").body);
  EXPECT_EQ(facts["name"], "Gannet");
  EXPECT_THAT(facts["citation"].get<std::string>(), HasSubstr("not people"));
  EXPECT_FALSE(facts["facts"][0]["evidence"]["text"].get<std::string>().empty());
}

TEST_F(ConventionsTest, PagesNameTheirFeedsAndCards) {
  Publish(kAvsB);
  const std::string page = Get("/compare/gannet-vs-lantern-9b").body;
  for (const char* text :
       {"application/atom+xml", "application/rss+xml", "application/feed+json", "og:title", "twitter:card",
        "<link rel=\"canonical\" href=\"https://seaworthy.example/compare/gannet-vs-lantern-9b\">"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(page, Not(HasSubstr("noindex")));
}

TEST_F(ConventionsTest, APairWithoutUniqueEvidenceIsKeptFromIndexing) {
  aggregator_.AddTool(SampleTool("petrel", "Petrel", 1));
  aggregator_.AddComparison("gannet", "petrel", v1::Comparison::DRAFTED);
  Publish("gannet-vs-petrel");
  EXPECT_THAT(Get("/compare/gannet-vs-petrel").body, HasSubstr("noindex"));
  EXPECT_EQ(Get("/sitemaps/comparisons-1.xml").status, 404);
}

TEST_F(ConventionsTest, AssetsUnderTheirHashedNamesNeverChange) {
  const std::string page = Get("/method").body;
  const size_t at = page.find("/assets/site.");
  const std::string path = page.substr(at, page.find('"', at) - at);
  EXPECT_NE(path, "/assets/site.css");
  EXPECT_THAT(std::string(Get(path).Header("Cache-Control").value_or("")), HasSubstr("immutable"));
  EXPECT_EQ(Get(path).body, Get("/assets/site.css").body);
}

TEST_F(ConventionsTest, EveryAnswerOfAnHttpsSiteAsksForHttps) {
  Publish(kAvsB);
  for (const char* path : {"/", "/", "/compare/gannet-vs-lantern-9b", "/none", "/assets/site.css", "/desk",
                           "/api/v1/status", "/compare/lantern-9b-vs-gannet"}) {
    EXPECT_TRUE(Get(path).Header("Strict-Transport-Security").has_value()) << path;
  }
  const std::string tag(Get("/method").Header("ETag").value_or(""));
  EXPECT_TRUE(Get("/method", {{"If-None-Match", tag}}).Header("Strict-Transport-Security").has_value());
  EXPECT_THAT(SendRaw(service_->port(), "NONSENSE\r\n\r\n"), HasSubstr("Strict-Transport-Security"));
}

TEST_F(ConventionsTest, PagesAreSentCompressed) {
  Publish(kAvsB);
  for (int i = 0; i < 2; ++i) {
    const HttpResponse page = Get("/compare/gannet-vs-lantern-9b", {{"Accept-Encoding", "br"}});
    EXPECT_EQ(page.Header("Content-Encoding").value_or(""), "br");
    EXPECT_EQ(page.Header("Vary").value_or(""), "Accept-Encoding");
  }
}

}  // namespace
}  // namespace seaworthy
