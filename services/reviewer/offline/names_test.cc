#include "services/reviewer/offline/names.h"

#include <gtest/gtest.h>

namespace seaworthy::offline {
namespace {

TEST(NameSayer, SaysANameOnceInASentence) {
  NameSayer sayer("Harrow", "model");
  EXPECT_EQ(sayer.Say("Harrow is what Harrow's maker calls Harrow."), "Harrow is what its maker calls it.");
  EXPECT_EQ(sayer.Say("Then Harrow again."), "Then Harrow again.");
}

TEST(NameSayer, LongNamesAreSaidTwice) {
  NameSayer sayer("The Long Harrow", "library");
  EXPECT_EQ(sayer.Say("The Long Harrow ships."), "The Long Harrow ships.");
  EXPECT_EQ(sayer.Say("See The Long Harrow."), "See The Long Harrow.");
  EXPECT_EQ(sayer.Say("The Long Harrow stays."), "The library stays.");
}

TEST(NameSayer, LeavesQuotesCodeAndLongerWordsAlone) {
  NameSayer sayer("Harrow", "model");
  const std::string sentence = "Harrow, \"Harrow is Harrow\", `run Harrow`, Harrow-2.";
  EXPECT_EQ(sayer.Say(sentence), sentence);
}

}  // namespace
}  // namespace seaworthy::offline
