#include "cli/fact_filler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/ingest/document.h"
#include "services/ingest/fill/fill_facts.h"
#include "services/reviewer/policy/fake_endpoint.h"

namespace seaworthy::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kAnnouncement[] =
    "# Tern\n\nThe people of Quayside made Tern, shared as the MIT license says.\n";

class FactFillerTest : public testing::Test {
 protected:
  FactFillerTest() { question_ = {"Tern", "Tern is made by Quayside.\n", {"vendor", "license"}}; }

  static LlmReply Says(const std::string& raw, LlmUsage usage = {}) {
    LlmReply reply;
    reply.usage = usage;
    reply.outcome = LlmOutcome::kOk;
    reply.raw = raw;
    return reply;
  }
  static LlmReply Fails() {
    LlmReply reply;
    reply.outcome = LlmOutcome::kOverloaded;
    return reply;
  }
  absl::StatusOr<std::vector<FillCandidate>> Fill() { return filler_.Fill(question_, absl::Seconds(5)); }
  absl::Status Parse(const std::string& raw) { return ParseFill(raw, question_).status(); }

  // A dollar a million tokens in, five a million out.
  LlmFactFiller::Money Money(uint64_t micro_usd_a_day) {
    budget_ = Budget::Open({.per_day = micro_usd_a_day, .clock = &clock_}).value();
    LlmFactFiller::Money money{budget_.get(), &prices_, {}};
    money.limits.max_output_tokens = 500;
    money.limits.price = Price{.input = 1, .output = 5};
    return money;
  }

  FillQuestion question_;
  PriceTable prices_;
  std::unique_ptr<Budget> budget_;
  FakeEndpoint endpoint_{"model"};
  FakeClock clock_;
  LlmFactFiller filler_{&endpoint_, &clock_};
};

TEST_F(FactFillerTest, TheAnnouncementIsMarkedAsData) {
  const LlmPrompt prompt = FillPrompt(question_, "key");
  EXPECT_THAT(prompt.user, HasSubstr("^Tern^is^made^by^Quayside."));
  EXPECT_THAT(prompt.user, Not(HasSubstr("made by Quayside")));
  EXPECT_THAT(prompt.user, HasSubstr("Fields: vendor, license."));
  EXPECT_THAT(*prompt.schema, HasSubstr("\"additionalProperties\":false"));
}

TEST_F(FactFillerTest, AnAnswerIsReadWithoutItsMarks) {
  endpoint_.Otherwise(
      Says(R"({"facts": [{"field": "vendor", "value": "Quayside", "quote": "made^by^Quayside"}]})"));
  const auto facts = Fill();
  ASSERT_TRUE(facts.ok()) << facts.status();
  ASSERT_EQ(facts->size(), 1u);
  EXPECT_EQ((*facts)[0].quote, "made by Quayside");
}

