#include "services/aggregator/identity/matcher.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace seaworthy::identity {
namespace {

class MatcherTest : public ::testing::Test {
 protected:
  static v1::Revision Model(const std::string& name, std::vector<double> sizes = {},
                            const std::string& vendor = "Acme") {
    v1::Revision told;
    told.set_name(name);
    told.set_vendor(vendor);
    told.set_kind(v1::MODEL);
    for (const double size : sizes) told.add_parameters_b(size);
    return told;
  }
  static v1::Revision Software(const std::string& name, const std::string& date = "") {
    v1::Revision told = Model(name);
    told.set_kind(v1::APPLICATION);
    told.set_release_date(date);
    return told;
  }
  static v1::Revision With(v1::Revision told, const std::string& date, const std::string& url = "") {
    told.set_release_date(date);
    if (!url.empty()) told.add_source_urls(url);
    return told;
  }
  static v1::Revision Alias(v1::Revision told, const std::string& alias) {
    told.add_aliases(alias);
    return told;
  }
  bool AreOne(const v1::Revision& a, const v1::Revision& b) {
    ToolMatcher matcher;
    const std::string first = matcher.Resolve(a).tool_id;
    last_ = matcher.Resolve(b);
    return last_.tool_id == first;
  }
  bool AreOneRelease(const v1::Revision& a, const v1::Revision& b, const std::string& feed_a = "",
                     const std::string& feed_b = "") {
    ToolMatcher matcher;
    const std::string first = matcher.Resolve(a, feed_a).release_id;
    return matcher.Resolve(b, feed_b).release_id == first;
  }
  bool WasSuspected() const { return last_.is_new_tool && !last_.suspicions.empty(); }

