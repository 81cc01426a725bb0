#include "services/publisher/edition/mail_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/timestamps.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/fake_mailer.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class MailRoomTest : public ::testing::Test {
 protected:
  MailRoomTest()
      : store_(*PeopleStore::OpenInMemory()),
        templates_(*TemplateSet::Load("web/templates")),
        room_(Options()) {}

  MailRoom::Options Options() {
    return {.store = store_.get(),
            .aggregator = &aggregator_,
            .mailer = &mailer_,
            .templates = templates_.get(),
            .clock = &clock_,
            .texts = *MailTexts::Load("web"),
            .base_url = [] { return std::string("https://example.org"); },
            .id_domain = "example.org"};
  }
  std::string Subscribe(const std::string& address) {
    EXPECT_TRUE(room_.subscribers().Ask(address, "Weekly.").ok());
    std::string id = (*room_.subscribers().FindByAddress(address))->subscriber_id();
    EXPECT_TRUE(room_.subscribers().Confirm(id).ok());
    EXPECT_TRUE(room_.SendDue().ok());
    return id;
  }
  // A moment later an edition is approved.
  void Approve(const std::string& id = "2026-W06") {
    clock_.Advance(absl::Minutes(1));
    v1::Edition edition;
    edition.set_edition_id(id);
    edition.set_title("Week 06 & <b>more</b>");
    edition.set_introduction("Hello,\nreaders.\n\nA \"good\" week.");
    edition.set_state(v1::Edition::APPROVED);
    SetTimestamp(clock_.Now(), edition.mutable_decide_time());
    v1::EditionItem* item = edition.add_items();
    item->set_kind(v1::EditionItem::PUBLISHED);
    item->set_title("Ada vs <script>alert(1)</script>");
    item->set_text("Ada: 1 of 2 say ship.");
    item->set_path("/compare/ada-vs-bob");
    aggregator_.AddEdition(edition);
  }
  uint64_t Queued(const std::string& id = "2026-W06") { return room_.ledger().Count(id)->queued; }

  FakeClock clock_;
  FakeAggregator aggregator_;
  FakeMailer mailer_;
  std::unique_ptr<PeopleStore> store_;
  std::unique_ptr<TemplateSet> templates_;
  MailRoom room_;
};

TEST_F(MailRoomTest, AnApprovedEditionGoesToEverySubscriberOnce) {
  for (int i = 0; i < 450; ++i) Subscribe(absl::StrCat("reader", i, "@example.org"));
  Approve();
  ASSERT_TRUE(room_.QueueApproved().ok());
  ASSERT_TRUE(room_.QueueApproved().ok());
  EXPECT_EQ(Queued(), 450u);
  ASSERT_TRUE(room_.SendDue().ok());
  ASSERT_TRUE(room_.QueueApproved().ok());
  ASSERT_TRUE(room_.SendDue().ok());
  EXPECT_THAT(mailer_.taken(), SizeIs(450));
  EXPECT_THAT(mailer_.To("reader7@example.org"), SizeIs(1));
}

TEST_F(MailRoomTest, ADraftGoesToNobody) {
  Subscribe("ada@example.org");
  v1::Edition edition;
  edition.set_edition_id("2026-W06");
  edition.set_state(v1::Edition::DRAFTED);
  aggregator_.AddEdition(edition);
  ASSERT_TRUE(room_.QueueApproved().ok());
  EXPECT_EQ(Queued(), 0u);
}

TEST_F(MailRoomTest, WhereAnAggregatorAnswersThatHasSeenLessItsMailsWait) {
  Subscribe("ada@example.org");
  Approve();
  ASSERT_TRUE(room_.QueueApproved().ok());
  v1::Edition before;
  before.set_edition_id("2026-W06");
  before.set_state(v1::Edition::DRAFTED);
  aggregator_.AddEdition(before);
  ASSERT_TRUE(room_.SendDue().ok());
  EXPECT_EQ(Queued(), 1u);
  Approve();
  ASSERT_TRUE(room_.SendDue().ok());
  EXPECT_THAT(mailer_.To("ada@example.org"), SizeIs(1));
}

