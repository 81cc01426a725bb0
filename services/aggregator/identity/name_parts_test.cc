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
                           "acme/ada-coder", "Ada Coder models"}) {
    EXPECT_EQ(Model(name).Core(), "adacoder") << name;
  }
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
}

TEST(NamePartsTest, ADateInTheNameIsAStamp) {
  EXPECT_EQ(Model("Ada K2-0905").stamp, (Stamp{0, 9, 5}));
  EXPECT_EQ(Model("ada-2507").stamp, (Stamp{2025, 7, 0}));
  EXPECT_EQ(Model("ada-12-2024").stamp, (Stamp{2024, 12, 0}));
  EXPECT_EQ(Model("ada-20250714").stamp, (Stamp{2025, 7, 14}));
}

TEST(NamePartsTest, FormatTuningAndStageAreTakenOut) {
  const NameParts parts = Model("Ada-7B-Instruct-preview-GGUF-4bit");
  EXPECT_EQ(parts.Core(), "ada");
  EXPECT_EQ(parts.tuning, "instruct");
  EXPECT_EQ(parts.stage, "preview");
}

TEST(NamePartsTest, SoftwareHasReleasesOfOneName) {
  const NameParts parts = ParseName("Dockhand v0.31.2", "", v1::APPLICATION);
  EXPECT_EQ(parts.Core(), "dockhand");
  EXPECT_EQ(parts.version, "0.31.2");
  EXPECT_EQ(ParseName("Dockhand 5", "", v1::LIBRARY).version, "5");
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
