#include "services/aggregator/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/aggregator/fields.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void AddFact(v1::Revision& told, const std::string& field, const std::string& value) {
  v1::Fact& fact = *told.add_facts();
  fact.set_field(field);
  fact.set_value(value);
  fact.mutable_evidence()->set_text(absl::StrCat("It says ", value, "."));
}

class ComposeTest : public ::testing::Test {
 protected:
  // The next source, told before all others so far; what it says is filled in by the test.
  v1::Revision& Tell(v1::ToolKind kind, const std::string& name, const std::string& date = "",
                     v1::SourceTier tier = v1::VENDOR) {
    v1::Telling& telling = tellings_.emplace_back();
    telling.set_announcement_id(absl::StrCat("a", tellings_.size()));
    telling.set_sequence(1000 - tellings_.size());
    telling.set_tier(tier);
    v1::Revision& told = *telling.mutable_told();
    told.set_kind(kind);
    told.set_name(name);
    told.set_release_date(date);
    return told;
  }
  v1::Revision Made(const v1::Revision* known = nullptr) const { return Compose(tellings_, known); }
  static std::vector<std::string> InConflict(const v1::Revision& made) {
    std::vector<std::string> fields;
    for (const v1::FactConflict& conflict : made.conflicts()) fields.push_back(conflict.field());
    return fields;
  }

  std::vector<v1::Telling> tellings_;
};

TEST_F(ComposeTest, OneSourceIsTakenAsItIsWithItsTier) {
  AddFact(Tell(v1::MODEL, "Ada", "", v1::DOCUMENTATION), "runtime", "vllm");
  const v1::Revision made = Made();
  EXPECT_EQ(made.name(), "Ada");
  EXPECT_EQ(made.facts(0).tier(), v1::DOCUMENTATION);
  EXPECT_THAT(made.announcement_ids(), ElementsAre("a1"));
}

TEST_F(ComposeTest, ANewVersionOfSoftwareTakesThePlaceOfTheOld) {
  Tell(v1::LIBRARY, "Dockhand", "2026-03-04").set_pricing("freemium");
  Tell(v1::LIBRARY, "Dockhand 0.31", "2026-03-03").set_pricing("freemium");
  v1::Revision& old = Tell(v1::LIBRARY, "Dockhand 0.30", "2026-03-02");
  old.set_pricing("free");
  old.set_license("MIT");
  Tell(v1::LIBRARY, "Dockhand", "2026-03-01").set_pricing("paid");
  const v1::Revision made = Made();
  EXPECT_EQ(made.pricing(), "freemium");
  EXPECT_EQ(made.license(), "MIT") << "nobody took it back";
  EXPECT_THAT(InConflict(made), IsEmpty());
}

TEST_F(ComposeTest, WithoutVersionsTheDateTellsWhichReleaseItIs) {
  Tell(v1::SERVICE, "Dockhand", "2026-06-01").set_pricing("paid");
  Tell(v1::SERVICE, "Dockhand", "2026-05-01").set_pricing("freemium");
  Tell(v1::SERVICE, "Dockhand", "2026-01-01").set_pricing("free");
  const v1::Revision made = Made();
  ASSERT_THAT(InConflict(made), ElementsAre("pricing", "release_date"));
  EXPECT_THAT(made.conflicts(0).values(), SizeIs(2)) << "the third is of another release";
}

TEST_F(ComposeTest, WhatIsOnlyKnownOfAnEarlierReleaseIsNoConflict) {
  Tell(v1::LIBRARY, "Dockhand 0.31", "2026-03-03");
  Tell(v1::LIBRARY, "Dockhand 0.30", "2026-03-02").set_pricing("free");
  Tell(v1::LIBRARY, "Dockhand 0.29", "2026-03-01").set_pricing("paid");
  const v1::Revision made = Made();
  EXPECT_EQ(made.pricing(), "free");
  EXPECT_THAT(InConflict(made), IsEmpty());
}

TEST_F(ComposeTest, WhoStandsNearestToTheMakerIsBelieved) {
  Tell(v1::MODEL, "Ada", "", v1::SOURCE_TIER_UNSPECIFIED).set_license("Apache-2.0");
  Tell(v1::MODEL, "Ada", "", v1::RUMOUR).set_license("GPL-3.0");
  Tell(v1::MODEL, "Ada", "", v1::VENDOR).set_license("MIT");
  v1::Revision made = Made();
  EXPECT_EQ(made.license(), "MIT");
  ASSERT_THAT(InConflict(made), ElementsAre("license"));
  EXPECT_THAT(made.conflicts(0).values(), SizeIs(3));
  // A fact may stand nearer than what it was found in.
  AddFact(*tellings_[0].mutable_told(), "license", "Apache-2.0");
  tellings_[0].mutable_told()->mutable_facts(0)->set_tier(v1::VENDOR);
  tellings_[2].set_tier(v1::THIRD_PARTY);
  made = Made();
  EXPECT_EQ(made.license(), "Apache-2.0");
  EXPECT_EQ(made.conflicts(0).values(0).quote(), "It says Apache-2.0.");
}

TEST_F(ComposeTest, TheEarliestDateIsThatOfTheRelease) {
  Tell(v1::MODEL, "Ada", "2026-03-20");
  Tell(v1::MODEL, "Ada", "2026-03-01");
  Tell(v1::MODEL, "Ada", "2026-03-10");
  EXPECT_EQ(Made().release_date(), "2026-03-01");
}

