// A disk that cannot be read, damage that comes while the log is open, and
// every call of the file system failing in its turn.
#include <functional>

#include "common/event_log_fault_env.h"
#include "common/event_log_test_folder.h"

namespace seaworthy {
namespace {

class ReadFaultTest : public testing::Test {
 protected:
  static NewEvent EventOf(int number) {
    return {absl::StrCat("id ", number), "test.made", absl::StrCat("payload ", number)};
  }
  absl::Status Open(Fault fault = Fault::kRead, int count = 0) {
    log_.reset();
    system_ = std::make_shared<FaultFileSystem>();
    env_ = rocksdb::NewCompositeEnv(system_);
    system_->Arm(fault, count);
    absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenAt(path_, &clock_, env_.get());
    if (!opened.ok()) return opened.status();
    log_ = *std::move(opened);
    return absl::OkStatus();
  }
  // A log of `count` records, all in tables.
  void Fill(int count) {
    ASSERT_TRUE(Open().ok());
    for (int i = 1; i <= count; ++i) ASSERT_TRUE(log_->Append(EventOf(i)).ok());
    ASSERT_TRUE(Open().ok());
  }
  std::unique_ptr<Subscription> Reader() {
    SubscriptionOptions options;
    options.name = "reader";
    options.subjects = {"test.made"};
    return *log_->Subscribe(options);
  }
  static std::vector<Delivery> Fetch(Subscription& reader) { return *reader.Fetch(9, absl::ZeroDuration()); }
  absl::StatusCode ReadAfterError() { return log_->ReadAfter(0, 9, absl::ZeroDuration()).status().code(); }

