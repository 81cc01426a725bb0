#include "services/publisher/site/social_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

uint32_t BigEndian(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

SocialCard::Side Tool(const std::string& name, int ships, double confidence = 0.7) {
  SocialCard::Side side{.name = name, .category = "Models", .votes = {}};
  for (int i = 0; i < 4; ++i) {
    v1::PersonaVote& vote = side.votes.emplace_back();
    vote.set_vote(i < ships ? v1::SHIP : v1::SKIP);
    vote.set_confidence(confidence);
  }
  return side;
}

class SocialCardsTest : public testing::Test {
 protected:
  std::string Draw(const SocialCard& card) {
    const auto png = cards_.Draw(card);
    EXPECT_TRUE(png.ok()) << png.status();
    return png.ok() ? **png : "";
  }
  SocialCards cards_{"web/fonts/vollkorn-600.ttf"};
};

TEST_F(SocialCardsTest, APictureIsAPngOfTheSizeLinksShow) {
  const std::string png =
      Draw({.headline = "", .sides = {Tool("Gannet", 3), Tool("Lantern", 1)}, .foot = "x"});
  ASSERT_GT(png.size(), 5000u);
  EXPECT_LT(png.size(), 200'000u);
  EXPECT_EQ(png.substr(1, 3), "PNG");
  EXPECT_EQ(BigEndian(png, 16), 1200u);
  EXPECT_EQ(BigEndian(png, 20), 630u);
}

TEST_F(SocialCardsTest, TheSameCardIsTheSameBytesFromAnyPainter) {
  const SocialCard card{.headline = "", .sides = {Tool("Gannet", 3)}, .foot = ""};
  SocialCards other("web/fonts/vollkorn-600.ttf");
  EXPECT_EQ(Draw(card), **other.Draw(card));
}

TEST_F(SocialCardsTest, VotesAndNamesShow) {
  const std::string three = Draw({.headline = "", .sides = {Tool("Gannet", 3)}, .foot = ""});
  EXPECT_NE(Draw({.headline = "", .sides = {Tool("Gannet", 1)}, .foot = ""}), three);
  EXPECT_NE(Draw({.headline = "", .sides = {Tool("Petrel", 3)}, .foot = ""}), three);
  EXPECT_NE(Draw({.headline = "", .sides = {Tool("Gannet", 3, 0.1)}, .foot = ""}), three);
}

TEST_F(SocialCardsTest, HostileTextsAreDrawnAndNothingElse) {
  const std::string names[] = {std::string(100'000, 'W'),
                               std::string(5000, '\n'),
                               "<b>&amp;</b> <span size='999999'>",
                               "\xff\xfe broken",
                               "\xE2\x80\xAE right to left",
                               std::string("\0null", 5),
                               ""};
  for (const std::string& name : names) {
    const std::string png = Draw({.headline = name, .sides = {Tool(name, 2), Tool(name, 2)}, .foot = name});
    EXPECT_LT(png.size(), 400'000u);
    Draw({.headline = name, .sides = {}, .foot = name});
  }
  Draw({.headline = "", .sides = {Tool("x", 2, std::nan(""))}, .foot = ""});
}

TEST_F(SocialCardsTest, SoManyAreKeptAndNoMore) {
  for (size_t i = 0; i < SocialCards::kKept + 5; ++i) {
    Draw({.headline = absl::StrCat("card ", i), .sides = {}, .foot = ""});
  }
  EXPECT_EQ(cards_.kept(), SocialCards::kKept);
}

TEST_F(SocialCardsTest, ManyAskersGetTheirPictureOrAreSentAwayAtOnce) {
  std::vector<std::thread> askers;
  for (int i = 0; i < 16; ++i) {
    askers.emplace_back([this, i] {
      const auto png = cards_.Draw({.headline = absl::StrCat("at once ", i), .sides = {}, .foot = ""});
      EXPECT_TRUE(png.ok() || absl::IsUnavailable(png.status())) << png.status();
    });
  }
  for (std::thread& asker : askers) asker.join();
  EXPECT_GE(cards_.kept(), 1u);
}

}  // namespace
}  // namespace seaworthy
