#include "tests/fault_server/fault_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace seaworthy {
namespace {

using testing::HasSubstr;

TEST(FaultKindTest, EveryKindIsFoundByItsName) {
  std::set<std::string> names;
  for (const FaultInfo& fault : AllFaults()) {
    EXPECT_EQ(*ParseFault(fault.name), fault.kind);
    EXPECT_STREQ(FaultName(fault.kind), fault.name);
    names.insert(fault.name);
  }
  EXPECT_EQ(names.size(), AllFaults().size());
}

TEST(FaultKindTest, AnUnknownKindIsNamedWithThoseThereAre) {
  const std::string message(ParseFault("stal").status().message());
  EXPECT_THAT(message, HasSubstr("`stal`"));
  EXPECT_THAT(message, HasSubstr("one_byte_a_second"));
}

TEST(FaultKindTest, SharesAreRead) {
  const FaultShares shares = *ParseFaultShares("stall=0.25,reset=0.5");
  EXPECT_THAT(shares, testing::ElementsAre(testing::Pair(FaultKind::kStall, 0.25),
                                           testing::Pair(FaultKind::kReset, 0.5)));
  EXPECT_THAT(*ParseFaultShares("quota"), testing::ElementsAre(testing::Pair(FaultKind::kQuota, 1.0)));
}

TEST(FaultKindTest, WrongSharesAreRefused) {
  for (const char* const text :
       {"stall=2", "stall=-0.1", "stall=nan", "stall=x", "stall=0.6,reset=0.6", "backlog_full=1"}) {
    EXPECT_EQ(ParseFaultShares(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace seaworthy
