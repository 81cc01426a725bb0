#include "services/publisher/edition/mail_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A server that answers as it is told, OK where it is told nothing.
class Server : public Mailer {
 public:
  absl::Status Send(const Mail& mail) override {
    sent_.push_back(mail);
    absl::Status answer = absl::OkStatus();
    if (!answers.empty()) {
      answer = answers.front();
      answers.pop_front();
    }
    // What is not taken for now is refused before its last bytes.
    if (!absl::IsUnavailable(answer)) {
      if (absl::Status went = mail.before_end(); !went.ok()) return went;
    }
    if (answer.ok()) ++taken;
    return answer;
  }
  std::deque<absl::Status> answers;
  std::vector<Mail> sent_;
  int taken = 0;
};

class MailSenderTest : public ::testing::Test {
 protected:
  MailSenderTest()
      : store_(*PeopleStore::OpenInMemory()),
        ledger_(store_.get(), &clock_),
        subscribers_(store_.get(), &ledger_, &clock_),
        sender_(
            {.ledger = &ledger_,
             .subscribers = &subscribers_,
             .mailer = &server_,
             .clock = &clock_,
             .compose = [this](const v1::MailEntry& entry, const v1::Subscriber&) { return Compose(entry); },
             .id_domain = "example.org"}) {}

  absl::StatusOr<Mail> Compose(const v1::MailEntry& entry) {
    if (!composes_.ok()) return composes_;
    Mail mail;
    mail.subject = entry.edition_id();
    mail.text = "What happened this week.";
    return mail;
  }
  // A confirmed subscriber's id.
  std::string Subscribe(const std::string& address) {
    EXPECT_TRUE(subscribers_.Ask(address, "Weekly.").ok());
    std::string id = (*subscribers_.FindByAddress(address))->subscriber_id();
    EXPECT_TRUE(subscribers_.Confirm(id).ok());
    EXPECT_TRUE(sender_.SendDue().ok());  // The confirmation is cancelled: it is confirmed.
    return id;
  }
  // Has the edition wait for a subscriber; the mail's id.
  std::string QueueFor(const std::string& id) {
    v1::MailEntry entry;
    entry.set_mail_id(absl::StrCat("edition/w1/", id));
    entry.set_kind(v1::MailEntry::EDITION);
    entry.set_edition_id("w1");
    entry.set_subscriber_id(id);
    EXPECT_TRUE(ledger_.Add({entry}).ok());
    return entry.mail_id();
  }
  std::string Queue() { return QueueFor(Subscribe("ada@example.org")); }
  v1::MailEntry::State StateOf(const std::string& id) { return ledger_.Get(id)->state(); }

  FakeClock clock_;
  std::unique_ptr<PeopleStore> store_;
  MailLedger ledger_;
  Subscribers subscribers_;
  Server server_;
  absl::Status composes_;
  MailSender sender_;
};

TEST_F(MailSenderTest, WhatTheServerTookIsSentOnce) {
  const std::string id = Queue();
  EXPECT_EQ(*sender_.SendDue(), 1);
  EXPECT_EQ(StateOf(id), v1::MailEntry::SENT);
  EXPECT_EQ(*sender_.SendDue(), 0);
  EXPECT_TRUE(ledger_.Add({*ledger_.Get(id)}).ok());
  EXPECT_EQ(*sender_.SendDue(), 0);
  EXPECT_THAT(server_.sent_, SizeIs(1));
  EXPECT_EQ(server_.sent_[0].to, "ada@example.org");
}

TEST_F(MailSenderTest, ForNowIsTriedAgainAndInTheEndGivenUp) {
  const std::string id = Queue();
  server_.answers.assign(20, absl::UnavailableError("451 greylisted"));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(sender_.SendDue().ok());
    clock_.Advance(absl::Hours(24));
  }
  EXPECT_EQ(StateOf(id), v1::MailEntry::FAILED);
  EXPECT_THAT(server_.sent_, SizeIs(8));
  EXPECT_EQ(server_.sent_[0].message_id, server_.sent_[7].message_id);
}

TEST_F(MailSenderTest, ARefusedRecipientIsSuspended) {
  const std::string id = Queue();
  server_.answers = {absl::NotFoundError("550 no such user")};
  ASSERT_TRUE(sender_.SendDue().ok());
  EXPECT_EQ(StateOf(id), v1::MailEntry::FAILED);
  EXPECT_EQ((*subscribers_.FindByAddress("ada@example.org"))->state(), v1::Subscriber::SUSPENDED);
}

