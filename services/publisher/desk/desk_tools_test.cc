#include "services/publisher/desk/desk_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DeskToolsTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    Draft();
    SignIn();
  }
  std::string Page() { return DeskGet("/desk/tools/gannet").body; }
  HttpResponse Correct(const std::string& fields) {
    return DeskPost("/desk/tools/gannet/corrections", fields);
  }
  // A tool whose licence has a conflict and a correction that asks.
  void Dispute() {
    v1::ToolView tool = SampleTool("gannet", "Gannet", 1);
    v1::Revision& revision = *tool.mutable_revision();
    v1::Fact& fact = *revision.mutable_facts(3);
    fact.set_tier(v1::VENDOR);
    fact.set_checked_date("2026-11-20");
    fact.set_method("llm");
    v1::FactConflict& conflict = *revision.add_conflicts();
    conflict.set_field("license");
    for (const char* value : {"Apache-2.0", "<MIT>"}) {
      conflict.add_values()->set_value(value);
      conflict.mutable_values()->rbegin()->set_quote(absl::StrCat("under ", value));
    }
    v1::FactCorrection& correction = *revision.add_corrections();
    correction.set_field("license");
    correction.add_values("Apache-2.0");
    correction.add_corrected_values("BSD-3-Clause");
    correction.set_editor("anna");
    correction.set_reason("The <file> says so.");
    correction.set_asks(true);
    aggregator_.ChangeTool(tool);
  }
};

TEST_F(DeskToolsTest, TheListShowsEveryToolAndOpensOneByItsId) {
  const std::string page = DeskGet("/desk/tools").body;
  EXPECT_THAT(page, HasSubstr("href=\"/desk/tools/gannet\""));
  EXPECT_THAT(page, HasSubstr("Harbour Labs"));
  EXPECT_EQ(DeskGet("/desk/tools?id=+gannet+").Header("Location").value_or(""), "/desk/tools/gannet");
}

TEST_F(DeskToolsTest, TheListGoesPageByPageAndFindsCorrectionsThatAsk) {
  for (int i = 10; i < 40; ++i) {
    aggregator_.AddTool(SampleTool(absl::StrCat("tool-", i), absl::StrCat("Tool ", i), 2));
  }
  EXPECT_THAT(DeskGet("/desk/tools").body, HasSubstr("/desk/tools?cursor=tool-32"));
  EXPECT_THAT(DeskGet("/desk/tools?cursor=tool-32").body, HasSubstr("/desk/tools/tool-39"));
  EXPECT_THAT(DeskGet("/desk/tools?show=asking").body, HasSubstr("No correction asks"));
  Dispute();
  EXPECT_THAT(DeskGet("/desk/tools?show=asking").body, HasSubstr("1 correction asks"));
}

