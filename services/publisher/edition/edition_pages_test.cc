// Subscribing, leaving, the archive and the desk's pages, over HTTP.
#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/timestamps.h"
#include "services/publisher/edition/subscribe_pages.h"
#include "services/publisher/testing/fake_mailer.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kAda[] = R"({"address": "ada@example.org"})";

class EditionPagesTest : public PublisherFixture {
 protected:
  void SetUp() override {
    options_.mailer = &mailer_;
    options_.mail_domain = "example.org";
    options_.mails_per_second = 1000;
    PublisherFixture::SetUp();
  }
  // It sends while it lives.
  void TearDown() override { service_ = nullptr; }
  HttpResponse Post(const std::string& path, const std::string& body, HttpHeaders headers = {}) {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return SendHttp(service_->port(), {"POST", path, std::move(headers), body});
  }
  HttpResponse Ask(const std::string& address = "ada@example.org") {
    return Post("/subscribe", "address=" + address, {{"Origin", Origin()}});
  }
  std::vector<Mail> Inbox(size_t count = 1) {
    while (mailer_.To("ada@example.org").size() < count) std::this_thread::yield();
    return mailer_.To("ada@example.org");
  }
  // The path of a link in a mail.
  static std::string LinkIn(const Mail& mail, const std::string& path) {
    const size_t at = mail.text.find(path);
    EXPECT_NE(at, std::string::npos) << mail.text;
    return mail.text.substr(at, mail.text.find('\n', at) - at);
  }
  // Subscribes and confirms; the path to leave.
  std::string Subscribed() {
    EXPECT_EQ(Ask().status, 303);
    const Mail mail = Inbox()[0];
    EXPECT_EQ(Post(LinkIn(mail, "/subscribe/confirm/"), "").status, 200);
    return LinkIn(mail, "/unsubscribe/");
  }
  void Draft(v1::Edition::State state = v1::Edition::DRAFTED) {
    v1::Edition edition;
    edition.set_edition_id("2026-W06");
    edition.set_title("Week 06");
    edition.set_content_hash("abc");
    edition.set_state(state);
    v1::EditionItem* item = edition.add_items();
    item->set_item_id("published/ada-vs-bob");
    item->set_kind(v1::EditionItem::PUBLISHED);
    item->set_title("Ada vs Bob");
    item->set_path("/compare/ada-vs-bob");
    item = edition.add_items();
    item->set_item_id("changed/ada-vs-cleo");
    item->set_kind(v1::EditionItem::CHANGED);
    item->set_title("Ada vs Cleo");
    aggregator_.AddEdition(edition);
  }
  HttpResponse Decide(const std::string& fields) {
    return DeskPost("/desk/edition/2026-W06", absl::StrCat("content_hash=abc&request_id=r&", fields));
  }

  FakeMailer mailer_;
};

TEST_F(EditionPagesTest, AskingLeadsToAMailWhoseLinkAsksForAPress) {
  EXPECT_EQ(Ask().status, 303);
  const std::string confirm = LinkIn(Inbox()[0], "/subscribe/confirm/");
  const HttpResponse page = Get(confirm);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<button"));
  EXPECT_EQ(page.Header("Cache-Control").value_or(""), "no-store");
  // A prefetch confirmed nothing.
  EXPECT_THAT(Get(confirm).body, HasSubstr("<button"));
  EXPECT_THAT(Post(confirm, "").body, HasSubstr("You get the edition"));
  EXPECT_THAT(Get(confirm).body, Not(HasSubstr("<form action=\"/subscribe/confirm")));
}

TEST_F(EditionPagesTest, TheAnswerDoesNotTellWhoSubscribes) {
  const HttpResponse first = Ask();
  const HttpResponse second = Ask();
  EXPECT_EQ(first.status, second.status);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(first.Header("Location").value_or(""), second.Header("Location").value_or(""));
}

TEST_F(EditionPagesTest, WhatIsNoAddressIsNotRepeated) {
  const HttpResponse page = Ask("%3Cscript%3Ealert(1)%3C/script%3E");
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(page.body, Not(HasSubstr("alert(1)")));
}