  TestFolder folder_;
  FakeClock clock_;
  const std::string path_ = folder_.Sub("log");
  std::shared_ptr<FaultFileSystem> system_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(ReadFaultTest, WhatCannotBeReadIsUnavailableAndComesBack) {
  Fill(3);
  system_->Arm(Fault::kRead, 1);
  EXPECT_EQ(log_->Read(2).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->FindByDedupId("id 2").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReadAfterError(), absl::StatusCode::kUnavailable);
  system_->Heal();
  EXPECT_EQ(log_->Read(2)->dedup_id, "id 2");
  EXPECT_EQ(log_->ReadAfter(0, 9, absl::ZeroDuration())->size(), 3u);
}

TEST_F(ReadFaultTest, AnIdThatCannotBeLookedUpIsNotAppendedAndOthersAre) {
  Fill(3);
  system_->Arm(Fault::kRead, 1);
  EXPECT_EQ(log_->Append(EventOf(2)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->Append(EventOf(4))->sequence, 4u);
  system_->Heal();
  EXPECT_TRUE(log_->Append(EventOf(2))->duplicate);
  EXPECT_EQ(log_->LastSequence(), 4u);
}

TEST_F(ReadFaultTest, ADeliveryThatCannotBeReadIsNotCounted) {
  Fill(3);
  const auto reader = Reader();
  system_->Arm(Fault::kRead, 1);
  EXPECT_EQ(reader->Fetch(9, absl::ZeroDuration()).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(log_->ListSubscriptions()[0].pending, 3u);
  system_->Heal();
  const std::vector<Delivery> fetched = Fetch(*reader);
  ASSERT_EQ(fetched.size(), 3u);
  EXPECT_EQ(fetched[0].attempt, 1u);
}

TEST_F(ReadFaultTest, ALetterThatCannotBeWrittenLeavesTheDeliveryOut) {
  Fill(1);
  {
    const auto reader = Reader();
    ASSERT_TRUE(reader->Reject(Fetch(*reader)[0], "first").ok());
    ASSERT_TRUE(log_->Redeliver("reader", 1, {"again", "test.note", ""}).ok());
  }
  ASSERT_TRUE(Open().ok());
  const auto reader = Reader();
  const std::vector<Delivery> fetched = Fetch(*reader);
  ASSERT_EQ(fetched.size(), 1u);
  system_->Arm(Fault::kRead, 1);
  EXPECT_EQ(reader->Reject(fetched[0], "second").code(), absl::StatusCode::kUnavailable);
  system_->Heal();
  ASSERT_TRUE(reader->Reject(fetched[0], "second").ok());
  EXPECT_TRUE(log_->FindByDedupId("dead:reader:1.2").ok());
}

TEST_F(ReadFaultTest, DamageThatComesWhileItIsOpenIsLossAndNamed) {
  ASSERT_TRUE(Open().ok());
  const std::string payload = RandomHex(1000);  // Stands in the table as it is.
  ASSERT_TRUE(log_->Append({"id 1", "test.made", payload}).ok());
  ASSERT_TRUE(Open().ok());
  int damaged = 0;
  for (const std::string& file : FilesEnding(path_, ".sst")) {
    std::string bytes = ReadBytes(file);
    const size_t at = bytes.find(payload.substr(100, 16));
    if (at == std::string::npos) continue;
    bytes[at] ^= 1;
    WriteBytes(file, bytes);
    ++damaged;
  }
  ASSERT_EQ(damaged, 1);
  const absl::Status status = log_->Read(1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_NE(std::string(status.message()).find("record 1"), std::string::npos) << status;
  EXPECT_EQ(ReadAfterError(), absl::StatusCode::kDataLoss);
}

TEST_F(ReadFaultTest, ATrimIsWholeOrNothingWhicheverReadFails) {
  Fill(6);
  const std::string made = folder_.Copy(path_, "made");
  bool struck = true;
  for (int count = 1; struck; ++count) {
    SCOPED_TRACE(absl::StrCat("read ", count));
    log_.reset();
    folder_.Copy(made, "log");
    ASSERT_TRUE(Open().ok());
    system_->Arm(Fault::kRead, count);
    const bool trimmed = log_->TrimBefore(4).ok();
    struck = system_->struck();
    ASSERT_TRUE(Open().ok());
    EXPECT_EQ(log_->FirstSequence(), trimmed ? 4u : 1u);
    EXPECT_EQ(log_->LastSequence(), 6u);
    ASSERT_LT(count, 100);
  }
}

// Appends, reads, hands out and answers, until something fails; how many were acknowledged.
int Work(EventLog& log, const std::function<NewEvent(int)>& event, int from) {
  SubscriptionOptions options;
  options.name = "reader";
  const auto reader = log.Subscribe(options);
  int acknowledged = from;
  for (int i = 0; i < 2; ++i) {
    if (log.Append(event(acknowledged + 1)).ok()) ++acknowledged;
    log.Read(1).status().IgnoreError();
    log.ReadAfter(0, 9, absl::ZeroDuration()).status().IgnoreError();
    if (!reader.ok()) continue;
    const auto fetched = (*reader)->Fetch(1, absl::ZeroDuration());
    for (size_t at = 0; fetched.ok() && at < fetched->size(); ++at)
      (*reader)->Ack((*fetched)[at]).IgnoreError();
  }
  return acknowledged;
}

TEST_F(ReadFaultTest, WhicheverCallFailsNothingIsFalselyAcknowledged) {
  // Tables, a write-ahead file, and a tail that is torn.
  Fill(3);
  ASSERT_TRUE(log_->Append(EventOf(4)).ok());
  const std::string made = folder_.Copy(path_, "made");
  const std::string tail = FilesEnding(made, ".log").back();
  std::filesystem::resize_file(tail, std::filesystem::file_size(tail) - 1);
  bool struck = true;
  for (int count = 1; struck; ++count) {
    SCOPED_TRACE(absl::StrCat("call ", count));
    log_.reset();
    folder_.Copy(made, "log");
    int acknowledged = 3;
    if (Open(Fault::kCall, count).ok()) acknowledged = Work(*log_, EventOf, acknowledged);
    struck = system_->struck();
    log_.reset();
    const absl::StatusOr<std::unique_ptr<EventLog>> sound = OpenAt(path_, &clock_);
    ASSERT_TRUE(sound.ok()) << sound.status();
    const int last = static_cast<int>((*sound)->LastSequence());
    EXPECT_GE(last, acknowledged);
    EXPECT_LE(last, acknowledged + 1);
    for (int i = 1; i <= last; ++i) ASSERT_EQ((*sound)->Read(i)->dedup_id, EventOf(i).dedup_id);
    ASSERT_LT(count, 1000);
  }
}

}  // namespace
}  // namespace seaworthy