TEST_F(FactFillerTest, AnswersThatAreNoListOfFactsAreRefused) {
  for (const char* raw :
       {"", "nonsense", "[]", "{}", R"({"facts": {}})", R"({"facts": [1]})", R"({"notes": []})",
        R"({"facts": [], "vote": "ship"})", R"({"facts": [{"field": "vendor", "value": "Q"}]})",
        R"({"facts": [{"field": "vendor", "value": 7, "quote": "x"}]})",
        R"({"facts": [{"name": "vendor", "value": "Q", "quote": "x"}]})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Parse(raw))) << raw;
  }
  EXPECT_TRUE(Parse(R"({"facts": []})").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(Parse("{\"facts\": " + std::string(100'000, '['))));
  std::string many = R"({"facts": [1)";
  for (int i = 0; i < 32; ++i) many += ",1";
  EXPECT_THAT(std::string(Parse(many + "]}").message()), HasSubstr("too many"));
}

TEST_F(FactFillerTest, AnEndpointThatFailsIsLeftAloneForAMinute) {
  endpoint_.Otherwise(Fails());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Fill().ok());
  EXPECT_TRUE(absl::IsUnavailable(Fill().status()));
  EXPECT_EQ(filler_.counts().asked, 3u);
  EXPECT_EQ(filler_.counts().skipped, 1u);
  clock_.Advance(absl::Minutes(2));
  endpoint_.Otherwise(Says(R"({"facts": []})"));
  EXPECT_TRUE(Fill().ok());
  EXPECT_EQ(filler_.counts().answered, 1u);
}

TEST_F(FactFillerTest, CallsArePaidFromTheBudgetWhileItLasts) {
  LlmFactFiller filler(&endpoint_, &clock_, Money(10'000));
  endpoint_.Otherwise(Says(R"({"facts": []})", {.input_tokens = 4'000, .output_tokens = 1'000}));
  EXPECT_TRUE(filler.Fill(question_, absl::Seconds(5)).ok());
  EXPECT_EQ(budget_->today(), 9'000u);
  EXPECT_TRUE(absl::IsResourceExhausted(filler.Fill(question_, absl::Seconds(5)).status()));
  EXPECT_EQ(filler.counts().asked, 1u);
  EXPECT_EQ(filler.counts().skipped, 1u);
}

TEST_F(FactFillerTest, ALateAnswerIsPaidToo) {
  endpoint_.Hold();
  auto filler = std::make_unique<LlmFactFiller>(&endpoint_, &clock_, Money(1'000'000));
  EXPECT_TRUE(absl::IsDeadlineExceeded(filler->Fill(question_, -absl::Minutes(1)).status()));
  filler.reset();
  endpoint_.Answer(Says("late", {.input_tokens = 4'000, .output_tokens = 1'000}));
  EXPECT_EQ(budget_->today(), 9'000u);
}

TEST_F(FactFillerTest, WhoWaitsIsLetGoWhenTheServerStops) {
  endpoint_.Hold();
  filler_.Stop();
  EXPECT_TRUE(absl::IsCancelled(Fill().status()));
  endpoint_.Answer();
}

TEST_F(FactFillerTest, AnAnswerThatComesTooLateIsDropped) {
  endpoint_.Hold();
  EXPECT_TRUE(absl::IsDeadlineExceeded(filler_.Fill(question_, -absl::Minutes(1)).status()));
  endpoint_.Answer();
}

TEST_F(FactFillerTest, LiesOfAModelAreNotBelievedAndItsTruthsAre) {
  endpoint_.Otherwise(Says(R"({"facts": [
      {"field": "license", "value": "MIT", "quote": "shared^as^the^MIT^license^says"},
      {"field": "vendor", "value": "OpenAI", "quote": "The people of Quayside made Tern"},
      {"field": "pricing", "value": "free", "quote": "Tern is free for everybody"},
      {"field": "name", "value": "Evil", "quote": "Tern"}]})"));
  const auto document = ReadDocument(kAnnouncement, "text/markdown", "");
  ASSERT_TRUE(document.ok());
  v1::Revision tool;
  tool.set_name("Tern");
  const FillReport report = FillFacts(*document, &filler_, absl::Seconds(5), &tool);
  EXPECT_EQ(report.filled, 1);
  EXPECT_EQ(report.disbelieved, 3);
  EXPECT_EQ(tool.license(), "MIT");
  EXPECT_EQ(tool.facts(0).evidence().text(), "shared as the MIT license says");
}

TEST_F(FactFillerTest, NoneIsOpenedWhereNoneIsConfiguredAndNoRulesOrStrangersAre) {
  Config config;
  EXPECT_EQ(*OpenFactFiller(config), nullptr);
  config.ingest_fill = "nobody";
  EXPECT_THAT(std::string(OpenFactFiller(config).status().message()), HasSubstr("[endpoints.nobody]"));
}

}  // namespace
}  // namespace seaworthy::cli
