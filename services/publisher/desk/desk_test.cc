#include "services/publisher/desk/desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

class DeskTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    Draft();
    SignIn();
  }
  HttpResponse Decide(const std::string& decision, const std::string& hash, const std::string& reason = "") {
    return DeskPost(absl::StrCat("/desk/comparisons/", kAvsB, "/decisions"),
                    absl::StrCat("decision=", decision, "&content_hash=", hash, "&reason=", reason));
  }
  std::string Hash() { return aggregator_.ContentHash(kAvsB); }
  std::string ComparisonPage() { return DeskGet(absl::StrCat("/desk/comparisons/", kAvsB)).body; }
};

TEST_F(DeskTest, LookingAtTheLinkDoesNotUseItUp) {
  const std::string token = LinkToken();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Get("/desk/sign-in?token=" + token).body,
                HasSubstr("<button class=\"button button-main\">Sign in"));
  }
  EXPECT_EQ(DeskPost("/desk/sign-in", "token=" + token).status, 303);
  EXPECT_EQ(DeskPost("/desk/sign-in", "token=" + token).status, 403);
  EXPECT_THAT(Get("/desk/sign-in?token=" + token).body, HasSubstr("does not sign in any more"));
}

TEST_F(DeskTest, TheCookieIsOutOfReachOfScriptsAndOtherSites) {
  const std::string cookie(
      DeskPost("/desk/sign-in", "token=" + LinkToken()).Header("Set-Cookie").value_or(""));
  EXPECT_THAT(cookie, HasSubstr("; Path=/; HttpOnly; SameSite=Strict"));
  EXPECT_THAT(cookie, Not(HasSubstr("Secure")));
}

TEST_F(DeskTest, BehindHttpsTheCookieIsHostBoundAndSecure) {
  options_.public_url = "https://seaworthy.example";
  Serve();
  const HttpResponse answer = SendHttp(
      service_->port(),
      {"POST",
       "/desk/sign-in",
       {{"Origin", "https://seaworthy.example"}, {"Content-Type", "application/x-www-form-urlencoded"}},
       "token=" + LinkToken()});
  const std::string cookie(answer.Header("Set-Cookie").value_or(""));
  EXPECT_THAT(cookie, testing::StartsWith("__Host-seaworthy="));
  EXPECT_THAT(cookie, HasSubstr("; Secure"));
}

TEST_F(DeskTest, ASessionEndsAfterHalfAnHourWithoutARequest) {
  clock_.Advance(absl::Minutes(31));
  EXPECT_EQ(DeskGet("/desk").status, 303);
  EXPECT_THAT(Decide("approve", Hash()).body, HasSubstr("You are not signed in"));
  EXPECT_EQ(aggregator_.State(kAvsB), v1::Comparison::DRAFTED);
}

TEST_F(DeskTest, SignOutEndsTheSession) {
  EXPECT_EQ(DeskPost("/desk/sign-out", "").status, 303);
  EXPECT_EQ(DeskGet("/desk").status, 303);
}

