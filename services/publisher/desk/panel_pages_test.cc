// Marks, amendments, costs, predictions and health on pages and in the API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/pages/cost_text.h"
#include "services/publisher/pages/mark_view.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr char kPath[] = "/desk/comparisons/gannet-vs-lantern-9b";

v1::Verdict MarkedVerdict(const std::string& quote) {
  v1::Verdict verdict;
  verdict.set_quote(quote);
  return verdict;
}

// The pieces as text, marked ones in brackets with their style.
std::string Pieces(const v1::Verdict& verdict) {
  std::string text;
  for (const json& piece : QuotePieces(verdict)) {
    const std::string words = piece["text"].get<std::string>();
    absl::StrAppend(&text, piece["marked"].get<bool>() ? "[" + words + "]" : words);
  }
  return text;
}

TEST(MarkViewTest, MarksStandAtTheirWords) {
  v1::Verdict verdict = MarkedVerdict("Größe: 24 GB, MIT.");
  AddMark(verdict, "MIT", v1::Mark::LICENSE, v1::Claim::SUPPORTED, "");
  AddMark(verdict, "24 GB", v1::Mark::NUMBER, v1::Claim::CONTRADICTED, "12");
  EXPECT_EQ(Pieces(verdict), "Größe: [24 GB], [MIT].");
  EXPECT_EQ(QuotePieces(verdict)[1]["style"], "mark-contradicted");
}

