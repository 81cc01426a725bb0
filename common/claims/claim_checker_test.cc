#include "common/claims/claim_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/claims/gazetteer.h"

namespace seaworthy {
namespace {

constexpr auto kSupported = v1::Claim::SUPPORTED;
constexpr auto kUnsupported = v1::Claim::UNSUPPORTED;
constexpr auto kContradicted = v1::Claim::CONTRADICTED;

// A 70B model under Apache 2.0 and what a quote says of it.
class ClaimCheckerTest : public testing::Test {
 protected:
  ClaimCheckerTest() {
    revision_.set_name("Harrow 70B");
    revision_.set_vendor("Tarn Labs");
    revision_.set_license("Apache-2.0");
    revision_.add_parameters_b(70);
    revision_.set_context_tokens(131072);
    revision_.set_entry_price_usd(0.5);
    revision_.set_entry_price_unit("1M input tokens");
    revision_.set_pricing("paid");
    revision_.set_release_date("2026-08-11");
    AddFact("benchmark", "GSM8K 84.6");
    AddFact("install_command", "pip install harrow");
    v1::KnownCompetitor& dipper = competitors_.emplace_back();
    dipper.set_name("Dipper 13B");
    dipper.set_vendor("Weir");
    dipper.set_license("weir-community-license");
    dipper.add_parameters_b(13);
    text_ =
        "Tarn Labs releases Harrow, a 70-billion-parameter model under the Apache License 2.0. GGUF files "
        "and 4-bit "
        "weights are on Hugging Face. It handles 29 languages, scores 84.6 on GSM8K, answers within 120 ms "
        "on an "
        "A100 and costs $0.50 per 1M input tokens. Start with `pip install harrow`. Released on 11 August "
        "2026.";
  }

  void AddFact(const std::string& field, const std::string& value) {
    v1::Fact& fact = *revision_.add_facts();
    fact.set_field(field);
    fact.set_value(value);
  }

  std::vector<v1::Mark> Check(const std::string& quote) {
    return CheckQuote(quote, ClaimContext{&revision_, text_, competitors_, claims_});
  }

  // What the check says of the words `text` in the quote; UNSPECIFIED where
  // they are no atom.
  v1::Claim::Support Of(const std::string& quote, const std::string& text) {
    for (const v1::Mark& mark : Check(quote)) {
      if (mark.text() == text) return mark.support();
    }
    return v1::Claim::SUPPORT_UNSPECIFIED;
  }

  std::string Reason(const std::string& quote) {
    for (const v1::Mark& mark : Check(quote)) {
      if (mark.support() != kSupported) return mark.reason();
    }
    return "";
  }

  // All that is not supported, joined by `|`.
  std::string Bad(const std::string& quote) {
    std::string bad;
    for (const v1::Mark& mark : Check(quote)) {
      if (mark.support() != kSupported) bad += (bad.empty() ? "" : "|") + mark.text();
    }
    return bad;
  }