TEST_F(DeskTest, TheQueueShowsDraftsWithBothPanelsAndCounts) {
  const std::string page = DeskGet("/desk").body;
  for (const char* text : {"Gannet <span class=\"vs\">vs</span> Lantern 9B", "3 of 4 ship", "1 of 4 ship",
                           "To decide <span class=\"count\">1</span>"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(DeskGet("/desk?state=rejected").body, HasSubstr("Nothing was rejected"));
  EXPECT_EQ(DeskGet("/desk?state=nonsense").status, 400);
}

TEST_F(DeskTest, ALongQueueGoesPageByPage) {
  for (int i = 10; i < 40; ++i) {
    const std::string id = absl::StrCat("tool-", i);
    aggregator_.AddTool(SampleTool(id, id, 2));
    aggregator_.AddComparison("gannet", id, v1::Comparison::DRAFTED);
  }
  const std::string first = DeskGet("/desk").body;
  const size_t at = first.find("/desk?state=drafted&amp;cursor=");
  ASSERT_NE(at, std::string::npos);
  const std::string next = first.substr(at, first.find('"', at) - at);
  const std::string second = DeskGet("/desk?state=drafted&" + next.substr(next.find("cursor="))).body;
  EXPECT_THAT(second, HasSubstr("gannet-vs-tool-39"));
  EXPECT_THAT(first, Not(HasSubstr("gannet-vs-tool-39")));
}

TEST_F(DeskTest, TheComparisonShowsFactsWithTheirWordsAndWhereVerdictsComeFrom) {
  const std::string page = ComparisonPage();
  for (const char* text :
       {"GGUF and AWQ files are up today", "ann-0123456789abcdef01234567", "rules-1", "Rule-based",
        "no evidence", "What would flip it", "Approve and publish", "href=\"/desk/tools/gannet\""}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST_F(DeskTest, ThePreviewIsThePublicPageButForTheDayOfTheApproval) {
  const std::string today = absl::FormatTime("%Y-%m-%d", clock_.Now(), absl::UTCTimeZone());
  const std::string preview = DeskGet(absl::StrCat("/desk/preview/", kAvsB)).body;
  EXPECT_THAT(preview, HasSubstr(today));
  Publish(kAvsB);
  const std::string page = Get("/compare/gannet-vs-lantern-9b").body;
  EXPECT_THAT(page, Not(HasSubstr(today)));
  EXPECT_EQ(absl::StrReplaceAll(preview, {{today, "2025-11-18"}}), page);
}

TEST_F(DeskTest, ApprovingPublishes) {
  EXPECT_EQ(Decide("approve", Hash()).status, 303);
  EXPECT_EQ(Get("/compare/gannet-vs-lantern-9b").status, 200);
  EXPECT_EQ(aggregator_.decisions().at(0).editor(), "owner");
  EXPECT_THAT(ComparisonPage(), HasSubstr("Withdraw from the site"));
}

TEST_F(DeskTest, ADecisionOnContentThatChangedIsAConflictThatSaysWhatToDo) {
  const std::string seen = Hash();
  aggregator_.ChangeTool(SampleTool("gannet", "Gannet", 4));
  const HttpResponse response = Decide("approve", seen);
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr("Open the comparison as it is now"));
  EXPECT_EQ(Get("/compare/gannet-vs-lantern-9b").status, 404);
}

TEST_F(DeskTest, RejectingNeedsAReasonAndKeepsIt) {
  EXPECT_EQ(Decide("reject", Hash()).status, 400);
  EXPECT_EQ(Decide("reject", Hash(), "too+thin+%3Cb%3E").status, 303);
  EXPECT_THAT(ComparisonPage(), HasSubstr("too thin &lt;b&gt;"));
  EXPECT_EQ(aggregator_.State(kAvsB), v1::Comparison::REJECTED);
}

TEST_F(DeskTest, WithdrawingTakesThePageAway) {
  Decide("approve", Hash());
  EXPECT_EQ(Decide("withdraw", Hash(), "wrong+price").status, 303);
  EXPECT_EQ(Get("/compare/gannet-vs-lantern-9b").status, 404);
}

TEST_F(DeskTest, APublishedPageThatIsBehindIsSaidSo) {
  Publish(kAvsB);
  aggregator_.ChangeTool(SampleTool("gannet", "Gannet", 4));
  EXPECT_THAT(ComparisonPage(), HasSubstr("Readers still see"));
  EXPECT_THAT(DeskGet("/desk").body, HasSubstr("an earlier version is public"));
}

TEST_F(DeskTest, AnAnnouncementIsHandedInWithLineEndsAsWritten) {
  EXPECT_EQ(
      DeskPost("/desk/announcements",
               "document=%23+New%0D%0Atext&media_type=text%2Fmarkdown&source_url=https%3A%2F%2Fa.example")
          .status,
      303);
  ASSERT_EQ(ingest_.submitted().size(), 1u);
  EXPECT_EQ(ingest_.submitted()[0].document(), "# New\ntext");
  EXPECT_EQ(ingest_.submitted()[0].source_url(), "https://a.example");
}

TEST_F(DeskTest, APairCanBeAskedFor) {
  aggregator_.AddTool(SampleTool("tern", "Tern", 2));
  const HttpResponse response = DeskPost("/desk/comparisons", "tool_a=tern&tool_b=gannet");
  EXPECT_EQ(response.Header("Location").value_or(""), "/desk/comparisons/gannet-vs-tern?done=pair");
  EXPECT_EQ(DeskPost("/desk/comparisons", "tool_a=tern&tool_b=nothing").status, 404);
}

TEST_F(DeskTest, RejectedAnnouncementsShowWithTheirReason) {
  FillSampleDesk(aggregator_);
  EXPECT_THAT(DeskGet("/desk/announcements").body, HasSubstr("This announces no release"));
}

TEST_F(DeskTest, StatusShowsCountsAndQueues) {
  const std::string page = DeskGet("/desk/status").body;
  EXPECT_THAT(page, HasSubstr("Comparisons drafted"));
  EXPECT_THAT(page, HasSubstr("reviewer"));
  EXPECT_THAT(page, HasSubstr("offline"));
}

TEST_F(DeskTest, StatusShowsWhatOfTheLogIsKeptAndWhoEmits) {
  v1::AggregatorStatus status;
  EXPECT_THAT(DeskGet("/desk/status").body, HasSubstr("No aggregator emits now"));
  status.set_log_retention_days(90);
  status.set_leader("<two>");
  aggregator_.SetSpend(status);
  const std::string page = DeskGet("/desk/status").body;
  EXPECT_THAT(page, HasSubstr("The log begins at event 1; what a verified backup covers is kept 90 days."));
  EXPECT_THAT(page,
              HasSubstr("Aggregator <code>&lt;two&gt;</code> emits; the one that answers here follows."));
  status.set_leading(true);
  aggregator_.SetSpend(status);
  EXPECT_THAT(DeskGet("/desk/status").body,
              HasSubstr("The aggregator that answers here is the one that emits."));
}

TEST_F(DeskTest, StatusShowsCostTodayOfEachPersona) {
  FillSampleDesk(aggregator_);
  const std::string page = DeskGet("/desk/status").body;
  EXPECT_THAT(page, HasSubstr("Persona dx</th><td data-label=\"Today\">12,400 tokens, $0.04</td>"
                              "<td data-label=\"In all\">619,232 tokens, $1.77</td>"));
  EXPECT_THAT(page, HasSubstr("Persona futurist</th><td data-label=\"Today\">—</td>"));
}

TEST_F(DeskTest, StatusShowsWhatIsStuckWhyAndUntilWhen) {
  reviewer_.SetStatus(StuckPanel("<b>no key</b>"));
  const std::string page = DeskGet("/desk/status").body;
  EXPECT_THAT(page, HasSubstr("openai:https://llm.example/v1"));
  EXPECT_THAT(page, HasSubstr("left alone after failures"));
  EXPECT_THAT(page, HasSubstr("until 2025-11-19 09:46 UTC"));
  EXPECT_THAT(page, HasSubstr("ok 7, rate limited 3"));
  EXPECT_THAT(page, HasSubstr("$0.12"));
  EXPECT_THAT(page, HasSubstr("<span class=\"flag\">waits</span>"));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;no key&lt;/b&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<b>no key")));
}

TEST_F(DeskTest, StatusShowsEverythingElseWhereTheReviewerIsSilent) {
  reviewer_.SetStatus(absl::DeadlineExceededError("no answer"));
  const HttpResponse response = DeskGet("/desk/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("is not known: no answer"));
  EXPECT_THAT(response.body, HasSubstr("Comparisons drafted"));
}

TEST_F(DeskTest, QueueTellsATroubleOfSeveralPersonasOnce) {
  v1::ReviewerStatus status = StuckPanel("is the key right?");
  *status.add_lanes() = status.lanes(0);
  status.mutable_lanes(2)->set_persona_id("business");
  reviewer_.SetStatus(status);
  EXPECT_THAT(DeskGet("/desk").body,
              HasSubstr("Reviews by dx, business wait: is the key right? Next try at 2025"));
}

TEST_F(DeskTest, QueueSaysAtItsTopWhatIsStuckAndOnlyThen) {
  EXPECT_THAT(DeskGet("/desk").body, Not(HasSubstr("notice-strong")));
  reviewer_.SetStatus(StuckPanel("<b>no key</b>"));
  const std::string page = DeskGet("/desk").body;
  EXPECT_THAT(page, HasSubstr("Reviews by dx wait: &lt;b&gt;no key"));
  EXPECT_THAT(page, HasSubstr("Endpoint main is left alone after failures"));
  EXPECT_THAT(page, Not(HasSubstr("Reviews by futurist")));
  EXPECT_THAT(page, Not(HasSubstr("<b>no key")));
}

}  // namespace
}  // namespace seaworthy
