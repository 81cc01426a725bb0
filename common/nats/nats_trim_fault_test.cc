// Trimming a stream while its server does not do as it should.
#include <memory>
#include <thread>

#include "common/log_copy_test_support.h"
#include "common/nats/nats_fault_test_fixture.h"

namespace seaworthy {
namespace {

class NatsTrimFaultTest : public NatsFaultFixture {};

TEST_F(NatsTrimFaultTest, WhatIsDroppedOrFailsWhileItIsReadAgainIsReadOnceMore) {
  const auto log = OpenOn(Faulty());
  AppendTo(*log, 1, 10);
  // Of this thread's tail alone, not of the one that follows.
  const auto fail_once = [this](const absl::Status& status) {
    const auto failed = std::make_shared<bool>(false);
    faults_.Before("Next", [failed, status, mine = std::this_thread::get_id()] {
      if (std::this_thread::get_id() != mine || *failed) return absl::OkStatus();
      *failed = true;
      return status;
    });
  };
  fail_once(absl::UnavailableError("no"));
  ASSERT_TRUE(log->TrimBefore(4).ok());
  fail_once(absl::DataLossError("dropped"));
  ASSERT_TRUE(log->TrimBefore(8).ok());
  EXPECT_EQ(log->FirstSequence(), 8u);
  EXPECT_EQ(OpenSound()->FirstSequence(), 8u);
}

TEST_F(NatsTrimFaultTest, AServerThatStopsSendingEndsTheTrimInTime) {
  NatsEventLogOptions options = Faulty();
  options.commit_timeout = absl::Milliseconds(300);
  const auto log = OpenOn(options);
  AppendTo(*log, 1, 10);
  faults_.Fail("Next", absl::DeadlineExceededError("silence"));
  const absl::Status status = log->TrimBefore(8);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  faults_.Heal();
  EXPECT_EQ(log->FirstSequence(), 1u);
  EXPECT_TRUE(log->TrimBefore(8).ok());
}

TEST_F(NatsTrimFaultTest, WhatCameBeforeIsWrittenDownOnceThoughTheAnswerIsLost) {
  NatsEventLogOptions options = Faulty();
  options.commit_timeout = absl::Seconds(5);
  const auto log = OpenOn(options);
  AppendTo(*log, 1, 10);
  faults_.Fail("PutOnce", absl::UnknownError("lost"), 6);
  ASSERT_TRUE(log->TrimBefore(4).ok());
  EXPECT_EQ(OpenSound()->FirstSequence(), 4u);
}

TEST_F(NatsTrimFaultTest, NothingGoesBeforeItIsKnownThatWhatCameBeforeIsWrittenDown) {
  NatsEventLogOptions options = Faulty();
  options.commit_timeout = absl::Milliseconds(300);
  const auto log = OpenOn(options);
  AppendTo(*log, 1, 10);
  for (int stored = 0; stored < 3; ++stored) {
    int calls = 0;
    faults_.Before("PutOnce", [&calls, stored] {
      return calls++ < stored ? absl::OkStatus() : absl::DeadlineExceededError("no answer");
    });
    EXPECT_EQ(log->TrimBefore(4).code(), absl::StatusCode::kUnavailable) << stored;
  }
  faults_.Heal();
  EXPECT_EQ(OpenSound()->Read(1)->dedup_id, "id 1");
  EXPECT_TRUE(log->TrimBefore(4).ok());
}

TEST_F(NatsTrimFaultTest, ACutInTheMiddleOfACommitLeavesTheWholeCommit) {
  const auto log = OpenSound();
  const std::vector<NewEvent> batch = {MadeEvent(1), MadeEvent(2), MadeEvent(3)};
  ASSERT_TRUE(log->AppendBatch(batch).ok());
  for (int again = 0; again < 2; ++again) {
    ASSERT_TRUE(log->TrimBefore(3).ok());
    EXPECT_EQ(log->FirstSequence(), 1u);
  }
  AppendTo(*log, 4, 5);
  ASSERT_TRUE(log->TrimBefore(4).ok());
  EXPECT_EQ(log->FirstSequence(), 4u);
  EXPECT_TRUE(log->TrimBefore(4).ok());
}

TEST_F(NatsTrimFaultTest, WhoOnlyReadsDoesNotTrim) {
  AppendTo(*OpenSound(), 1, 5);
  NatsEventLogOptions options = server_.Options(nullptr, "reader");
  options.use = NatsLogUse::kRead;
  EXPECT_EQ(OpenOn(options)->TrimBefore(3).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(NatsTrimFaultTest, AClosedLogIsNotTrimmed) {
  const auto log = OpenSound();
  AppendTo(*log, 1, 5);
  log->Close();
  EXPECT_EQ(log->TrimBefore(3).code(), absl::StatusCode::kCancelled);
}

TEST_F(NatsTrimFaultTest, AStartThatCannotReadWhatCameBeforeAsksAgainForItsTime) {
  const auto log = OpenSound();
  AppendTo(*log, 1, 10);
  ASSERT_TRUE(log->TrimBefore(5).ok());
  NatsEventLogOptions options = Faulty();
  faults_.Fail("GetLast", absl::UnavailableError("no"), 3);
  EXPECT_EQ(OpenOn(options)->FirstSequence(), 5u);
  options.open_timeout = absl::Milliseconds(300);
  faults_.Fail("GetLast", absl::UnavailableError("no"));
  EXPECT_EQ(OpenNatsEventLog(options).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(NatsTrimFaultTest, WhoHasNotReadWhatWasTrimmedStops) {
  const auto behind = OpenOn(Faulty());
  faults_.Silence();
  faults_.Fail("StreamEnd", absl::UnavailableError("no"));
  {
    const auto log = OpenSound();
    AppendTo(*log, 1, 10);
    ASSERT_TRUE(log->TrimBefore(8).ok());
  }
  // What was sent already goes with the tail.
  faults_.Fail("Next", absl::UnavailableError("no"), 1);
  ASSERT_TRUE(faults_.WaitUntilStruck("Next"));
  faults_.Heal();
  const absl::Status status = behind->ReadAfter(0, 1, kSoon).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_NE(status.message().find("was not read here yet"), absl::string_view::npos) << status;
}

TEST_F(NatsTrimFaultTest, AStartThatIsOvertakenByATrimIsToldToStartAgain) {
  const auto log = OpenSound();
  AppendTo(*log, 1, 10);
  faults_.Before(
      "Follow",
      [&] {
        EXPECT_TRUE(log->TrimBefore(8).ok());
        return absl::OkStatus();
      },
      1);
  const absl::Status status = OpenNatsEventLog(Faulty()).status();
  EXPECT_NE(status.message().find("Start again"), absl::string_view::npos) << status;
  EXPECT_EQ(OpenOn(Faulty())->FirstSequence(), 8u);
}

TEST_F(NatsTrimFaultTest, WhatIsTrimmedAwayWhileItIsReadIsOutOfRange) {
  const auto log = OpenOn(Faulty());
  // Read from the server: more than a process keeps whole comes after them.
  const std::string payload(kMaxPayloadBytes, 'p');
  for (int commit = 0; commit < 10; ++commit) {
    std::vector<NewEvent> batch;
    for (int i = 0; i < 6; ++i) batch.push_back({absl::StrCat(commit, "/", i), "test.made", payload});
    ASSERT_TRUE(log->AppendBatch(batch).ok());
  }
  // The first commit is an object; before the second is looked for it is gone.
  bool trimmed = false;
  faults_.Before("GetLast", [&, mine = std::this_thread::get_id()] {
    if (std::this_thread::get_id() != mine || trimmed) return absl::OkStatus();
    trimmed = true;
    EXPECT_TRUE(log->TrimBefore(25).ok());
    return absl::OkStatus();
  });
  EXPECT_EQ(log->ReadAfter(0, 7, kSoon).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(NatsTrimFaultTest, WhatAnotherTrimmedAwayIsNotDueAgain) {
  const auto log = OpenSound();
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(log->Append({absl::StrCat("big ", i), "test.made", std::string(200'000, 'x')}).ok());
  const auto two = OpenOn(Faulty());
  {
    const auto reader = *two->Subscribe(MadeReader());
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(reader->Ack(reader->Fetch(1, kSoon)->front()).ok());
  }
  ASSERT_TRUE(ReadUpTo(*log, 60).ok());
  ASSERT_TRUE(log->TrimBefore(7).ok());
  EXPECT_EQ(two->Redeliver("reader", 3, MadeEvent(100)).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(two->LastSequence(), 60u);
}

TEST_F(NatsTrimFaultTest, WhatIsMissingIsNotCalledLostWhileTheServerDoesNotSayWhy) {
  const auto log = OpenSound();
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(log->Append({absl::StrCat("big ", i), "test.made", std::string(200'000, 'x')}).ok());
  const auto two = OpenOn(Faulty());
  faults_.Fail("StreamEnd", absl::UnavailableError("no"));
  ASSERT_TRUE(log->TrimBefore(7).ok());
  EXPECT_EQ(two->Read(3).status().code(), absl::StatusCode::kUnavailable);
  faults_.Heal();
  EXPECT_EQ(two->Read(3).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(NatsTrimFaultTest, WhoCannotReadWhatCameBeforeAsksAgain) {
  const auto two = OpenOn(Faulty());
  {
    const auto log = OpenSound();
    AppendTo(*log, 1, 10);
    ASSERT_TRUE(ReadUpTo(*two, 10).ok());
    ASSERT_TRUE(log->TrimBefore(8).ok());
  }
  faults_.Fail("GetLast", absl::UnavailableError("no"), 2);
  server_.Kill();
  server_.Start();
  ASSERT_TRUE(faults_.WaitUntilStruck("GetLast"));
  AppendTo(*OpenSound(), 11, 11);
  EXPECT_TRUE(ReadUpTo(*two, 11).ok());
  EXPECT_EQ(two->FirstSequence(), 8u);
}

}  // namespace
}  // namespace seaworthy
