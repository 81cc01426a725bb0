#include "services/ingest/fill/evidence.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using Checked = std::optional<std::string>;

TEST(BorneOutTest, LicencesAreThoseTheQuoteNames) {
  EXPECT_EQ(BorneOut("license", "Apache 2.0", "shared under the Apache License, Version 2.0."),
            Checked("Apache-2.0"));
  EXPECT_EQ(BorneOut("license", "mit", "It is MIT-licensed code under (MIT)."), Checked("MIT"));
  EXPECT_EQ(BorneOut("license", "MIT", "shared under the Apache License 2.0"), std::nullopt);
  EXPECT_EQ(BorneOut("license", "Tern Community License", "under the Tern Community License"),
            Checked("Tern Community License"));
  EXPECT_EQ(BorneOut("license", "Tern Community License", "under a licence of our own"), std::nullopt);
}

TEST(BorneOutTest, SizesAreCountedInBillionsOfParameters) {
  EXPECT_EQ(BorneOut("parameters_b", "7", "a 7-billion-parameter model"), Checked("7"));
  EXPECT_EQ(BorneOut("parameters_b", "0.35", "with 350 million parameters"), Checked("0.35"));
  EXPECT_EQ(BorneOut("parameters_b", "70", "Tern 70B"), Checked("70"));
  EXPECT_EQ(BorneOut("parameters_b", "8", "a 7-billion-parameter model"), std::nullopt);
  EXPECT_EQ(BorneOut("parameters_b", "12", "raised 12 million dollars"), std::nullopt);
}

TEST(BorneOutTest, ContextIsCountedInTokens) {
  EXPECT_EQ(BorneOut("context_tokens", "131072", "reads 128K tokens"), Checked("131072"));
  EXPECT_EQ(BorneOut("context_tokens", "128000", "a context of 128,000"), Checked("128000"));
  EXPECT_EQ(BorneOut("context_tokens", "32000", "reads 128K tokens"), std::nullopt);
  EXPECT_EQ(BorneOut("context_tokens", "32000", "costs 32k"), std::nullopt);
}

TEST(BorneOutTest, PricesAreDollarsThatArePrinted) {
  EXPECT_EQ(BorneOut("entry_price_usd", "20", "from $20 a month"), Checked("20"));
  EXPECT_EQ(BorneOut("entry_price_usd", "20", "from 20 euros a month"), std::nullopt);
  EXPECT_EQ(BorneOut("pricing", "paid", "from $20 a month"), Checked("paid"));
  EXPECT_EQ(BorneOut("pricing", "free", "free for everyone"), Checked("free"));
  EXPECT_EQ(BorneOut("pricing", "free", "no longer free"), std::nullopt);
  EXPECT_EQ(BorneOut("pricing", "free", "feel free to try it"), std::nullopt);
  EXPECT_EQ(BorneOut("pricing", "paid", "pricing will be told later"), std::nullopt);
  EXPECT_EQ(BorneOut("pricing", "freemium", "a free tier, then $20"), Checked("freemium"));
}

TEST(BorneOutTest, DatesAreThoseTheQuoteSays) {
  EXPECT_EQ(BorneOut("release_date", "2026-11-20", "on November 20th, 2026"), Checked("2026-11-20"));
  EXPECT_EQ(BorneOut("release_date", "2026-11-20", "2026/11/20"), Checked("2026-11-20"));
  EXPECT_EQ(BorneOut("release_date", "2026-11", "in November 2026"), Checked("2026-11"));
  EXPECT_EQ(BorneOut("release_date", "2026-11-21", "on November 20th, 2026"), std::nullopt);
  EXPECT_EQ(BorneOut("release_date", "2026-11-20", "in November 2026"), std::nullopt);
  EXPECT_EQ(BorneOut("release_date", "2026-13-40", "2026-13-40"), std::nullopt);
  EXPECT_EQ(BorneOut("release_date", "2026-11-20", "am 20. November 2026"), Checked("2026-11-20"));
  EXPECT_EQ(BorneOut("release_date", "2026-11-20", "on November 2nd, 2026, by 20 people"), std::nullopt);
  EXPECT_EQ(BorneOut("release_date", "2026-03", "with a knowledge cut-off of March 2026"), std::nullopt);
}

TEST(BorneOutTest, NamesStandInTheQuoteAsNames) {
  EXPECT_EQ(BorneOut("vendor", "tern systems", "built by Tern Systems in Oslo"), Checked("Tern Systems"));
  EXPECT_EQ(BorneOut("vendor", "OpenAI", "built by Tern Systems"), std::nullopt);
  EXPECT_EQ(BorneOut("vendor", "a company", "built by a company"), std::nullopt);
  EXPECT_EQ(BorneOut("vendor", "Tern", "built by Ternary"), std::nullopt);
}

TEST(NamesAnotherTest, OwnNamesAreNoOthers) {
  EXPECT_TRUE(NamesAnother("beats Llama 70B", "Tern"));
  EXPECT_FALSE(NamesAnother("Llama 70B is out", "Llama"));
  EXPECT_FALSE(NamesAnother("Tern 7B is out", "Tern"));
}

TEST(BorneOutTest, OtherFieldsAreNotFilled) {
  EXPECT_EQ(BorneOut("name", "Tern", "Tern"), std::nullopt);
  EXPECT_EQ(BorneOut("links", "https://a.example", "https://a.example"), std::nullopt);
  EXPECT_EQ(BorneOut("kind", "model", "a language model"), Checked("model"));
  EXPECT_EQ(BorneOut("kind", "weapon", "a weapon"), std::nullopt);
}

}  // namespace
}  // namespace seaworthy
