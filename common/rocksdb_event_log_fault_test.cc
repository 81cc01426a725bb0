// Failing disks, full disks and power cuts.
#include <thread>

#include "common/event_log_fault_env.h"
#include "common/event_log_test_folder.h"

namespace seaworthy {
namespace {

struct FaultCase {
  std::string name;
  Fault fault;
};

// One log on a disk that fails, and what was acknowledged on it.
class FaultTest : public testing::Test {
 protected:
  void Restart(Fault fault, int count) {
    log_.reset();
    system_ = std::make_shared<FaultFileSystem>();
    env_ = rocksdb::NewCompositeEnv(system_);
    system_->Arm(fault, count);
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenAt(path_, &clock_, env_.get());
    status_ = opened.status();
    if (opened.ok()) log_ = *std::move(opened);
  }

  static NewEvent EventOf(int number) {
    return {absl::StrCat("id ", number), "test.made", absl::StrCat("payload ", number)};
  }

  // Appends until one fails or all are there.
  void AppendUntilFailure(int count) {
    for (int i = 0; log_ != nullptr && i < count && status_.ok(); ++i) {
      status_ = log_->Append(EventOf(acknowledged_ + 1)).status();
      if (status_.ok()) ++acknowledged_;
    }
  }

  // Opens on the sound disk: all that was acknowledged is there, at most one
  // more, and nothing else.
  void ExpectNothingLost(int unknown) {
    log_.reset();
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenAt(path_, &clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    const int last = static_cast<int>((*opened)->LastSequence());
    EXPECT_GE(last, acknowledged_);
    EXPECT_LE(last, acknowledged_ + unknown);
    for (int i = 1; i <= last; ++i) EXPECT_EQ((*opened)->Read(i)->dedup_id, EventOf(i).dedup_id);
    EXPECT_EQ((*opened)->Append(EventOf(acknowledged_ + 1))->sequence,
              static_cast<uint64_t>(acknowledged_ + 1));
    ++acknowledged_;
    acknowledged_ = std::max(acknowledged_, last);
  }

  TestFolder folder_;
  FakeClock clock_;
  const std::string path_ = folder_.Sub("log");
  std::shared_ptr<FaultFileSystem> system_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<EventLog> log_;
  absl::Status status_;
  int acknowledged_ = 0;
};

class OneFaultTest : public FaultTest, public testing::WithParamInterface<FaultCase> {};

INSTANTIATE_TEST_SUITE_P(Faults, OneFaultTest,
                         testing::Values(FaultCase{"sync", Fault::kSync}, FaultCase{"append", Fault::kAppend},
                                         FaultCase{"half_append", Fault::kHalfAppend},
                                         FaultCase{"no_space", Fault::kNoSpace}),
                         [](const auto& info) { return info.param.name; });

TEST_P(OneFaultTest, AtEveryOperationNothingIsFalselyAcknowledged) {
  bool struck = true;
  for (int count = 1; struck; ++count) {
    SCOPED_TRACE(absl::StrCat("operation ", count));
    Restart(GetParam().fault, count);
    AppendUntilFailure(10);
    struck = system_->struck();
    // Some failures RocksDB need not tell, such as those of its info log.
    EXPECT_TRUE(status_.ok() || struck) << status_;
    ExpectNothingLost(1);
    ASSERT_LT(count, 300);
  }
}

// All but a full disk.
class LastingFaultTest : public OneFaultTest {};

INSTANTIATE_TEST_SUITE_P(Faults, LastingFaultTest,
                         testing::Values(FaultCase{"sync", Fault::kSync}, FaultCase{"append", Fault::kAppend},
                                         FaultCase{"half_append", Fault::kHalfAppend}),
                         [](const auto& info) { return info.param.name; });

TEST_P(LastingFaultTest, AFailedWriteBlocksTheLogUntilItIsOpenedAnew) {
  Restart(GetParam().fault, 0);
  AppendUntilFailure(3);
  system_->Arm(GetParam().fault, 1);
  AppendUntilFailure(1);
  EXPECT_EQ(status_.code(), absl::StatusCode::kUnavailable) << status_;
  EXPECT_NE(std::string(status_.message()).find("then restart"), std::string::npos) << status_;
  EXPECT_EQ(log_->Append(EventOf(99)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->Append(EventOf(1)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->LastSequence(), 3u);
  EXPECT_EQ(log_->Read(3)->dedup_id, "id 3");
  ExpectNothingLost(1);
}

TEST_P(OneFaultTest, AnAcknowledgementThatFailsDoesNotCount) {
  Restart(GetParam().fault, 0);
  AppendUntilFailure(1);
  SubscriptionOptions options;
  options.name = "reader";
  auto reader = *log_->Subscribe(options);
  const std::vector<Delivery> fetched = *reader->Fetch(1, absl::ZeroDuration());
  system_->Arm(GetParam().fault, 1);
  const std::vector<NewEvent> effects = {EventOf(2)};
  EXPECT_EQ(reader->Ack(fetched[0], effects).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->ListSubscriptions()[0].in_flight, 1u);
  EXPECT_EQ(reader->RetryAfter(fetched[0], absl::ZeroDuration(), "busy").code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->ListSubscriptions()[0].in_flight, 1u);
  EXPECT_EQ(reader->Fetch(1, absl::ZeroDuration())->size(), 0u);
  reader.reset();
  ExpectNothingLost(1);
}

class FullDiskTest : public FaultTest {
 protected:
  // Three records are there, and the fourth found no room.
  void FillTheDisk() {
    Restart(Fault::kNoSpace, 0);
    AppendUntilFailure(3);
    system_->Arm(Fault::kNoSpace, 1);
    AppendUntilFailure(1);
    EXPECT_EQ(status_.code(), absl::StatusCode::kUnavailable) << status_;
  }
  std::unique_ptr<Subscription> Reader() {
    SubscriptionOptions options;
    options.name = "reader";
    return *log_->Subscribe(options);
  }
  static std::vector<Delivery> Fetch(Subscription& reader) { return *reader.Fetch(9, absl::ZeroDuration()); }
};

TEST_F(FullDiskTest, WorkGoesOnInTheSameLogOnceThereIsRoom) {
  FillTheDisk();
  EXPECT_NE(std::string(status_.message()).find("goes on by itself"), std::string::npos) << status_;
  EXPECT_EQ(log_->Append(EventOf(4)).status().code(), absl::StatusCode::kUnavailable);
  system_->Heal();
  EXPECT_EQ(log_->Append(EventOf(4))->sequence, 4u);
  EXPECT_EQ(log_->Append(EventOf(5))->sequence, 5u);
  acknowledged_ = 5;
  ExpectNothingLost(0);
}

TEST_F(FullDiskTest, ReadingGoesOnWhileItLasts) {
  FillTheDisk();
  EXPECT_EQ(log_->Read(3)->dedup_id, "id 3");
  EXPECT_EQ(log_->FindByDedupId("id 2")->sequence, 2u);
  EXPECT_EQ(log_->ReadAfter(0, 9, absl::ZeroDuration())->size(), 3u);
}

TEST_F(FullDiskTest, ReadingGoesOnWhereTheRoomProvedTooSmall) {
  FillTheDisk();
  system_->TellRoom(false);
  EXPECT_EQ(log_->Append(EventOf(4)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->Read(3)->dedup_id, "id 3");
  EXPECT_EQ(log_->ReadAfter(0, 9, absl::ZeroDuration())->size(), 3u);
  EXPECT_EQ(log_->FindByDedupId("id 2")->sequence, 2u);
}

TEST_F(FullDiskTest, ARecordThatReachedTheDiskThoughItsWriteFailedIsThereOnce) {
  Restart(Fault::kSyncNoSpace, 0);
  AppendUntilFailure(3);
  system_->Arm(Fault::kSyncNoSpace, 1);
  AppendUntilFailure(1);
  EXPECT_EQ(log_->LastSequence(), 3u);
  const absl::StatusOr<Appended> again = log_->Append(EventOf(4));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->sequence, 4u);
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(log_->Append(EventOf(5))->sequence, 5u);
}

TEST_F(FullDiskTest, WhatCannotBeOpenedAgainIsTriedAgain) {
  FillTheDisk();
  system_->Heal();
  // Whether there is room is seen, what the write-ahead files hold is not.
  system_->Arm(Fault::kRead, 2);
  EXPECT_EQ(log_->Append(EventOf(4)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->Read(3).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->FindByDedupId("id 2").status().code(), absl::StatusCode::kUnavailable);
  system_->Heal();
  const absl::Time soon = absl::Now() + absl::Seconds(30);
  while (!log_->Append(EventOf(4)).ok() && absl::Now() < soon) {
  }
  EXPECT_EQ(log_->Read(4)->dedup_id, "id 4");
}

TEST_F(FullDiskTest, DamageThatIsFoundMeanwhileIsForGood) {
  FillTheDisk();
  const std::string file = FilesEnding(path_, ".log").back();
  std::string bytes = ReadBytes(file);
  bytes[20] ^= 1;
  WriteBytes(file, bytes);
  system_->Heal();
  EXPECT_EQ(log_->Append(EventOf(4)).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(log_->Append(EventOf(5)).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(log_->Health().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(FullDiskTest, HealthSaysThatThereIsNoRoomUntilThereIs) {
  Restart(Fault::kNoSpace, 0);
  EXPECT_TRUE(log_->Health().ok());
  FillTheDisk();
  EXPECT_EQ(log_->Health().code(), absl::StatusCode::kResourceExhausted);
  system_->Heal();
  EXPECT_TRUE(log_->Health().ok()) << "though nothing was written yet";
  log_->Close();
  EXPECT_EQ(log_->Health().code(), absl::StatusCode::kCancelled);
}

TEST_F(FullDiskTest, ADeliveryUnderWayIsAnsweredAfterwards) {
  Restart(Fault::kNoSpace, 0);
  AppendUntilFailure(2);
  auto reader = Reader();
  const std::vector<Delivery> fetched = Fetch(*reader);
  system_->Arm(Fault::kNoSpace, 1);
  EXPECT_FALSE(reader->Ack(fetched[0]).ok());
  system_->Heal();
  EXPECT_TRUE(reader->Ack(fetched[0]).ok());
  EXPECT_TRUE(reader->RetryAfter(fetched[1], absl::ZeroDuration(), "again").ok());
  const std::vector<Delivery> again = Fetch(*reader);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].record.sequence, 2u);
  EXPECT_EQ(again[0].attempt, 2u);
}

TEST_F(FullDiskTest, ADeliveryThatWasWrittenThoughItFailedComesAgain) {
  Restart(Fault::kSyncNoSpace, 0);
  AppendUntilFailure(2);
  auto reader = Reader();
  const std::vector<Delivery> fetched = Fetch(*reader);
  const std::vector<NewEvent> effects = {EventOf(3)};
  system_->Arm(Fault::kSyncNoSpace, 1);
  EXPECT_FALSE(reader->Ack(fetched[0], effects).ok());
  EXPECT_EQ(log_->Append(EventOf(3))->sequence, 3u);
  EXPECT_EQ(log_->ListSubscriptions()[0].in_flight, 1u);
  EXPECT_TRUE(reader->Ack(fetched[0], effects).ok());
  EXPECT_EQ(log_->LastSequence(), 3u);
}

TEST_F(FullDiskTest, ARedeliveryThatWasWrittenThoughItFailedIsDue) {
  Restart(Fault::kSyncNoSpace, 0);
  AppendUntilFailure(1);
  auto reader = Reader();
  EXPECT_TRUE(reader->Ack(Fetch(*reader)[0]).ok());
  system_->Arm(Fault::kSyncNoSpace, 1);
  EXPECT_FALSE(log_->Redeliver("reader", 1, EventOf(2)).ok());
  EXPECT_TRUE(log_->Redeliver("reader", 1, EventOf(2)).ok() || log_->Append(EventOf(3)).ok());
  EXPECT_TRUE(log_->Redeliver("reader", 1, EventOf(2))->duplicate);
  const std::vector<Delivery> again = Fetch(*reader);
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again[0].record.sequence, 1u);
}

TEST_F(FullDiskTest, ARedeliveryThatFindsNoRoomAgainIsThereOrNot) {
  for (int count = 1; count < 20; ++count) {
    SCOPED_TRACE(absl::StrCat("sync ", count));
    std::filesystem::remove_all(path_);
    acknowledged_ = 0;
    status_ = absl::OkStatus();
    FillTheDisk();
    system_->Heal();
    auto reader = Reader();
    EXPECT_TRUE(reader->Ack(Fetch(*reader)[0]).ok());
    system_->Arm(Fault::kNoSpace, 1);
    EXPECT_FALSE(log_->Append(EventOf(4)).ok());
    system_->Heal();
    system_->Arm(Fault::kSyncNoSpace, count);
    const bool again = log_->Redeliver("reader", 1, {"again", "test.note", ""}).ok();
    system_->Heal();
    const absl::Time soon = absl::Now() + absl::Seconds(30);
    while (!log_->Append({"after", "test.note", ""}).ok() && absl::Now() < soon) {
    }
    EXPECT_TRUE(log_->FindByDedupId("again").ok() || !again);
    EXPECT_EQ(log_->ListSubscriptions()[0].retrying, log_->FindByDedupId("again").ok() ? 1u : 0u);
  }
}

TEST_F(FullDiskTest, ATrimThatFoundNoRoomIsDoneWhenItIsAskedForAgain) {
  for (const Fault fault : {Fault::kNoSpace, Fault::kSyncNoSpace}) {
    std::filesystem::remove_all(path_);
    acknowledged_ = 0;
    status_ = absl::OkStatus();
    Restart(fault, 0);
    AppendUntilFailure(3);
    system_->Arm(fault, 1);
    EXPECT_EQ(log_->TrimBefore(3).code(), absl::StatusCode::kUnavailable);
    system_->Heal();
    EXPECT_TRUE(log_->TrimBefore(3).ok());
    log_.reset();
    EXPECT_EQ((*OpenAt(path_, &clock_))->FirstSequence(), 3u);
  }
}

class PowerTest : public FaultTest {
 protected:
  static constexpr int kCuts = 200;
  static constexpr int kWriters = 4;

  // Four writers with ids of their own and a reader whose bookkeeping is not
  // synced, until the power goes.
  void WorkUntilTheCut() {
    if (log_ == nullptr) return;
    SubscriptionOptions options;
    options.name = "reader";
    auto reader = log_->Subscribe(options);
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) threads.emplace_back([this, writer] { Write(writer); });
    while (reader.ok() && !system_->struck()) {
      const auto fetched = (*reader)->Fetch(5, absl::Milliseconds(1));
      if (!fetched.ok()) break;
      for (const Delivery& delivery : *fetched) (*reader)->Ack(delivery).IgnoreError();
    }
    for (std::thread& thread : threads) thread.join();
  }

  void Write(int writer) {
    for (int& next = written_[writer];; ++next) {
      const NewEvent event = EventOf(writer * 1'000'000 + next);
      const absl::StatusOr<Appended> appended = log_->Append(event);
      if (!appended.ok()) return;
      absl::MutexLock lock(&mutex_);
      sequences_[event.dedup_id] = appended->sequence;
    }
  }

  void ExpectAllAcknowledged() {
    const absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenAt(path_, &clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    absl::MutexLock lock(&mutex_);
    for (const auto& [id, sequence] : sequences_) {
      const absl::StatusOr<Record> record = (*opened)->Read(sequence);
      ASSERT_TRUE(record.ok()) << record.status();
      EXPECT_EQ(record->dedup_id, id);
    }
  }

  absl::Mutex mutex_;
  std::map<std::string, uint64_t> sequences_ ABSL_GUARDED_BY(mutex_);
  int written_[kWriters] = {};
};

TEST_F(PowerTest, CutsLoseNothingAcknowledged) {
  std::mt19937 random(11);
  for (int cut = 0; cut < kCuts; ++cut) {
    SCOPED_TRACE(absl::StrCat("cut ", cut));
    Restart(Fault::kPower, 1 + static_cast<int>(random() % 120));
    WorkUntilTheCut();
    log_.reset();
    system_->DropUnsynced(random);
    ExpectAllAcknowledged();
    ASSERT_FALSE(HasFatalFailure());
  }
  absl::MutexLock lock(&mutex_);
  EXPECT_GT(sequences_.size(), 100u);
}

}  // namespace
}  // namespace seaworthy