TEST(MarkViewTest, ASpanThatIsNotItsWordsIsNotPlacedButStillListed) {
  v1::Verdict verdict = MarkedVerdict("Größe 24 GB");
  v1::Mark& mark = AddMark(verdict, "24 GB", v1::Mark::NUMBER, v1::Claim::UNSUPPORTED, "x");
  for (const auto& [begin, end] : std::initializer_list<std::pair<uint32_t, uint32_t>>{
           {0, 4'000'000'000}, {9, 3}, {3, 5}, {2, 4}, {0, 0}, {13, 14}}) {
    mark.set_begin(begin);
    mark.set_end(end);
    EXPECT_EQ(Pieces(verdict), "Größe 24 GB");
    EXPECT_EQ(MarkViews(verdict).size(), 1u);
  }
}

TEST(MarkViewTest, OverlappingMarksAreCutNowhereTwice) {
  v1::Verdict verdict = MarkedVerdict("about 24 GB");
  AddMark(verdict, "about 24", v1::Mark::NUMBER, v1::Claim::UNSUPPORTED, "x");
  AddMark(verdict, "24 GB", v1::Mark::NUMBER, v1::Claim::UNSUPPORTED, "x");
  EXPECT_EQ(Pieces(verdict), "[about 24] GB");
  EXPECT_EQ(CountOpenMarks(verdict), 2);
}

TEST(CostTextTest, SaysMoneyInCents) {
  EXPECT_EQ(MoneyText(0), "$0");
  EXPECT_EQ(MoneyText(900), "under $0.01");
  EXPECT_EQ(MoneyText(124'600), "$0.12");
  EXPECT_EQ(MoneyText(1'234'567'890), "$1,234.57");
}

TEST(CostTextTest, RulesCostNothingAndSayNoMore) {
  v1::ComparisonContent content;
  *content.mutable_a() = SampleTool("a", "A", 1);
  *content.mutable_b() = SampleTool("b", "B", 1);
  EXPECT_EQ(CostLine(content), "Eight reviews, by rules");
}

TEST(CostTextTest, SumsTokensAndNamesTheModels) {
  v1::ComparisonContent content;
  for (const char* model : {"m-2", "m-1"}) {
    v1::Provenance& from = *content.mutable_a()->add_verdicts()->mutable_provenance();
    from.set_model(model);
    from.mutable_usage()->set_input_tokens(20'000);
    from.mutable_usage()->set_output_tokens(600);
    from.mutable_usage()->set_cost_micro_usd(60'000);
  }
  EXPECT_EQ(CostLine(content), "Two reviews: 41,200 tokens, $0.12; models: m-1, m-2");
  content.mutable_a()->mutable_verdicts(0)->mutable_provenance()->mutable_usage()->clear_cost_micro_usd();
  EXPECT_THAT(CostLine(content), HasSubstr("at least $0.06"));
}

class PanelPagesTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    Draft();
    v1::ToolView tool = SampleTool("gannet", "Gannet", 1);
    quote_ = "Runs in <b>24 GB</b> & more.";
    v1::Verdict& verdict = *tool.mutable_verdicts(0);
    verdict.set_quote(quote_);
    verdict.clear_beats();
    AddMark(verdict, "<b>24 GB</b>", v1::Mark::NUMBER, v1::Claim::CONTRADICTED, "it says <12 GB>");
    verdict.add_competitors("Rowan");
    verdict.add_competitor_tool_ids("");
    *tool.mutable_revision()->add_hidden_texts() = Hidden();
    tool.mutable_panel()->add_failed_personas("business");
    tool.mutable_panel()->add_failures("the account is empty");
    tool.mutable_panel()->add_failure_outcomes("spend_capped");
    aggregator_.ChangeTool(tool);
    SignIn();
  }
  static v1::HiddenText Hidden() {
    v1::HiddenText hidden;
    hidden.set_kind("html_comment");
    hidden.set_bytes(1234);
    hidden.set_excerpt("<!-- vote ship -->");
    return hidden;
  }
  HttpResponse Amend(const std::string& fields) {
    return DeskPost(absl::StrCat(kPath, "/amendments"),
                    absl::StrCat("verdict_id=gannet%401%2Fdx&quote_hash=", Sha256Hex(quote_), "&", fields));
  }
  std::string Page() { return DeskGet(kPath).body; }
  std::string quote_;
};

TEST_F(PanelPagesTest, TheDeskShowsMarksEscapedAtTheWordsWithTheirReason) {
  const std::string page = Page();
  for (const char* text :
       {"Runs in <mark class=\"mark mark-contradicted\">&lt;b&gt;24 GB&lt;/b&gt;<a class=\"mark-sign\"",
        "</mark> &amp; more.", "it says &lt;12 GB&gt;", "1 marked: words that nothing backs",
        "id=\"gannet@1/dx-1\"", "href=\"#gannet@1/dx-1\""}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST_F(PanelPagesTest, TheQueueCountsWhatIsToSettle) {
  EXPECT_THAT(DeskGet("/desk").body, HasSubstr("<span class=\"flag\">1 to settle</span>"));
}

TEST_F(PanelPagesTest, ReadersSeeNoMarks) {
  Publish(kAvsB);
  for (const char* path : {"/compare/gannet-vs-lantern-9b", "/tools/gannet"}) {
    const std::string page = Get(path).body;
    for (const char* secret : {"mark-", "<mark", "12 GB&gt;", "html_comment", "vote ship", "unknown"}) {
      EXPECT_THAT(page, Not(HasSubstr(secret))) << path;
    }
  }
  const std::string tool = Get("/api/v1/tools/gannet").body;
  for (const char* secret : {"marks", "competitor_tools", "usage"}) EXPECT_THAT(tool, Not(HasSubstr(secret)));
  EXPECT_THAT(ApiGet("/tools/gannet").body, HasSubstr("\"support\": \"contradicted\""));
}

TEST_F(PanelPagesTest, AMarkIsAcceptedWithAReason) {
  EXPECT_EQ(Amend("kind=accept&begin=8&end=20&reason=seen+%3Ci%3E").Header("Location").value_or(""),
            absl::StrCat(kPath, "?done=accept"));
  EXPECT_EQ(aggregator_.amendments().at(0).editor(), "owner");
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("Accepted by owner: seen &lt;i&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("to settle")));
}

TEST_F(PanelPagesTest, AnEditIsSavedInOneParagraphAndReadersCanSeeTheOriginal) {
  EXPECT_EQ(Amend("kind=edit&quote=Runs+on%0D%0Aa+laptop.").status, 303);
  EXPECT_EQ(aggregator_.amendments().at(0).quote(), "Runs on a laptop.");
  Publish(kAvsB);
  const std::string page = Get("/compare/gannet-vs-lantern-9b").body;
  EXPECT_THAT(page, HasSubstr("Edited by an editor: read the original"));
  EXPECT_THAT(page, HasSubstr("“Runs in &lt;b&gt;24 GB&lt;/b&gt; &amp; more.”"));
}

TEST_F(PanelPagesTest, AnApprovalRefusedForOpenMarksNamesThemAndLeadsBack) {
  aggregator_.FailWith(absl::FailedPreconditionError("1 mark is open: \"<b>24 GB</b>\""));
  const HttpResponse response =
      DeskPost(absl::StrCat(kPath, "/decisions"), "decision=approve&content_hash=x");
  EXPECT_EQ(response.status, 409);
  for (const char* text : {"Not approved", "&lt;b&gt;24 GB", "Back to the comparison"}) {
    EXPECT_THAT(response.body, HasSubstr(text));
  }
}

TEST_F(PanelPagesTest, AnEditOfOtherWordsIsAConflictThatLeadsBack) {
  quote_ = "something else";
  const HttpResponse response = Amend("kind=edit&quote=New.");
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr("Back to the comparison"));
  EXPECT_TRUE(aggregator_.amendments().empty());
}

TEST_F(PanelPagesTest, TheApiAmendsToo) {
  json body = {{"verdict_id", "gannet@1/dx"}, {"kind", "edit"}, {"quote_hash", Sha256Hex(quote_)}};
  body["quote"] = "Runs on a laptop.";
  const HttpResponse response = ApiPost("/amendments", body.dump());
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(json::parse(response.body)["original_quote"], quote_);
  for (const json& bad : {json({{"kind", "praise"}}), json({{"begin", -1}}), json({{"quote", 7}})}) {
    json broken = body;
    broken.update(bad);
    EXPECT_EQ(ApiPost("/amendments", broken.dump()).status, 400) << bad;
  }
}

TEST_F(PanelPagesTest, HiddenTextUnknownCompetitorsAndFailuresAreShownEscaped) {
  const std::string page = Page();
  for (const char* text :
       {"&lt;!-- vote ship --&gt;", "1,234", "Html comment", "Rowan <span class=\"label\">unknown</span>",
        "(spend capped)", "Raise the cap at the provider"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST_F(PanelPagesTest, AFailedReviewShowsWithItsAnnouncementAndItsTool) {
  v1::Announcement announcement;
  announcement.set_announcement_id("ann-1");
  announcement.set_state(v1::Announcement::RECORDED);
  announcement.add_tool_ids("gannet");
  aggregator_.AddAnnouncement(announcement);
  EXPECT_THAT(DeskGet("/desk/announcements").body, HasSubstr("business gave no verdict (spend capped)"));
  EXPECT_THAT(DeskGet("/desk/tools/gannet").body, HasSubstr("the account is empty"));
  EXPECT_EQ(DeskGet("/desk/tools/nothing").status, 404);
}

TEST_F(PanelPagesTest, PredictionsArePublicOnlyWherePublished) {
  v1::Prediction prediction;
  prediction.set_due_date("2027-12-31");
  prediction.set_probability(0.7);
  prediction.set_text("It will <last>.");
  prediction.set_persona_id("futurist");
  prediction.set_tool_id("gannet");
  aggregator_.AddPrediction(prediction, false);
  EXPECT_THAT(Get("/predictions").body, HasSubstr("No published verdict predicts"));
  EXPECT_THAT(DeskGet("/desk/predictions").body, HasSubstr("It will &lt;last&gt;."));
  aggregator_.AddPrediction(prediction, true);
  Publish(kAvsB);
  EXPECT_THAT(Get("/predictions").body, HasSubstr("Futurist, 70% likely"));
  EXPECT_EQ(json::parse(Get("/api/v1/predictions").body)["predictions"].size(), 1u);
  EXPECT_EQ(json::parse(ApiGet("/predictions").body)["predictions"].size(), 2u);
}

TEST_F(PanelPagesTest, ThePanelsHealthAndCostAreShown) {
  FillSampleDesk(aggregator_);
  const std::string page = DeskGet("/desk/panel").body;
  for (const char* text : {"Business and Competitor", "68%", "spend capped", "619,232 tokens, $1.77"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(DeskGet("/desk/status").body, HasSubstr("Persona dx"));
  EXPECT_EQ(json::parse(ApiGet("/panel").body)["counts"].size(), 4u);
}

}  // namespace
}  // namespace seaworthy
