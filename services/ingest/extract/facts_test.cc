// Footprint, price terms, benchmark claims, tiers and pages of known tools.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/ingest/extract/extract.h"
#include "services/ingest/rejection.h"

namespace seaworthy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class FactsTest : public ::testing::Test {
 protected:
  v1::Revision Read(const std::string& text, const FactSource& source = {}) {
    auto document = ReadDocument(text, "", "card.md");
    EXPECT_TRUE(document.ok()) << document.status();
    auto tools = ExtractTools(*document, source);
    EXPECT_TRUE(tools.ok()) << tools.status();
    return tools.ok() ? tools->front() : v1::Revision();
  }

  v1::Revision Announce(const std::string& more) {
    return Read("# Introducing Lantern 2\n\nToday Harbour Lab releases Lantern 2, a language model.\n\n" +
                more);
  }

  v1::Revision Serve(const std::string& more) {
    return Read("# Introducing Lantern Cloud\n\nToday Harbour Lab launches Lantern Cloud, a hosted API.\n\n" +
                more);
  }

  v1::SourceTier TierFrom(const std::string& url,
                          const std::string& first = "Harbour Lab releases Lantern 2.") {
    const v1::Revision tool =
        Read("# Lantern 2\n\n" + first + " Lantern 2 is a language model by Harbour Lab.\n", {.url = url});
    return tool.facts_size() == 0 ? v1::SOURCE_TIER_UNSPECIFIED : tool.facts(0).tier();
  }

  static std::vector<std::string> Values(const v1::Revision& tool, std::string_view field) {
    std::vector<std::string> values;
    for (const v1::Fact& fact : tool.facts()) {
      if (fact.field() == field) values.push_back(fact.value());
    }
    return values;
  }
};

TEST_F(FactsTest, MemoryIsInGigabytesWhateverTheUnit) {
  EXPECT_THAT(Values(Announce("It needs 24 GB of VRAM."), "memory_gb"), ElementsAre("24"));
  EXPECT_THAT(Values(Announce("It fits in 16 GiB of memory."), "memory_gb"), ElementsAre("17.18"));
  EXPECT_THAT(Values(Announce("Es braucht 12,5 GB Arbeitsspeicher."), "memory_gb"), ElementsAre("12.5"));
  EXPECT_THAT(Values(Announce("| Variant | VRAM |\n|---|---|\n| Lantern 2 | 18.5 GB |\n"), "memory_gb"),
              ElementsAre("18.5"));
}

TEST_F(FactsTest, WhatTrainingTookIsNoFootprint) {
  const v1::Revision tool = Announce("It was trained on 512 H100 GPUs with 80 GB of memory each.");
  EXPECT_THAT(Values(tool, "memory_gb"), IsEmpty());
  EXPECT_THAT(Values(tool, "device"), IsEmpty());
}

TEST_F(FactsTest, DevicesAreNamed) {
  const v1::Revision tool = Announce("It runs on two H100s, on laptops and on Apple silicon.");
  EXPECT_THAT(Values(tool, "device"), UnorderedElementsAre("H100", "laptop", "Apple Silicon"));
}

TEST_F(FactsTest, PricesAreNormalisedInTheirCurrency) {
  EXPECT_THAT(Values(Serve("It costs $0.002 per 1K tokens."), "entry_price"),
              ElementsAre("2 USD per million tokens"));
  EXPECT_THAT(Values(Serve("Plans start at €240 per year."), "entry_price"), ElementsAre("20 EUR per month"));
  EXPECT_THAT(Values(Serve("It is £15 per user per month."), "entry_price"), ElementsAre("15 GBP per month"));
  EXPECT_THAT(Values(Serve("Transcription costs $0.004/min."), "entry_price"),
              ElementsAre("0.004 USD per minute"));
}

TEST_F(FactsTest, PricingKindsStandBesideEachOther) {
  const v1::Revision tool = Serve(
      "There is a free tier and a 14-day trial. The team plan is $20 per seat per month; more is "
      "pay-as-you-go.");
  EXPECT_THAT(Values(tool, "pricing_kind"), UnorderedElementsAre("free", "trial", "seat", "usage"));
  EXPECT_THAT(Values(tool, "currency"), ElementsAre("USD"));
}

