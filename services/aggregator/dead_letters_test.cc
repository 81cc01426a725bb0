// What consumers gave up on, with real subscriptions of a real log. After each
// test the log must make the same state again.
#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

class DeadLettersTest : public EditorialFixture {
 protected:
  DeadLettersTest() {
    reviewer_ = Subscribe("reviewer.dx", "review.requested");
    reader_ = Subscribe("ingest", "announcement.received");
  }
  ~DeadLettersTest() override {
    reviewer_.reset();
    reader_.reset();
  }

  std::unique_ptr<Subscription> Subscribe(const std::string& name, const std::string& subject) {
    SubscriptionOptions options;
    options.name = name;
    options.subjects = {subject};
    return log_->Subscribe(options).value();
  }
  // Its next delivery is given up on; returns the record's sequence.
  static uint64_t GiveUp(Subscription& consumer, const std::string& reason = "cannot be read") {
    const auto deliveries = consumer.Fetch(1, absl::Seconds(10)).value();
    EXPECT_EQ(deliveries.size(), 1u);
    EXPECT_TRUE(consumer.Reject(deliveries.at(0), reason).ok());
    return deliveries.at(0).record.sequence;
  }
  std::vector<v1::DeadLetterView> Letters(int page_size = 0) {
    v1::ListDeadLettersRequest request;
    request.set_page_size(page_size);
    std::vector<v1::DeadLetterView> letters;
    do {
      const auto page = service_->ListDeadLetters(request).value();
      letters.insert(letters.end(), page.letters().begin(), page.letters().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return letters;
  }
  absl::Status Replay(const std::string& subscription, uint64_t sequence) {
    v1::ReplayDeadLetterRequest request;
    request.set_subscription(subscription);
    request.set_sequence(sequence);
    request.set_editor("eve");
    const absl::Status replayed = service_->ReplayDeadLetter(request).status();
    Settle();
    return replayed;
  }
  v1::Announcement Announcement(const std::string& id) {
    v1::GetAnnouncementRequest request;
    request.set_announcement_id(id);
    return service_->GetAnnouncement(request).value();
  }

  std::unique_ptr<Subscription> reviewer_;
  std::unique_ptr<Subscription> reader_;
};

TEST_F(DeadLettersTest, LettersAreListedNewestFirstWithWhatTheyAreAbout) {
  const std::string first = Receive();
  const std::string second = Receive();
  const uint64_t sequence = GiveUp(*reader_, "no words in it");
  GiveUp(*reader_);
  Settle();
  ASSERT_EQ(Letters().size(), 2u);
  EXPECT_EQ(Letters(1)[0].about(), second);
  EXPECT_EQ(Letters(1)[1].about(), first);
  EXPECT_EQ(Letters()[1].letter().reason(), "no words in it");
  EXPECT_EQ(Letters()[1].letter().subscription(), "ingest");
  EXPECT_EQ(Letters()[1].letter().sequence(), sequence);
  EXPECT_FALSE(Letters()[1].replayed());
}

TEST_F(DeadLettersTest, AnAnnouncementDeliveredAgainIsReceivedAgain) {
  const std::string id = Receive();
  const uint64_t sequence = GiveUp(*reader_);
  Settle();
  ASSERT_EQ(Announcement(id).reject_code(), "dead_letter");
  ASSERT_TRUE(Replay("ingest", sequence).ok());
  EXPECT_EQ(Announcement(id).state(), v1::Announcement::RECEIVED);
  EXPECT_EQ(Announcement(id).reason(), "");
  EXPECT_TRUE(Letters()[0].replayed());
  const auto again = reader_->Fetch(1, absl::Seconds(10)).value();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].record.sequence, sequence);
  EXPECT_EQ(again[0].attempt, 1u);
}

TEST_F(DeadLettersTest, AReviewDeliveredAgainIsPendingAgain) {
  Tell({Model("Ada")});
  const uint64_t sequence = GiveUp(*reviewer_);
  Settle();
  ASSERT_EQ(Count("reviews.failed"), 1u);
  EXPECT_EQ(Letters()[0].about(), "ada");
  ASSERT_TRUE(Replay("reviewer.dx", sequence).ok());
  EXPECT_EQ(Count("reviews.failed"), 0u);
  EXPECT_EQ(Count("reviews.pending"), 2u);
  Review("ada");
  EXPECT_TRUE(Tool("ada").panel().full());
  EXPECT_EQ(Count("reviews.pending"), 0u);
}

TEST_F(DeadLettersTest, ALetterIsReplayedOnceAndANewOneAgain) {
  Receive();
  const uint64_t sequence = GiveUp(*reader_);
  Settle();
  ASSERT_TRUE(Replay("ingest", sequence).ok());
  const absl::Status refused = Replay("ingest", sequence);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Says(refused, "eve has had event")) << refused;
  ASSERT_EQ(GiveUp(*reader_), sequence);
  Settle();
  ASSERT_EQ(Letters().size(), 2u);
  EXPECT_FALSE(Letters()[0].replayed());
  EXPECT_TRUE(Letters()[1].replayed());
  EXPECT_TRUE(Replay("ingest", sequence).ok());
}

TEST_F(DeadLettersTest, WhatNobodyGaveUpOnIsNotFound) {
  Receive();
  Settle();
  EXPECT_EQ(Replay("ingest", 1).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Replay(std::string("in\0gest", 7), 1).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Letters().empty());
}

TEST_F(DeadLettersTest, AReviewAgainThatIsGivenUpLeavesTheOldVerdict) {
  Tell({Model("Ada")});
  ASSERT_TRUE(reviewer_->Ack(reviewer_->Fetch(1, absl::Seconds(10)).value().at(0)).ok());
  Review("ada");
  v1::RepeatReviewRequest request;
  request.mutable_repeat()->set_tool_id("ada");
  request.mutable_repeat()->set_persona_id("dx");
  request.mutable_repeat()->set_reason("too thin");
  ASSERT_TRUE(service_->RepeatReview(request).ok());
  Settle();
  const uint64_t sequence = GiveUp(*reviewer_);
  Settle();
  EXPECT_EQ(Count("reviews.pending"), 0u);
  EXPECT_EQ(Tool("ada").repeats_size(), 0);
  ASSERT_TRUE(Replay("reviewer.dx", sequence).ok());
  EXPECT_EQ(Count("reviews.pending"), 1u);
  EXPECT_EQ(Tool("ada").repeats_size(), 1);
}

}  // namespace
}  // namespace seaworthy
