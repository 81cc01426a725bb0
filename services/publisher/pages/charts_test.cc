#include "services/publisher/pages/charts.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

v1::PersonaVote Vote(v1::Vote vote, double confidence) {
  v1::PersonaVote out;
  out.set_persona_id("dx");
  out.set_vote(vote);
  out.set_confidence(confidence);
  return out;
}

TEST(FloatChartTest, ShipsFloatAndSkipsSinkTheFurtherTheSurer) {
  const auto chart =
      FloatChart({Vote(v1::SHIP, 0.9), Vote(v1::SHIP, 0.1), Vote(v1::SKIP, 0.1), Vote(v1::SKIP, 0.9)}, "t",
                 "Gannet", SamplePersonas());
  const auto& marks = chart["marks"];
  EXPECT_LT(marks[0]["y"], marks[1]["y"]);
  EXPECT_LT(marks[1]["y"], chart["line"]);
  EXPECT_GT(marks[2]["y"], chart["line"]);
  EXPECT_GT(marks[3]["y"], marks[2]["y"]);
  EXPECT_EQ(chart["title"], "Gannet: 2 of 4 ship");
}

TEST(FloatChartTest, SaysEveryVoteInWords) {
  const auto chart = FloatChart({Vote(v1::SKIP, 0.6)}, "t", "Gannet", SamplePersonas());
  EXPECT_EQ(chart["desc"], "Developer experience: skip, 60% confident.");
  EXPECT_EQ(FloatChart({}, "t", "Gannet", {})["any"], false);
}

TEST(FloatChartTest, StaysInItsFrameWhateverTheConfidence) {
  for (const double confidence : {-7.0, 9.0, std::numeric_limits<double>::quiet_NaN()}) {
    const auto chart = FloatChart({Vote(v1::SHIP, confidence), Vote(v1::SKIP, confidence)}, "", "", {});
    EXPECT_GE(chart["marks"][0]["y"], 12);
    EXPECT_LE(chart["marks"][1]["y"], 88);
  }
}

TEST(CalibrationChartTest, LeavesOutBinsWithoutPredictions) {
  v1::Calibration calibration;
  EXPECT_TRUE(CalibrationChart(calibration).is_null());
  calibration.add_bins();
  v1::CalibrationBin& bin = *calibration.add_bins();
  bin.set_count(4);
  bin.set_came_true(3);
  bin.set_probability_sum(2);
  const auto chart = CalibrationChart(calibration);
  ASSERT_EQ(chart["rows"].size(), 1u);
  EXPECT_EQ(chart["rows"][0]["said"], "50%");
  EXPECT_EQ(chart["rows"][0]["came"], "75%");
}

TEST(RevisionChartTest, NeedsTwoRevisions) {
  EXPECT_TRUE(RevisionChart({{1, 50}}).is_null());
  const auto chart = RevisionChart({{1, 50}, {2, 75}});
  EXPECT_EQ(chart["desc"], "Revision 1: 50%. Revision 2: 75%.");
  EXPECT_EQ(chart["dots"][1]["value"], "75%");
}

}  // namespace
}  // namespace seaworthy
