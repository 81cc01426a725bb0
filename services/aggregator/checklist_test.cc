// Whatever makes content public, the checklist holds or it is refused.
#include <optional>

#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// How content becomes public.
enum class Way { kFirst, kLater, kSchedule, kDue, kRollBack, kCorrection };
// What is wrong.
enum class Wrong { kEmbargo, kConflict, kAsks };

constexpr Way kWays[] = {Way::kFirst, Way::kLater,    Way::kSchedule,
                         Way::kDue,   Way::kRollBack, Way::kCorrection};

const char* NameOf(Way way) {
  constexpr const char* kNames[] = {"First", "Later", "Schedule", "Due", "RollBack", "Correction"};
  return kNames[static_cast<int>(way)];
}
const char* NameOf(Wrong wrong) {
  constexpr const char* kNames[] = {"Embargo", "Conflict", "Asks"};
  return kNames[static_cast<int>(wrong)];
}
const char* ItemOf(Wrong wrong) {
  constexpr const char* kItems[] = {"embargo", "conflicts", "corrections"};
  return kItems[static_cast<int>(wrong)];
}

class ChecklistTest : public EditorialFixture, public ::testing::WithParamInterface<std::tuple<Way, Wrong>> {
 protected:
  void TellAda(const std::string& license, double price) {
    Tell({Priced(Licensed(Model("Ada"), license), price)}, From::Entry("feed", "ada"));
  }
  // Everything up to the publication that is tried.
  void Prepare(Way way) {
    TellAda("MIT", 10);
    Tell({Model("Bob")}, From::Entry("feed", "bob"));
    ASSERT_TRUE(Correct("ada", "license", {"ISC"}, "licence").ok());
    for (const uint32_t revision : {1u, 2u}) Review("ada", revision);
    Review("bob");
    if (way == Way::kDue) {
      ASSERT_TRUE(ScheduleIn(absl::Hours(2)).ok());
    }
    if (way == Way::kFirst || way == Way::kSchedule || way == Way::kDue) return;
    ASSERT_TRUE(Do(v1::APPROVE).ok());
    first_ = HashOf(kPair);
    if (way == Way::kCorrection) return;
    TellAda("MIT", 20);
    Review("ada", 3);
    if (way == Way::kRollBack) {
      ASSERT_TRUE(Do(v1::APPROVE).ok());
    }
  }
  void Do(Wrong wrong) {
    switch (wrong) {
      case Wrong::kEmbargo:
        ASSERT_TRUE(Embargo("ada", absl::Hours(5)).ok());
        return;
      case Wrong::kConflict: {
        From rumour = From::Entry("other", "ada");
        rumour.tier = v1::THIRD_PARTY;
        Tell({Priced(Model("Ada"), 30)}, rumour);
        return;
      }
      case Wrong::kAsks:
        // The source says something new of what an editor corrected.
        TellAda("GPL-3.0", Tool("ada").revision().entry_price_usd());
        return;
    }
  }
  using EditorialFixture::Do;
  // Why it is refused.
  std::string Try(Way way) {
    switch (way) {
      case Way::kSchedule:
        return std::string(ScheduleIn(absl::Hours(2)).status().message());
      case Way::kDue:
        PassTime(absl::Hours(2));
        return Pair().last_decision().reason();
      case Way::kRollBack:
        return std::string(Do(v1::ROLL_BACK, "eve", first_).status().message());
      case Way::kCorrection:
        return std::string(Correction().message());
      default:
        return std::string(Do(v1::APPROVE).status().message());
    }
  }
  absl::Status Correction() {
    v1::IssueCorrectionRequest request;
    request.mutable_correction()->set_verdict_id("ada@2/dx");
    request.mutable_correction()->set_base_hash(Sha256Hex("dx on ada"));
    request.mutable_correction()->set_quote("Ada is small.");
    request.mutable_correction()->set_note("We had this wrong.");
    return service_->IssueCorrection(request).status();
  }
  std::string PublicHash() {
    const auto published = Published(kPair);
    return published.ok() ? published->content_hash() : "";
  }

  std::string first_;
};

TEST_P(ChecklistTest, WhatIsWrongHoldsItBack) {
  const auto [way, wrong] = GetParam();
  Prepare(way);
  const std::string before = PublicHash();
  Do(wrong);
  EXPECT_THAT(FailedItems(), Contains(ItemOf(wrong)));
  EXPECT_THAT(Try(way), HasSubstr(absl::StrCat(ItemOf(wrong), ": ")));
  EXPECT_EQ(PublicHash(), before);
}

INSTANTIATE_TEST_SUITE_P(Publication, ChecklistTest,
                         ::testing::Combine(::testing::ValuesIn(kWays),
                                            ::testing::Values(Wrong::kEmbargo, Wrong::kConflict,
                                                              Wrong::kAsks)),
                         [](const auto& info) {
                           return absl::StrCat(NameOf(std::get<0>(info.param)),
                                               NameOf(std::get<1>(info.param)));
                         });

class CleanTest : public ChecklistTest {};

// The same, with nothing wrong: else the test above would show nothing.
TEST_P(CleanTest, WithNothingWrongItBecomesPublic) {
  const Way way = std::get<0>(GetParam());
  Prepare(way);
  const std::string before = PublicHash();
  (void)Try(way);
  EXPECT_THAT(FailedItems(), Not(Contains("embargo")));
  if (way == Way::kSchedule) PassTime(absl::Hours(2));
  EXPECT_NE(PublicHash(), "");
  EXPECT_NE(PublicHash(), before);
}

INSTANTIATE_TEST_SUITE_P(Publication, CleanTest,
                         ::testing::Combine(::testing::ValuesIn(kWays), ::testing::Values(Wrong::kEmbargo)),
                         [](const auto& info) { return NameOf(std::get<0>(info.param)); });

}  // namespace
}  // namespace seaworthy
