#include "services/publisher/desk/desk_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "services/publisher/desk/desk_view.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

class DeskQueueTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    Draft();
    aggregator_.AddTool(SampleTool("tern", "Tern", 2));
    aggregator_.AddComparison("gannet", "tern", v1::Comparison::DRAFTED);
    SignIn();
  }
  std::string Pick(const std::string& id) {
    return absl::StrCat("&pick-", id, "=", aggregator_.ContentHash(id));
  }
  HttpResponse DecideSeveral(const std::string& fields) {
    return DeskPost("/desk/decisions", absl::StrCat("request_id=q1&back=%2Fdesk&", fields));
  }
  HttpResponse Assign(const std::string& action) {
    return DeskPost("/desk/comparisons/gannet-vs-tern/assignment",
                    absl::StrCat("back=%2Fdesk%3Fstate%3Ddrafted&action=", action));
  }
  static v1::ChecklistItem Item(const std::string& title, bool passed) {
    v1::ChecklistItem item;
    item.set_title(title);
    item.set_passed(passed);
    item.set_blocking(true);
    return item;
  }
};

TEST_F(DeskQueueTest, FiltersAreAnAddress) {
  EXPECT_THAT(DeskGet("/desk?q=gannet-vs-tern").body, Not(HasSubstr("Lantern 9B")));
  EXPECT_THAT(DeskGet("/desk?q=gannet-vs-tern").body, HasSubstr("Gannet <span class=\"vs\">vs</span> Tern"));
  EXPECT_THAT(DeskGet("/desk?q=%3Cb%3E").body, HasSubstr("Nothing here matches"));
  EXPECT_THAT(DeskGet("/desk?who=mine").body, HasSubstr("Nothing here matches"));
  EXPECT_THAT(DeskGet("/desk?checklist=clean&order=split").body, HasSubstr("value=\"split\" selected"));
  for (const char* bad : {"who=x", "checklist=x", "order=x", "state=x"}) {
    EXPECT_EQ(DeskGet(absl::StrCat("/desk?", bad)).status, 400) << bad;
  }
  EXPECT_EQ(DeskGet("/desk?q=" + std::string(201, 'a')).status, 400);
}

TEST_F(DeskQueueTest, WhatBlocksIsSaidAndOffersNoApproval) {
  EXPECT_THAT(DeskGet("/desk").body, HasSubstr("✓ clean"));
  aggregator_.SetChecklist({Item("No embargo <holds> it", false)});
  const std::string page = DeskGet("/desk").body;
  EXPECT_THAT(page, HasSubstr("No embargo &lt;holds&gt; it"));
  EXPECT_THAT(page, Not(HasSubstr("data-key=\"approve\"")));
}

TEST_F(DeskQueueTest, TakingSaysWhoIsOnItAndComesBackToTheFilter) {
  EXPECT_EQ(Assign("take").Header("Location").value_or(""), "/desk?state=drafted&done=take");
  EXPECT_THAT(DeskGet("/desk").body, HasSubstr("<strong>You</strong> until"));
  EXPECT_THAT(DeskGet("/desk/comparisons/gannet-vs-tern").body, HasSubstr("you are on it"));
  EXPECT_EQ(Assign("leave").status, 303);
  EXPECT_THAT(DeskGet("/desk").body, Not(HasSubstr("<strong>You</strong>")));
  EXPECT_EQ(Assign("steal").status, 400);
}

TEST_F(DeskQueueTest, WhatAnotherHasIsTakenOverOnlyExplicitly) {
  v1::AssignComparisonRequest request;
  request.mutable_assignment()->set_comparison_id("gannet-vs-tern");
  request.mutable_assignment()->set_editor("ann");
  ASSERT_TRUE(aggregator_.AssignComparison(request, absl::Seconds(1)).ok());
  EXPECT_THAT(DeskGet("/desk").body, HasSubstr("<strong>ann</strong> until"));
  const HttpResponse refused = Assign("take");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("ann is on it"));
  EXPECT_EQ(Assign("take-over").status, 303);
}

