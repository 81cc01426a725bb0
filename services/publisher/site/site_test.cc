#include "services/publisher/site/site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SiteTest : public PublisherFixture {
 protected:
  void AddEdition(const std::string& id, v1::Edition::State state) {
    v1::Edition edition;
    edition.set_edition_id(id);
    edition.set_title("A week");
    edition.set_state(state);
    edition.mutable_decide_time()->set_seconds(1'763'500'000);
    aggregator_.AddEdition(edition);
  }
  void IssueCorrections(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(aggregator_.IssueCorrection({}, kRpcDeadline).ok());
  }
  // The pages of a list, from link to link.
  std::vector<std::string> PagesFrom(std::string path) {
    std::vector<std::string> pages;
    while (!path.empty()) {
      const std::string body = Get(path).body;
      pages.push_back(path);
      const size_t end = body.find("\" rel=\"next\">");
      const size_t begin = end == std::string::npos ? end : body.rfind('"', end - 1) + 1;
      path = end == std::string::npos ? "" : body.substr(begin, end - begin);
    }
    return pages;
  }
};

TEST_F(SiteTest, NothingIsPublicBeforeAnApproval) {
  Draft();
  EXPECT_EQ(Get("/compare/gannet-vs-lantern-9b").status, 404);
  EXPECT_EQ(Get("/tools/gannet").status, 404);
  EXPECT_THAT(Get("/").body, HasSubstr("Nothing is published yet"));
  EXPECT_THAT(Get("/").body, Not(HasSubstr("Gannet")));
}

