// Merge, split, undo, keep apart.
#include <gmock/gmock.h>

#include "services/aggregator/testing/identity_fixture.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class IdentityDecisionsTest : public IdentityFixture {
 protected:
  // Two names of one tool and a third tool, all reviewed, `bob-vs-tern` public.
  void TellAdaBobTern() {
    Tell({Licensed(Model("Ada"), "MIT")});
    Tell({Licensed(Model("Bob"), "MIT")});
    Tell({Licensed(Model("Tern"), "MIT")});
    for (const char* tool : {"ada", "bob", "tern"}) {
      GiveOn(tool, 1, "dx", v1::SHIP, {"license"});
      GiveOn(tool, 1, "business", v1::SKIP, {"license"});
    }
    Settle();
    ASSERT_TRUE(Decide(v1::APPROVE, "bob-vs-tern", HashOf("bob-vs-tern")).ok());
    Settle();
  }
  static std::string Bytes(const v1::ToolView& view) { return view.SerializeAsString(); }
};

TEST_F(IdentityDecisionsTest, AnIdIsMadeByTheRulesOfItsEventsDay) {
  rules_version_ = 1;
  Tell({Model("Élan")});
  rules_version_ = 2;
  Tell({Model("Ödön")});
  EXPECT_TRUE(IsThere("lan"));
  EXPECT_TRUE(IsThere("odon"));
}

TEST_F(IdentityDecisionsTest, ASplitKeepsToTheRulesOfWhatGoes) {
  rules_version_ = 1;
  Tell({Model("Ada")});
  const std::string second = Tell({Model("Ada")});
  ASSERT_TRUE(Split("ada", {second}, "Élan").ok());
  EXPECT_TRUE(IsThere("lan"));
}

TEST_F(IdentityDecisionsTest, AMergedToolAnswersAsTheOneThatStays) {
  TellAdaBobTern();
  ASSERT_TRUE(Merge("ada", "bob").ok());
  EXPECT_EQ(Tool("bob").tool().tool_id(), "ada");
  EXPECT_THAT(Tool("ada").merged_tool_ids(), ElementsAre("bob"));
  EXPECT_THAT(Tool("ada").revision().announcement_ids(), ElementsAre("ann-1", "ann-2"));
  EXPECT_EQ(Count("tools"), 2u);
}

TEST_F(IdentityDecisionsTest, ComparisonsFollowAMerge) {
  TellAdaBobTern();
  ASSERT_TRUE(Merge("ada", "bob").ok());
  EXPECT_EQ(Comparison("ada-vs-bob").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Comparison("bob-vs-tern")->comparison().comparison_id(), "ada-vs-tern");
  EXPECT_EQ(Published("bob-vs-tern").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Comparison("ada-vs-tern")->comparison().state(), v1::Comparison::DRAFTED);
  EXPECT_EQ(ComparisonsListed(), 1);
  EXPECT_EQ(Count("comparisons.public"), 0u);
}

TEST_F(IdentityDecisionsTest, LaterAnnouncementsOfTheOtherNameGoToTheOneThatStays) {
  TellAdaBobTern();
  ASSERT_TRUE(Merge("ada", "bob").ok());
  Tell({Priced(Model("Bob"), 30)});
  EXPECT_EQ(Count("tools"), 2u);
  EXPECT_EQ(Tool("ada").revision().entry_price_usd(), 30);
  ASSERT_TRUE(Undo("one").ok());
  EXPECT_FALSE(Tool("ada").revision().has_entry_price_usd());
  EXPECT_EQ(Tool("bob").revision().entry_price_usd(), 30);
}

TEST_F(IdentityDecisionsTest, AnUndoneMergeLeavesEverythingAsItWas) {
  TellAdaBobTern();
  const std::string ada = Bytes(Tool("ada"));
  const std::string bob = Bytes(Tool("bob"));
  const std::string published = Published("bob-vs-tern")->SerializeAsString();
  ASSERT_TRUE(Merge("ada", "bob").ok());
  ASSERT_TRUE(Undo("one").ok());
  EXPECT_EQ(Bytes(Tool("ada")), ada);
  EXPECT_EQ(Bytes(Tool("bob")), bob);
  EXPECT_EQ(Published("bob-vs-tern")->SerializeAsString(), published);
  EXPECT_EQ(Comparison("bob-vs-tern")->comparison().state(), v1::Comparison::APPROVED);
  EXPECT_TRUE(Comparison("ada-vs-bob").ok());
  EXPECT_EQ(Count("tools"), 3u);
}

TEST_F(IdentityDecisionsTest, AMergeThatChangesFactsIsUndoneToTheSameRevision) {
  TellAdaBobTern();
  Tell({Priced(Licensed(Model("Wren"), "ISC"), 9)});
  const std::string hash = HashOf("ada-vs-tern");
  ASSERT_TRUE(Merge("ada", "wren").ok());
  EXPECT_EQ(Tool("ada").tool().latest_revision(), 2u);
  EXPECT_EQ(Tool("ada").revision().conflicts_size(), 1);
  Review("ada", 2);
  ASSERT_TRUE(Undo("one").ok());
  EXPECT_EQ(Tool("ada").revision().number(), 1u);
  EXPECT_EQ(HashOf("ada-vs-tern"), hash);
  Tell({Priced(Model("Ada"), 40)});
  EXPECT_EQ(Tool("ada").revision().number(), 3u);
}

