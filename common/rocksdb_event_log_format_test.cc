#include "common/rocksdb_event_log_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/hash.h"

namespace seaworthy::event_log_format {
namespace {

using ::testing::HasSubstr;

// A record of sequence 3 as it stands in the log.
std::string Stored(const NewEvent& event = {"id", "tool.announced", "payload"}) {
  const RecordBody body = EncodeBody(event);
  return EncodeHead(3, 5, std::string(kHashBytes, 'p'), body.digest).bytes + body.bytes;
}

// One whose hash holds, whatever its body is.
std::string StoredBody(const std::string& body) {
  return EncodeHead(3, 5, std::string(kHashBytes, 'p'), Sha256(body)).bytes + body;
}

std::string WhyDamaged(const std::string& value) {
  const absl::Status status = DecodeRecord(3, value).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  return std::string(status.message());
}

template <typename T>
bool IsDamaged(const absl::StatusOr<T>& decoded) {
  return decoded.status().code() == absl::StatusCode::kDataLoss;
}

TEST(RocksDbEventLogFormatTest, ARecordComesBackWhole) {
  const auto stored = DecodeRecord(3, Stored());
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->record.dedup_id, "id");
  EXPECT_EQ(stored->record.subject, "tool.announced");
  EXPECT_EQ(stored->record.payload, "payload");
  EXPECT_EQ(stored->previous_hash, std::string(kHashBytes, 'p'));
}

TEST(RocksDbEventLogFormatTest, EveryCutAndEveryFlippedBitOfARecordIsFound) {
  const std::string whole = Stored();
  for (size_t length = 0; length < whole.size(); ++length) WhyDamaged(whole.substr(0, length));
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    WhyDamaged(damaged);
  }
}

TEST(RocksDbEventLogFormatTest, ARecordAtAnotherPlaceIsDamaged) {
  EXPECT_TRUE(IsDamaged(DecodeRecord(4, Stored())));
}

TEST(RocksDbEventLogFormatTest, AnotherVersionIsNamed) {
  std::string value = Stored();
  value[0] = 2;
  EXPECT_THAT(WhyDamaged(value), HasSubstr("format version 2"));
}

TEST(RocksDbEventLogFormatTest, LengthsThatDoNotAddUpAreFoundWhereTheHashHolds) {
  EXPECT_THAT(WhyDamaged(StoredBody(std::string("\x09\x01\0\0\0\1abc", 9))), HasSubstr("do not add up"));
  EXPECT_THAT(WhyDamaged(StoredBody(std::string("\x01\x01\0\0\0\0ab+", 9))), HasSubstr("do not add up"));
}

TEST(RocksDbEventLogFormatTest, ACursorsDamageIsFound) {
  const std::string whole = EncodeCursor({12, {"a.b", "c"}});
  EXPECT_EQ(DecodeCursor(whole)->subjects, (std::vector<std::string>{"a.b", "c"}));
  EXPECT_TRUE(IsDamaged(DecodeCursor(whole.substr(0, 8))));
  EXPECT_TRUE(IsDamaged(DecodeCursor("\x02" + whole.substr(1))));
  EXPECT_TRUE(IsDamaged(DecodeCursor(whole.substr(0, whole.size() - 1))));
}

TEST(RocksDbEventLogFormatTest, ADeliverysDamageIsFound) {
  const std::string whole = EncodeDelivery({DeliveryState::kRetrying, 3, -1, 9});
  EXPECT_EQ(DecodeDelivery(whole)->written_us, -1);
  for (const char state : {'\0', '\3'}) {
    std::string value = whole;
    value[1] = state;
    EXPECT_TRUE(IsDamaged(DecodeDelivery(value)));
  }
  EXPECT_TRUE(IsDamaged(DecodeDelivery(whole + "x")));
  EXPECT_TRUE(IsDamaged(DecodeDelivery("\x02" + whole.substr(1))));
}

TEST(RocksDbEventLogFormatTest, ADeliverysKeyIsReadBackOrRefused) {
  const std::string key = DeliveryKey("reader", 7);
  EXPECT_EQ(ParseDeliveryKey(key)->subscription, "reader");
  EXPECT_EQ(ParseDeliveryKey(key)->sequence, 7u);
  EXPECT_TRUE(IsDamaged(ParseDeliveryKey("d")));
  EXPECT_TRUE(IsDamaged(ParseDeliveryKey("s" + key.substr(1))));
  EXPECT_TRUE(IsDamaged(ParseDeliveryKey("dreader-without-zero")));
}

TEST(RocksDbEventLogFormatTest, TheMarkOfACutIsReadBackOrRefused) {
  const std::string whole = EncodeCut({5, std::string(kHashBytes, 'h')});
  EXPECT_EQ(DecodeCut(whole)->first, 5u);
  EXPECT_TRUE(IsDamaged(DecodeCut(whole + "x")));
  EXPECT_TRUE(IsDamaged(DecodeCut("\x02" + whole.substr(1))));
  EXPECT_TRUE(IsDamaged(DecodeCut(EncodeCut({0, std::string(kHashBytes, 'h')}))));
}

TEST(RocksDbEventLogFormatTest, TheMarkOfACopyIsReadBackOrRefused) {
  const std::string whole = EncodeCopy({CopyKind::kMirror, "nats"});
  EXPECT_EQ(DecodeCopy(whole)->source, "nats");
  EXPECT_TRUE(IsDamaged(DecodeCopy("\x01")));
  EXPECT_TRUE(IsDamaged(DecodeCopy("\x02" + whole.substr(1))));
  for (const char kind : {'\0', '\3'})
    EXPECT_TRUE(IsDamaged(DecodeCopy(std::string("\x01") + kind + "nats")));
}

}  // namespace
}  // namespace seaworthy::event_log_format