TEST_F(ComposeTest, SizesAddUpWhereNoneContradicts) {
  v1::Revision& both = Tell(v1::MODEL, "Ada");
  both.add_parameters_b(8);
  both.add_parameters_b(70);
  Tell(v1::MODEL, "Ada").add_parameters_b(70.2);
  v1::Revision made = Made();
  EXPECT_THAT(made.parameters_b(), ElementsAre(8, 70));
  EXPECT_THAT(InConflict(made), IsEmpty());
  Tell(v1::MODEL, "Ada").add_parameters_b(30);
  made = Made();
  EXPECT_THAT(made.parameters_b(), ElementsAre(8, 70));
  EXPECT_THAT(InConflict(made), ElementsAre("parameters_b"));
}

TEST_F(ComposeTest, NamesThatSayASizeTellOfThatOne) {
  Tell(v1::MODEL, "Ada-8B").add_parameters_b(8);
  Tell(v1::MODEL, "Ada-70B").add_parameters_b(70);
  const v1::Revision made = Made();
  EXPECT_THAT(made.parameters_b(), ElementsAre(8, 70));
  EXPECT_THAT(InConflict(made), IsEmpty());
}

TEST_F(ComposeTest, WhoNamesFewerModalitiesDoesNotContradict) {
  v1::Revision& more = Tell(v1::MODEL, "Ada");
  more.add_modality("image");
  more.add_modality("text");
  Tell(v1::MODEL, "Ada").add_modality("text");
  EXPECT_THAT(InConflict(Made()), IsEmpty());
  std::swap(tellings_[0], tellings_[1]);
  EXPECT_THAT(InConflict(Made()), IsEmpty());
  Tell(v1::MODEL, "Ada").add_modality("audio");
  const v1::Revision made = Made();
  ASSERT_THAT(InConflict(made), ElementsAre("modality"));
  EXPECT_EQ(made.conflicts(0).values(2).value(), "audio");
}

TEST_F(ComposeTest, FormatsOfTheReleaseAddUp) {
  Tell(v1::LIBRARY, "Dockhand 2").add_formats("deb");
  Tell(v1::LIBRARY, "Dockhand 2").add_formats("rpm");
  Tell(v1::LIBRARY, "Dockhand 1").add_formats("msi");
  EXPECT_THAT(Made().formats(), ElementsAre("deb", "rpm"));
}

TEST_F(ComposeTest, AConflictShowsTwelveValues) {
  for (int i = 0; i < 20; ++i) Tell(v1::MODEL, "Ada").set_license(absl::StrCat("License-", i));
  EXPECT_THAT(Made().conflicts(0).values(), SizeIs(12));
}

TEST_F(ComposeTest, FactsAddUpToTheirBoundAndProseIsTheNearestSources) {
  for (int i = 0; i < 8; ++i) {
    v1::Revision& told = Tell(v1::MODEL, "Ada");
    AddFact(told, "runtime", absl::StrCat("runtime ", i));
    AddFact(told, "runtime", absl::StrCat("runtime ", i + 1));
    AddFact(told, "feature", absl::StrCat("feature ", i));
  }
  const v1::Revision made = Made();
  EXPECT_THAT(ValuesOf(made, "runtime"), SizeIs(9)) << "each once";
  EXPECT_THAT(ValuesOf(made, "feature"), ElementsAre("feature 0"));
  for (int i = 0; i < 8; ++i) AddFact(Tell(v1::MODEL, "Ada"), "runtime", absl::StrCat("another ", i));
  EXPECT_THAT(ValuesOf(Made(), "runtime"), SizeIs(12));
}

TEST_F(ComposeTest, FactsOfAFieldSayTheValueInUse) {
  for (const char* license : {"MIT", "Apache-2.0"}) {
    v1::Revision& told = Tell(v1::MODEL, "Ada");
    told.set_license(license);
    AddFact(told, "license", license);
  }
  EXPECT_THAT(ValuesOf(Made(), "license"), ElementsAre("MIT"));
  EXPECT_THAT(Made().facts(), SizeIs(1));
}

TEST_F(ComposeTest, AToolKeepsItsNameWhileSomebodyCallsItSo) {
  Tell(v1::MODEL, "ADA 3").add_aliases("Project Owl");
  Tell(v1::MODEL, "Ada 3");
  v1::Revision known;
  known.set_name("ADA 3");
  v1::Revision made = Made(&known);
  EXPECT_EQ(made.name(), "ADA 3");
  EXPECT_THAT(made.aliases(), ElementsAre("Ada 3", "Project Owl"));
  EXPECT_EQ(Made().name(), "Ada 3") << "the oldest, where nothing is known";
  known.set_name("Owl");
  EXPECT_EQ(Made(&known).name(), "Ada 3");
}

TEST_F(ComposeTest, ListsHaveABound) {
  for (int i = 0; i < 10; ++i) {
    v1::Revision& told = Tell(v1::MODEL, "Ada");
    for (int j = 0; j < 10; ++j) {
      told.add_links(absl::StrCat("https://ada.example/", i, j));
      told.add_aliases(absl::StrCat("Ada ", i, j));
    }
    told.add_links("https://ada.example/00");
  }
  EXPECT_THAT(Made().links(), SizeIs(64));
  EXPECT_THAT(Made().aliases(), SizeIs(64));
}

TEST_F(ComposeTest, WordsTheFirstDoesNotHaveAreTheNexts) {
  Tell(v1::MODEL, "Ada").set_language("en");
  v1::Revision& second = Tell(v1::MODEL, "Ada");
  second.set_tagline("A model.");
  second.set_description("It answers.");
  second.set_language("de");
  const v1::Revision made = Made();
  EXPECT_EQ(made.tagline(), "A model.");
  EXPECT_EQ(made.description(), "It answers.");
  EXPECT_EQ(made.language(), "en");
}

}  // namespace
}  // namespace seaworthy
