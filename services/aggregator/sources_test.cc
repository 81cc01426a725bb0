// Several sources of one tool, editors' corrections, and reviews after a change.
#include <gmock/gmock.h>

#include "services/aggregator/testing/identity_fixture.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SourcesTest : public IdentityFixture {
 protected:
  // Tools of which a correction asks.
  std::vector<std::string> Asking() {
    v1::ListToolsRequest request;
    request.set_asks(true);
    std::vector<std::string> ids;
    const v1::ListToolsResponse tools = service_->ListTools(request).value();
    for (const v1::ToolView& tool : tools.tools()) ids.push_back(tool.tool().tool_id());
    return ids;
  }
  // What a source brought, newest first.
  std::vector<std::string> Brought(const std::string& source,
                                   v1::Announcement::State state = v1::Announcement::STATE_UNSPECIFIED) {
    v1::ListAnnouncementsRequest request;
    request.set_source_id(source);
    request.set_state(state);
    request.set_page_size(1);
    std::vector<std::string> ids;
    do {
      const auto page = service_->ListAnnouncements(request).value();
      for (const v1::Announcement& found : page.announcements()) ids.push_back(found.announcement_id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
};

TEST_F(SourcesTest, OneReleaseFromTwoSourcesIsOneRevisionWithBoth) {
  Tell({Model("Ada 3")}, From::Url("https://acme.example/ada"));
  Tell({Model("ada-3-GGUF")}, From::Url("https://host.example/ada"));
  EXPECT_THAT(Tool("ada-3").revision().announcement_ids(), ElementsAre("ann-1", "ann-2"));
  EXPECT_EQ(Tool("ada-3").revision().source_urls_size(), 2);
  EXPECT_EQ(Tool("ada-3").revision().number(), 1u);
  EXPECT_EQ(Count("tools"), 1u);
}

TEST_F(SourcesTest, OneMoreSourceDoesNotUndoAnApproval) {
  Tell({Model("Ada")});
  Tell({Model("Bob")});
  Review("ada");
  Review("bob");
  Settle();
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-bob", HashOf("ada-vs-bob")).ok());
  Tell({Model("Ada")}, From::Url("https://host.example/ada"));
  EXPECT_EQ(Comparison("ada-vs-bob")->comparison().state(), v1::Comparison::APPROVED);
  EXPECT_EQ(Tool("ada").revision().source_urls_size(), 1);
}

TEST_F(SourcesTest, ANewVersionOfSoftwareIsARevisionOfAModelATool) {
  Tell({Software("Dockhand 0.30")});
  Tell({Software("Dockhand 0.31")});
  EXPECT_EQ(Tool("dockhand").revision().name(), "Dockhand 0.31");
  EXPECT_EQ(Tool("dockhand").tool().latest_revision(), 2u);
  Tell({Model("Ada 3")});
  Tell({Model("Ada 4")});
  EXPECT_TRUE(IsThere("ada-3") && IsThere("ada-4"));
}

TEST_F(SourcesTest, OldNewsOfSoftwareChangesNothing) {
  Tell({Priced(Software("Dockhand 2.0"), 20)});
  Tell({Priced(Software("Dockhand 1.0"), 10)});
  EXPECT_EQ(Tool("dockhand").revision().name(), "Dockhand 2.0");
  EXPECT_EQ(Tool("dockhand").revision().entry_price_usd(), 20);
  EXPECT_THAT(Tool("dockhand").revision().conflicts(), IsEmpty());
}

TEST_F(SourcesTest, AnEditedEntryGoesToItsToolWhateverItsNameIsNow) {
  Tell({Model("Ada")}, From::Entry("acme", "1"));
  Tell({Model("Minerva")}, From::Entry("acme", "1"));
  EXPECT_EQ(Count("tools"), 1u);
  EXPECT_EQ(Tool("ada").revision().name(), "Minerva");
  EXPECT_THAT(Tool("ada").revision().announcement_ids(), ElementsAre("ann-2"));
  Tell({Model("Tern")}, From::Entry("other", "1"));
  EXPECT_EQ(Count("tools"), 2u);
}

TEST_F(SourcesTest, AnOlderStateThatComesLateDoesNotCount) {
  clock_.Advance(absl::Hours(1));
  Tell({Licensed(Model("Ada"), "MIT")}, From::Entry("acme", "1"));
  clock_.Advance(-absl::Minutes(5));
  Tell({Licensed(Model("Ada"), "ISC")}, From::Entry("acme", "1"));
  EXPECT_EQ(Tool("ada").revision().license(), "MIT");
  EXPECT_THAT(Tool("ada").revision().announcement_ids(), ElementsAre("ann-1"));
}

TEST_F(SourcesTest, OneToolSaidTwiceInOneAnnouncementIsOne) {
  Tell({Model("Ada-30B", 30), Model("Ada 30B", 30), Model("Ada-7B", 7)});
  EXPECT_EQ(Count("tools"), 2u);
}

TEST_F(SourcesTest, SourcesThatDisagreeAreKeptSideBySide) {
  Tell({Licensed(Model("Ada"), "MIT")}, From::Tier(v1::VENDOR));
  Tell({Licensed(Model("Ada"), "Apache-2.0")}, From::Tier(v1::THIRD_PARTY));
  const v1::Revision ada = Tool("ada").revision();
  EXPECT_EQ(ada.license(), "MIT");
  EXPECT_EQ(ada.number(), 1u);
  ASSERT_EQ(ada.conflicts_size(), 1);
  EXPECT_EQ(ada.conflicts(0).field(), "license");
  EXPECT_EQ(ada.conflicts(0).values(0).value(), "MIT");
  EXPECT_EQ(ada.conflicts(0).values(1).quote(), "says Apache-2.0");
}

TEST_F(SourcesTest, TheNearestTierIsInUseThenTheNewest) {
  Tell({Licensed(Model("Ada"), "MIT")}, From::Tier(v1::RUMOUR));
  Tell({Licensed(Model("Ada"), "GPL-3.0")}, From::Tier(v1::VENDOR));
  Tell({Licensed(Model("Ada"), "ISC")}, From::Tier(v1::DOCUMENTATION));
  EXPECT_EQ(Tool("ada").revision().license(), "GPL-3.0");
  Tell({Licensed(Model("Ada"), "Apache-2.0")}, From::Tier(v1::VENDOR));
  EXPECT_EQ(Tool("ada").revision().license(), "Apache-2.0");
}

TEST_F(SourcesTest, WhatMayBeOneIsShownAndNeverJoinedInSilence) {
  Tell({Model("Ada", 2)});
  Tell({Model("Ada-256M", 0.256)});
  EXPECT_EQ(Count("tools"), 2u);
  ASSERT_EQ(Identity().possible_duplicates_size(), 1);
  EXPECT_EQ(Identity("ada-256m").possible_duplicates(0).tool_id(), "ada");
  EXPECT_THAT(Identity("bob").possible_duplicates(), IsEmpty());
}

TEST_F(SourcesTest, EventsOfTheFirstRulesGoByTheFirstRules) {
  Announce({Model("Ada 3")});
  Announce({Model("Ada 3 GGUF")});
  EXPECT_EQ(Count("tools"), 2u);
  EXPECT_THAT(Tool("ada-3").revision().announcement_ids(), IsEmpty());
  Tell({Model("Ada-3")});
  EXPECT_EQ(Count("tools"), 2u);
}

TEST_F(SourcesTest, OnlyVerdictsThatRestOnWhatChangedAreAskedForAgain) {
  Tell({Priced(Licensed(Model("Ada"), "MIT"), 10)});
  GiveOn("ada", 1, "dx", v1::SHIP, {"license"});
  GiveOn("ada", 1, "business", v1::SKIP, {"entry_price_usd"});
  Tell({Priced(Licensed(Model("Ada"), "MIT"), 20)}, From::Tier(v1::VENDOR));
  const v1::ToolView ada = Tool("ada");
  EXPECT_EQ(ada.revision().number(), 2u);
  EXPECT_THAT(ada.panel().given_personas(), ElementsAre("dx"));
  EXPECT_THAT(ada.panel().expected_personas(), ElementsAre("dx", "business"));
  EXPECT_EQ(ada.verdicts(0).provenance().carried_from(), 1u);
  EXPECT_EQ(Count("reviews.pending"), 1u);
}

TEST_F(SourcesTest, APanelThatStandsAsAWholeIsFullAtOnce) {
  Tell({Licensed(Model("Ada"), "MIT")});
  GiveOn("ada", 1, "dx", v1::SHIP, {"license"});
  GiveOn("ada", 1, "business", v1::SKIP, {"license"});
  Tell({Priced(Model("Ada"), 20)});
  EXPECT_TRUE(Tool("ada").panel().full());
  EXPECT_EQ(Tool("ada").tool().reviewed_revision(), 2u);
  EXPECT_EQ(Count("verdicts"), 2u);
}

TEST_F(SourcesTest, DriftShowsFlipsAndChangedFields) {
  Tell({Priced(Model("Ada"), 10)});
  GiveOn("ada", 1, "dx", v1::SHIP, {"license"});
  GiveOn("ada", 1, "business", v1::SKIP, {"entry_price_usd"});
  Tell({Priced(Model("Ada"), 20)}, From::Tier(v1::VENDOR));
  GiveOn("ada", 2, "business", v1::SHIP, {"entry_price_usd"});
  const v1::Drift drift = Revisions("ada").revisions(0).drift();
  EXPECT_THAT(drift.changed_fields(), ElementsAre("entry_price_usd"));
  EXPECT_THAT(drift.flipped_personas(), ElementsAre("business"));
  EXPECT_EQ(drift.panel_moved(), 50);
  EXPECT_TRUE(drift.is_large());
  EXPECT_FALSE(Revisions("ada").revisions(1).has_drift());
}

TEST_F(SourcesTest, ACorrectionStaysOverLaterAnnouncementsAndAsksWhenTheyChange) {
  Tell({Licensed(Model("Ada"), "MIT")});
  ASSERT_TRUE(Correct("ada", "license", {"ISC"}).ok());
  Tell({Licensed(Model("Ada"), "MIT")});
  EXPECT_EQ(Tool("ada").revision().license(), "ISC");
  EXPECT_FALSE(Tool("ada").revision().corrections(0).asks());
  Tell({Licensed(Model("Ada"), "GPL-3.0")});
  EXPECT_EQ(Tool("ada").revision().license(), "ISC");
  EXPECT_TRUE(Tool("ada").revision().corrections(0).asks());
  ASSERT_TRUE(Correct("ada", "license", {"ISC"}).ok());
  EXPECT_FALSE(Tool("ada").revision().corrections(0).asks());
}

TEST_F(SourcesTest, ToolsOfWhichACorrectionAsksAreListedAndCounted) {
  Tell({Licensed(Model("Ada"), "MIT"), Licensed(Model("Bob"), "MIT"), Model("Cyd")});
  for (const char* tool : {"ada", "bob"}) ASSERT_TRUE(Correct(tool, "license", {"ISC"}, tool).ok());
  EXPECT_THAT(Asking(), IsEmpty());
  Tell({Licensed(Model("Bob"), "GPL-3.0")});
  EXPECT_THAT(Asking(), ElementsAre("bob"));
  EXPECT_EQ(Count("corrections.asking"), 1u);
  Tell({Licensed(Model("Ada"), "GPL-3.0")});
  EXPECT_THAT(Asking(), ElementsAre("ada", "bob"));
  ASSERT_TRUE(Correct("bob", "license", {"ISC"}, "again").ok());
  EXPECT_THAT(Asking(), ElementsAre("ada"));
}

TEST_F(SourcesTest, WhatASourceBroughtIsListedByItself) {
  Tell({Model("Ada")}, From::Entry("feed", "1"));
  clock_.Advance(absl::Seconds(1));
  Tell({Model("Bob")}, From::Entry("other", "1"));
  clock_.Advance(absl::Seconds(1));
  Tell({Model("Cyd")}, From::Entry("feed", "2"));
  EXPECT_THAT(Brought("feed"), ElementsAre("ann-3", "ann-1"));
  EXPECT_THAT(Brought("other"), ElementsAre("ann-2"));
  EXPECT_THAT(Brought("fee"), IsEmpty());
  EXPECT_THAT(Brought("feed", v1::Announcement::RECEIVED), IsEmpty());
  EXPECT_THAT(Brought("feed", v1::Announcement::RECORDED), ElementsAre("ann-3", "ann-1"));
  v1::ListAnnouncementsRequest request;
  request.set_source_id(std::string("a\0b", 3));
  EXPECT_EQ(service_->ListAnnouncements(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SourcesTest, ACorrectedFactSaysThatAnEditorKnows) {
  Tell({Licensed(Model("Ada"), "MIT")});
  const auto view = Correct("ada", "license", {"ISC"});
  ASSERT_EQ(view->revision().facts_size(), 1);
  EXPECT_EQ(view->revision().facts(0).method(), "editor");
  EXPECT_FALSE(view->revision().facts(0).has_evidence());
  EXPECT_THAT(view->revision().corrections(0).corrected_values(), ElementsAre("MIT"));
  EXPECT_EQ(view->revision().number(), 2u);
}

TEST_F(SourcesTest, AWithdrawnCorrectionLeavesWhatWasThere) {
  Tell({Licensed(Model("Ada"), "MIT")});
  ASSERT_TRUE(Correct("ada", "license", {"ISC"}).ok());
  const auto view = Correct("ada", "license", {}, "", true);
  EXPECT_EQ(view->revision().license(), "MIT");
  EXPECT_EQ(view->revision().number(), 1u);
  EXPECT_THAT(view->revision().corrections(), IsEmpty());
  EXPECT_EQ(Correct("ada", "license", {}, "", true).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SourcesTest, ACorrectionHoldsOverAnnouncementsOfTheFirstRules) {
  Announce({Licensed(Model("Ada"), "MIT")});
  ASSERT_TRUE(Correct("ada", "license", {"ISC"}).ok());
  Announce({Licensed(Model("Ada"), "GPL-3.0")});
  EXPECT_EQ(Tool("ada").revision().license(), "ISC");
}

TEST_F(SourcesTest, ACorrectionIsTakenOnceAndRefusedWhereItIsNone) {
  Tell({Licensed(Model("Ada"), "MIT")});
  EXPECT_TRUE(Correct("ada", "license", {"ISC"}, "one").ok());
  EXPECT_TRUE(Correct("ada", "license", {"ISC"}, "one").ok());
  EXPECT_EQ(Tool("ada").tool().latest_revision(), 2u);
  EXPECT_EQ(Correct("ada", "license", {"BSD"}, "one").status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Correct("ada", "colour", {"red"}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Correct("ada", "parameters_b", {"many"}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Correct("nobody", "license", {"ISC"}).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace seaworthy
