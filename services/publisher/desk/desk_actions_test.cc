// What an editor may do to a comparison besides approving, rejecting and
// withdrawing; corrections, publications, dead letters, predictions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPath[] = "/desk/comparisons/gannet-vs-lantern-9b";

class DeskActionsTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    Draft();
    SignIn();
  }
  HttpResponse Decide(const std::string& fields) {
    return DeskPost(absl::StrCat(kPath, "/decisions"),
                    absl::StrCat("content_hash=", aggregator_.ContentHash(kAvsB), "&", fields));
  }
  std::string Location(const HttpResponse& response) {
    return std::string(response.Header("Location").value_or(response.body));
  }
  std::string Page() { return DeskGet(kPath).body; }
};

TEST_F(DeskActionsTest, SendingBackNeedsAReasonAndReopeningBringsItBack) {
  EXPECT_EQ(Decide("decision=send-back").status, 400);
  EXPECT_EQ(Location(Decide("decision=send-back&reason=check+the+price")),
            absl::StrCat(kPath, "?done=send-back"));
  EXPECT_EQ(aggregator_.State(kAvsB), v1::Comparison::SENT_BACK);
  EXPECT_THAT(DeskGet("/desk?state=sent_back").body, HasSubstr("check the price"));
  EXPECT_EQ(Decide("decision=reopen").status, 303);
  EXPECT_EQ(aggregator_.State(kAvsB), v1::Comparison::DRAFTED);
}

