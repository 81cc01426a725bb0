#include "services/reviewer/policy/single_flight.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

TEST(SingleFlight, TheFirstLeadsAndTheRestComeBackWithIt) {
  SingleFlight<int> flights;
  EXPECT_TRUE(flights.Lead("key", 1));
  EXPECT_FALSE(flights.Lead("key", 2));
  EXPECT_FALSE(flights.Lead("key", 3));
  EXPECT_TRUE(flights.Lead("other", 4));
  EXPECT_EQ(flights.Land("key"), (std::vector<int>{2, 3}));
}

TEST(SingleFlight, AfterLandingTheNextLeads) {
  SingleFlight<int> flights;
  EXPECT_TRUE(flights.Lead("key", 1));
  EXPECT_TRUE(flights.Land("key").empty());
  EXPECT_TRUE(flights.Lead("key", 2));
}

}  // namespace
}  // namespace seaworthy
