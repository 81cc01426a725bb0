#include "services/reviewer/offline/phrase.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace seaworthy::offline {
namespace {

using ::testing::HasSubstr;

// Slots by hand.
class Slots : public SlotSource {
 public:
  Slots& With(const std::string& name, const std::string& text) {
    values_[name].text = text;
    return *this;
  }
  const SlotValue* Find(std::string_view name) const override {
    const auto it = values_.find(name);
    return it == values_.end() ? nullptr : &it->second;
  }
  int Count(std::string_view field) const override { return field == "benchmark" ? count : 0; }
  int count = 0;

 private:
  std::map<std::string, SlotValue, std::less<>> values_;
};

std::string Say(std::string_view phrasing, const Slots& slots, uint64_t seed = 1) {
  const auto phrase = Phrase::Parse(phrasing);
  if (!phrase.ok()) return phrase.status().ToString();
  const auto rendered = phrase->Render(slots, seed);
  return rendered.has_value() ? rendered->text : "(nothing)";
}

TEST(Phrase, FillsSlots) { EXPECT_EQ(Say("It is {license}.", Slots().With("license", "MIT")), "It is MIT."); }

TEST(Phrase, SaysNothingWhereASlotIsEmpty) { EXPECT_EQ(Say("It is {license}.", Slots()), "(nothing)"); }

TEST(Phrase, LeavesOutAlternativesThatCannotBeFilled) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(Say("Fine[, under {license}|].", Slots(), seed), "Fine.");
  }
}

TEST(Phrase, ChoosesEveryAlternativeForSomeSeed) {
  std::set<std::string> said;
  for (uint64_t seed = 0; seed < 50; ++seed) said.insert(Say("[a|b|c] end", Slots(), seed));
  EXPECT_EQ(said, (std::set<std::string>{"A end", "B end", "C end"}));
}

TEST(Phrase, SameSeedSameWords) {
  EXPECT_EQ(Say("[a|b|c] [d|e|f] [g|h|i]", Slots(), 7), Say("[a|b|c] [d|e|f] [g|h|i]", Slots(), 7));
}

TEST(Phrase, BeginsWithACapitalUnlessANameDoes) {
  const Slots slots = Slots().With("name", "smolkit").With("sizes", "two sizes");
  EXPECT_EQ(Say("the {name}", slots), "The smolkit");
  EXPECT_EQ(Say("{name} runs", slots), "smolkit runs");
  EXPECT_EQ(Say("{^sizes} exist", slots), "Two sizes exist");
}

TEST(Phrase, CountsAgree) {
  Slots slots;
  slots.count = 1;
  EXPECT_EQ(Say("{n:benchmark} {s:benchmark score scores}", slots), "One score");
  slots.count = 3;
  EXPECT_EQ(Say("{n:benchmark} {s:benchmark score scores}", slots), "Three scores");
}

TEST(Phrase, ArticlesFollowTheSound) {
  const auto with = [](const std::string& text) { return Say("it is {a:x}", Slots().With("x", text)); };
  EXPECT_EQ(with("8B model"), "It is an 8B model");
  EXPECT_EQ(with("70B model"), "It is a 70B model");
  EXPECT_EQ(with("11B model"), "It is an 11B model");
  EXPECT_EQ(with("117B model"), "It is a 117B model");
  EXPECT_EQ(with("MIT licence"), "It is an MIT licence");
  EXPECT_EQ(with("image model"), "It is an image model");
  EXPECT_EQ(with("unified model"), "It is a unified model");
}

TEST(Phrase, SlotTextIsNeverReadAsGrammar) {
  EXPECT_EQ(Say("{name}!", Slots().With("name", "FLUX [dev|pro] {x}")), "FLUX [dev|pro] {x}!");
}

TEST(Phrase, ErrorsQuoteThePhrasing) {
  for (const char* wrong : {"{open", "[open", "shut]", "{Bad Name}", "{s:benchmark one}", "[[[[[[x]]]]]]"}) {
    const auto phrase = Phrase::Parse(wrong);
    EXPECT_FALSE(phrase.ok()) << wrong;
    EXPECT_THAT(std::string(phrase.status().message()), HasSubstr(wrong));
  }
}

TEST(Phrase, MeasuresTheLongestFixedRun) {
  const auto phrase = Phrase::Parse("one two three {name} four {license} five [six|seven] eight");
  ASSERT_TRUE(phrase.ok());
  EXPECT_EQ(phrase->LongestFixedRun({}), 3u);
  EXPECT_EQ(phrase->LongestFixedRun({"license"}), 3u);
  EXPECT_EQ(phrase->LongestFixedRun({"name", "license"}), 7u);
}

}  // namespace
}  // namespace seaworthy::offline
