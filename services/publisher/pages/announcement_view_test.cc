#include "services/publisher/pages/announcement_view.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace seaworthy {
namespace {

TEST(AnnouncementViewTest, TextIsToldFromWhatIsNone) {
  EXPECT_TRUE(IsPlainText("Größe\t1\r\n漢字 🚢", false));
  for (const std::string& odd :
       {std::string("a\0b", 3), std::string("\xFF\xFE"), std::string("\xC0\x80"), std::string("\xED\xA0\x80"),
        std::string("a\x1B[0m"), std::string("\xE6\xBC")}) {
    EXPECT_FALSE(IsPlainText(odd, false)) << odd;
  }
}

TEST(AnnouncementViewTest, ACharacterCutAtTheEndOfAPartIsNoReasonToCallItBinary) {
  EXPECT_TRUE(IsPlainText("x\xE6\xBC", true));
  EXPECT_FALSE(IsPlainText("x\xE6\xBC and more", true));
}

TEST(AnnouncementViewTest, WhatCannotBeShownStandsAsTheReplacementCharacter) {
  EXPECT_EQ(ShownText(std::string("a\0b\xFF\r\nc", 7)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\nc");
}

TEST(AnnouncementViewTest, BytesAreLinesOfSixteenWithTheirPlace) {
  EXPECT_EQ(HexLines(std::string("PK\x03\x04", 4), 32),
            "00000020  50 4b 03 04                                      PK..\n");
  const std::string two = HexLines("0123456789abcdefg", 0);
  EXPECT_NE(two.find("\n00000010  67"), std::string::npos) << two;
}

TEST(AnnouncementViewTest, ARefusedOneLeadsToTheQuarantineAndAnyOtherToItsPage) {
  v1::Announcement announcement;
  announcement.set_announcement_id("ann-1");
  announcement.set_state(v1::Announcement::REJECTED);
  EXPECT_EQ(AnnouncementRow(announcement)["path"], "/desk/quarantine/ann-1");
  announcement.set_state(v1::Announcement::RECORDED);
  EXPECT_EQ(AnnouncementRow(announcement)["path"], "/desk/announcements/ann-1");
}

TEST(AnnouncementViewTest, StatesHaveOneWordEach) {
  EXPECT_EQ(AnnouncementStateOf("split"), v1::Announcement::SPLIT);
  EXPECT_EQ(AnnouncementStateOf("nonsense"), v1::Announcement::STATE_UNSPECIFIED);
  EXPECT_EQ(AnnouncementStateOf(""), v1::Announcement::STATE_UNSPECIFIED);
}

}  // namespace
}  // namespace seaworthy
