#include "services/publisher/edition/subscribers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class SubscribersTest : public ::testing::Test {
 protected:
  SubscribersTest()
      : store_(*PeopleStore::OpenInMemory()),
        ledger_(store_.get(), &clock_),
        subscribers_(store_.get(), &ledger_, &clock_) {}

  absl::Status Ask(const std::string& address = "ada@example.org") {
    return subscribers_.Ask(address, "Weekly.");
  }
  std::string IdOf(const std::string& address = "ada@example.org") {
    const auto found = subscribers_.FindByAddress(address);
    return found.ok() && found->has_value() ? (*found)->subscriber_id() : "";
  }
  v1::Subscriber::State State() { return subscribers_.Get(IdOf())->state(); }
  size_t Mails() { return ledger_.List("", v1::MailEntry::QUEUED, 100)->size(); }
  // Every key and value there is.
  std::string Everything() {
    std::string all;
    for (const Family family : {Family::kSubscribers, Family::kMails}) {
      EXPECT_TRUE(store_
                      ->Scan(family, "", "",
                             [&](std::string_view key, std::string_view value) {
                               absl::StrAppend(&all, std::string(key), std::string(value));
                               return true;
                             })
                      .ok());
    }
    return all;
  }

  FakeClock clock_;
  std::unique_ptr<PeopleStore> store_;
  MailLedger ledger_;
  Subscribers subscribers_;
};

TEST_F(SubscribersTest, TheRecordOfAnAddressHoldsItsMailsAndWhatOutlivesErasure) {
  ASSERT_TRUE(Ask().ok());
  ASSERT_TRUE(Ask("bob@example.org").ok());
  const auto record = subscribers_.RecordOf("Ada@Example.org");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->subscriber->subscriber_id(), IdOf());
  EXPECT_THAT(record->mails, SizeIs(1));
  ASSERT_TRUE(subscribers_.EraseAddress("ada@example.org").ok());
  const auto erased = subscribers_.RecordOf("ada@example.org");
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_FALSE(erased->subscriber.has_value());
  EXPECT_EQ(erased->history.confirmation_times_size(), 1);
  EXPECT_THAT(erased->mails, SizeIs(0));
}

TEST_F(SubscribersTest, WhoAsksIsPendingUntilTheLinkIsConfirmed) {
  ASSERT_TRUE(Ask().ok());
  EXPECT_EQ(State(), v1::Subscriber::PENDING);
  EXPECT_EQ(Mails(), 1u);
  const auto found = subscribers_.FindByConfirmToken(subscribers_.ConfirmToken(IdOf()));
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(subscribers_.Confirm(found->subscriber_id()).ok());
  EXPECT_EQ(State(), v1::Subscriber::CONFIRMED);
  EXPECT_EQ(subscribers_.Get(IdOf())->consent(), "Weekly.");
}

TEST_F(SubscribersTest, OneConfirmationADayThreeEver) {
  for (int hour = 0; hour < 24 * 10; ++hour) {
    ASSERT_TRUE(Ask().ok());
    ASSERT_TRUE(Ask("ADA@example.org").ok());
    clock_.Advance(absl::Hours(1));
  }
  EXPECT_EQ(Mails(), 3u);
}

TEST_F(SubscribersTest, TheCapsOutliveErasure) {
  for (int day = 0; day < 5; ++day) {
    ASSERT_TRUE(Ask().ok());
    if (!IdOf().empty()) {
      ASSERT_TRUE(subscribers_.Erase(IdOf()).ok());
    }
    clock_.Advance(absl::Hours(25));
  }
  EXPECT_EQ(Mails(), 3u);
}

TEST_F(SubscribersTest, ErasureLeavesNoAddress) {
  ASSERT_TRUE(Ask().ok());
  EXPECT_THAT(Everything(), HasSubstr("ada@"));
  ASSERT_TRUE(subscribers_.EraseAddress("Ada@Example.org").ok());
  EXPECT_THAT(Everything(), Not(HasSubstr("ada@")));
  EXPECT_TRUE(subscribers_.EraseAddress("nobody@example.org").ok());
}

