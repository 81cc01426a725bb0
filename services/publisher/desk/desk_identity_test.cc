#include "services/publisher/desk/desk_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kConfirm[] = "/desk/identity/confirm";

class DeskIdentityTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    Draft();
    SignIn();
    v1::PossibleDuplicate pair;
    pair.set_tool_id("gannet");
    pair.set_other_tool_id("lantern-9b");
    pair.set_reason("The <vendor> is the same; the sizes differ.");
    pair.set_likeness(0.82);
    aggregator_.AddPossibleDuplicate(pair);
  }
  HttpResponse Decide(const std::string& fields) { return DeskPost("/desk/identity", fields); }
  std::string Location(const HttpResponse& response) {
    return std::string(response.Header("Location").value_or(""));
  }
};

TEST_F(DeskIdentityTest, APairShowsWhatItSharesAndWhatDiffers) {
  const std::string page = DeskGet("/desk/identity").body;
  for (const char* text : {"82% alike: The &lt;vendor&gt; is the same", "What they share and what differs",
                           ">same</td>", "confirm?kind=merge&amp;tool=gannet&amp;other=lantern-9b"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(DeskGet("/desk/tools/gannet").body, HasSubstr("May be the same as another tool"));
  EXPECT_THAT(DeskGet("/desk/identity?show=decided").body, HasSubstr("Nothing has been decided"));
  EXPECT_EQ(DeskGet("/desk/identity?show=odd").status, 400);
}

TEST_F(DeskIdentityTest, LookingAtTheConfirmationChangesNothingAndSaysWhatFollows) {
  Publish(kAvsB);
  const std::string page =
      DeskGet(absl::StrCat(kConfirm, "?kind=merge&tool=gannet&other=lantern-9b&csrf=x&reason=y")).body;
  for (const char* text :
       {"Merge Lantern 9B into Gannet?", "public, will be withdrawn", "can be undone",
        "confirm?kind=merge&amp;tool=lantern-9b&amp;other=gannet", "name=\"other\" value=\"lantern-9b\""}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(page, Not(HasSubstr("name=\"csrf\" value=\"x\"")));
  EXPECT_TRUE(aggregator_.identity_decisions().empty());
}

TEST_F(DeskIdentityTest, MergingSendsWhoWhatAndWhy) {
  EXPECT_EQ(Location(Decide("kind=merge&tool=gannet&other=lantern-9b&reason=same+card&request_id=r1")),
            "/desk/tools/gannet?done=merge");
  const v1::IdentityDecision sent = aggregator_.identity_decisions().at(0);
  EXPECT_EQ(sent.kind(), v1::IdentityDecision::MERGE);
  EXPECT_EQ(sent.other_tool_id(), "lantern-9b");
  EXPECT_EQ(sent.reason(), "same card");
  EXPECT_EQ(sent.editor(), "owner");
  EXPECT_EQ(sent.request_id(), "r1");
  EXPECT_THAT(DeskGet("/desk/identity").body, HasSubstr("No two tools look like one"));
}

TEST_F(DeskIdentityTest, SplittingNamesTheTickedAnnouncements) {
  const std::string fields = "kind=split&tool=gannet&name=Gannet+%3CPro%3E&ann-1=on&ann-2=on&ann-3=off";
  const std::string page = DeskGet(absl::StrCat(kConfirm, "?", fields)).body;
  EXPECT_THAT(page, HasSubstr("Split Gannet &lt;Pro&gt; off Gannet?"));
  EXPECT_THAT(page, HasSubstr("/desk/announcements/ann-2"));
  EXPECT_EQ(Decide(fields + "&reason=x").status, 303);
  EXPECT_THAT(aggregator_.identity_decisions().at(0).announcement_ids(), ElementsAre("ann-1", "ann-2"));
  EXPECT_EQ(aggregator_.identity_decisions().at(0).name(), "Gannet <Pro>");
}

TEST_F(DeskIdentityTest, KeepingApartAndUndoingIt) {
  EXPECT_EQ(Location(Decide("kind=apart&tool=gannet&other=lantern-9b&reason=two+sizes&request_id=r1")),
            "/desk/identity?done=apart");
  const std::string decided = DeskGet("/desk/identity?show=decided").body;
  EXPECT_THAT(decided, HasSubstr("Kept gannet and lantern-9b apart"));
  EXPECT_THAT(decided, HasSubstr("confirm?kind=undo&amp;undoes=r1"));
  EXPECT_THAT(DeskGet(absl::StrCat(kConfirm, "?kind=undo&undoes=r1")).body, HasSubstr("two sizes"));
  EXPECT_EQ(Decide("kind=undo&undoes=r1&reason=wrong&request_id=r2").status, 303);
  const std::string after = DeskGet("/desk/identity?show=decided").body;
  EXPECT_THAT(after, HasSubstr("taken back"));
  EXPECT_THAT(after, Not(HasSubstr("undoes=r1")));
}

TEST_F(DeskIdentityTest, WhatIsNotWholeIsRefusedWithTheReasonAndNothingIsDecided) {
  for (const auto& [fields, status] :
       {std::pair{"kind=merge&tool=gannet&other=lantern-9b", 400},
        std::pair{"kind=merge&tool=gannet&reason=x", 400},
        std::pair{"kind=merge&tool=gannet&other=gannet&reason=x", 400}, std::pair{"kind=marry&reason=x", 400},
        std::pair{"kind=split&tool=gannet&name=x&reason=x", 400},
        std::pair{"kind=split&tool=gannet&ann-1=on&reason=x", 400},
        std::pair{"kind=undo&undoes=nothing&reason=x", 409},
        std::pair{"kind=merge&tool=nothing&other=gannet&reason=x", 404}}) {
    EXPECT_EQ(Decide(fields).status, status) << fields;
  }
  EXPECT_TRUE(aggregator_.identity_decisions().empty());
  EXPECT_EQ(DeskGet(absl::StrCat(kConfirm, "?kind=merge&tool=gannet&other=nothing")).status, 404);
  EXPECT_EQ(DeskGet(absl::StrCat(kConfirm, "?kind=undo&undoes=nothing")).status, 404);
  EXPECT_EQ(DeskGet(kConfirm).status, 400);
}

TEST_F(DeskIdentityTest, ALongListGoesPageByPage) {
  for (int i = 10; i < 40; ++i) {
    v1::PossibleDuplicate pair;
    pair.set_tool_id("gannet");
    pair.set_other_tool_id(absl::StrCat("other-", i));
    aggregator_.AddPossibleDuplicate(pair);
  }
  const std::string first = DeskGet("/desk/identity").body;
  EXPECT_THAT(first, HasSubstr("/desk/identity?cursor=20"));
  EXPECT_THAT(first, Not(HasSubstr("other-39")));
  EXPECT_THAT(DeskGet("/desk/identity?cursor=20").body, HasSubstr("other-39"));
}

TEST_F(DeskIdentityTest, WhereTheAggregatorFailsThePageSaysSo) {
  aggregator_.FailWith(absl::UnavailableError("the aggregator does not answer"));
  EXPECT_EQ(DeskGet("/desk/identity").status, 503);
  EXPECT_EQ(Decide("kind=apart&tool=a&other=b&reason=x").status, 503);
}

}  // namespace
}  // namespace seaworthy