TEST_F(EditionPagesTest, AnotherSitesFormIsRefused) {
  EXPECT_EQ(Post("/subscribe", "address=ada@example.org", {{"Origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(Post("/subscribe", "address=ada@example.org").status, 403);
  EXPECT_THAT(mailer_.taken(), IsEmpty());
}

TEST_F(EditionPagesTest, FiveAskAnHourFromOneNetwork) {
  for (int i = 0; i < AddressBlocks::kAnHour; ++i) {
    EXPECT_EQ(Ask(absl::StrCat("reader", i, "@example.org")).status, 303);
  }
  EXPECT_EQ(Ask("more@example.org").status, 429);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Ask("more@example.org").status, 303);
}

TEST_F(EditionPagesTest, OneClickLeavesWithoutCookieOrOrigin) {
  const std::string leave = Subscribed();
  EXPECT_EQ(Get(leave).status, 200);
  const HttpResponse left = Post(leave, "List-Unsubscribe=One-Click");
  EXPECT_EQ(left.status, 200);
  EXPECT_THAT(left.body, HasSubstr("You have left"));
  EXPECT_EQ(Post(leave, "List-Unsubscribe=One-Click").status, 200);
}

TEST_F(EditionPagesTest, WhatIsErasedIsGone) {
  const std::string leave = Subscribed();
  EXPECT_EQ(Post(leave + "/erase", "").status, 200);
  EXPECT_EQ(Get(leave).status, 404);
}

TEST_F(EditionPagesTest, AForgedLinkIsNobodys) {
  for (const char* path : {"/subscribe/confirm/x", "/unsubscribe/x.y", "/unsubscribe/%F0"}) {
    EXPECT_GE(Get(path).status, 400) << path;
    EXPECT_GE(Post(path, "").status, 400) << path;
  }
}

TEST_F(EditionPagesTest, WithoutMailNothingAsksForAnAddress) {
  EXPECT_THAT(Get("/").body, HasSubstr("action=\"/subscribe\""));
  options_.mailer = nullptr;
  Serve();
  EXPECT_THAT(Get("/").body, Not(HasSubstr("/subscribe")));
  EXPECT_THAT(Get("/editions").body, Not(HasSubstr("action=\"/subscribe\"")));
  EXPECT_EQ(Ask().status, 404);
}

TEST_F(EditionPagesTest, ReadersSeeWhatIsApprovedOnly) {
  Draft();
  EXPECT_EQ(Get("/editions/2026-W06").status, 404);
  EXPECT_THAT(Get("/editions").body, Not(HasSubstr("2026-W06")));
  Draft(v1::Edition::APPROVED);
  EXPECT_THAT(Get("/editions/2026-W06").body, HasSubstr("Ada vs Bob"));
  EXPECT_THAT(Get("/editions").body, HasSubstr("/editions/2026-W06"));
}

TEST_F(EditionPagesTest, AnApprovalOnTheDeskSendsTheMails) {
  Subscribed();
  SignIn();
  Draft();
  EXPECT_THAT(DeskGet("/desk/edition").body, HasSubstr("Week 06"));
  EXPECT_THAT(DeskGet("/desk/edition/2026-W06").body, HasSubstr("Approve"));
  EXPECT_EQ(Decide("decision=approve").status, 303);
  const Mail mail = Inbox(2)[1];
  EXPECT_EQ(mail.subject, "Week 06");
  EXPECT_THAT(DeskGet("/desk/edition/2026-W06").body, HasSubstr("It is out"));
}

TEST_F(EditionPagesTest, AnEditTakesItemsOutAndChoosesWhatLeads) {
  SignIn();
  Draft();
  EXPECT_EQ(Decide("decision=edit&title=Good&introduction=One%0D%0A%0D%0ATwo&lead=1").status, 303);
  ASSERT_THAT(aggregator_.edition_decisions(), SizeIs(1));
  const v1::EditionDecision decision = aggregator_.edition_decisions()[0];
  EXPECT_EQ(decision.introduction(), "One\n\nTwo");
  EXPECT_THAT(decision.item_ids(), ::testing::ElementsAre("changed/ada-vs-cleo", "published/ada-vs-bob"));
}

TEST_F(EditionPagesTest, AStaleApprovalChangesNothing) {
  SignIn();
  Draft();
  EXPECT_EQ(DeskPost("/desk/edition/2026-W06", "content_hash=old&decision=approve").status, 409);
  EXPECT_THAT(aggregator_.edition_decisions(), IsEmpty());
}

TEST_F(EditionPagesTest, AMailInDoubtWaitsOnTheDesk) {
  Subscribed();
  SignIn();
  Draft();
  mailer_.Answer(absl::UnknownError("the connection ended"));
  EXPECT_EQ(Decide("decision=approve").status, 303);
  while (!absl::StrContains(DeskGet("/desk/edition").body, "in doubt</span>")) std::this_thread::yield();
  const std::string page = DeskGet("/desk/edition").body;
  EXPECT_THAT(page, Not(HasSubstr("ada@example.org")));
  const size_t at = page.find("edition/2026-W06/");
  const std::string mail = page.substr(at, page.find('"', at) - at);
  mailer_.Answer(absl::OkStatus());
  EXPECT_EQ(DeskPost("/desk/mails", absl::StrCat("do=again&mail_id=", mail)).status, 303);
  EXPECT_EQ(Inbox(2)[1].subject, "Week 06");
}

TEST_F(EditionPagesTest, AHardBounceSuspends) {
  Subscribed();
  const std::string bounce =
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
      "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
      "Final-Recipient: rfc822; ada@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
      "Diagnostic-Code: smtp; 550 no such user\r\n\r\n--b--\r\n";
  const HttpResponse answer = ApiPost("/bounces", bounce, {{"Content-Type", "message/rfc822"}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("suspended"));
  EXPECT_EQ(ApiPost("/bounces", "hello", {{"Content-Type", "message/rfc822"}}).status, 400);
}

TEST_F(EditionPagesTest, WhoHasARightToItLearnsAllThatIsKeptAndHasItErased) {
  Subscribed();
  const std::string kept = ApiPost("/subscribers/export", kAda).body;
  for (const char* part : {"\"state\": \"confirmed\"", "\"kind\": \"confirmation\"", "\"known\": true"}) {
    EXPECT_THAT(kept, HasSubstr(part));
  }
  SignIn();
  EXPECT_THAT(DeskPost("/desk/subscribers/show", "address=ada@example.org").body, HasSubstr("confirmed"));
  EXPECT_EQ(ApiPost("/subscribers/erase", kAda).status, 204);
  EXPECT_THAT(ApiPost("/subscribers/export", kAda).body, HasSubstr("\"known\": false"));
}

TEST_F(EditionPagesTest, WhatIsNoAddressCannotBeAskedFor) {
  for (const char* body : {"", "{}", "[]", "{\"address\": 7}", "{\"address\": \"<ada>\"}"}) {
    EXPECT_EQ(ApiPost("/subscribers/export", body).status, 400) << body;
    EXPECT_EQ(ApiPost("/subscribers/erase", body).status, 400) << body;
  }
}

TEST(AddressBlocksTest, NetworksAreCountedApart) {
  FakeClock clock;
  AddressBlocks blocks(&clock);
  for (int i = 0; i < AddressBlocks::kAnHour; ++i) EXPECT_TRUE(blocks.MayPass(absl::StrCat("192.0.2.", i)));
  EXPECT_FALSE(blocks.MayPass("::ffff:192.0.2.99"));
  EXPECT_TRUE(blocks.MayPass("192.0.3.1"));
  for (int i = 0; i < AddressBlocks::kAnHour; ++i) {
    EXPECT_TRUE(blocks.MayPass(absl::StrCat("2001:db8:1:", i, "::1")));
  }
  EXPECT_FALSE(blocks.MayPass("2001:db8:1:ffff::1"));
  EXPECT_TRUE(blocks.MayPass("2001:db8:2::1"));
}

}  // namespace
}  // namespace seaworthy