TEST_F(SubscribersTest, ALinkEndsAfterTwoDaysAndAForgedOneNeverWorks) {
  ASSERT_TRUE(Ask().ok());
  const std::string token = subscribers_.ConfirmToken(IdOf());
  std::string later = token;
  later.replace(later.find('.') + 1, 1, "9");
  EXPECT_TRUE(absl::IsNotFound(subscribers_.FindByConfirmToken(later).status()));
  EXPECT_TRUE(absl::IsNotFound(subscribers_.FindByConfirmToken(subscribers_.LeaveToken(IdOf())).status()));
  EXPECT_TRUE(absl::IsNotFound(subscribers_.FindByLeaveToken(token).status()));
  for (const std::string bad : {"", ".", "..", "x.y", "a.1.b"}) {
    EXPECT_TRUE(absl::IsNotFound(subscribers_.FindByConfirmToken(bad).status())) << bad;
  }
  clock_.Advance(absl::Hours(49));
  EXPECT_TRUE(absl::IsDeadlineExceeded(subscribers_.FindByConfirmToken(token).status()));
}

TEST_F(SubscribersTest, WhoHasLeftDoesNotComeBackByAnOldLink) {
  ASSERT_TRUE(Ask().ok());
  const std::string id = IdOf();
  ASSERT_TRUE(subscribers_.Leave(id).ok());
  ASSERT_TRUE(subscribers_.Confirm(id).ok());
  EXPECT_EQ(State(), v1::Subscriber::UNSUBSCRIBED);
}

TEST_F(SubscribersTest, WhoHasLeftMayAskAgain) {
  ASSERT_TRUE(Ask().ok());
  ASSERT_TRUE(subscribers_.Leave(IdOf()).ok());
  clock_.Advance(absl::Hours(25));
  ASSERT_TRUE(Ask().ok());
  EXPECT_EQ(State(), v1::Subscriber::PENDING);
}

TEST_F(SubscribersTest, ThreeSoftBouncesInAMonthSuspend) {
  ASSERT_TRUE(Ask().ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(subscribers_.NoteSoftBounce(IdOf(), "mailbox full").ok());
  clock_.Advance(absl::Hours(24 * 31));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(subscribers_.NoteSoftBounce(IdOf(), "mailbox full").ok());
  EXPECT_EQ(State(), v1::Subscriber::PENDING);
  ASSERT_TRUE(subscribers_.NoteSoftBounce(IdOf(), "mailbox full").ok());
  EXPECT_EQ(State(), v1::Subscriber::SUSPENDED);
}

TEST_F(SubscribersTest, ManyWhoAskAtOnceWithOneAddressGetOneMail) {
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) threads.emplace_back([this] { EXPECT_TRUE(Ask().ok()); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Mails(), 1u);
}

TEST_F(SubscribersTest, WhoDoesNotConfirmIsForgotten) {
  ASSERT_TRUE(subscribers_.Ask("ada@example.org", "Weekly.").ok());
  EXPECT_EQ(*subscribers_.ForgetUnconfirmed(), 0u);
  clock_.Advance(Subscribers::kForgetAfter + absl::Minutes(1));
  ASSERT_TRUE(subscribers_.Ask("ben@example.org", "Weekly.").ok());
  EXPECT_EQ(*subscribers_.ForgetUnconfirmed(), 1u);
  EXPECT_FALSE((*subscribers_.FindByAddress("ada@example.org")).has_value());
  EXPECT_TRUE((*subscribers_.FindByAddress("ben@example.org")).has_value());
}

TEST_F(SubscribersTest, AThousandWaitAtMost) {
  for (size_t i = 0; i < Subscribers::kMaxPending; ++i)
    ASSERT_TRUE(Ask(absl::StrCat("a", i, "@example.org")).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Ask("late@example.org")));
  EXPECT_EQ(subscribers_.Count()->pending, Subscribers::kMaxPending);
}

TEST_F(SubscribersTest, ConfirmedOnesComePageByPage) {
  for (int i = 0; i < 5; ++i) {
    const std::string address = absl::StrCat("a", i, "@example.org");
    ASSERT_TRUE(Ask(address).ok());
    if (i != 2) {
      ASSERT_TRUE(subscribers_.Confirm(IdOf(address)).ok());
    }
  }
  const auto first = subscribers_.ConfirmedAfter("", 3);
  ASSERT_THAT(*first, SizeIs(3));
  EXPECT_THAT(*subscribers_.ConfirmedAfter(first->back(), 3), SizeIs(1));
}

}  // namespace
}  // namespace seaworthy
