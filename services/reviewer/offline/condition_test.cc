#include "services/reviewer/offline/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seaworthy::offline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One tool: MIT, two formats, 7 billion parameters.
class Tool : public ConditionContext {
 public:
  bool Has(std::string_view name) const override { return name == "license" || name == "formats"; }
  bool Missing(std::string_view name) const override { return !Has(name) && name != "hinted"; }
  std::vector<std::string_view> Values(std::string_view field) const override {
    if (field == "license") return {"MIT"};
    if (field == "formats") return {"GGUF", "safetensors"};
    return {};
  }
  std::optional<double> Number(std::string_view name) const override {
    return name == "params_max" ? std::optional<double>(7) : std::nullopt;
  }
  int Count(std::string_view field) const override { return static_cast<int>(Values(field).size()); }
  bool Ship() const override { return true; }
};

const ValueSets& Sets() {
  static const auto* sets = new ValueSets{{"free", {"MIT", "Apache-2.0"}}, {"words", {"tensor", "onnx"}}};
  return *sets;
}

bool Holds(std::string_view text) {
  const auto condition = Condition::Parse(text, Sets());
  EXPECT_TRUE(condition.ok()) << condition.status();
  return condition.ok() && condition->Holds(Tool());
}

TEST(Condition, AsksForPresence) {
  EXPECT_TRUE(Holds("has license and missing price"));
  EXPECT_FALSE(Holds("missing license"));
}

TEST(Condition, WhatIsOnlyHintedAtIsNeitherThereNorMissing) {
  EXPECT_FALSE(Holds("has hinted"));
  EXPECT_FALSE(Holds("missing hinted"));
}

TEST(Condition, ComparesValuesWhateverTheCase) {
  EXPECT_TRUE(Holds("license = mit"));
  EXPECT_TRUE(Holds("license in free"));
  EXPECT_TRUE(Holds("formats ~ \"Tensor\""));
  EXPECT_TRUE(Holds("formats ~ words"));
  EXPECT_FALSE(Holds("license = \"Apache-2.0\""));
}

TEST(Condition, UnknownNumbersMakeComparisonsFalse) {
  EXPECT_TRUE(Holds("params_max >= 7 and params_max < 7.5"));
  EXPECT_FALSE(Holds("price < 5"));
  EXPECT_FALSE(Holds("price >= 5"));
}

TEST(Condition, CountsFacts) {
  EXPECT_TRUE(Holds("count formats = 2"));
  EXPECT_FALSE(Holds("count formats > 2"));
}

TEST(Condition, AndBindsCloserThanOr) {
  EXPECT_TRUE(Holds("has license or has price and missing license"));
  EXPECT_FALSE(Holds("(has license or has price) and missing license"));
  EXPECT_TRUE(Holds("not (has price or missing license)"));
}

TEST(Condition, KnowsWhatItRestsOn) {
  const auto condition = Condition::Parse("has license and missing price and not has demo", Sets());
  ASSERT_TRUE(condition.ok());
  EXPECT_THAT(condition->wants(), ElementsAre("license"));
  EXPECT_THAT(condition->wants_missing(), ElementsAre("price"));
}

TEST(Condition, SaysWhetherItAsksForTheVote) {
  EXPECT_TRUE(Condition::Parse("skip and has license", Sets())->asks_vote());
  EXPECT_FALSE(Condition::Parse("has license", Sets())->asks_vote());
  EXPECT_TRUE(Holds("ship"));
  EXPECT_FALSE(Holds("skip"));
}

TEST(Condition, ErrorsSayWhatWasExpected) {
  const auto message = [](std::string_view text) {
    return std::string(Condition::Parse(text, Sets()).status().message());
  };
  EXPECT_THAT(message("license in unknown"), HasSubstr("`sets`"));
  EXPECT_THAT(message("params_max >= many"), HasSubstr("a number"));
  EXPECT_THAT(message("has license or"), HasSubstr("at the end"));
  EXPECT_THAT(message("(has license"), HasSubstr("`)`"));
  EXPECT_THAT(message("has license has price"), HasSubstr("`and`, `or`"));
  EXPECT_THAT(message(std::string(50, '(')), HasSubstr("less nesting"));
}

}  // namespace
}  // namespace seaworthy::offline