TEST_F(FactsTest, DollarsThatAreNoPriceAreNone) {
  const v1::Revision tool = Serve("Training it cost $450 per run. Harbour Lab raised $20 million this year.");
  EXPECT_THAT(Values(tool, "entry_price"), IsEmpty());
}

TEST_F(FactsTest, ABenchmarkClaimSaysAgainstWhomAndHow) {
  const v1::Revision prose = Announce("Lantern 2 scores 71.5 on MMLU (5-shot), ahead of Mistral 7B.");
  EXPECT_THAT(Values(prose, "benchmark_claim"), ElementsAre("MMLU 71.5 | vs Mistral 7B | 5-shot"));
  const v1::Revision table =
      Announce("| Benchmark | Lantern 2 | Osprey 7B |\n|---|---|---|\n| MMLU | 71.5 | 70.1 |\n");
  EXPECT_THAT(Values(table, "benchmark_claim"), ElementsAre("MMLU 71.5 | vs Osprey 7B 70.1 | no method"));
}

TEST_F(FactsTest, LanguagesAreReadInTheLanguageOfTheText) {
  const v1::Revision tool = Read(
      "# Harbour Lab veröffentlicht Lantern 2\n\nWir veröffentlichen Lantern 2, ein Sprachmodell mit 7 "
      "Milliarden "
      "Parametern für Deutsch und Französisch. Die Lizenz ist Apache 2.0 und die Gewichte sind frei.\n");
  EXPECT_EQ(tool.language(), "de");
  EXPECT_EQ(tool.license(), "Apache-2.0");
  EXPECT_THAT(tool.parameters_b(), ElementsAre(7));
  EXPECT_THAT(Values(tool, "language"), UnorderedElementsAre("German", "French"));
}

TEST_F(FactsTest, TheTierComesFromTheAddress) {
  EXPECT_EQ(TierFrom("https://harbourlab.example/blog/lantern-2"), v1::VENDOR);
  EXPECT_EQ(TierFrom("https://huggingface.co/harbourlab/lantern-2"), v1::VENDOR);
  EXPECT_EQ(TierFrom("https://docs.harbourlab.example/lantern"), v1::DOCUMENTATION);
  EXPECT_EQ(TierFrom("https://harbourlab.example/pricing"), v1::DOCUMENTATION);
  EXPECT_EQ(TierFrom("https://news.example/lantern-2"), v1::THIRD_PARTY);
  EXPECT_EQ(TierFrom("https://github.com/somebody/lantern-2"), v1::THIRD_PARTY);
}

TEST_F(FactsTest, WithoutAnAddressTheTextSpeaksForItself) {
  EXPECT_EQ(TierFrom("", "We are excited to release Lantern 2."), v1::VENDOR);
  EXPECT_EQ(TierFrom("", "Harbour Lab released Lantern 2 today."), v1::THIRD_PARTY);
  EXPECT_EQ(TierFrom("https://harbourlab.example/x", "Lantern 2 is reportedly released today."), v1::RUMOUR);
}

TEST_F(FactsTest, ATierThatIsKnownStays) {
  const v1::Revision tool = Read("# Lantern 2\n\nWe release Lantern 2, a language model.\n",
                                 {.tier = v1::THIRD_PARTY, .checked_date = "2026-02-03"});
  ASSERT_GT(tool.facts_size(), 0);
  EXPECT_EQ(tool.facts(0).tier(), v1::THIRD_PARTY);
  EXPECT_EQ(tool.facts(0).checked_date(), "2026-02-03");
}

TEST_F(FactsTest, APageOfAKnownToolGivesItsFactsWithoutAnnouncingAnything) {
  auto page =
      ReadDocument("# Pricing\n\nLantern Cloud API: $3 per million input tokens.\n", "", "pricing.md");
  auto tool = ExtractFacts(*page, "Lantern Cloud", {.url = "https://harbour.example/pricing"});
  ASSERT_TRUE(tool.ok()) << tool.status();
  EXPECT_EQ(tool->name(), "Lantern Cloud");
  EXPECT_THAT(Values(*tool, "entry_price"), ElementsAre("3 USD per million tokens"));
}

TEST_F(FactsTest, APageThatSaysNothingIsRefused) {
  auto page = ReadDocument("# Contact\n\nWrite to us.\n", "", "contact.md");
  EXPECT_EQ(SplitRejection(ExtractFacts(*page, "Lantern Cloud").status()).code, "no_facts");
}

}  // namespace
}  // namespace seaworthy
