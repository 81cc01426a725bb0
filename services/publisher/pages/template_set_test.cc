#include "services/publisher/pages/template_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace seaworthy {
namespace {

using testing::HasSubstr;

std::string Render(const std::string& text, const nlohmann::json& view) {
  const auto set = TemplateSet::Make({{"page", text}, {"part", "[{{x}}]"}});
  return set.ok() ? (*set)->Render("page", view) : std::string(set.status().message());
}

TEST(TemplateSetTest, EscapesEveryValue) {
  EXPECT_EQ(Render("<a title=\"{{x}}\">", {{"x", "<\"'&>"}}), "<a title=\"&lt;&quot;&apos;&amp;&gt;\">\n");
}

TEST(TemplateSetTest, ValuesAreNeverTemplates) {
  EXPECT_EQ(Render("{{x}}", {{"x", "{{y}} {{{y}}} {{#y}}{{/y}} {{=<% %>=}}"}, {"y", "secret"}}),
            "{{y}} {{{y}}} {{#y}}{{/y}} {{=&lt;% %&gt;=}}\n");
}

TEST(TemplateSetTest, RefusesTemplatesThatCouldLetValuesThrough) {
  for (const char* text : {"{{{x}}}", "{{&x}}", "{{& x}}", "{{ & x}}", "{{=<% %>=}}"}) {
    const auto set = TemplateSet::Make({{"page", std::string("ok\n") + text}});
    ASSERT_FALSE(set.ok()) << text;
    EXPECT_THAT(std::string(set.status().message()), HasSubstr("page.html line 2"));
  }
}

TEST(TemplateSetTest, IncludesAreExpandedOnceAndLoopsRefused) {
  EXPECT_EQ(Render("a\n{{> part}}\nb", {{"x", "1"}}), "a\n[1]\nb\n");
  EXPECT_FALSE(TemplateSet::Make({{"page", "{{> page}}"}}).ok());
  EXPECT_FALSE(TemplateSet::Make({{"page", "{{> gone}}"}}).ok());
}

TEST(TemplateSetTest, EmptyTextAndNullAreFalseAndNumbersShow) {
  EXPECT_EQ(Render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", {{"x", ""}}), "no\n");
  EXPECT_EQ(Render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", {{"x", nullptr}}), "no\n");
  EXPECT_EQ(Render("{{x}}", {{"x", 0}}), "0\n");
}

TEST(TemplateSetTest, EveryTemplateOfTheSiteLoads) { EXPECT_TRUE(TemplateSet::Load("web/templates").ok()); }

}  // namespace
}  // namespace seaworthy
