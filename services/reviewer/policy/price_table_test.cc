#include "services/reviewer/policy/price_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

LlmUsage Tokens(uint64_t input, uint64_t cached, uint64_t written, uint64_t output) {
  LlmUsage usage;
  usage.input_tokens = input;
  usage.cached_input_tokens = cached;
  usage.cache_write_tokens = written;
  usage.output_tokens = output;
  return usage;
}

class PriceTableTest : public testing::Test {
 protected:
  std::string Refusal(const std::string& toml) { return std::string(table_.Add(toml, "mine").message()); }
  PriceTable table_ = *PriceTable::BuiltIn();
};

TEST_F(PriceTableTest, TheLongestPatternCounts) {
  EXPECT_EQ(table_.Cost("gpt-4o-2024-08-06", Tokens(1'000'000, 0, 0, 0)), 2'500'000U);
  EXPECT_EQ(table_.Cost("gpt-4o-mini-2024-07-18", Tokens(1'000'000, 0, 0, 0)), 150'000U);
}

TEST_F(PriceTableTest, CachedWrittenAndOutputTokensHaveTheirOwnPrices) {
  // 600 plain at 3, 300 read at 0.3, 100 written at 3.75, 50 out at 15.
  EXPECT_EQ(table_.Cost("claude-sonnet-4-5", Tokens(1000, 300, 100, 50)), 3015U);
}

TEST_F(PriceTableTest, ABatchPaysHalf) {
  EXPECT_EQ(table_.Find("gpt-4o")->Cost(Tokens(1000, 0, 0, 0), table_.batch_factor()), 1250U);
}

TEST_F(PriceTableTest, AModelWithoutAPriceHasNone) {
  EXPECT_EQ(table_.Cost("llama3", Tokens(1, 0, 0, 0)), std::nullopt);
}

TEST_F(PriceTableTest, NonsenseFromAProviderDoesNotOverflow) {
  const uint64_t huge = ~0ULL;
  EXPECT_LE(*table_.Cost("gpt-4o", Tokens(huge, huge, huge, huge)), 1'000'000'000'000'000U);
  EXPECT_EQ(table_.Cost("gpt-4o", Tokens(10, 1000, 0, 0)), 1250U);
}

TEST_F(PriceTableTest, AUsersPricesComeFirst) {
  ASSERT_TRUE(
      table_.Add("[[price]]\nmodels = [\"gpt-*\", \"my*model\"]\ninput = 1\noutput = 2\n", "mine").ok());
  EXPECT_EQ(table_.Cost("gpt-4o-mini", Tokens(10, 10, 0, 0)), 10U);
  EXPECT_EQ(table_.Cost("my-own-model", Tokens(0, 0, 0, 10)), 20U);
}

TEST_F(PriceTableTest, ABrokenTableNamesPlaceAndReason) {
  EXPECT_THAT(Refusal("[[price]]\nmodels = [\"m\"]\ninput = -1\noutput = 2\n"), HasSubstr("mine:3: `input`"));
  EXPECT_THAT(Refusal("[[price]]\nmodels = [\"m\"]\ninput = 1\n"), HasSubstr("`output` expects US dollars"));
  EXPECT_THAT(Refusal("[[price]]\ninput = 1\noutput = 1\n"), HasSubstr("`models` expects"));
  EXPECT_THAT(Refusal("price = 3\n"), HasSubstr("[[price]]"));
  EXPECT_THAT(Refusal("price = \n"), HasSubstr("mine:1: "));
  EXPECT_THAT(std::string(table_.AddFile("/nowhere.toml").message()),
              HasSubstr("/nowhere.toml cannot be read"));
}

TEST_F(PriceTableTest, AnEstimateIsAThirdOfTheBytesAndAllThatMayComeOut) {
  const LlmUsage usage = EstimateUsage(3001, 2048);
  EXPECT_EQ(usage.input_tokens, 1001U);
  EXPECT_EQ(usage.output_tokens, 2048U);
}

}  // namespace
}  // namespace seaworthy