TEST_F(SiteTest, AnApprovedComparisonHasItsPageItsToolsAndItsPlaceAtHome) {
  Draft();
  Publish(kAvsB);
  const std::string page = Get("/compare/gannet-vs-lantern-9b").body;
  for (const char* text : {"<title>Gannet vs Lantern 9B", "75%", "3 of 4 ship", "25%", "Language Models",
                           "Free", "Developer experience", "What would flip it", "approved by an editor on",
                           "2025-11-18", "Rule-based", "https://harbour.example/news/gannet",
                           "rel=\"nofollow noopener\"", "First ten minutes", "2026-11-14"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(Get("/").body, HasSubstr("/compare/gannet-vs-lantern-9b"));
  EXPECT_EQ(Get("/tools/gannet").status, 200);
  EXPECT_EQ(Get("/tools/lantern-9b").status, 200);
}

TEST_F(SiteTest, QuotesStandWholeAndInPersonaOrder) {
  Draft();
  Publish(kAvsB);
  const std::string page = Get("/compare/gannet-vs-lantern-9b").body;
  size_t at = 0;
  const v1::ToolView tool = SampleTool("gannet", "Gannet", 1);
  for (const v1::Verdict& verdict : tool.verdicts()) {
    const size_t found = page.find("“" + verdict.quote() + "”", at);
    ASSERT_NE(found, std::string::npos) << verdict.quote();
    at = found;
  }
}

TEST_F(SiteTest, TheOtherOrderMovesToTheCanonicalPage) {
  Draft();
  EXPECT_EQ(Get("/compare/lantern-9b-vs-gannet").status, 404);
  Publish(kAvsB);
  const HttpResponse response = Get("/compare/lantern-9b-vs-gannet");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.Header("Location").value_or(""), "/compare/gannet-vs-lantern-9b");
}

TEST_F(SiteTest, APageShowsWhatWasApprovedUntilTheNextApproval) {
  Draft();
  Publish(kAvsB);
  const std::string approved = Get("/compare/gannet-vs-lantern-9b").body;
  aggregator_.ChangeTool(SampleTool("gannet", "Gannet", 4));
  EXPECT_EQ(Get("/compare/gannet-vs-lantern-9b").body, approved);
  Publish(kAvsB);
  EXPECT_NE(Get("/compare/gannet-vs-lantern-9b").body, approved);
}

TEST_F(SiteTest, WhatIsWithdrawnIsGoneEverywhereAtOnce) {
  Draft();
  Publish(kAvsB);
  Get("/");
  v1::DecideRequest request;
  request.mutable_decision()->set_comparison_id(kAvsB);
  request.mutable_decision()->set_kind(v1::WITHDRAW);
  request.mutable_decision()->set_content_hash(aggregator_.ContentHash(kAvsB));
  ASSERT_TRUE(aggregator_.Decide(request, kRpcDeadline).ok());
  EXPECT_EQ(Get("/compare/gannet-vs-lantern-9b").status, 404);
  EXPECT_EQ(Get("/tools/gannet").status, 404);
  EXPECT_THAT(Get("/").body, Not(HasSubstr("Gannet")));
}

TEST_F(SiteTest, ExportedPagesAreWhatHttpServes) {
  FillSampleDesk(aggregator_);
  ASSERT_TRUE(service_->CatchUp().ok());
  const auto pages = service_->ListPages({});
  ASSERT_TRUE(pages.ok());
  EXPECT_GE(pages->paths_size(), 12);
  for (const std::string& path : pages->paths()) {
    v1::GetPageRequest request;
    request.set_path(path);
    const auto page = service_->GetPage(request);
    ASSERT_TRUE(page.ok()) << path;
    const HttpResponse served = Get(path);
    EXPECT_EQ(page->body(), served.body) << path;
    EXPECT_EQ(page->media_type(), served.Header("Content-Type").value_or("")) << path;
  }
}

TEST_F(SiteTest, TheFacesLicenceIsServedAndLinked) {
  const std::string page = Get("/method").body;
  const size_t at = page.find("/assets/vollkorn-license.");
  ASSERT_NE(at, std::string::npos);
  const HttpResponse licence = Get(page.substr(at, page.find('"', at) - at));
  EXPECT_EQ(licence.status, 200);
  EXPECT_THAT(licence.body, HasSubstr("SIL OPEN FONT LICENSE"));
}

TEST_F(SiteTest, EditionsThatAreOutAndPicturesAreExported) {
  FillSampleDesk(aggregator_);
  AddEdition("2026-W06", v1::Edition::APPROVED);
  AddEdition("2026-W07", v1::Edition::DRAFTED);
  ASSERT_TRUE(service_->CatchUp().ok());
  const auto pages = service_->ListPages({});
  ASSERT_TRUE(pages.ok());
  for (const char* path : {"/editions", "/editions/2026-W06", "/sitemaps/editions.xml", "/social/_site.png",
                           "/social/gannet.png"}) {
    EXPECT_THAT(pages->paths(), testing::Contains(path));
  }
  EXPECT_THAT(pages->paths(), Not(testing::Contains("/editions/2026-W07")));
}

TEST_F(SiteTest, EveryPageOfEditionsAndCorrectionsIsLinkedAndExported) {
  for (int year = 2020; year < 2023; ++year) {
    for (int week = 10; week < 45; ++week) AddEdition(absl::StrCat(year, "-W", week), v1::Edition::APPROVED);
  }
  IssueCorrections(101);
  const std::vector<std::string> editions = PagesFrom("/editions"), corrections = PagesFrom("/corrections");
  EXPECT_THAT(editions, ElementsAre("/editions", "/editions/2", "/editions/3"));
  EXPECT_THAT(corrections, ElementsAre("/corrections", "/corrections/2", "/corrections/3"));
  EXPECT_THAT(Get("/editions/3").body, HasSubstr("/editions/2020-W10"));
  EXPECT_THAT(Get("/editions/2").body, HasSubstr("<a href=\"/editions\" rel=\"prev\">"));
  const auto pages = service_->ListPages({});
  ASSERT_TRUE(pages.ok());
  EXPECT_THAT(pages->paths(), testing::IsSupersetOf(editions));
  EXPECT_THAT(pages->paths(), testing::IsSupersetOf(corrections));
}

TEST_F(SiteTest, APageOfAListHasOneAddress) {
  IssueCorrections(51);
  EXPECT_EQ(Get("/corrections/2").status, 200);
  for (const char* path : {"/corrections/1", "/corrections/02", "/corrections/3", "/corrections/x",
                           "/editions/1", "/editions/2"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
}

TEST_F(SiteTest, AnEditionIsInTheMapOfTheSiteOnceItIsOut) {
  AddEdition("2026-W06", v1::Edition::DRAFTED);
  EXPECT_THAT(Get("/sitemap.xml").body, HasSubstr("/sitemaps/editions.xml</loc>"));
  EXPECT_THAT(Get("/sitemaps/editions.xml").body, Not(HasSubstr("2026-W06")));
  EXPECT_EQ(Get("/editions/2026-W06").status, 404);
  AddEdition("2026-W06", v1::Edition::APPROVED);
  EXPECT_THAT(Get("/sitemaps/editions.xml").body,
              HasSubstr("/editions/2026-W06</loc><lastmod>2025-11-18T21:06:40Z</lastmod>"));
  EXPECT_EQ(Get("/editions/2026-W06").status, 200);
}

TEST_F(SiteTest, EveryPageNamesAPictureThatIsThere) {
  Draft();
  EXPECT_EQ(Get("/social/gannet-vs-lantern-9b.png").status, 404);
  Publish(kAvsB);
  for (const char* path : {"/", "/compare/gannet-vs-lantern-9b", "/tools/gannet", "/method"}) {
    const std::string page = Get(path).body;
    const size_t at = page.find("property=\"og:image\" content=\"") + 29;
    ASSERT_GT(at, 29u) << path;
    const HttpResponse picture = Get(page.substr(at, page.find('"', at) - at));
    EXPECT_EQ(picture.status, 200) << path;
    EXPECT_EQ(picture.Header("Content-Type").value_or(""), "image/png") << path;
    EXPECT_EQ(picture.body.substr(1, 3), "PNG") << path;
  }
}

TEST_F(SiteTest, ReadersVoteOnAPageAndSeeTheShareFromTwentyOn) {
  Draft();
  Publish(kAvsB);
  const HttpHeaders form = {{"Origin", Origin()}, {"Content-Type", "application/x-www-form-urlencoded"}};
  const auto vote = [&](const char* body) {
    return SendHttp(service_->port(), {"POST", "/vote", form, body});
  };
  const HttpResponse first = vote("tool=gannet&vote=ship&back=/tools/gannet");
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.body, HasSubstr("Your vote has come in: ship"));
  EXPECT_THAT(Get("/tools/gannet").body, HasSubstr("shown from 20 votes"));
  for (int i = 1; i < 20; ++i) vote("tool=gannet&vote=ship");
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(Get("/tools/gannet").body, HasSubstr("of 20 readers say ship"));
  EXPECT_EQ(vote("tool=nowhere&vote=ship").status, 404);
}

TEST_F(SiteTest, PagesDoNotDependOnTheTime) {
  FillSampleDesk(aggregator_);
  const std::string before = Get("/").body + Get("/tools/gannet").body;
  clock_.Advance(absl::Hours(24 * 400));
  Serve();
  EXPECT_EQ(Get("/").body + Get("/tools/gannet").body, before);
}

TEST_F(SiteTest, ListPagesGoesPageByPage) {
  FillSampleDesk(aggregator_);
  ASSERT_TRUE(service_->CatchUp().ok());
  v1::ListPagesRequest request;
  request.set_page_size(3);
  std::vector<std::string> paths;
  do {
    const auto response = service_->ListPages(request);
    ASSERT_TRUE(response.ok());
    paths.insert(paths.end(), response->paths().begin(), response->paths().end());
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  const auto all = service_->ListPages({});
  EXPECT_EQ(paths, std::vector<std::string>(all->paths().begin(), all->paths().end()));
}

TEST_F(SiteTest, APageIsNotSentTwice) {
  const HttpResponse first = Get("/method");
  const std::string etag(first.Header("ETag").value_or(""));
  const HttpResponse again = Get("/method", {{"If-None-Match", etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(SiteTest, UnknownFactsAreDashesAndNothingIsGuessed) {
  aggregator_.AddTool(BareTool("breakwater", "Breakwater"));
  aggregator_.AddTool(BareTool("gannet", "Gannet"));
  aggregator_.AddComparison("breakwater", "gannet", v1::Comparison::DRAFTED);
  Publish("breakwater-vs-gannet");
  const std::string page = Get("/compare/breakwater-vs-gannet").body;
  EXPECT_THAT(page, HasSubstr("<td><strong>—</strong></td><th scope=\"row\">Entry price</th>"));
  EXPECT_THAT(page, Not(HasSubstr("Free")));
  EXPECT_THAT(page, HasSubstr("came without an address"));
}

TEST_F(SiteTest, ABrokenAggregatorIsA503ThatTellsNothing) {
  aggregator_.FailWith(absl::UnavailableError("10.0.0.7:9000 refused"));
  Serve();  // One that never had an answer.
  const HttpResponse response = Get("/");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("cannot answer now"));
  EXPECT_THAT(response.body, Not(HasSubstr("10.0.0.7")));
}

// Pages without what is ours and looks like a payload's: the data blocks (which
// hold no markup), the desk's script, the names of charts.
std::string WithoutOurs(std::string pages) {
  constexpr char kBlock[] = "<script type=\"application/ld+json\">";
  for (size_t at = pages.find(kBlock); at != std::string::npos; at = pages.find(kBlock)) {
    const size_t end = pages.find("</script>", at);
    const std::string data = pages.substr(at + sizeof(kBlock) - 1, end - at - sizeof(kBlock) + 1);
    EXPECT_THAT(data, Not(HasSubstr("<")));
    pages.erase(at, end - at);
  }
  return absl::StrReplaceAll(pages, {{"<script src=\"/assets/", ""}, {"</title><desc", ""}});
}

// Every text of a tool, in every page of site and desk.
class HostileTextTest : public PublisherFixture, public testing::WithParamInterface<const char*> {};

TEST_P(HostileTextTest, ComesOutAsText) {
  const std::string payload = GetParam();
  aggregator_.AddTool(HostileTool("gannet", payload));
  aggregator_.AddTool(HostileTool("lantern-9b", payload));
  aggregator_.AddComparison("gannet", "lantern-9b", v1::Comparison::DRAFTED);
  SignIn();
  std::string pages = DeskGet("/desk").body + DeskGet(absl::StrCat("/desk/comparisons/", kAvsB)).body +
                      DeskGet(absl::StrCat("/desk/preview/", kAvsB)).body;
  Publish(kAvsB);
  for (const char* path : {"/", "/compare/gannet-vs-lantern-9b", "/tools/gannet"}) pages += Get(path).body;
  pages += DeskGet("/desk/published").body;
  pages = WithoutOurs(std::move(pages));
  for (const char* bad : {"<script", "<img", "<svg on", "<svg/on", "onerror=alert(1)>", "href=\"javascript:",
                          "href=\"data:", "</title><", "\" autofocus", "' autofocus", ">49<"}) {
    EXPECT_THAT(pages, Not(HasSubstr(bad)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Payloads, HostileTextTest,
    testing::Values("<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg onload=alert(1)>",
                    "javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
                    "</title><script>alert(1)</script>", "\" autofocus onfocus=alert(1) x=\"",
                    "' autofocus onfocus=alert(1) x='", "{{7*7}}", "{{{x}}}{{#a}}{{/a}}{{> head}}",
                    "<svg/onload=alert(1)//", "<!--<img src=\"--><img src=x onerror=alert(1)>",
                    "&lt;script&gt;", "https://x.example/\"onmouseover=alert(1)", "JaVaScRiPt:alert(1)",
                    "\xE2\x80\xAE<script>"));

TEST_F(SiteTest, TemplateSyntaxInATextIsShownAsItIs) {
  aggregator_.AddTool(HostileTool("gannet", "{{7*7}} {{a.name}}"));
  aggregator_.AddTool(SampleTool("lantern-9b", "Lantern 9B", 3));
  aggregator_.AddComparison("gannet", "lantern-9b", v1::Comparison::DRAFTED);
  Publish(kAvsB);
  EXPECT_THAT(Get("/compare/gannet-vs-lantern-9b").body, HasSubstr("{{7*7}} {{a.name}}"));
}

}  // namespace
}  // namespace seaworthy
