#include "services/aggregator/identity/name_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/aggregator/identity/vendors.h"

namespace seaworthy::identity {
namespace {

using ::testing::ElementsAre;

NameParts Model(const std::string& name, const std::string& vendor = "") {
  return ParseName(name, vendor, v1::MODEL);
}

TEST(NamePartsTest, SpellingsOfOneNameHaveOneCore) {
  for (const char* name : {"Ada Coder", "AdaCoder", "ada-coder",
                           "ADA\xE2\x80\x91"
                           "Coder",
                           "acme/ada-coder", "acme/labs/ada-coder", "/ada-coder", "ada-coder/", "Ada.Coder",
                           "Ada Coder models"}) {
    EXPECT_EQ(Model(name).Core(), "adacoder") << name;
  }
  EXPECT_EQ(Model("acme/labs/ada-coder").org, "labs");
  EXPECT_EQ(Model("7/ada").org, "");
}

TEST(NamePartsTest, SignsOfPrintAreNoPartOfAName) {
  for (const char* sign :
       {"\u2014", "\u2212", "\u202F", "\u00A0", "\u00AE", "\u2122 ", "\u200B-", "\u2019s ", "'s "}) {
    EXPECT_EQ(Model(std::string("Ada") + sign + "Coder").Core(), "adacoder") << sign;
  }
  EXPECT_EQ(Model("Ada'sCoder").Core(), "adascoder");
  EXPECT_EQ(Model("Ada'x Coder").Core(), "adaxcoder");
  EXPECT_EQ(Model("Coder Ada's").Core(), "coderada");
  EXPECT_EQ(Model("Coder Ada'").Core(), "coderada");
  EXPECT_EQ(Model("Ada \u201EUhu\u201C").tokens.front(), "ada");
}

TEST(NamePartsTest, AVersionIsPartOfAModelsName) {
  EXPECT_EQ(Model("Ada2").Core(), Model("Ada 2.0").Core());
  EXPECT_NE(Model("Ada2").Core(), Model("Ada").Core());
  EXPECT_NE(Model("Ada 2.5").Core(), Model("Ada 2").Core());
}

TEST(NamePartsTest, SizesAreNoPartOfTheCore) {
  EXPECT_EQ(Model("Ada-256M").Core(), "ada");
  EXPECT_THAT(Model("Ada-256M").sizes, ElementsAre(0.256));
  EXPECT_THAT(Model("Ada 8B & 70B").sizes, ElementsAre(8, 70));
  EXPECT_THAT(Model("Ada-256M and Ada-500M").sizes, ElementsAre(0.256, 0.5));
  EXPECT_EQ(Model("Ada-235B-A22B").active, 22);
  EXPECT_EQ(Model("Ada R7B").Core(), Model("Ada R 7B").Core());
  EXPECT_THAT(Model("Ada 8 B").sizes, ElementsAre(8));
  EXPECT_THAT(Model("Ada 8 billion").sizes, ElementsAre(8));
  EXPECT_THAT(Model("Ada-1T").sizes, ElementsAre(1000));
  EXPECT_THAT(Model("8B/70B").sizes, ElementsAre(8, 70));
  EXPECT_EQ(Model("Ada-a22b").active, 0) << "of what?";
  EXPECT_EQ(Model("Ada-7B-ab-axb").active, 0);
}

TEST(NamePartsTest, MillionsBehindASizeAreAContext) {
  EXPECT_THAT(Model("Ada-7B-1M").sizes, ElementsAre(7));
  EXPECT_THAT(Model("Ada-7B-100M").sizes, ElementsAre(0.1, 7));
  EXPECT_THAT(Model("Ada-0.3B-5M").sizes, ElementsAre(0.005, 0.3));
  EXPECT_THAT(Model("Ada-1M").sizes, ElementsAre(0.001));
}

TEST(NamePartsTest, AListIsOneNameWithSeveralSizes) {
  EXPECT_EQ(Model("Ada 8B and Bob 70B").Core(), "adaandbob");
  EXPECT_THAT(Model("Ada 8B, 70B").sizes, ElementsAre(8, 70));
  EXPECT_EQ(Model("Ada-30B-A3B, Ada-235B-A22B").active, 0);
  // More than twelve are no list but one name, which keeps its active parameters.
  std::string many = "Ada-30B-A3B";
  for (int size = 31; size <= 43; ++size) many += ", " + std::to_string(size) + "B";
  EXPECT_EQ(Model(many).active, 3);
}

TEST(NamePartsTest, ADateInTheNameIsAStamp) {
  EXPECT_EQ(Model("Ada K2-0905").stamp, (Stamp{0, 9, 5}));
  EXPECT_EQ(Model("ada-2507").stamp, (Stamp{2025, 7, 0}));
  EXPECT_EQ(Model("ada-12-2024").stamp, (Stamp{2024, 12, 0}));
  EXPECT_EQ(Model("ada-20250714").stamp, (Stamp{2025, 7, 14}));
  EXPECT_EQ(Model("ada-2025-07").stamp, (Stamp{2025, 7, 0}));
  EXPECT_EQ(Model("ada-2025-07-14").stamp, (Stamp{2025, 7, 14}));
  EXPECT_EQ(Model("ada-2025-07-GGUF").stamp, (Stamp{2025, 7, 0}));
  EXPECT_EQ(Model("ada-2025-07-xy").stamp, (Stamp{2025, 7, 0}));
}

TEST(NamePartsTest, NumbersThatAreNoDateAreNone) {
  for (const char* name : {"ada-2025", "ada-2025-xy", "ada-2025-7", "ada-1332", "ada-1240", "ada-1200",
                           "ada-2513", "ada-2500", "ada-4001", "ada-0012", "ada-13-2024", "ada-0-2024",
                           "ada-99990101", "ada-3.14", "0905", "ada-12-7"}) {
    EXPECT_TRUE(Model(name).stamp.empty()) << name;
  }
  EXPECT_TRUE(ParseName("Dockhand 0905", "", v1::APPLICATION).stamp.empty()) << "a version";
}

TEST(NamePartsTest, FormatTuningAndStageAreTakenOut) {
  const NameParts parts = Model("Ada-7B-Instruct-preview-GGUF-4bit");
  EXPECT_EQ(parts.Core(), "ada");
  EXPECT_EQ(parts.tuning, "instruct");
  EXPECT_EQ(parts.stage, "preview");
  EXPECT_EQ(Model("Ada 4 bit").Core(), "ada");
  EXPECT_EQ(Model("Ada bit").Core(), "ada");
  for (const char* name : {"Ada-7B-it", "Ada-7B-Chat"}) EXPECT_EQ(Model(name).tuning, "instruct") << name;
  for (const char* name : {"Ada-7B-pt", "Ada pretrained", "Ada base"})
    EXPECT_EQ(Model(name).tuning, "base") << name;
  EXPECT_EQ(Model("Ada-7B-sft").tuning, "sft");
  EXPECT_EQ(Model("Chat 7B").Core(), "chat") << "a name in front is one";
}

TEST(NamePartsTest, OnlyTheFirstVersionMayBeLeftOut) {
  for (const char* name : {"Ada v1", "Ada v 1", "Ada v1.0", "Ada v1 Coder"})
    EXPECT_TRUE(Model(name).says_v1) << name;
  for (const char* name : {"Ada v2", "Ada 1", "v1 Ada", "Ada V Coder", "Ada v1 bit"}) {
    EXPECT_FALSE(Model(name).says_v1) << name;
  }
  EXPECT_EQ(Model("Ada v2").Core(), "ada#2#");
}

TEST(NamePartsTest, SoftwareHasReleasesOfOneName) {
  const NameParts parts = ParseName("Dockhand v0.31.2", "", v1::APPLICATION);
  EXPECT_EQ(parts.Core(), "dockhand");
  EXPECT_EQ(parts.version, "0.31.2");
  EXPECT_EQ(ParseName("Dockhand 5", "", v1::LIBRARY).version, "5");
  EXPECT_EQ(ParseName("v2 Dockhand 3", "", v1::LIBRARY).version, "3");
  EXPECT_EQ(ParseName("Dockhand 1.2.3 for 5 ports", "", v1::LIBRARY).version, "1.2.3");
  EXPECT_EQ(ParseName("Dockhand 5 ports", "", v1::LIBRARY).version, "");
  EXPECT_EQ(ParseName("Dockhand 5 beta", "", v1::LIBRARY).stage, "beta");
  EXPECT_EQ(ParseName("Beta Dockhand", "", v1::LIBRARY).stage, "");
  EXPECT_EQ(ParseName("Dockhand 5", "", v1::OTHER).version, "") << "not known to be software";
}

TEST(NamePartsTest, SoftwareKeepsBeingCalledWithoutItsVersion) {
  EXPECT_EQ(LastingName("Dockhand v0.31", "", v1::LIBRARY), "Dockhand");
  EXPECT_EQ(LastingName("Dockhand", "", v1::LIBRARY), "Dockhand");
  EXPECT_EQ(LastingName("X 5", "", v1::LIBRARY), "X 5");
  EXPECT_EQ(LastingName("Ada 2", "", v1::MODEL), "Ada 2");
}

TEST(NamePartsTest, AVendorInFrontIsLeftOutWhereANameRemains) {
  EXPECT_EQ(Model("Acme Minerva 3", "Acme Labs").OwnCore(), "minerva#3#");
  EXPECT_EQ(Model("Acme-R1", "Acme").OwnCore(), "");
  EXPECT_EQ(Model("Acme's Minerva", "Acme").OwnCore(), "minerva");
}

TEST(NamePartsTest, VersionsAreComparedAsNumbers) {
  EXPECT_LT(CompareVersions("1.9", "1.10"), 0);
  EXPECT_EQ(CompareVersions("1", "1.0"), 0);
  EXPECT_LT(CompareVersions("", "0"), 0);
  EXPECT_GT(CompareVersions("0", ""), 0);
  EXPECT_EQ(CompareVersions("1.0.0", "1"), 0);
  EXPECT_GT(CompareVersions("1.0.1", "1"), 0);
  EXPECT_LT(CompareVersions("1.99999999999", "1.0"), 0) << "no number";
}

TEST(NamePartsTest, HostileNamesAreCutShort) {
  EXPECT_LE(Model(std::string(1 << 20, '9')).Core().size(), 210U);
  EXPECT_EQ(Model("").Core(), "");
  EXPECT_EQ(Model("///").Core(), "");
}

TEST(VendorsTest, SuffixesAndOtherNamesAreOneVendor) {
  EXPECT_EQ(NormaliseVendor("DeepSeek-AI"), NormaliseVendor("DeepSeek"));
  EXPECT_EQ(NormaliseVendor("Acme Labs, Inc."), NormaliseVendor("acme"));
  EXPECT_EQ(NormaliseVendor("Alibaba Cloud"), NormaliseVendor("Qwen"));
  EXPECT_NE(NormaliseVendor("Acme"), NormaliseVendor("Apex"));
}

}  // namespace
}  // namespace seaworthy::identity
