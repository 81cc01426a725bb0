#include "services/ingest/fetch/robots.h"

#include <gtest/gtest.h>

#include <ctime>

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Case {
  const char* rules;
  const char* path;
  bool allowed;
};

// The group is ours; what it says is the point.
class RobotsRuleTest : public ::testing::TestWithParam<Case> {};

TEST_P(RobotsRuleTest, AllowsAsTheRfcSays) {
  const Case& the = GetParam();
  const Robots robots = Robots::Parse(Cat("User-agent: *\n", the.rules), "Seaworthy");
  EXPECT_EQ(robots.Allows(the.path), the.allowed) << the.rules << " " << the.path;
}

INSTANTIATE_TEST_SUITE_P(
    Table, RobotsRuleTest,
    ::testing::Values(
        // Nothing said.
        Case{"", "/", true}, Case{"Disallow:", "/a", true}, Case{"Allow:\nDisallow: /", "/a", false},
        Case{"Sitemap: https://a/\n", "/a", true}, Case{"No such: thing\n<html>", "/a", true},
        // Prefixes.
        Case{"Disallow: /", "/", false}, Case{"Disallow: /", "/robots.txt", true},
        Case{"Disallow: /a", "/a", false}, Case{"Disallow: /a", "/ab", false},
        Case{"Disallow: /a/", "/a", true}, Case{"Disallow: /a", "/b", true}, Case{"Disallow: /A", "/a", true},
        Case{"disallow: /a", "/a", false}, Case{"DISALLOW : /a", "/a", false},
        Case{"Disallow: a", "/a", false}, Case{"Disallow: /a # why", "/a", false},
        // The longest counts; of equals the allowing one.
        Case{"Disallow: /a\nAllow: /a/b", "/a/b", true}, Case{"Allow: /a/b\nDisallow: /a", "/a/b", true},
        Case{"Disallow: /a\nAllow: /a/b", "/a/c", false}, Case{"Allow: /a\nDisallow: /a/b", "/a/b", false},
        Case{"Allow: /a\nDisallow: /a", "/a", true}, Case{"Disallow: /a\nAllow: /a", "/a", true},
        Case{"Allow: /$\nDisallow: /", "/", true}, Case{"Allow: /$\nDisallow: /", "/x", false},
        // Wildcards.
        Case{"Disallow: *", "/a", false}, Case{"Disallow: /*.php", "/a/b.php?x=1", false},
        Case{"Disallow: /*.php", "/a/b.html", true}, Case{"Disallow: /*.php$", "/a.php", false},
        Case{"Disallow: /*.php$", "/a.php?x", true}, Case{"Disallow: /*.php$", "/a.php/b.php", false},
        Case{"Disallow: /a$", "/a", false}, Case{"Disallow: /a$", "/ab", true},
        Case{"Disallow: /a*b*c", "/aXbYcZ", false}, Case{"Disallow: /a*b*c", "/acb", true},
        Case{"Disallow: /a**b", "/ab", false}, Case{"Disallow: /*a$", "/a", false},
        Case{"Disallow: /a*a$", "/a", true}, Case{"Disallow: /*$", "/a", false},
        Case{"Disallow: /a$b", "/a$b", false},
        // Queries.
        Case{"Disallow: /*?", "/a", true}, Case{"Disallow: /*?", "/a?b", false},
        Case{"Disallow: /a?b", "/a?bc", false},
        // One octet, several spellings.
        Case{"Disallow: /a%2db", "/a-b", false}, Case{"Disallow: /a-b", "/a%2Db", false},
        Case{"Disallow: /a%3cb", "/a%3Cb", false}, Case{"Disallow: /%7Ejoe", "/~joe", false},
        Case{"Disallow: /\xc3\xbc", "/%C3%BC", false}, Case{"Disallow: /%c3%bc", "/\xc3\xbc", false},
        Case{"Disallow: /a%2fb", "/a/b", true}, Case{"Disallow: /%", "/%", false},
        Case{"Disallow: /%zz", "/%zz", false}));

bool Allows(std::string_view robots, std::string_view path = "/a") {
  return Robots::Parse(robots, "Seaworthy").Allows(path);
}

