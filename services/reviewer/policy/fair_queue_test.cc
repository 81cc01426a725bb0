#include "services/reviewer/policy/fair_queue.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

std::string Order(FairQueue<std::string>& queue) {
  std::string order;
  while (!queue.empty()) order += queue.Pop();
  return order;
}

TEST(FairQueue, PersonasTakeTurnsAndKeepTheirOwnOrder) {
  FairQueue<std::string> queue(100);
  for (const char* item : {"a", "b", "c", "d"}) queue.Push("dx", item);
  for (const char* item : {"X", "Y"}) queue.Push("business", item);
  EXPECT_EQ(Order(queue), "aXbYcd");
}

TEST(FairQueue, WhoComesLateWaitsForOneTurnOfTheOthers) {
  FairQueue<std::string> queue(1000);
  for (int i = 0; i < 900; ++i) queue.Push("dx", "a");
  queue.Push("futurist", "F");
  EXPECT_EQ(queue.Pop(), "a");
  EXPECT_EQ(queue.Pop(), "F");
}

TEST(FairQueue, IsBoundedOverAll) {
  FairQueue<std::string> queue(2);
  EXPECT_TRUE(queue.Push("dx", "a"));
  EXPECT_TRUE(queue.Push("business", "b"));
  EXPECT_FALSE(queue.Push("futurist", "c"));
  queue.Pop();
  EXPECT_TRUE(queue.Push("futurist", "c"));
  EXPECT_EQ(queue.Clear().size(), 2U);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace seaworthy
