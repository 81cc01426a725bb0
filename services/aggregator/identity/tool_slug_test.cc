#include "services/aggregator/identity/tool_slug.h"

#include <gtest/gtest.h>

#include "common/ids.h"

namespace seaworthy::identity {
namespace {

TEST(ToolSlugTest, LatinLettersAreFolded) {
  EXPECT_EQ(ToolSlug("Élan-7B", kNewestRules), "elan-7b");
  EXPECT_EQ(ToolSlug("E\u0301lan-7B", kNewestRules), "elan-7b");
  EXPECT_EQ(ToolSlug("Strauß Øre", kNewestRules), "strauss-ore");
  EXPECT_EQ(ToolSlug("Łódź ÆON Đuro ıþŋ", kNewestRules), "lodz-aeon-duro-ithn");
  EXPECT_EQ(ToolSlug("Tiếng Việt", kNewestRules), "tieng-viet");
  EXPECT_EQ(ToolSlug("Élan™ 2²", kNewestRules), "elan-2");
}

TEST(ToolSlugTest, AnEarlierEventsToolKeepsItsId) {
  for (const uint32_t rules : {0U, 1U}) EXPECT_EQ(ToolSlug("Élan-7B", rules), "lan-7b");
}

TEST(ToolSlugTest, AsciiAndWhatIsNoUtf8AreAsTheyWere) {
  for (const char* name : {"Simon's Tool", "FLUX.1 Kontext [dev]", "Ada vs Bob", "\xff\xfe", "a\xc3", ""}) {
    EXPECT_EQ(ToolSlug(name, kNewestRules), Slugify(name)) << name;
  }
}

TEST(ToolSlugTest, OtherScriptsGiveAnIdStill) {
  EXPECT_EQ(ToolSlug("通义千问", kNewestRules), Slugify("通义千问"));
  EXPECT_EQ(ToolSlug("通义 7B", kNewestRules), "7b");
}

}  // namespace
}  // namespace seaworthy::identity