TEST_F(DeskToolsTest, EachFactShowsItsWordsSourceTierDayAndMethod) {
  v1::Announcement announcement;
  announcement.set_announcement_id("ann-0123456789abcdef01234567");
  announcement.set_source_url("https://harbour.example/news/gannet");
  announcement.set_state(v1::Announcement::RECORDED);
  aggregator_.AddAnnouncement(announcement);
  Dispute();
  const std::string page = Page();
  for (const char* text :
       {"GGUF and AWQ files are up today", "read by a language model · the vendor · checked 2026-11-20",
        "href=\"https://harbour.example/news/gannet\" rel=\"nofollow noopener\"",
        "/desk/announcements/ann-0123456789abcdef01234567"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST_F(DeskToolsTest, SourcesThatDisagreeStandSideBySideEscaped) {
  Dispute();
  const std::string page = Page();
  for (const char* text : {"Where sources disagree", "<p class=\"version-value\">Apache-2.0</p>", "in use",
                           "<p class=\"version-value\">&lt;MIT&gt;</p>", "not in use", "under &lt;MIT&gt;"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(page, Not(HasSubstr("<MIT>")));
}

TEST_F(DeskToolsTest, ACorrectionThatAsksSaysWhatWasSaidThenAndOffersBothWays) {
  Dispute();
  const std::string page = Page();
  for (const char* text : {"A correction asks", "while the sources said BSD-3-Clause", "by anna",
                           "Confirm the correction of Licence", "Let it go", "The &lt;file&gt; says so."}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_EQ(Correct("action=confirm&field=license&values=Apache-2.0").Header("Location").value_or(""),
            "/desk/tools/gannet?done=confirm#facts");
  Correct("action=let-go&field=license");
  EXPECT_THAT(aggregator_.corrections().at(0).values(), ElementsAre("Apache-2.0"));
  EXPECT_TRUE(aggregator_.corrections().at(1).withdraw());
}

TEST_F(DeskToolsTest, ACorrectionSendsWhatTheFormSaysAndKeepsTheOriginal) {
  const HttpResponse response = Correct(
      "action=correct&field=license&values=MIT%0D%0A%0D%0A+Apache-2.0+&reason=seen+%3Cb%3E"
      "&source_url=https%3A%2F%2Fa.example%2FLICENSE&request_id=r1");
  EXPECT_EQ(response.Header("Location").value_or(""), "/desk/tools/gannet?done=correct#facts");
  const v1::FactCorrection sent = aggregator_.corrections().at(0);
  EXPECT_THAT(sent.values(), ElementsAre("MIT", "Apache-2.0"));
  EXPECT_EQ(sent.source_url(), "https://a.example/LICENSE");
  EXPECT_EQ(sent.editor(), "owner");
  EXPECT_EQ(sent.request_id(), "r1");
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("seen &lt;b&gt;"));
  EXPECT_THAT(page, HasSubstr("The sources said: Apache-2.0."));
  EXPECT_THAT(page, HasSubstr("set by an editor"));
}

TEST_F(DeskToolsTest, AFieldCanBeSetToNotKnown) {
  EXPECT_EQ(Correct("action=correct&field=license&values=&reason=x").status, 400);
  EXPECT_EQ(Correct("action=correct&field=license&values=&unknown=1&reason=x").status, 303);
  EXPECT_TRUE(aggregator_.corrections().at(0).values().empty());
}

TEST_F(DeskToolsTest, WhatTheFormMayNotSayIsRefusedWithTheReason) {
  for (const auto& [fields, reason] :
       {std::pair{"action=correct&field=license&values=MIT", "in a sentence why"},
        std::pair{"action=correct&values=MIT&reason=x", "which field"},
        std::pair{"action=paint&field=license", "correct, confirm or let go"},
        std::pair{"action=correct&field=moon&values=1&reason=x", "no field of docs/facts.md"}}) {
    const HttpResponse response = Correct(fields);
    EXPECT_EQ(response.status, 400) << fields;
    EXPECT_THAT(response.body, HasSubstr(reason));
    EXPECT_THAT(response.body, HasSubstr("href=\"/desk/tools/gannet\""));
  }
  EXPECT_EQ(Correct("action=correct&field=license&values=M&reason=" + std::string(2001, 'x')).status, 400);
}

TEST_F(DeskToolsTest, TheHistoryShowsFlipsAndMovesInWords) {
  for (const uint32_t number : {2u, 1u}) {
    v1::RevisionView view;
    v1::ToolView tool = SampleTool("gannet", "Gannet", number == 2 ? 1 : 3);
    *view.mutable_revision() = tool.revision();
    view.mutable_revision()->set_number(number);
    view.mutable_revision()->mutable_facts(3)->set_value(number == 2 ? "<MIT>" : "Apache-2.0");
    *view.mutable_panel() = tool.panel();
    if (number == 2) {
      view.mutable_drift()->set_revision(2);
      view.mutable_drift()->set_previous(1);
      view.mutable_drift()->add_changed_fields("license");
      view.mutable_drift()->add_flipped_personas("dx");
      view.mutable_drift()->set_panel_moved(-50);
      view.mutable_drift()->set_is_large(true);
    }
    aggregator_.AddRevision(view);
  }
  const std::string page = DeskGet("/desk/tools/gannet/history").body;
  for (const char* text : {"large drift", "Panel ship 75% → 25%: 50 points down", "vote flipped, ship → skip",
                           "<td data-label=\"Was\">Apache-2.0</td>", "&lt;MIT&gt;", "the first"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  for (const char* path : {"/desk/tools/gannet", "/desk/comparisons/gannet-vs-lantern-9b"}) {
    EXPECT_THAT(DeskGet(path).body, HasSubstr("<strong>Large drift.</strong>")) << path;
    EXPECT_THAT(DeskGet(path).body, HasSubstr("evision 2 against 1: ")) << path;
  }
}

TEST_F(DeskToolsTest, WhatIsNotThereIsSaidSo) {
  EXPECT_EQ(DeskGet("/desk/tools/nothing").status, 404);
  EXPECT_EQ(DeskGet("/desk/tools/nothing/history").status, 404);
  EXPECT_EQ(DeskGet("/desk/tools/gannet?revision=x").status, 400);
  EXPECT_EQ(DeskPost("/desk/tools/nothing/corrections", "action=let-go&field=license").status, 404);
  EXPECT_THAT(DeskGet("/desk/tools/gannet/history").body, HasSubstr("No revision is known"));
  aggregator_.FailWith(absl::UnavailableError("the aggregator does not answer"));
  EXPECT_EQ(DeskGet("/desk/tools").status, 503);
}

TEST_F(DeskToolsTest, HostileFactsAreEscapedEverywhere) {
  const std::string payload = "\"><script>alert(1)</script>{{csrf}}";
  aggregator_.AddTool(HostileTool("gannet", payload));
  EXPECT_THAT(Page(), Not(HasSubstr("<script>")));
  EXPECT_THAT(Page(), HasSubstr("{{csrf}}"));
  EXPECT_THAT(DeskGet("/desk/tools").body, Not(HasSubstr("<script>")));
}

TEST_F(DeskToolsTest, ReadersSeeTierAndDayOfApprovedFactsAndNoCorrections) {
  Dispute();
  Publish(kAvsB);
  const std::string page = Get("/compare/gannet-vs-lantern-9b").body;
  EXPECT_THAT(page, HasSubstr("said by the vendor, checked 2026-11-20"));
  for (const char* secret : {"anna", "BSD-3-Clause", "MIT&gt;"}) EXPECT_THAT(page, Not(HasSubstr(secret)));
}

TEST_F(DeskToolsTest, TheQueueCountsWhatWaitsElsewhere) {
  const std::string before = DeskGet("/desk").body;
  EXPECT_THAT(before, HasSubstr("<strong>1</strong> event given up on"));
  EXPECT_THAT(before, Not(HasSubstr("corrections ask")));
  v1::AggregatorStatus status;
  (*status.mutable_counts())["corrections.asking"] = 2;
  aggregator_.SetSpend(status);
  aggregator_.AddPossibleDuplicate({});
  v1::SourceView source;
  source.mutable_state()->set_failures(1);
  ingest_.AddSource(source);
  v1::Announcement refused;
  refused.set_state(v1::Announcement::REJECTED);
  aggregator_.AddAnnouncement(refused);
  const std::string page = DeskGet("/desk").body;
  for (const char* text :
       {"<strong>2</strong> corrections ask", "<strong>1</strong> possible duplicate",
        "<strong>1</strong> source in trouble", "<strong>1</strong> refused announcement"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

}  // namespace
}  // namespace seaworthy
