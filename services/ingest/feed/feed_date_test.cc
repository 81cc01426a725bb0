#include "services/ingest/feed/feed_date.h"

#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

TEST(FeedDay, Rfc3339IsTakenToUtc) {
  EXPECT_EQ(FeedDay("2025-01-02T03:04:05Z"), "2025-01-02");
  EXPECT_EQ(FeedDay("2025-01-02T00:30:00+02:00"), "2025-01-01");
  EXPECT_EQ(FeedDay("2025-12-31T23:30:00.123-0800"), "2026-01-01");
  EXPECT_EQ(FeedDay("2025-03-09"), "2025-03-09");
}

TEST(FeedDay, Rfc822InItsYearsAndZones) {
  EXPECT_EQ(FeedDay("Thu, 09 Apr 2026 00:00:00 +0000"), "2026-04-09");
  EXPECT_EQ(FeedDay("Wed, 02 Oct 02 23:30:00 EST"), "2002-10-03");
  EXPECT_EQ(FeedDay("9 Apr 2026 23:59 GMT"), "2026-04-09");
  EXPECT_EQ(FeedDay("Thursday, 9 April 2026 22:00:00 PDT"), "2026-04-10");
  EXPECT_EQ(FeedDay("Mon, 05 Jan 98 10:00:00 UT"), "1998-01-05");
}

TEST(FeedDay, SloppyFormsOfTheWild) {
  EXPECT_EQ(FeedDay("2025-01-02 03:04:05 +0000"), "2025-01-02");
  EXPECT_EQ(FeedDay("2025-01-02 23:04:05 UTC"), "2025-01-02");
  EXPECT_EQ(FeedDay("January 2, 2025"), "2025-01-02");
  EXPECT_EQ(FeedDay("Sept 2nd, 2025 11:30 PM"), "2025-09-02");
  EXPECT_EQ(FeedDay("02-Jan-2025 10:00"), "2025-01-02");
  EXPECT_EQ(FeedDay("Thu Jan  2 03:04:05 UTC 2025"), "2025-01-02");
  EXPECT_EQ(FeedDay("Thu Jan 02 03:04:05 +0000 2025"), "2025-01-02");
  EXPECT_EQ(FeedDay("20250102T030405Z"), "2025-01-02");
  EXPECT_EQ(FeedDay("2025/1/2"), "2025-01-02");
}

TEST(FeedDay, WhatIsNoDayIsEmpty) {
  for (const char* text : {"", "soon", "2025-01", "2025-13-01", "31 Jun 2025", "99999999999999999999",
                           "0000-00-00", "Jan 2025", "1 Jan 1001", "2025-02-30T00:00:00Z"}) {
    EXPECT_EQ(FeedDay(text), "") << text;
  }
}

TEST(FeedDay, HostileLengthsAreHarmless) {
  EXPECT_EQ(FeedDay(std::string(1 << 20, '9')), "");
  EXPECT_EQ(FeedDay("2025-01-02" + std::string(1 << 20, ' ')), "2025-01-02");
}

}  // namespace
}  // namespace seaworthy
