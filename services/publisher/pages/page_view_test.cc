#include "services/publisher/pages/page_view.h"
#include "services/publisher/pages/page_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

v1::Revision Priced(double usd, const std::string& unit = "") {
  v1::Revision revision;
  revision.set_entry_price_usd(usd);
  revision.set_entry_price_unit(unit);
  return revision;
}

TEST(PriceTextTest, SaysFreeThePriceOrADash) {
  EXPECT_EQ(PriceText(Priced(0)), "Free");
  EXPECT_EQ(PriceText(Priced(20, "month")), "$20 / month");
  EXPECT_EQ(PriceText(Priced(3.5)), "$3.50");
  EXPECT_EQ(PriceText(Priced(0.00025)), "$0.00025");
  EXPECT_EQ(PriceText({}), "—");
  v1::Revision free;
  free.set_pricing("free");
  EXPECT_EQ(PriceText(free), "Free");
}

TEST(ParametersTextTest, ChoosesTheUnit) {
  v1::Revision revision;
  for (const double billions : {0.256, 3.0, 70.6, 1040.0}) revision.add_parameters_b(billions);
  EXPECT_EQ(ParametersText(revision), "256M, 3B, 70.6B, 1.04T");
}

TEST(PanelViewTest, SaysTheDenominatorAndWhatIsMissing) {
  v1::Panel panel;
  EXPECT_EQ(PanelView(panel)["percent"], "—");
  for (const char* id : {"a", "b", "c", "d"}) panel.add_expected_personas(id);
  panel.set_ship(2);
  panel.set_total(3);
  panel.set_ship_percent(67);
  EXPECT_EQ(PanelView(panel)["said"], "2 of 3 ship");
  EXPECT_EQ(PanelView(panel)["missing"], "3 of 4 verdicts in");
}

TEST(ComparisonPageViewTest, MarksWhereReviewersDisagree) {
  v1::ComparisonContent content;
  *content.mutable_a() = SampleTool("a", "A", 3);
  *content.mutable_b() = SampleTool("b", "B", 1);
  const nlohmann::json view = ComparisonPageView(content, SamplePersonas());
  EXPECT_EQ(view["personas"].size(), 4u);
  EXPECT_EQ(view["personas"][0]["split"], false);
  EXPECT_EQ(view["personas"][1]["split"], true);
  EXPECT_EQ(view["personas"][3]["split"], false);
}

TEST(ComparisonPageViewTest, APersonaNobodyConfiguredStillShows) {
  v1::ComparisonContent content;
  *content.mutable_a() = SampleTool("a", "A", 3);
  content.mutable_a()->mutable_verdicts(0)->set_persona_id("legal");
  *content.mutable_b() = SampleTool("b", "B", 1);
  const nlohmann::json view = ComparisonPageView(content, SamplePersonas());
  EXPECT_EQ(view["personas"].size(), 5u);
  EXPECT_EQ(view["personas"][4]["title"], "Legal");
  EXPECT_EQ(view["personas"][4]["b"]["given"], false);
}

TEST(ToolPageViewTest, OnlyHttpLinksAreLinks) {
  v1::ToolView tool = SampleTool("a", "A", 3);
  tool.mutable_revision()->add_links("javascript:alert(1)");
  tool.mutable_revision()->add_source_urls("data:text/html,x");
  const nlohmann::json view = ToolPageView(tool, SamplePersonas());
  EXPECT_EQ(view["links"].size(), 1u);
  EXPECT_EQ(view["sources"].size(), 1u);
}

}  // namespace
}  // namespace seaworthy
