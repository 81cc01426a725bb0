// What is found at a start, and after the disk was full, where the database is
// whole and its contents are not.
#include "common/rocksdb_event_log_check.h"

#include "common/event_log_fault_env.h"
#include "common/event_log_test_folder.h"

namespace seaworthy {
namespace {

class LogCheckTest : public testing::Test {
 protected:
  LogCheckTest() {
    const auto log = *OpenAt(folder_.Sub("log"));
    for (int i = 1; i <= 5; ++i)
      EXPECT_TRUE(log->Append({absl::StrCat("id ", i), "test.made", "payload"}).ok());
  }
  std::unique_ptr<LogDatabase> Open() {
    absl::StatusOr<std::unique_ptr<LogDatabase>> opened = LogDatabase::Open(folder_.Sub("log"), nullptr);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }
  static void Put(LogDatabase& database, rocksdb::ColumnFamilyHandle* family, std::string_view key,
                  const std::string& value) {
    ASSERT_TRUE(database.db().Put({}, family, rocksdb::Slice(key.data(), key.size()), value).ok());
  }
  static void ExpectLoss(const absl::Status& status, const std::string& says) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_NE(std::string(status.message()).find(says), std::string::npos) << status;
  }
  static ChainEnd EndAt(LogDatabase& database, uint64_t sequence) {
    return {sequence, database.ReadRecord(sequence)->hash};
  }

  TestFolder folder_;
};

TEST_F(LogCheckTest, AnIdOfNoRecordIsFound) {
  const auto database = Open();
  ASSERT_TRUE(CheckLog(*database).ok());
  Put(*database, database->dedup(), "extra", event_log_format::Be64(0));
  ExpectLoss(CheckLog(*database).status(), "6 deduplication ids do not match its 5 records");
}

TEST_F(LogCheckTest, AnIdWithoutASequenceIsFound) {
  const auto database = Open();
  Put(*database, database->dedup(), "id 3", "short");
  ExpectLoss(CheckLog(*database).status(), "has no sequence");
}

TEST_F(LogCheckTest, ADamagedCutIsFound) {
  const auto database = Open();
  Put(*database, database->subscriptions(), event_log_format::kCutKey, "x");
  ExpectLoss(CheckLog(*database).status(), "where the log begins is damaged");
}

TEST_F(LogCheckTest, ADamagedMarkOfACopyIsFound) {
  const auto database = Open();
  Put(*database, database->subscriptions(), event_log_format::kCopyKey, "x");
  ExpectLoss(CheckLog(*database).status(), "mark of a copy is damaged");
}

TEST_F(LogCheckTest, ADeliveryBeyondTheEndIsFound) {
  const auto database = Open();
  const event_log_format::DeliveryEntry entry{event_log_format::DeliveryState::kInFlight, 1, 0, 0};
  Put(*database, database->subscriptions(), event_log_format::DeliveryKey("reader", 9),
      event_log_format::EncodeDelivery(entry));
  ExpectLoss(CheckLog(*database).status(), "reader has seen record 9");
}

TEST_F(LogCheckTest, ADeadLetterWithAnotherIdIsNobodys) {
  const auto log = *OpenAt(folder_.Sub("dead"));
  ASSERT_TRUE(log->Append({"not ours", "dead.letter", ""}).ok());
  ASSERT_TRUE(log->Append({"dead:nobody:1", "dead.letter", ""}).ok());
  EXPECT_TRUE(log->ListSubscriptions().empty());
  const auto again = *OpenAt(folder_.Copy(folder_.Sub("dead"), "again"));
  EXPECT_TRUE(again->ListSubscriptions().empty());
}

TEST_F(LogCheckTest, TheTailIsWhatComesAfterTheKnownRecord) {
  const auto database = Open();
  const absl::StatusOr<LogTail> tail = ReadTail(*database, EndAt(*database, 3));
  ASSERT_TRUE(tail.ok()) << tail.status();
  ASSERT_EQ(tail->records.size(), 2u);
  EXPECT_EQ(tail->records[0].dedup_id, "id 4");
  EXPECT_EQ(tail->end.sequence, 5u);
  EXPECT_EQ(ReadTail(*database, ChainEnd())->records.size(), 5u);
}

TEST_F(LogCheckTest, ATailBehindAnotherRecordIsLoss) {
  const auto database = Open();
  ChainEnd other = EndAt(*database, 3);
  other.hash = EndAt(*database, 2).hash;
  ExpectLoss(ReadTail(*database, other).status(), "record 3 is not what was written");
}

TEST_F(LogCheckTest, ARecordInTheTailThatItsIdDoesNotFindIsLoss) {
  const auto database = Open();
  const ChainEnd known = EndAt(*database, 3);
  Put(*database, database->dedup(), "id 5", event_log_format::Be64(4));
  ExpectLoss(ReadTail(*database, known).status(), "record 5 is not found by its id");
}

TEST_F(LogCheckTest, ErrorsOfTheDatabaseSayWhetherSomethingIsLost) {
  const auto database = Open();
  for (const rocksdb::Status& lost :
       {rocksdb::Status::Corruption("x"), rocksdb::Status::NotFound("x"), rocksdb::Status::PathNotFound("x"),
        rocksdb::Status::InvalidArgument("x")}) {
    ExpectLoss(database->ReadError("record 7", lost), "record 7");
  }
  EXPECT_EQ(database->ReadError("record 7", rocksdb::Status::IOError("x")).code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(LogCheckTest, AnIdWithoutASequenceIsNotFollowed) {
  const auto database = Open();
  Put(*database, database->dedup(), "id 3", "short");
  EXPECT_EQ(database->FindSequence("id 3").status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(LogCheckTest, WhicheverReadFailsTheCheckIsNotTakenForDamage) {
  {
    // So that every kind of entry stands in a table.
    const auto log = *OpenAt(folder_.Sub("log"));
    ASSERT_TRUE(log->TrimBefore(2).ok());
  }
  ASSERT_TRUE(OpenAt(folder_.Sub("log")).ok());
  const ChainEnd known = EndAt(*Open(), 2);
  int count = 0;
  for (bool struck = true; struck;) {
    SCOPED_TRACE(absl::StrCat("read ", ++count));
    const auto system = std::make_shared<FaultFileSystem>();
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
    const auto database = *LogDatabase::Open(folder_.Sub("log"), env.get());
    system->Arm(Fault::kRead, count);
    const absl::Status checked = CheckLog(*database).status();
    struck = system->struck();
    EXPECT_EQ(checked.code(), struck ? absl::StatusCode::kUnavailable : absl::StatusCode::kOk) << checked;
    if (struck) {
      EXPECT_EQ(ReadTail(*database, known).status().code(), absl::StatusCode::kUnavailable);
    }
    ASSERT_LT(count, 100);
  }
}

TEST_F(LogCheckTest, ATailThatCannotBeReadIsNotTakenForItsEnd) {
  Open();  // What was written last comes into a table.
  const auto system = std::make_shared<FaultFileSystem>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
  const auto database = *LogDatabase::Open(folder_.Sub("log"), env.get());
  system->Arm(Fault::kRead, 1);
  EXPECT_EQ(ReadTail(*database, ChainEnd()).status().code(), absl::StatusCode::kUnavailable);
  system->Heal();
  EXPECT_EQ(ReadTail(*database, ChainEnd())->records.size(), 5u);
}

}  // namespace
}  // namespace seaworthy