TEST_F(MailSenderTest, WhatMayHaveBeenTakenWaitsForAnEditor) {
  const std::string id = Queue();
  server_.answers = {absl::UnknownError("the connection ended")};
  ASSERT_TRUE(sender_.SendDue().ok());
  EXPECT_EQ(StateOf(id), v1::MailEntry::UNKNOWN);
  clock_.Advance(absl::Hours(1000));
  EXPECT_EQ(*sender_.SendDue(), 0);
  ASSERT_TRUE(ledger_.Resolve(id, true).ok());
  EXPECT_EQ(*sender_.SendDue(), 1);
  EXPECT_EQ(StateOf(id), v1::MailEntry::SENT);
  EXPECT_TRUE(absl::IsFailedPrecondition(ledger_.Resolve(id, true)));
}

TEST_F(MailSenderTest, AfterACrashBeforeTheLastBytesItIsSent) {
  const std::string id = Queue();
  ASSERT_TRUE((*ledger_.Take()).has_value());
  ASSERT_TRUE(ledger_.Recover().ok());
  EXPECT_EQ(*sender_.SendDue(), 1);
  EXPECT_EQ(StateOf(id), v1::MailEntry::SENT);
}

TEST_F(MailSenderTest, AfterACrashWithTheLastBytesItIsInDoubt) {
  const std::string id = Queue();
  std::optional<v1::MailEntry> taken = *ledger_.Take();
  ASSERT_TRUE(ledger_.Commit(*taken).ok());
  ASSERT_TRUE(ledger_.Recover().ok());
  EXPECT_EQ(StateOf(id), v1::MailEntry::UNKNOWN);
  EXPECT_EQ(*sender_.SendDue(), 0);
}

TEST_F(MailSenderTest, WhoHasLeftMeanwhileGetsNothing) {
  const std::string id = Queue();
  ASSERT_TRUE(subscribers_.Leave((*subscribers_.FindByAddress("ada@example.org"))->subscriber_id()).ok());
  ASSERT_TRUE(sender_.SendDue().ok());
  EXPECT_EQ(StateOf(id), v1::MailEntry::CANCELLED);
  EXPECT_THAT(server_.sent_, IsEmpty());
}

TEST_F(MailSenderTest, WhereTheServerWillNotHaveUsNothingIsSentForAWhile) {
  const std::string first = Subscribe("ada@example.org");
  const std::string second = Subscribe("ben@example.org");
  QueueFor(first);
  QueueFor(second);
  server_.answers = {absl::FailedPreconditionError("535 sign-in refused")};
  ASSERT_TRUE(sender_.SendDue().ok());
  EXPECT_THAT(server_.sent_, SizeIs(1));
  EXPECT_THAT(sender_.Trouble(), HasSubstr("535"));
  clock_.Advance(absl::Minutes(16));
  ASSERT_TRUE(sender_.SendDue().ok());
  EXPECT_EQ(server_.taken, 2);
  EXPECT_THAT(sender_.Trouble(), IsEmpty());
}

TEST_F(MailSenderTest, WhileTheAggregatorIsAwayMailsWaitAndNoAttemptCounts) {
  const std::string id = Queue();
  composes_ = absl::UnavailableError("the aggregator does not answer");
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(absl::IsUnavailable(sender_.SendDue().status()));
  EXPECT_EQ(StateOf(id), v1::MailEntry::QUEUED);
  EXPECT_EQ(ledger_.Get(id)->attempts(), 0U);
  composes_ = absl::OkStatus();
  EXPECT_EQ(*sender_.SendDue(), 1);
  EXPECT_EQ(StateOf(id), v1::MailEntry::SENT);
}

TEST_F(MailSenderTest, WhatCannotBeComposedIsTriedAgain) {
  const std::string id = Queue();
  composes_ = absl::InternalError("the edition cannot be read");
  ASSERT_TRUE(sender_.SendDue().ok());
  EXPECT_EQ(StateOf(id), v1::MailEntry::QUEUED);
}

TEST_F(MailSenderTest, TheThreadSendsWhatIsDue) {
  const std::string id = Queue();
  ASSERT_TRUE(sender_.Start().ok());
  while (StateOf(id) != v1::MailEntry::SENT) std::this_thread::yield();
  sender_.Stop();
}

}  // namespace
}  // namespace seaworthy
