#include "services/aggregator/identity/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "services/aggregator/identity/profile.h"

namespace seaworthy::identity {
namespace {

using ::testing::HasSubstr;

v1::Revision Model(const std::string& name, const std::string& vendor = "Acme") {
  v1::Revision told;
  told.set_name(name);
  told.set_vendor(vendor);
  told.set_kind(v1::MODEL);
  return told;
}
v1::Revision OfKind(v1::ToolKind kind, v1::Revision told) {
  told.set_kind(kind);
  return told;
}
v1::Revision Sized(v1::Revision told, double size) {
  told.add_parameters_b(size);
  return told;
}
v1::Revision Released(v1::Revision told, const std::string& date) {
  told.set_release_date(date);
  return told;
}
v1::Revision Alias(v1::Revision told, const std::string& alias) {
  told.add_aliases(alias);
  return told;
}

// `told` against a tool of which only `known` was announced.
Match Against(const v1::Revision& told, const v1::Revision& known) {
  v1::ToolProfile profile;
  AddToProfile(known, profile);
  return Compare(told, profile);
}

struct Pair {
  v1::Revision told;
  v1::Revision known;
};
void ExpectEach(const std::vector<Pair>& pairs, Match::Kind kind, const std::string& reason = "") {
  for (const auto& [told, known] : pairs) {
    const Match match = Against(told, known);
    EXPECT_EQ(match.kind, kind) << told.name() << " beside " << known.name() << ": " << match.reason;
    EXPECT_THAT(match.reason, HasSubstr(reason)) << told.name() << " beside " << known.name();
  }
}

TEST(CompareTest, WithoutANameNothingIsTheSame) {
  ExpectEach({{Model("///"), Model("Ada")}, {Model("Ada"), Model("///")}}, Match::kDifferent);
}

TEST(CompareTest, KindsThatAreNotKnownTellNothingApart) {
  ExpectEach({{OfKind(v1::SERVICE, Model("Dockhand 0.30")), OfKind(v1::OTHER, Model("Dockhand 0.31"))},
              {OfKind(v1::LIBRARY, Model("Dockhand")), OfKind(v1::SERVICE, Model("Dockhand"))},
              {OfKind(v1::OTHER, Model("Ada")), Model("Ada")}},
             Match::kSame);
}

TEST(CompareTest, ADataSetIsNeverAModel) {
  const v1::Revision data = OfKind(v1::DATASET, Model("Ada"));
  ExpectEach({{Model("Ada"), data}, {data, Model("Ada")}, {Alias(Model("Owl"), "Ada"), data}},
             Match::kDifferent);
}

TEST(CompareTest, ActiveParametersTellApart) {
  ExpectEach({{Model("Ada-235B-A22B"), Model("Ada-235B-A30B")}}, Match::kUnsure, "active parameters");
  ExpectEach({{Model("Ada-235B-A22B"), Model("Ada-235B-A22B")}, {Model("Ada-235B-A22B"), Model("Ada-235B")}},
             Match::kSame);
}

TEST(CompareTest, ASizeMayStandInTheNameOfOneAndAmongTheFactsOfTheOther) {
  ExpectEach({{Sized(Model("Ada"), 8), Model("Ada-8B")},
              {Model("Ada-8B"), Sized(Model("Ada"), 8)},
              {Model("Ada-8B"), Model("Ada-8.04B")}},
             Match::kSame);
  ExpectEach({{Sized(Model("Ada"), 30), Model("Ada-8B")}, {Model("Ada-7.2B"), Model("Ada-7.6B")}},
             Match::kUnsure, "the sizes differ");
}

TEST(CompareTest, ASizeThatOneDoesNotSayIsADoubtUnlessAWordSaysIt) {
  ExpectEach({{Model("Ada"), Model("Ada-8B")}, {Model("Ada-8B"), Model("Ada")}}, Match::kUnsure,
             "the size of one is not known");
  ExpectEach({{Model("Ada Mini"), Model("Ada Mini 8B")}}, Match::kSame);
}

TEST(CompareTest, DatesInNamesAreOfOneDayOrMonth) {
  ExpectEach({{Model("Ada-0905"), Model("Ada-1005")},
              {Model("Ada-0905"), Model("Ada-0906")},
              {Model("Ada-2409"), Model("Ada-2509")}},
             Match::kDifferent);
  ExpectEach({{Model("Ada-0905"), Model("Ada-2509")},
              {Model("Ada-2509"), Model("Ada-0905")},
              {Model("Ada-20250905"), Model("Ada-09-2025")}},
             Match::kSame);
}

TEST(CompareTest, ADateOnlyOneNameHasIsThatOfTheOthersRelease) {
  const v1::Revision plain = Model("Ada");
  ExpectEach({{Model("Ada-0905"), Released(plain, "2025-09-07")},
              {Released(plain, "2025-09-07"), Model("Ada-0905")},
              {Model("Ada-2509"), Released(plain, "2025-09-30")},
              {Model("Ada-0905"), Released(plain, "2025-09")}},
             Match::kSame);
  ExpectEach({{Model("Ada-0905"), Released(plain, "2025-10-07")},
              {Model("Ada-2509"), Released(plain, "2024-09-30")},
              {Model("Ada-2509"), Released(plain, "2025-10-30")},
              {Model("Ada-0905"), plain},
              {Released(plain, "soon"), Model("Ada-0905")},
              {Released(plain, "some-09-05"), Model("Ada-0905")},
              {Released(plain, "2025-xx-05"), Model("Ada-0905")}},
             Match::kUnsure, "only one name has a date");
}

TEST(CompareTest, WhatItWasMadeForIsADoubt) {
  ExpectEach({{Model("Ada-7B-Chat"), Model("Ada-7B-SFT")}}, Match::kUnsure, "one is instruct, the other sft");
  ExpectEach({{Model("Ada-7B-Chat"), Model("Ada-7B")}, {Model("Ada-7B"), Model("Ada-7B-Chat")}},
             Match::kUnsure, "only one is instruct");
  ExpectEach({{Model("Ada preview"), Model("Ada")}}, Match::kUnsure, "one is a preview");
  ExpectEach({{Model("Ada"), Model("Ada v1")}}, Match::kUnsure, "only one says v1");
  ExpectEach({{Released(Model("Ada preview"), "2026-03-01"), Released(Model("Ada"), "2026-03-10")}},
             Match::kSame);
}

TEST(CompareTest, AVendorInFrontOfANameIsNoOtherName) {
  ExpectEach({{Model("Acme Minerva"), Model("Minerva")},
              {Model("Minerva"), Model("Acme Minerva")},
              {Model("Alibaba Minerva", "Alibaba Cloud"), Model("Qwen Minerva", "Qwen")}},
             Match::kSame);
  ExpectEach({{Model("Acme Minerva"), Model("Minerva", "")}}, Match::kUnsure, "is not told by both");
  ExpectEach({{Model("acme/Minerva", ""), Model("Minerva")}}, Match::kSame);
}

TEST(CompareTest, OtherVendorsNeedALinkInCommon) {
  v1::Revision apex = Model("Ada", "Apex");
  v1::Revision acme = Model("Ada");
  acme.add_links("https://www.ada.example/card/");
  ExpectEach({{apex, acme}}, Match::kUnsure, "the vendors differ");
  apex.add_links("https://ada.example/card?from=feed");
  ExpectEach({{apex, acme}}, Match::kSame);
  apex.clear_links();
  apex.add_source_urls("https://ada.example/card");
  apex.add_links("https://ada.example/other");
  ExpectEach({{apex, acme}}, Match::kSame);
}

TEST(CompareTest, WhoHostsAModelMayTellOfItFirst) {
  const v1::Revision hosted = Model("Ada", "Ollama");
  ExpectEach({{Released(Model("Ada"), "2026-03-02"), Released(hosted, "2026-03-01")}}, Match::kSame);
  ExpectEach({{OfKind(v1::OTHER, Model("Ada")), hosted}}, Match::kUnsure, "the vendors differ");
}

TEST(CompareTest, AnAliasThatIsExactlyTheNameEndsADoubt) {
  ExpectEach({{Model("Ada-7B"), Alias(Model("Ada-7B-Chat"), "Ada-7B")},
              {Alias(Model("Ada-7B-Chat"), "Ada-7B"), Model("Ada-7B")},
              {Alias(OfKind(v1::OTHER, Model("Ada-7B")), "Ada-8B"), Model("Ada-8B")}},
             Match::kSame);
  // Not over the border of kinds.
  ExpectEach({{Alias(Model("Ada"), "Ada"), OfKind(v1::APPLICATION, Model("Ada"))}}, Match::kUnsure,
             "one is a model, the other is software");
}

TEST(CompareTest, AnAliasOfAnotherVersionIsNone) {
  ExpectEach({{Model("Command 2"), Alias(Model("Command 3 Arabic"), "Command 2")},
              {Model("Command"), Alias(Model("Command 3 Arabic"), "Command")}},
             Match::kDifferent);
  ExpectEach({{Model("Command"), Alias(Model("Command Arabic"), "Command")}}, Match::kUnsure,
             "one name only shortens the other");
}

TEST(CompareTest, TheLikeliestOfSeveralNamesCounts) {
  v1::ToolProfile profile;
  AddToProfile(Model("Ada-7B-Chat"), profile);
  AddToProfile(Model("Ada-7B-preview"), profile);
  AddToProfile(Model("Ada-7B"), profile);
  const Match match = Compare(Model("Ada-7B"), profile);
  EXPECT_EQ(match.kind, Match::kSame);
  EXPECT_EQ(match.likeness, 1);
}

TEST(CompareTest, OneNameInOtherLettersIsTheSameInAllItsParts) {
  EXPECT_TRUE(
      IsSameName(Model("Ada-7B-A2B-Instruct-preview-0905 v1"), Model("ada 7b a2b chat PREVIEW 0905 v1")));
  const v1::Revision ada = Model("Ada-7B");
  for (const v1::Revision& other :
       {OfKind(v1::OTHER, ada), Model("Bob-7B"), Model("Ada-8B"), Model("Ada-7B-A2B"), Model("Ada-7B-Chat"),
        Model("Ada-7B-0905"), Model("Ada-7B-preview"), Model("Ada-7B v1")}) {
    EXPECT_FALSE(IsSameName(ada, other)) << other.name();
  }
  EXPECT_FALSE(IsSameName(Model("///"), Model("///")));
  EXPECT_FALSE(IsSameName(OfKind(v1::LIBRARY, Model("Ada 1.2")), OfKind(v1::LIBRARY, Model("Ada 1.3"))));
}

TEST(CompareTest, DaysAreCountedBetweenWhatIsKnown) {
  EXPECT_EQ(DaysBetween("2026-03-01", "2026-03-05"), 4);
  EXPECT_EQ(DaysBetween("2026-03-05", "2026-02-28"), 5);
  EXPECT_EQ(DaysBetween("2026-03", "2026-03-31"), 0);
  EXPECT_EQ(DaysBetween("2026-03-31", "2026-03"), 0);
  EXPECT_EQ(DaysBetween("2026-01", "2026-02-20"), 36) << "from the middle of the month";
  for (const char* none : {"", "soon", "some-03-01", "2026-xx-01", "2026-03-xx"}) {
    EXPECT_EQ(DaysBetween("2026-03-01", none), -1) << none;
    EXPECT_EQ(DaysBetween(none, "2026-03-01"), -1) << none;
  }
}

TEST(CompareTest, ARoundedSizeIsTheSame) {
  EXPECT_TRUE(SameSize(8, 8.03));
  EXPECT_TRUE(SameSize(7.6, 8));
  EXPECT_TRUE(SameSize(2, 2.2));
  EXPECT_FALSE(SameSize(7, 8));
  EXPECT_FALSE(SameSize(0.5, 0.6));
  EXPECT_FALSE(SameSize(7.2, 7.6));
  EXPECT_FALSE(SameSize(8, 8.6)) << "it is nine, rounded";
}

}  // namespace
}  // namespace seaworthy::identity