TEST_F(DeskQueueTest, SeveralAreApprovedEachOnTheHashSeenAndAnsweredForItself) {
  const std::string stale = Pick("gannet-vs-tern");
  aggregator_.ChangeTool(SampleTool("tern", "Tern", 4));
  const HttpResponse response = DecideSeveral("decision=approve" + Pick(kAvsB) + stale);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("Approved 1, refused 1"));
  EXPECT_THAT(response.body, HasSubstr("the content has changed since"));
  EXPECT_EQ(aggregator_.State(kAvsB), v1::Comparison::APPROVED);
  EXPECT_EQ(aggregator_.State("gannet-vs-tern"), v1::Comparison::DRAFTED);
}

TEST_F(DeskQueueTest, SeveralAreRejectedOrSentBackWithOneReason) {
  EXPECT_EQ(DecideSeveral("decision=reject" + Pick(kAvsB)).status, 400);
  EXPECT_EQ(DecideSeveral("decision=reject&reason=thin").status, 400);
  EXPECT_EQ(DecideSeveral("decision=withdraw&reason=x" + Pick(kAvsB)).status, 400);
  EXPECT_THAT(DecideSeveral("decision=reject&reason=thin" + Pick(kAvsB) + Pick("gannet-vs-tern")).body,
              HasSubstr("Rejected 2"));
  for (const v1::Decision& decision : aggregator_.decisions()) {
    EXPECT_EQ(decision.reason(), "thin");
    EXPECT_EQ(decision.request_id(), absl::StrCat("q1-", decision.comparison_id()));
  }
}

TEST_F(DeskQueueTest, AWayBackLeadsNowhereElse) {
  for (const char* bad : {"https://evil.example/", "//evil.example", "/\\evil", "/desktop", "/desk/ x", ""}) {
    EXPECT_EQ(LocalPath(bad, "/desk"), "/desk") << bad;
  }
  EXPECT_EQ(LocalPath("/desk?state=drafted&q=a", "/desk"), "/desk?state=drafted&q=a");
  EXPECT_EQ(WithDone("/desk?a=b#c", "take"), "/desk?a=b&done=take#c");
}

// A page of the desk that listens, on a connection of its own.
class DeskEventsTest : public DeskQueueTest {
 protected:
  // What came until the server closed; the session ends after `act`.
  std::string Listen(const std::string& query, const std::function<void()>& act) {
    std::string answer;
    std::thread page([&] {
      answer = SendHttp(service_->port(), {"GET", "/desk/events?" + query, {{"Cookie", cookie_}}, ""}).body;
    });
    act();
    page.join();
    return answer;
  }
};

TEST_F(DeskEventsTest, AListThatIsNotTheOneSeenIsSaidSo) {
  EXPECT_THAT(Listen("state=drafted&seen=old", [] {}),
              HasSubstr("event: notice\ndata: This list has changed"));
}

TEST_F(DeskEventsTest, AComparisonDecidedMeanwhileIsSaidSoByWhom) {
  Publish(kAvsB);
  EXPECT_THAT(Listen(absl::StrCat("comparison=", kAvsB, "&seen=old"), [] {}),
              HasSubstr("data: Approved by editor since you opened it"));
}

TEST_F(DeskEventsTest, SigningOutEndsTheStream) {
  const std::string answer =
      Listen("state=drafted", [this] { EXPECT_EQ(DeskPost("/desk/sign-out", "").status, 303); });
  EXPECT_THAT(answer, testing::AnyOf(HasSubstr("event: ended"), testing::IsEmpty()));
}

TEST_F(DeskEventsTest, AFifthPageOfASessionTakesThePlaceOfItsOldest) {
  absl::Notification full;
  std::atomic<int> replaced = 0;
  std::vector<std::thread> pages;
  for (int i = 0; i < 5; ++i) {
    pages.emplace_back([&] {
      const std::string answer = Listen("state=drafted", [] {});
      if (answer.find("event: full") != std::string::npos && ++replaced == 1) full.Notify();
    });
  }
  EXPECT_TRUE(full.WaitForNotificationWithTimeout(absl::Seconds(20)));
  EXPECT_EQ(DeskPost("/desk/sign-out", "").status, 303);
  for (std::thread& page : pages) page.join();
  EXPECT_EQ(replaced, 1);
}

TEST_F(DeskEventsTest, NoStreamWithoutASessionOrForANonsenseFilter) {
  EXPECT_EQ(DeskGet("/desk/events?state=nonsense").status, 400);
  EXPECT_EQ(Get("/desk/events").status, 303);
}

}  // namespace
}  // namespace seaworthy