  Found last_;
};

TEST_F(MatcherTest, OneReleaseFromTwoSourcesIsOneTool) {
  EXPECT_TRUE(AreOne(Model("Ada3", {8, 70}), Model("ada 3", {8})));
  EXPECT_TRUE(AreOne(Model("Qwenda", {}, "Qwen"), Model("Qwenda", {}, "Alibaba Cloud")));
  EXPECT_TRUE(AreOne(Model("Acme Minerva 3 Ultra"), Model("minerva-3-ultra-550b-a55b", {550})));
  EXPECT_TRUE(AreOne(Model("Adara", {}, "Acme"), Model("Adara", {}, "Acme Deep Sea Labs")));
  EXPECT_TRUE(AreOne(Model("Ada-256M and Ada-500M", {0.256, 0.5}), Model("Ada-256M", {0.256})));
}

TEST_F(MatcherTest, AnotherVersionOfAModelIsAnotherTool) {
  EXPECT_FALSE(AreOne(Model("Ada", {2}), Model("Ada2", {2})));
  EXPECT_FALSE(AreOne(Model("Ada 3"), Model("Ada 3.1")));
  EXPECT_FALSE(AreOne(Model("Ada K2"), Model("Ada K2-0905")));
}

TEST_F(MatcherTest, AnotherVersionOfSoftwareIsAReleaseOfIt) {
  EXPECT_TRUE(AreOne(Software("Dockhand 0.30"), Software("Dockhand 0.31")));
  EXPECT_FALSE(AreOneRelease(Software("Dockhand 0.30"), Software("Dockhand 0.31")));
  EXPECT_TRUE(AreOneRelease(Software("Dockhand 0.31"), Software("Dockhand v0.31.0"), "feed", "feed"));
}

TEST_F(MatcherTest, OtherWordsAreOtherTools) {
  for (const char* name :
       {"Ada 3 Coder", "Ada 3 Thinking", "Ada 3 Arabic", "Ada 3 safeguard", "Ada 3 Mini"}) {
    EXPECT_FALSE(AreOne(Model("Ada 3"), Model(name))) << name;
  }
}

TEST_F(MatcherTest, AnAliasThatOnlyShortensJoinsNothing) {
  EXPECT_FALSE(AreOne(Model("Command A7B"), Alias(Model("Command A7B Arabic"), "command-a7b")));
  EXPECT_TRUE(WasSuspected());
  EXPECT_FALSE(AreOne(Alias(Model("Command A7B"), "command-a7b-12-2024"),
                      Alias(Model("Command A7B Arabic"), "c4-command-a7b-12-2024")));
}

TEST_F(MatcherTest, AnAliasOfItsOwnJoins) {
  EXPECT_TRUE(AreOne(Model("Minerva"), Alias(Model("Project Owl"), "Minerva")));
  EXPECT_TRUE(AreOne(Alias(Model("Project Owl"), "Minerva"), Model("Minerva")));
}

TEST_F(MatcherTest, SizesTellNamesApart) {
  EXPECT_FALSE(AreOne(Model("Ada", {2}), Model("Ada-256M", {0.256})));
  EXPECT_TRUE(WasSuspected());
  EXPECT_TRUE(AreOne(Model("Ada2", {0.256, 0.5, 2.2}), Model("Ada2-2B", {2})));
  EXPECT_TRUE(AreOne(Model("ada-oss", {117, 21}), Model("ada-oss-20b", {20})));
  EXPECT_FALSE(AreOne(Model("Ada-30B"), Model("Ada-32B")));
}

TEST_F(MatcherTest, WhatIsNotSureStaysApartAndIsShown) {
  EXPECT_FALSE(AreOne(Model("Ada-7B"), Model("Ada-7B-Instruct")));
  EXPECT_TRUE(WasSuspected());
  EXPECT_TRUE(AreOne(With(Model("Ada-7B"), "2026-03-01"), With(Model("Ada-7B-Instruct"), "2026-03-04")));
  EXPECT_FALSE(AreOne(Model("Ada", {}, "Acme"), Model("Ada", {}, "Apex")));
  EXPECT_TRUE(WasSuspected());
}

TEST_F(MatcherTest, WhoOnlyHostsAModelIsNotItsVendor) {
  EXPECT_FALSE(AreOne(Model("Ada 3", {}, "Acme"), Model("Ada 3", {}, "Ollama")));
  EXPECT_TRUE(WasSuspected());
  EXPECT_TRUE(AreOne(With(Model("Ada 3", {}, "Acme"), "2026-03-01"),
                     With(Model("Ada 3", {}, "Ollama"), "2026-03-02")));
  EXPECT_TRUE(AreOne(Model("Ada 3", {}, "Acme"), Model("Ada 3", {}, "")));
}

TEST_F(MatcherTest, AModelIsNoDataSetAndNoProgram) {
  v1::Revision data = Model("Ada");
  data.set_kind(v1::DATASET);
  EXPECT_FALSE(AreOne(Model("Ada"), data));
  EXPECT_FALSE(AreOne(Model("Ada"), Software("Ada")));
}

TEST_F(MatcherTest, ToolsOfOneAnnouncementAreDifferent) {
  ToolMatcher matcher;
  const auto found = matcher.ResolveAll({Model("Ada-30B", {30}), Model("Ada-480B", {480}), Model("Ada 30B")});
  EXPECT_NE(found[0].tool_id, found[1].tool_id);
  EXPECT_EQ(found[0].tool_id, found[2].tool_id);
}

TEST_F(MatcherTest, EntriesOfOneFeedAreReleasesOfTheirOwn) {
  const v1::Revision first = With(Software("Dockhand"), "2026-01-15", "https://dock.example/a");
  const v1::Revision second = With(Software("Dockhand"), "2026-01-16", "https://dock.example/b");
  EXPECT_FALSE(AreOneRelease(first, second, "feed", "feed"));
  EXPECT_FALSE(AreOneRelease(first, second, "json", "atom"));
  EXPECT_TRUE(AreOneRelease(first, first, "json", "atom"));
}

TEST_F(MatcherTest, SoftwareWithoutAVersionIsOneReleaseForAFewDays) {
  const v1::Revision first = With(Software("Dockhand"), "2026-01-15", "https://dock.example/a");
  EXPECT_TRUE(AreOneRelease(first, With(Software("Dockhand"), "2026-01-17", "https://blog.example/")));
  EXPECT_FALSE(AreOneRelease(first, With(Software("Dockhand"), "2026-01-30", "https://blog.example/x")));
  EXPECT_FALSE(AreOneRelease(first, Software("Dockhand 0.31", "2026-01-16")));
  EXPECT_TRUE(AreOneRelease(first, Software("Dockhand")));
}

TEST_F(MatcherTest, ReportsOfAModelMayComeLate) {
  const v1::Revision first = With(Model("Ada"), "2026-01-15", "https://ada.example/a");
  EXPECT_TRUE(AreOneRelease(first, With(Model("Ada"), "2026-01-16", "https://ada.example/b")));
  EXPECT_FALSE(AreOneRelease(first, With(Model("Ada"), "2026-03-16", "https://ada.example/b")));
  EXPECT_TRUE(AreOneRelease(first, With(Model("Ada"), "2026-03-16", "https://blog.example/b")));
  EXPECT_FALSE(AreOneRelease(first, With(Model("Ada"), "2026-03-16")));
  EXPECT_FALSE(AreOneRelease(first, With(Model("Ada"), "2026-03-16", "no address")));
  EXPECT_TRUE(AreOneRelease(With(Model("Ada 3"), "2026-01-15"), With(Model("Ada 3"), "2026-03-16")));
}

TEST_F(MatcherTest, OneOfItsSizesIsAnAnnouncementOfItsOwn) {
  EXPECT_FALSE(AreOneRelease(Model("Ada", {8, 70}), Model("Ada-8B", {8})));
  EXPECT_FALSE(AreOneRelease(Model("Ada-8B", {8}), Model("Ada", {8, 70})));
}

TEST_F(MatcherTest, AnIdIsTakenOnce) {
  ToolMatcher matcher;
  EXPECT_EQ(matcher.Resolve(Model("Ada", {}, "Acme")).tool_id, "ada");
  EXPECT_EQ(matcher.Resolve(Model("Ada", {}, "Apex")).tool_id, "ada-apex");
  v1::Revision data = Model("Ada", {}, "Apex");
  data.set_kind(v1::DATASET);
  EXPECT_EQ(matcher.Resolve(data).tool_id, "ada-apex-2");
  EXPECT_EQ(matcher.Resolve(Software("Ada")).tool_id, "ada-acme");
}

}  // namespace
}  // namespace seaworthy::identity
