// A log whose connection answers late, wrongly or not at all.
#include <thread>

#include "common/log_copy_test_support.h"
#include "common/nats/journal_format.h"
#include "common/nats/nats_fault_test_fixture.h"

namespace seaworthy {
namespace {

class NatsJournalFaultTest : public NatsFaultFixture {
 protected:
  // Of four records `log` is not sent the second.
  void DropOne(EventLog& log, EventLog& writer) {
    AppendTo(writer, 1, 1);
    ASSERT_TRUE(ReadUpTo(log, 1).ok());
    faults_.Fail("Next", absl::DataLossError("dropped"), 1);
    AppendTo(writer, 2, 4);
  }
  // More than a message holds.
  static std::vector<NewEvent> LargeBatch() {
    std::vector<NewEvent> batch;
    for (int i = 0; i < 6; ++i)
      batch.push_back({absl::StrCat("large ", i), "test.made", std::string(kMaxPayloadBytes, 'p')});
    return batch;
  }
  // More than a process keeps whole: the first are read from the server.
  static void AppendMuch(EventLog& log) {
    for (int i = 0; i < 20; ++i) {
      const std::string payload(250'000, 'x');
      const std::vector<NewEvent> batch = {{absl::StrCat("much ", i), "test.made", payload},
                                           {absl::StrCat("much, too ", i), "test.made", payload}};
      ASSERT_TRUE(log.AppendBatch(batch).ok());
    }
  }
  static void ExpectLoss(const absl::Status& status, const std::string& says) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_NE(std::string(status.message()).find(says), std::string::npos) << status;
  }
};

TEST_F(NatsJournalFaultTest, AStreamThatIsNotSentEndsTheOpenInTime) {
  AppendTo(*OpenSound(), 1, 3);
  faults_.Fail("Follow", absl::UnavailableError("no"));
  NatsEventLogOptions options = Faulty();
  options.open_timeout = absl::Milliseconds(300);
  const absl::Status status = OpenNatsEventLog(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_NE(status.message().find("stopped sending"), absl::string_view::npos) << status;
}

TEST_F(NatsJournalFaultTest, WhatIsBrokenForAWhileIsTriedAgain) {
  for (const char* call : {"Follow", "Next", "StreamEnd"}) {
    SCOPED_TRACE(call);
    const auto log = OpenOn(Faulty());
    const uint64_t last = log->LastSequence();
    faults_.Fail(call, absl::UnavailableError("no"), 3);
    server_.Kill();
    server_.Start();
    ASSERT_TRUE(faults_.WaitUntilStruck(call));
    AppendTo(*OpenSound(), static_cast<int>(last) + 1, static_cast<int>(last) + 1);
    EXPECT_TRUE(ReadUpTo(*log, last + 1).ok());
  }
}

TEST_F(NatsJournalFaultTest, WhatAServerForgetsToSendIsAskedFor) {
  const auto log = OpenOn(Faulty());
  faults_.Silence();
  AppendTo(*OpenSound(), 1, 2);
  EXPECT_TRUE(ReadUpTo(*log, 2).ok());
}

TEST_F(NatsJournalFaultTest, AMessageThatWasDroppedOnTheWayIsReadAgain) {
  const auto log = OpenOn(Faulty());
  const auto sound = OpenSound();
  DropOne(*log, *sound);
  EXPECT_TRUE(ReadUpTo(*log, 4).ok());
  EXPECT_EQ(Dump(*log), Dump(*sound));
}

TEST_F(NatsJournalFaultTest, AMessageThatCannotBeHadNowIsAskedForAgain) {
  const auto log = OpenOn(Faulty());
  faults_.Fail("Get", absl::UnavailableError("no"), 1);
  DropOne(*log, *OpenSound());
  EXPECT_TRUE(ReadUpTo(*log, 4).ok());
}

TEST_F(NatsJournalFaultTest, AMessageThatIsGoneThoughLaterOnesAreThereIsLoss) {
  const auto log = OpenOn(Faulty());
  faults_.Fail("Get", absl::NotFoundError("gone"));
  DropOne(*log, *OpenSound());
  ExpectLoss(ReadUpTo(*log, 4), "is gone, but later ones are there");
}

TEST_F(NatsJournalFaultTest, ACommitWhoseObjectIsAwayWaitsForIt) {
  const auto log = OpenOn(Faulty());
  faults_.Fail("GetLast", absl::UnavailableError("no"), 3);
  ASSERT_TRUE(OpenSound()->AppendBatch(LargeBatch()).ok());
  EXPECT_TRUE(ReadUpTo(*log, 6).ok());
}

TEST_F(NatsJournalFaultTest, ACommitWhoseObjectIsGoneIsLoss) {
  const auto log = OpenOn(Faulty());
  faults_.Fail("GetLast", absl::NotFoundError("gone"));
  ASSERT_TRUE(OpenSound()->AppendBatch(LargeBatch()).ok());
  ExpectLoss(ReadUpTo(*log, 1), "is damaged");
}

TEST_F(NatsJournalFaultTest, AnOwnCommitThatComesBackWhileItIsDecodedCountsOnce) {
  const auto log = OpenOn(Faulty());
  // The follower has the message before its writer has the answer, and the
  // other way round.
  for (const char* call : {"Append", "GetLast"}) {
    const uint64_t last = log->LastSequence();
    faults_.Before(call, [&] {
      const absl::Time end = absl::Now() + absl::Milliseconds(1);
      while (log->LastSequence() == last && absl::Now() < end) std::this_thread::yield();
      return absl::OkStatus();
    });
    std::vector<NewEvent> batch = LargeBatch();
    for (NewEvent& event : batch) event.dedup_id += call;
    ASSERT_TRUE(log->AppendBatch(batch).ok());
    EXPECT_EQ(log->LastSequence(), last + 6);
    faults_.Heal();
  }
  EXPECT_EQ(Dump(*OpenSound()), Dump(*log));
}

TEST_F(NatsJournalFaultTest, AnAppendWhoseAnswerWasLostIsStoredOnce) {
  const auto log = OpenOn(Faulty());
  faults_.Fail("Append", absl::UnknownError("lost"), 2);
  EXPECT_EQ(log->Append(MadeEvent(1))->sequence, 1u);
  faults_.Fail("Append", absl::DeadlineExceededError("no answer"), 2);
  EXPECT_EQ(log->Append(MadeEvent(2))->sequence, 2u);
  EXPECT_EQ(OpenSound()->LastSequence(), 2u);
}

TEST_F(NatsJournalFaultTest, AnObjectWhoseAnswerWasLostIsStoredOnce) {
  const auto log = OpenOn(Faulty());
  faults_.Fail("PutOnce", absl::UnknownError("lost"), 2);
  ASSERT_TRUE(log->AppendBatch(LargeBatch()).ok());
  EXPECT_EQ(OpenSound()->Read(6)->payload, std::string(kMaxPayloadBytes, 'p'));
}

TEST_F(NatsJournalFaultTest, WhatIsReadFromTheServerFailsAsTheServerDoes) {
  const auto log = OpenOn(Faulty());
  AppendMuch(*log);
  ASSERT_TRUE(log->Read(1).ok());
  faults_.Fail("Get", absl::UnavailableError("no"), 1);
  EXPECT_EQ(log->Read(1).status().code(), absl::StatusCode::kUnavailable);
  faults_.Fail("Get", absl::NotFoundError("gone"), 1);
  ExpectLoss(log->Read(1).status(), "gone");
  EXPECT_EQ(log->ReadAfter(0, 5, kSoon)->size(), 5u);
}

TEST_F(NatsJournalFaultTest, WhoReadsWhileTheLogBreaksIsToldWhyItBroke) {
  const auto log = OpenOn(Faulty());
  AppendMuch(*log);
  const auto link = *NatsLink::Connect(server_.Options().link, kSoon);
  const auto break_it = [&] {
    EXPECT_TRUE(link->Append("SEAWORTHY.log", "not a commit", "x", link->StreamEnd("SEAWORTHY")->last).ok());
    const absl::Time soon = absl::Now() + kSoon;
    while (log->Health().ok() && absl::Now() < soon) std::this_thread::yield();
    return absl::NotFoundError("gone");
  };
  faults_.Before("Get", break_it, 1);
  ExpectLoss(log->Read(1).status(), "is damaged");
}

TEST_F(NatsJournalFaultTest, AMessageInTheWrongPlaceIsLoss) {
  const auto log = OpenOn(Faulty());
  AppendMuch(*log);
  faults_.GetInstead(1);  // This instance opened the log: it holds no record.
  ExpectLoss(log->Read(1).status(), "is not in message");
}

TEST_F(NatsJournalFaultTest, ASubscriptionThatCannotHandBackEndsAllTheSame) {
  NatsEventLogOptions options = Faulty();
  options.commit_timeout = absl::Milliseconds(200);
  const auto log = OpenOn(options);
  AppendTo(*log, 1, 1);
  {
    const auto reader = *log->Subscribe(MadeReader());
    ASSERT_EQ(reader->Fetch(1, kSoon)->size(), 1u);
    faults_.Fail("Append", absl::UnavailableError("no"));
  }
  faults_.Heal();
  EXPECT_TRUE(log->Subscribe(MadeReader()).ok()) << "its name is free again";
}

TEST_F(NatsJournalFaultTest, NamesAndNumbersOutOfBoundsAreRefused) {
  for (const std::string& stream :
       {std::string(), std::string(65, 'A'), std::string("A/B"), std::string("A:B"), std::string("A[B"),
        std::string("A.B"), std::string("a")}) {
    NatsEventLogOptions options = Faulty();
    options.stream = stream;
    EXPECT_EQ(OpenNatsEventLog(options).status().code(), absl::StatusCode::kInvalidArgument) << stream;
  }
  for (const int replicas : {0, 6}) {
    NatsEventLogOptions options = Faulty();
    options.replicas = replicas;
    EXPECT_EQ(OpenNatsEventLog(options).status().code(), absl::StatusCode::kInvalidArgument) << replicas;
  }
  NatsEventLogOptions options = Faulty("");
  options.stream = "AZ-09_";
  EXPECT_TRUE(OpenOn(options)->Append(MadeEvent(1)).ok()) << "and without a name it gets one";
}

TEST_F(NatsJournalFaultTest, HealthSaysWhyNothingCanBeAppended) {
  const auto log = OpenOn(Faulty());
  EXPECT_TRUE(log->Health().ok()) << log->Health();
  server_.Kill();
  const absl::Time soon = absl::Now() + kSoon;
  while (log->Health().ok() && absl::Now() < soon) std::this_thread::yield();
  EXPECT_EQ(log->Health().code(), absl::StatusCode::kUnavailable);
  server_.Start();
  const auto later = OpenOn(Faulty());
  EXPECT_FALSE(log->Append(MadeEvent(1)).ok());
  EXPECT_EQ(log->Health().code(), absl::StatusCode::kFailedPrecondition) << "another has its name";
  const auto link = *NatsLink::Connect(server_.Options().link, kSoon);
  ASSERT_TRUE(link->Append("SEAWORTHY.log", "not a commit", "x", link->StreamEnd("SEAWORTHY")->last).ok());
  EXPECT_FALSE(ReadUpTo(*later, 1).ok());
  EXPECT_EQ(later->Health().code(), absl::StatusCode::kDataLoss);
  later->Close();
  EXPECT_EQ(later->Health().code(), absl::StatusCode::kCancelled);
}

TEST_F(NatsJournalFaultTest, AQuietStreamIsAskedForItsEnd) {
  const auto log = OpenOn(Faulty());
  faults_.Before(
      "StreamEnd", [] { return absl::OkStatus(); }, 2);
  EXPECT_TRUE(faults_.WaitUntilStruck("StreamEnd"));
  faults_.Silence();
  AppendTo(*OpenSound(), 1, 1);
  EXPECT_TRUE(ReadUpTo(*log, 1).ok());
}

TEST_F(NatsJournalFaultTest, AStreamThatEndsBeforeWhatWasReadIsLoss) {
  const auto log = OpenOn(Faulty());
  AppendTo(*log, 1, 1);
  server_.Stop();
  const TestFolder aside;
  std::filesystem::copy(server_.store(), aside.Sub("store"), std::filesystem::copy_options::recursive);
  server_.Start();
  ASSERT_TRUE(log->Append(MadeEvent(2)).ok());
  server_.Kill();
  std::filesystem::remove_all(server_.store());
  std::filesystem::copy(aside.Sub("store"), server_.store(), std::filesystem::copy_options::recursive);
  server_.Start();
  ExpectLoss(log->ReadAfter(2, 1, kSoon).status(), "holds messages 1 to 2, but message 3 was read before");
}

TEST_F(NatsJournalFaultTest, ASubscriptionThatWasNeverWrittenDownIsNone) {
  NatsEventLogOptions options = Faulty();
  const auto log = OpenOn(options);
  AppendTo(*log, 1, 3);
  faults_.Fail("Append", absl::ResourceExhaustedError("no room"), 1);
  EXPECT_EQ(log->Subscribe(MadeReader()).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(log->ListSubscriptions().empty());
  EXPECT_TRUE(ExportSubscriptions(*log)->empty());
  EXPECT_EQ(log->Redeliver("reader", 1, MadeEvent(9)).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(log->TrimBefore(3).ok());
}

TEST_F(NatsJournalFaultTest, AStragglerOfAnEarlierStartDoesNotEndTheLater) {
  const auto log = OpenOn(Faulty());
  AppendTo(*log, 1, 1);
  const auto link = *NatsLink::Connect(server_.Options().link, kSoon);
  const uint64_t end = link->StreamEnd("SEAWORTHY")->last;
  journal::Commit last = *journal::DecodeCommit(*link->Get("SEAWORTHY", end));
  journal::Commit straggler;
  straggler.instance = "faulty";
  straggler.epoch = "an earlier start";
  straggler.first_sequence = 2;
  straggler.previous_hash = last.hash;
  ASSERT_TRUE(link->Append("SEAWORTHY.log", journal::EncodeCommit(straggler), "straggler", end).ok());
  EXPECT_EQ(log->Append(MadeEvent(2))->sequence, 2u);
}

TEST_F(NatsJournalFaultTest, ACommitStoredAtAnotherPlaceStopsTheLog) {
  const auto log = OpenOn(Faulty());
  // Silent, so that the follower does not bring the commit first.
  faults_.Silence();
  faults_.Fail("Append", absl::DataLossError("elsewhere"), 1);
  ExpectLoss(log->Append(MadeEvent(1)).status(), "it lost or gained messages");
  faults_.Heal();
  ExpectLoss(log->Append(MadeEvent(2)).status(), "it lost or gained messages");
}

}  // namespace
}  // namespace seaworthy