TEST_F(IdentityDecisionsTest, AVerdictOnARevisionTakenBackChangesNoComparison) {
  TellAdaBobTern();
  Tell({Licensed(Model("Wren"), "ISC")});
  const std::string hash = HashOf("ada-vs-tern");
  ASSERT_TRUE(Merge("wren", "ada").ok());
  ASSERT_TRUE(Undo("one").ok());
  Review("wren", 2);
  EXPECT_EQ(HashOf("ada-vs-tern"), hash);
  EXPECT_TRUE(Comparison("ada-vs-tern").ok());
}

TEST_F(IdentityDecisionsTest, ASplitMakesAToolOfTheAnnouncementsNamed) {
  Tell({Licensed(Model("Ada"), "MIT")});
  const std::string other = Tell({Priced(Licensed(Model("Ada"), "ISC"), 5)});
  const auto view = Split("ada", {other}, "Ada Pro");
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->tool().tool_id(), "ada-pro");
  EXPECT_EQ(view->revision().name(), "Ada Pro");
  EXPECT_EQ(view->revision().license(), "ISC");
  EXPECT_EQ(Tool("ada").revision().license(), "MIT");
  EXPECT_FALSE(Tool("ada").revision().has_entry_price_usd());
  EXPECT_EQ(Tool("ada-pro").panel().expected_personas_size(), 2);
}

TEST_F(IdentityDecisionsTest, LaterAnnouncementsKeepToTheirSideOfASplit) {
  Tell({Model("Ada")});
  const std::string other = Tell({Priced(Model("Ada"), 5)});
  ASSERT_TRUE(Split("ada", {other}, "Ada Pro").ok());
  Tell({Licensed(Model("Ada Pro"), "ISC")});
  Tell({Licensed(Model("Ada"), "MIT")});
  EXPECT_EQ(Tool("ada-pro").revision().license(), "ISC");
  EXPECT_EQ(Tool("ada").revision().license(), "MIT");
  EXPECT_EQ(Count("tools"), 2u);
}

TEST_F(IdentityDecisionsTest, AnUndoneSplitLeavesTheToolAsItWas) {
  Tell({Licensed(Model("Ada"), "MIT")});
  const std::string other = Tell({Priced(Licensed(Model("Ada"), "MIT"), 5)});
  const v1::Revision before = Tool("ada").revision();
  ASSERT_TRUE(Split("ada", {other}, "Ada Pro").ok());
  ASSERT_TRUE(Undo("one").ok());
  EXPECT_EQ(Tool("ada").revision().SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(Tool("ada-pro").tool().tool_id(), "ada");
  EXPECT_EQ(Count("tools"), 1u);
}

TEST_F(IdentityDecisionsTest, ASplitThatLeavesNothingIsRefused) {
  const std::string only = Tell({Model("Ada")});
  EXPECT_EQ(Split("ada", {only}, "Bob").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Split("ada", {"ann-99"}, "Bob", "two").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Split("ada", {only}, "", "three").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Identity().decisions(), IsEmpty());
}

TEST_F(IdentityDecisionsTest, ToolsKeptApartAreNotSuggestedAgain) {
  Tell({Model("Ada", 2)});
  Tell({Model("Ada-256M", 0.256)});
  ASSERT_TRUE(Pair(v1::IdentityDecision::KEEP_APART, "ada", "ada-256m").ok());
  EXPECT_THAT(Identity().possible_duplicates(), IsEmpty());
  Tell({Model("Ada-256M", 0.256)});
  EXPECT_THAT(Identity().possible_duplicates(), IsEmpty());
  ASSERT_TRUE(Undo("one").ok());
  EXPECT_EQ(Identity().possible_duplicates_size(), 1);
}

TEST_F(IdentityDecisionsTest, OnlyWhatNothingRestsOnCanBeUndone) {
  TellAdaBobTern();
  ASSERT_TRUE(Merge("ada", "bob", "first").ok());
  ASSERT_TRUE(Merge("tern", "ada", "second").ok());
  EXPECT_EQ(Undo("first").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Tool("bob").tool().tool_id(), "tern");
  EXPECT_TRUE(Undo("second", "undo-2").ok());
  EXPECT_TRUE(Undo("first", "undo-3").ok());
  EXPECT_EQ(Undo("first", "undo-4").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Count("tools"), 3u);
  EXPECT_EQ(Published("bob-vs-tern")->content().comparison_id(), "bob-vs-tern");
}

TEST_F(IdentityDecisionsTest, ADecisionIsTakenOnce) {
  TellAdaBobTern();
  ASSERT_TRUE(Merge("ada", "bob").ok());
  EXPECT_TRUE(Merge("ada", "bob").ok());
  EXPECT_EQ(Merge("ada", "tern").status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Merge("ada", "ada", "two").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Merge("ada", "nobody", "three").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Identity().decisions_size(), 1);
}

}  // namespace
}  // namespace seaworthy
