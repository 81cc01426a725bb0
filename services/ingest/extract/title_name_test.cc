#include <gtest/gtest.h>

#include <string>

#include "services/ingest/extract/name.h"

namespace seaworthy {
namespace {

std::string NameIn(std::string_view title) {
  const auto name = NameInTitle(title);
  return name ? std::string(title.substr(name->span.begin, name->span.size())) : "";
}

TEST(TitleNameTest, GreetingsAndSubtitlesAreNoNames) {
  EXPECT_EQ(NameIn("Introducing Buoy: a small library"), "Buoy");
  EXPECT_EQ(NameIn("Welcome to the Lantern 3 Family of Open Models!"), "Lantern 3");
  EXPECT_EQ(NameIn("Welcome, Buoy 5"), "Buoy 5");
  EXPECT_EQ(NameIn("🚀 Lantern - small yet bright"), "Lantern");
  EXPECT_EQ(NameIn("Harbour Lab Releases Lantern-3B"), "Lantern-3B");
  EXPECT_EQ(NameIn("Model Card for Lantern-3B"), "Lantern-3B");
  EXPECT_EQ(NameIn("Lantern Now Supports Charts"), "Lantern");
}

TEST(TitleNameTest, NamesKeepTheirOwnWords) {
  EXPECT_EQ(NameIn("Lantern Medium 3 (72B Instruct)"), "Lantern Medium 3 (72B Instruct)");
  EXPECT_EQ(NameIn("The Chart v2"), "The Chart v2");
  EXPECT_EQ(NameIn("Lantern-7b Fine-tuned on Harbour Charts"), "Lantern-7b Fine-tuned on Harbour Charts");
}

TEST(TitleNameTest, GenericTitlesNameNothing) {
  EXPECT_EQ(NameIn("Introduction"), "");
  EXPECT_EQ(NameIn("Introducing First Stable Release: v0.0.1"), "");
  EXPECT_EQ(NameIn("Changelog"), "");
  EXPECT_EQ(NameIn(""), "");
}

TEST(TitleNameTest, TitleMayNameTheVendor) {
  EXPECT_EQ(NameInTitle("Harbour Lab Releases Lantern-3B")->vendor, "Harbour Lab");
}

}  // namespace
}  // namespace seaworthy