  v1::Revision revision_;
  std::string text_;
  std::vector<v1::KnownCompetitor> competitors_;
  std::vector<v1::Claim> claims_;
};

TEST_F(ClaimCheckerTest, WhatTheAnnouncementSaysIsSupportedInOtherSpellings) {
  EXPECT_EQ(Of("Harrow has seventy billion parameters.", "seventy billion parameters"), kSupported);
  EXPECT_EQ(Of("A 70B model.", "70B"), kSupported);
  EXPECT_EQ(Of("It is apache-2.0 all through.", "apache-2.0"), kSupported);
  EXPECT_EQ(Of("Its 128K context is long.", "128K context"), kSupported);
  EXPECT_EQ(Of("Its weights sit on HuggingFace.", "HuggingFace"), kSupported);
  EXPECT_EQ(Of("You type `pip install harrow` and wait.", "pip install harrow"), kSupported);
  EXPECT_EQ(Of("It came out on August 11, 2026.", "August 11, 2026"), kSupported);
  EXPECT_EQ(Of("It ran on A100s.", "A100s"), kSupported);
}

TEST_F(ClaimCheckerTest, WhatStandsNowhereIsUnsupported) {
  EXPECT_EQ(Of("It answers 41 languages.", "41"), kUnsupported);
  EXPECT_EQ(Of("It ships ONNX files.", "ONNX"), kUnsupported);
  EXPECT_EQ(Of("You start with `docker run harrow`.", "docker run harrow"), kUnsupported);
  EXPECT_EQ(Of("It leads on DocVQA.", "DocVQA"), kUnsupported);
  EXPECT_EQ(Of("It beats Llama 3.3 70B.", "Llama 3.3 70B"), kUnsupported);
  EXPECT_EQ(Of("It was tuned by Brightwater.", "Brightwater"), kUnsupported);
  EXPECT_EQ(Of("It runs on an H100.", "H100"), kUnsupported);
  EXPECT_EQ(Of("It was trained on two A100s.", "two"), kUnsupported);
  EXPECT_EQ(Of("Brightwater Robotics uses it.", "Brightwater Robotics"), kUnsupported);
  EXPECT_EQ(Of("Answers come within 80ms.", "80ms"), kUnsupported);
}

TEST_F(ClaimCheckerTest, WhatTheFactsSayOtherwiseIsContradicted) {
  EXPECT_EQ(Of("Harrow is MIT licensed.", "MIT licensed"), kContradicted);
  EXPECT_EQ(Of("This 34B model is small.", "34B"), kContradicted);
  EXPECT_EQ(Of("A context of 32K tokens.", "32K tokens"), kContradicted);
  EXPECT_EQ(Of("It costs $20 per month.", "$20"), kContradicted);
  EXPECT_EQ(Of("It was released on 2 May 2025.", "2 May 2025"), kContradicted);
  EXPECT_EQ(Of("It prints GSM8K 91.2 as its score.", "91.2"), kContradicted);
}

TEST_F(ClaimCheckerTest, ReasonsNameWhatWasLookedForAndWhatTheFactsSay) {
  EXPECT_EQ(Reason("Harrow is MIT licensed."),
            "The licence 'MIT licensed' stands nowhere in the evidence; the facts give 'Apache-2.0'.");
  EXPECT_THAT(Reason("Start with `npm install harrow`."),
              testing::HasSubstr("the facts give 'pip install harrow'"));
}

TEST_F(ClaimCheckerTest, WeightsThatDoNotFitAreContradictedByArithmetic) {
  for (const char* quote : {"You run a 70B model on a 24GB GPU.", "It fits on a 24GB card at home.",
                            "A 24GB GPU runs this 70B model.", "Harrow runs on one RTX 4090."})
    EXPECT_THAT(Reason(quote), testing::HasSubstr("about 35 GB of weights")) << quote;
}

TEST_F(ClaimCheckerTest, ArithmeticThatHoldsIsSupported) {
  EXPECT_EQ(Bad("70B at 4 bits makes 35 GB, so a 48 GB card holds it."), "");
  EXPECT_EQ(Bad("At 16 bits it needs 140 GB, or three 80 GB cards."), "");
  EXPECT_EQ(Bad("Harrow does not fit on a 24 GB card."), "");
  EXPECT_EQ(Bad("A thousand times that is $500."), "");
}

TEST_F(ClaimCheckerTest, SmallerBitsInTheEvidenceCount) {
  text_ += " 2-bit weights are offered too.";
  EXPECT_NE(Of("Harrow runs on a 24GB GPU.", "24GB"), kContradicted);
}

TEST_F(ClaimCheckerTest, ALicenceSaidOfARivalNeedsTheRivalsLicence) {
  EXPECT_EQ(Of("Qwen ships under Apache 2.0 too.", "Apache 2.0"), kUnsupported);
  EXPECT_EQ(Of("Rivals are Qwen3 and Llama 4 \xe2\x80\x94 both Apache 2.0.", "Apache 2.0"), kUnsupported);
  EXPECT_EQ(Of("Dipper 13B is under the Weir Community License.", "Weir Community License"), kSupported);
  EXPECT_EQ(Of("Dipper 13B is under Apache 2.0 terms.", "Apache 2.0"), kContradicted);
  EXPECT_EQ(Of("Llama has custom terms, but Harrow is Apache 2.0.", "Apache 2.0"), kSupported);
}

TEST_F(ClaimCheckerTest, ASizeSaidOfARivalNeedsTheRivalsSize) {
  EXPECT_EQ(Of("Dipper comes near, against 13B for Dipper 13B.", "13B"), kSupported);
  EXPECT_EQ(Of("Qwen gets there at 70B.", "70B"), kUnsupported);
  EXPECT_EQ(Of("Dipper 13B has 9B parameters.", "9B parameters"), kContradicted);
}

TEST_F(ClaimCheckerTest, HorizonsIdiomsAndClassesAreNoAtoms) {
  for (const char* quote :
       {"By 2028 every GPU runs an LLM through an API.", "What kills it in 12 months is price.",
        "The first-10-minutes test passes.", "Two things carry the vote and three rivals wait.",
        "A JSON SDK beats a VLM for English OCR.", "The weekend project took two weeks, 24/7.",
        "Compare it with a 10-year-old tool on Monday.", "At 4 bits or at 16 bits it is the same.",
        "I would bet at 60% odds."})
    EXPECT_TRUE(Check(quote).empty()) << quote << ": " << Check(quote)[0].text();
}

TEST_F(ClaimCheckerTest, DatesOfPredictionsAreNoFacts) {
  const std::string quote = "Prices halve, and 30 September 2029 is when we look.";
  EXPECT_EQ(Bad(quote), "30 September 2029");
  v1::Claim& claim = claims_.emplace_back();
  claim.set_kind(v1::Claim::PREDICTION);
  claim.set_text(quote);
  claim.set_due_date("2029-09-30");
  EXPECT_EQ(Bad(quote), "");
}

TEST_F(ClaimCheckerTest, MarksAreSpansInOrderWithoutOverlaps) {
  const std::string quote =
      "\xe2\x80\x9cHarrow 70B\xe2\x80\x9d \xe2\x80\x94 70B, Apache 2.0, `pip install harrow`, an H100 and $3 "
      "a month.";
  uint32_t last = 0;
  ASSERT_GE(Check(quote).size(), 5U);
  for (const v1::Mark& mark : Check(quote)) {
    EXPECT_GE(mark.begin(), last);
    EXPECT_EQ(quote.substr(mark.begin(), mark.end() - mark.begin()), mark.text());
    EXPECT_EQ(mark.reason().empty(), mark.support() == kSupported);
    last = mark.end();
  }
}

TEST_F(ClaimCheckerTest, AnythingIsReadToItsEnd) {
  std::string bytes;
  for (int i = 0; i < 9000; ++i) bytes.push_back(static_cast<char>((i * 7919) >> 3));
  for (const std::string& quote :
       {bytes, std::string(5000, '`'), std::string(5000, '"'), std::string(5000, '1'),
        std::string(4999, 'A') + "\xc3\xa9", std::string("\xe2\x80")}) {
    text_ = quote;
    for (const v1::Mark& mark : Check(quote)) EXPECT_LE(mark.end(), kMaxCheckedQuoteBytes);
  }
}

TEST_F(ClaimCheckerTest, TheIndexOutlivesWhatItWasMadeFrom) {
  auto index = std::make_unique<ClaimIndex>(revision_, text_, competitors_);
  revision_.Clear();
  text_.assign(text_.size(), 'x');
  competitors_.clear();
  const auto marks = CheckQuote("A 70B model from Tarn Labs beside Dipper 13B.", *index);
  ASSERT_EQ(marks.size(), 3U);
  for (const v1::Mark& mark : marks) EXPECT_EQ(mark.support(), kSupported) << mark.text();
}

TEST(GazetteerTest, EveryLineIsFoundByItsName) {
  EXPECT_EQ(claims::Gazetteer::Get().Find(claims::HashWords("H100"))->kind, v1::Mark::HARDWARE);
  EXPECT_DOUBLE_EQ(claims::Gazetteer::Get().Find(claims::HashWords("rtx-4090"))->memory_gb, 24);
  EXPECT_EQ(claims::Gazetteer::Get().Find(claims::HashWords("nothing of the kind")), nullptr);
  EXPECT_TRUE(claims::Gazetteer::Get().IsClass(claims::HashOf("vlm")));
}

}  // namespace
}  // namespace seaworthy