TEST(RobotsTest, OurGroupCountsAndNotTheOneForAll) {
  EXPECT_TRUE(Allows("User-agent: *\nDisallow: /\nUser-agent: Seaworthy\nDisallow: /b\n"));
  EXPECT_FALSE(Allows("User-agent: Seaworthy\nDisallow: /\nUser-agent: *\nAllow: /\n"));
  EXPECT_TRUE(Allows("User-agent: Seaworthy\nDisallow:\nUser-agent: *\nDisallow: /\n"));
  EXPECT_TRUE(Allows("User-agent: *\nDisallow: /\nUser-agent: Seaworthy\n"));
}

TEST(RobotsTest, TheProductTokenIsComparedWhole) {
  EXPECT_FALSE(Allows("user-agent: SEAWORTHY\ndisallow: /\n"));
  EXPECT_FALSE(Allows("User-agent: Seaworthy/1.0 (x)\nDisallow: /\n"));
  EXPECT_TRUE(Allows("User-agent: Seaworthy-Other\nDisallow: /\n"));
  EXPECT_TRUE(Allows("User-agent: Sea\nDisallow: /\n"));
  EXPECT_TRUE(Allows("User-agent: Googlebot\nDisallow: /\n"));
}

TEST(RobotsTest, GroupsShareRulesAndAreTakenTogether) {
  EXPECT_FALSE(Allows("User-agent: A\nUser-agent: Seaworthy\nDisallow: /a\n"));
  EXPECT_FALSE(Allows("User-agent: A\n\nSitemap: x\nUser-agent: Seaworthy\nDisallow: /a\n"));
  EXPECT_FALSE(Allows(
      "User-agent: Seaworthy\nDisallow: /b\nUser-agent: A\nAllow: /\nUser-agent: Seaworthy\nDisallow: /a\n"));
  EXPECT_TRUE(Allows("User-agent: Seaworthy\nDisallow: /b\nUser-agent: A\nDisallow: /a\n"));
}

TEST(RobotsTest, RulesBeforeAnyGroupAreNobodys) { EXPECT_TRUE(Allows("Disallow: /\n")); }

TEST(RobotsTest, LinesEndInAnyWay) {
  EXPECT_FALSE(Allows("\xef\xbb\xbfUser-agent: *\r\nDisallow: /a\r\n"));
  EXPECT_FALSE(Allows("User-agent: *\rDisallow: /a\r"));
  EXPECT_FALSE(Allows("User-agent: *\nDisallow: /a"));
}

TEST(RobotsTest, CrawlDelayIsReadFromTheGroupThatCounts) {
  const auto delay = [](std::string_view text) { return Robots::Parse(text, "Seaworthy").crawl_delay(); };
  EXPECT_EQ(delay("User-agent: *\nCrawl-delay: 10\n"), absl::Seconds(10));
  EXPECT_EQ(delay("User-agent: *\nCrawl-delay: 0.5\n"), absl::Milliseconds(500));
  EXPECT_EQ(delay("User-agent: *\nCrawl-delay: 1e9\n"), absl::Hours(24));
  EXPECT_EQ(delay("User-agent: *\nCrawl-delay: 10\nUser-agent: Seaworthy\nDisallow: /b\n"), std::nullopt);
  for (const char* bad : {"-1", "soon", "nan", "inf", ""})
    EXPECT_EQ(delay(Cat("User-agent: *\nCrawl-delay: ", bad, "\n")), std::nullopt) << bad;
}

TEST(RobotsTest, OnlyTheFirstFiveHundredKibibytesCount) {
  const std::string padding(Robots::kMaxBytes, '#');
  EXPECT_TRUE(Allows(Cat("User-agent: *\n", padding, "\nDisallow: /a\n")));
  EXPECT_FALSE(Allows(Cat("User-agent: *\nDisallow: /a\n", padding)));
  const std::string_view cut = "User-agent: *\nDisallow: /a";
  EXPECT_TRUE(Allows(Cat(padding.substr(cut.size() + 1), "\n", cut, "bc\n")));
}

// A file made to be slow: many rules of many stars over a long path.
TEST(RobotsTest, HostileRulesAreMatchedInBoundedTime) {
  std::string text = "User-agent: *\n";
  while (text.size() < Robots::kMaxBytes)
    text += "Disallow: /*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*aaaaaaaaaaaab\n";
  const Robots robots = Robots::Parse(text, "Seaworthy");
  const std::clock_t start = std::clock();
  EXPECT_TRUE(robots.Allows(Cat("/", std::string(8'000, 'a'))));
  EXPECT_LT(std::clock() - start, 5 * CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace seaworthy