TEST_F(DeskActionsTest, AScheduleSaysItsZone) {
  EXPECT_EQ(Decide("decision=schedule&when=2027-01-31T09%3A00&zone=Atlantis").status, 400);
  EXPECT_EQ(Decide("decision=schedule&when=soon&zone=UTC").status, 400);
  EXPECT_EQ(Decide("decision=schedule&when=2027-01-31T09%3A00&zone=UTC").status, 303);
  EXPECT_EQ(aggregator_.decisions().at(0).publish_time().seconds(), 1'801'386'000);
  EXPECT_THAT(Page(), HasSubstr("public at <strong>2027-01-31 09:00 UTC</strong>"));
  EXPECT_EQ(Decide("decision=unschedule&reason=later").status, 303);
}

TEST_F(DeskActionsTest, OneOfTwoDecisionsLosesAndReadsWhoWasFirst) {
  EXPECT_EQ(Decide("decision=approve").status, 303);
  const HttpResponse second = Decide("decision=reject&reason=no");
  EXPECT_EQ(second.status, 409);
  EXPECT_THAT(second.body, HasSubstr("Approved by owner meanwhile"));
}

TEST_F(DeskActionsTest, ThePreviewIsThePublicPageByteForByte) {
  clock_.Advance(absl::FromUnixSeconds(1'763'500'000) - clock_.Now());
  const HttpResponse preview = DeskGet("/desk/preview/gannet-vs-lantern-9b");
  EXPECT_EQ(preview.Header("X-Frame-Options").value_or(""), "SAMEORIGIN");
  EXPECT_THAT(std::string(preview.Header("Content-Security-Policy").value_or("")),
              HasSubstr("frame-ancestors 'self'"));
  Publish(kAvsB);
  EXPECT_EQ(preview.body, Get("/compare/gannet-vs-lantern-9b").body);
  EXPECT_EQ(DeskGet("/desk/preview/gannet-vs-lantern-9b").body, preview.body);
}

TEST_F(DeskActionsTest, TheChecklistStandsOnTop) {
  v1::ChecklistItem item;
  item.set_title("Embargoes are <over>");
  item.set_message("until Friday");
  item.set_blocking(true);
  aggregator_.SetChecklist({item});
  const std::string page = Page();
  for (const char* text : {"Embargoes are &lt;over&gt;", "until Friday", "1 to settle first",
                           "The checklist does not hold yet"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST_F(DeskActionsTest, OnePersonaIsAskedAgainWithAReason) {
  const std::string fields = "tool_id=gannet&persona_id=dx";
  EXPECT_EQ(DeskPost(absl::StrCat(kPath, "/repeats"), fields).status, 400);
  EXPECT_EQ(Location(DeskPost(absl::StrCat(kPath, "/repeats"), fields + "&reason=thin")),
            absl::StrCat(kPath, "?done=again"));
  ASSERT_EQ(aggregator_.repeats().size(), 1u);
  EXPECT_EQ(aggregator_.repeats()[0].persona_id(), "dx");
  EXPECT_EQ(aggregator_.repeats()[0].reason(), "thin");
}

TEST_F(DeskActionsTest, TheOldVerdictIsShownBesideTheNewOne) {
  v1::ToolView tool = SampleTool("gannet", "Gannet", 1);
  v1::Verdict earlier = tool.verdicts(0);
  earlier.set_quote("It said <something> else.");
  *tool.add_earlier_verdicts() = earlier;
  v1::ReviewRepeat& repeat = *tool.add_repeats();
  repeat.set_persona_id(tool.verdicts(1).persona_id());
  repeat.set_editor("ann");
  repeat.set_reason("too thin");
  aggregator_.AddTool(tool);
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("<summary>Earlier rounds</summary>"));
  EXPECT_THAT(page, HasSubstr("&lt;something&gt;"));
  EXPECT_THAT(page, HasSubstr("Being asked again by ann: too thin"));
}

TEST_F(DeskActionsTest, AnEmbargoIsSetAndLifted) {
  const std::string fields = "tool_id=gannet&reason=asked";
  const std::string path = absl::StrCat(kPath, "/embargo");
  EXPECT_EQ(DeskPost(path, fields + "&action=set").status, 400);
  EXPECT_EQ(DeskPost(path, fields + "&action=set&when=2027-01-31T09%3A00&zone=UTC").status, 303);
  EXPECT_EQ(DeskPost(path, fields + "&action=lift").status, 303);
  ASSERT_EQ(aggregator_.embargoes().size(), 2u);
  EXPECT_EQ(aggregator_.embargoes()[0].until_time().seconds(), 1'801'386'000);
  EXPECT_FALSE(aggregator_.embargoes()[1].has_until_time());
}

TEST_F(DeskActionsTest, APublicationShowsWhatTheDraftChangesAndRollsBack) {
  Publish(kAvsB);
  const std::string old = aggregator_.ContentHash(kAvsB);
  v1::ToolView tool = SampleTool("gannet", "Gannet", 1);
  tool.mutable_verdicts(0)->set_quote("Something else entirely.");
  aggregator_.ChangeTool(tool);
  EXPECT_THAT(Page(), HasSubstr(absl::StrCat(kPath, "/publications/", old)));
  const std::string page = DeskGet(absl::StrCat(kPath, "/publications/", old)).body;
  EXPECT_THAT(page, HasSubstr("<ins>Something else entirely.</ins>"));
  EXPECT_THAT(page, HasSubstr("public now"));
  EXPECT_EQ(DeskPost(absl::StrCat(kPath, "/decisions"), "decision=roll-back&reason=wrong&content_hash=" + old)
                .status,
            303);
  EXPECT_EQ(aggregator_.decisions().back().kind(), v1::ROLL_BACK);
  EXPECT_EQ(DeskGet(absl::StrCat(kPath, "/publications/nothing")).status, 404);
}

TEST_F(DeskActionsTest, ACorrectionSaysWhichPagesItReachesBeforeItIsIssued) {
  Publish(kAvsB);
  const std::string form =
      DeskGet("/desk/corrections/new?comparison=gannet-vs-lantern-9b&tool=gannet&verdict=gannet%401%2Fdx")
          .body;
  EXPECT_THAT(form, HasSubstr("It reaches 1 public page<"));
  EXPECT_THAT(form, HasSubstr("Gannet vs Lantern 9B"));
  EXPECT_EQ(DeskPost("/desk/corrections", "verdict_id=gannet%401%2Fdx&quote=x").status, 400);
  EXPECT_EQ(DeskPost("/desk/corrections",
                     "verdict_id=gannet%401%2Fdx&base_hash=h&quote=It+is%0D%0Aright.&note=It+said+%3Cb%3E")
                .status,
            303);
  EXPECT_EQ(aggregator_.public_corrections().at(0).quote(), "It is right.");
  EXPECT_THAT(DeskGet("/desk/corrections").body, HasSubstr("It said &lt;b&gt;"));
}

TEST_F(DeskActionsTest, AFactIsCorrectedInPublicOneValueALine) {
  Publish(kAvsB);
  const std::string form =
      DeskGet("/desk/corrections/new?comparison=gannet-vs-lantern-9b&tool=gannet&field=license").body;
  EXPECT_THAT(form, HasSubstr("one value a line"));
  EXPECT_EQ(DeskPost("/desk/corrections", "tool_id=gannet&field=formats&values=GGUF%0D%0A%0D%0AAWQ&note=both")
                .status,
            303);
  EXPECT_EQ(aggregator_.public_corrections().at(0).values_size(), 2);
  EXPECT_EQ(DeskGet("/desk/corrections/new?comparison=gannet-vs-lantern-9b&tool=tern&field=license").status,
            404);
  EXPECT_EQ(DeskGet("/desk/corrections/new?comparison=nothing").status, 404);
}

TEST_F(DeskActionsTest, WhatWasGivenUpOnIsDeliveredAgain) {
  v1::DeadLetterView letter;
  letter.mutable_letter()->set_subscription("reviewer.dx");
  letter.mutable_letter()->set_sequence(7);
  letter.mutable_letter()->set_subject("review.requested");
  letter.mutable_letter()->set_reason("no <answer>");
  aggregator_.AddDeadLetter(letter);
  EXPECT_THAT(DeskGet("/desk/dead-letters").body, HasSubstr("no &lt;answer&gt;"));
  EXPECT_EQ(DeskPost("/desk/dead-letters", "subscription=reviewer.dx&sequence=seven").status, 400);
  EXPECT_EQ(DeskPost("/desk/dead-letters", "subscription=reviewer.dx&sequence=7").status, 303);
  EXPECT_EQ(aggregator_.replays().at(0).sequence(), 7u);
}

TEST_F(DeskActionsTest, AnEditorSaysHowAPredictionCameOut) {
  v1::Prediction prediction;
  prediction.set_prediction_id("p-0123456789abcdef");
  prediction.set_due_date("2025-01-01");
  prediction.set_text("It will last.");
  aggregator_.AddPrediction(prediction, false);
  EXPECT_THAT(DeskGet("/desk/predictions").body, HasSubstr("Say how it came out"));
  EXPECT_EQ(DeskPost("/desk/predictions", "prediction_id=p-0123456789abcdef&outcome=maybe").status, 400);
  EXPECT_EQ(DeskPost("/desk/predictions",
                     "prediction_id=p-0123456789abcdef&outcome=did-not&source_url=https%3A%2F%2Fa.example")
                .status,
            303);
  EXPECT_EQ(aggregator_.resolutions().at(0).outcome(), v1::PredictionResolution::DID_NOT);
  EXPECT_THAT(DeskGet("/desk/predictions?show=resolved").body, HasSubstr("Did not"));
}

TEST_F(DeskActionsTest, EvidenceLeadsToTheVeryWordsOfTheAnnouncement) {
  v1::Announcement announcement;
  announcement.set_announcement_id("ann-1");
  announcement.set_state(v1::Announcement::RECORDED);
  announcement.set_object_hash("obj");
  announcement.set_size_bytes(40);
  aggregator_.AddAnnouncement(announcement);
  ingest_.AddDocument("obj", "It is <script> licensed under MIT today");
  const std::string page = DeskGet("/desk/announcements/ann-1?words=24-33").body;
  EXPECT_THAT(
      page,
      HasSubstr("It is &lt;script&gt; licensed <mark id=\"words\" class=\"led-to\">under MIT</mark> today"));
  for (const char* bad : {"9-3", "x-y", "5", "0-99999999999", "-1-4"}) {
    EXPECT_THAT(DeskGet(absl::StrCat("/desk/announcements/ann-1?words=", bad)).body, Not(HasSubstr("<mark")));
  }
}

}  // namespace
}  // namespace seaworthy
