#include "services/publisher/pages/tally_view.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace seaworthy {
namespace {

v1::VoteTally Tally(uint64_t ship, uint64_t skip) {
  v1::VoteTally tally;
  tally.set_ship(ship);
  tally.set_skip(skip);
  return tally;
}

TEST(TallyViewTest, IsADashUntilTwentyVotesCount) {
  EXPECT_EQ(TallyView(Tally(19, 0), true)["percent"], "—");
  EXPECT_EQ(TallyView(Tally(15, 5), true)["percent"], "75%");
  EXPECT_EQ(TallyView(Tally(1500, 500), true)["note"], "of 2,000 readers say ship");
}

TEST(TallyViewTest, SaysWhatDoesNotCountAndWhy) {
  v1::VoteTally tally = Tally(0, 0);
  EXPECT_EQ(DiscardedText(tally), "");
  (*tally.mutable_discarded())["replaced"] = 1200;
  (*tally.mutable_discarded())["burst"] = 2;
  EXPECT_EQ(DiscardedText(tally),
            "1,202 votes do not count: 2 part of a sudden rush; 1,200 replaced by a later vote of the same "
            "reader.");
}

}  // namespace
}  // namespace seaworthy
