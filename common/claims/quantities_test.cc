#include "common/claims/quantities.h"

#include <gtest/gtest.h>

#include <string>

namespace seaworthy::claims {
namespace {

Quantity Read(const std::string& text) {
  const auto words = SplitWords(text);
  return ReadQuantity(text, words, 0).value_or(Quantity{-1, Unit::kCount, 0, 0, 0, 0, false, false, 0});
}

int ReadDay(const std::string& text) {
  const auto words = SplitWords(text);
  const auto date = ReadDate(text, words, 0);
  return date ? date->value : 0;
}

TEST(QuantitiesTest, SizesInAllSpellingsAreOneAmount) {
  for (const char* text :
       {"8B", "8 billion", "8-billion-parameter", "eight billion parameters", "8 B", "8bn"})
    EXPECT_DOUBLE_EQ(Read(text).value, 8e9) << text;
  EXPECT_EQ(Read("8B").unit, Unit::kParams);
  EXPECT_EQ(Read("8 billion parameters").unit, Unit::kParams);
  EXPECT_EQ(Read("8 billion").unit, Unit::kCount);
}

TEST(QuantitiesTest, UnitsAreReadBehindDigitsAndAsWords) {
  EXPECT_EQ(Read("24GB").unit, Unit::kBytes);
  EXPECT_DOUBLE_EQ(Read("24 gigabytes").value, 24e9);
  EXPECT_DOUBLE_EQ(Read("128K tokens").value, 128e3);
  EXPECT_EQ(Read("128K tokens").unit, Unit::kTokens);
  EXPECT_EQ(Read("72.5%").unit, Unit::kPercent);
  EXPECT_EQ(Read("3x").unit, Unit::kFactor);
  EXPECT_EQ(Read("12 months").unit, Unit::kSpan);
  EXPECT_EQ(Read("80ms").unit, Unit::kTime);
}

TEST(QuantitiesTest, MoneyTakesItsSign) {
  const Quantity price = Read("$0.20 per 1M tokens");
  EXPECT_EQ(price.unit, Unit::kMoney);
  EXPECT_EQ(price.begin, 0U);
  EXPECT_EQ(price.end, 5U);
}

TEST(QuantitiesTest, NumberWordsReachNinetyNineAndScale) {
  EXPECT_DOUBLE_EQ(Read("twenty-four gigabytes").value, 24e9);
  EXPECT_DOUBLE_EQ(Read("two hundred").value, 200);
  EXPECT_TRUE(Read("seven").spelled);
  EXPECT_DOUBLE_EQ(Read("weight").value, -1);
}

TEST(QuantitiesTest, VersionsAndNamesAreNoAmounts) {
  EXPECT_DOUBLE_EQ(Read("1.2.3").value, -1);
  EXPECT_DOUBLE_EQ(Read("7zip").value, -1);
  EXPECT_DOUBLE_EQ(Read("H100").value, -1);
}

TEST(QuantitiesTest, DatesInAllSpellings) {
  for (const char* text : {"11 August 2026", "August 11, 2026", "Aug 11th 2026", "2026-08-11"})
    EXPECT_EQ(ReadDay(text), 20260811) << text;
  EXPECT_EQ(ReadDay("August 2026"), 20260800);
  EXPECT_EQ(ReadDay("2026"), 20260000);
  EXPECT_EQ(ReadDay("11 August"), 0);
  EXPECT_EQ(ReadDay("1234"), 0);
}

}  // namespace
}  // namespace seaworthy::claims