TEST_F(MailRoomTest, WhoConfirmsAfterTheApprovalGetsTheNextOne) {
  Approve();
  clock_.Advance(absl::Minutes(1));
  Subscribe("late@example.org");
  ASSERT_TRUE(room_.QueueApproved().ok());
  EXPECT_EQ(Queued(), 0u);
  Approve("2026-W07");
  ASSERT_TRUE(room_.QueueApproved().ok());
  EXPECT_EQ(Queued("2026-W07"), 1u);
}

TEST_F(MailRoomTest, WhatAnotherProcessHadBegunIsGoneOnWith) {
  Subscribe("ada@example.org");
  Approve();
  ASSERT_TRUE(room_.QueueApproved().ok());
  MailRoom next(Options());
  ASSERT_TRUE(next.QueueApproved().ok());
  ASSERT_TRUE(next.SendDue().ok());
  EXPECT_THAT(mailer_.taken(), SizeIs(1));
}

TEST_F(MailRoomTest, TheTextIsPlainAndTheHtmlEscaped) {
  Subscribe("ada@example.org");
  Approve();
  ASSERT_TRUE(room_.QueueApproved().ok());
  ASSERT_TRUE(room_.SendDue().ok());
  ASSERT_THAT(mailer_.taken(), SizeIs(1));
  const Mail mail = mailer_.taken()[0];
  EXPECT_EQ(mail.subject, "Week 06 & <b>more</b>");
  EXPECT_THAT(mail.text, HasSubstr("Hello, readers.\n\nA \"good\" week.\n\n== New comparisons =="));
  EXPECT_THAT(mail.text, HasSubstr("\nAda vs <script>alert(1)</script>\nAda: 1 of 2 say ship.\n"
                                   "https://example.org/compare/ada-vs-bob\n"));
  EXPECT_THAT(mail.html, HasSubstr("Ada vs &lt;script&gt;"));
  EXPECT_THAT(mail.html, Not(HasSubstr("<script>")));
}

TEST_F(MailRoomTest, EveryMailCanBeLeftWithOneClick) {
  const std::string id = Subscribe("ada@example.org");
  Approve();
  ASSERT_TRUE(room_.QueueApproved().ok());
  ASSERT_TRUE(room_.SendDue().ok());
  const Mail mail = mailer_.taken().at(0);
  const std::string leave =
      absl::StrCat("https://example.org/unsubscribe/", room_.subscribers().LeaveToken(id));
  EXPECT_EQ(mail.headers[0].second, absl::StrCat("<", leave, ">"));
  EXPECT_EQ(mail.headers[1].second, "List-Unsubscribe=One-Click");
  EXPECT_THAT(mail.text, HasSubstr(leave));
  EXPECT_THAT(mail.html, HasSubstr(leave));
}

TEST_F(MailRoomTest, AConfirmationCarriesItsLink) {
  ASSERT_TRUE(room_.subscribers().Ask("ada@example.org", "Weekly.").ok());
  ASSERT_TRUE(room_.SendDue().ok());
  ASSERT_THAT(mailer_.taken(), SizeIs(1));
  const std::string text = mailer_.taken()[0].text;
  const size_t at = text.find("https://example.org/subscribe/confirm/");
  ASSERT_NE(at, std::string::npos) << text;
  const std::string token = text.substr(at + 38, text.find('\n', at) - at - 38);
  EXPECT_TRUE(room_.subscribers().FindByConfirmToken(token).ok()) << token;
}

TEST_F(MailRoomTest, TheThreadFindsWhatWasApproved) {
  Subscribe("ada@example.org");
  ASSERT_TRUE(room_.Start().ok());
  Approve();
  room_.Approved();
  while (mailer_.taken().empty()) std::this_thread::yield();
  room_.Stop();
  EXPECT_THAT(mailer_.taken(), SizeIs(1));
}

}  // namespace
}  // namespace seaworthy
