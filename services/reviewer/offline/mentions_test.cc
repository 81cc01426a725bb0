#include "services/reviewer/offline/mentions.h"

#include <gtest/gtest.h>

#include <string>

namespace seaworthy::offline {
namespace {

bool MayTell(std::string_view field, std::string_view text, std::string_view language = "en") {
  return Mentions(text, language).MayTell(field);
}

TEST(Mentions, FindsHintsWhateverTheCase) {
  EXPECT_TRUE(MayTell("license", "Released under a generous LICENSE"));
  EXPECT_TRUE(MayTell("roadmap", "A viewer will follow in winter"));
  EXPECT_TRUE(MayTell("entry_price_usd", "from $5"));
}

TEST(Mentions, SaysNothingOfWhatIsNotThere) {
  for (const char* field : {"license", "entry_price_usd", "support", "roadmap", "limitation"}) {
    EXPECT_FALSE(MayTell(field, "Harrow reads folded paper.")) << field;
  }
}

TEST(Mentions, ShortHintsBeginAWord) {
  EXPECT_FALSE(MayTell("support", "it translates into Latin"));
  EXPECT_FALSE(MayTell("license", "without limit or end"));
  EXPECT_TRUE(MayTell("license", "under MIT terms"));
  EXPECT_TRUE(MayTell("support", "with an SLA"));
  EXPECT_TRUE(MayTell("support", "SLA included"));
}

TEST(Mentions, OverlappingHintsAreAllFound) {
  const Mentions mentions("trained on datasets, quantized to int4 GGUF weights", "en");
  EXPECT_TRUE(mentions.MayTell("training_data"));
  EXPECT_TRUE(mentions.MayTell("quantized"));
  EXPECT_TRUE(mentions.MayTell("formats"));
}

TEST(Mentions, ProseInAnotherLanguageIsNotReadAsSilence) {
  EXPECT_TRUE(MayTell("limitation", "Rien de plus.", "fr"));
  EXPECT_FALSE(MayTell("entry_price_usd", "Rien de plus.", "fr"));
}

TEST(Mentions, UnknownFieldsAreNeverMentioned) { EXPECT_FALSE(MayTell("no_such_field", "no such field")); }

}  // namespace
}  // namespace seaworthy::offline
