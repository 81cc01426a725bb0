#include "common/rocksdb_event_log_format.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"

namespace seaworthy::event_log_format {
namespace {

constexpr char kVersion = 1;
constexpr size_t kTimeAt = 1;
constexpr size_t kPreviousAt = 9;
constexpr size_t kHashAt = 41;
constexpr size_t kBodyAt = 73;
constexpr size_t kBodyHeadBytes = 6;

void AppendBe(std::string& out, uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

uint64_t ParseBe(std::string_view bytes) {
  uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string RecordHash(uint64_t sequence, std::string_view time, std::string_view previous_hash,
                       std::string_view body_digest) {
  std::string input;
  input.reserve(1 + 8 + 8 + 2 * kHashBytes);
  input.push_back(kVersion);
  AppendBe(input, sequence, 8);
  input.append(time).append(previous_hash).append(body_digest);
  return Sha256(input);
}

absl::Status Damaged(uint64_t sequence, std::string_view what) {
  return absl::DataLossError(absl::StrCat("record ", sequence, " is damaged: ", std::string(what)));
}

// Splits the body's bytes, kBodyHeadBytes at least, over the record; false if the
// lengths do not fit.
bool ParseBody(std::string_view body, Record& record) {
  const size_t id_bytes = ParseBe(body.substr(0, 1));
  const size_t subject_bytes = ParseBe(body.substr(1, 1));
  const size_t payload_bytes = ParseBe(body.substr(2, 4));
  if (body.size() != kBodyHeadBytes + id_bytes + subject_bytes + payload_bytes) return false;
  record.dedup_id = body.substr(kBodyHeadBytes, id_bytes);
  record.subject = body.substr(kBodyHeadBytes + id_bytes, subject_bytes);
  record.payload = body.substr(kBodyHeadBytes + id_bytes + subject_bytes);
  return true;
}

}  // namespace

std::string Be64(uint64_t value) {
  std::string bytes;
  AppendBe(bytes, value, 8);
  return bytes;
}

uint64_t ParseBe64(std::string_view bytes) { return ParseBe(bytes.substr(0, 8)); }

RecordBody EncodeBody(const NewEvent& event) {
  RecordBody body;
  body.bytes.reserve(kBodyHeadBytes + event.dedup_id.size() + event.subject.size() + event.payload.size());
  AppendBe(body.bytes, event.dedup_id.size(), 1);
  AppendBe(body.bytes, event.subject.size(), 1);
  AppendBe(body.bytes, event.payload.size(), 4);
  body.bytes.append(event.dedup_id).append(event.subject).append(event.payload);
  body.digest = Sha256(body.bytes);
  return body;
}

RecordHead EncodeHead(uint64_t sequence, int64_t time_us, std::string_view previous_hash,
                      std::string_view body_digest) {
  RecordHead head;
  head.bytes.reserve(kBodyAt);
  head.bytes.push_back(kVersion);
  AppendBe(head.bytes, static_cast<uint64_t>(time_us), 8);
  head.hash =
      RecordHash(sequence, std::string_view(head.bytes).substr(kTimeAt, 8), previous_hash, body_digest);
  head.bytes.append(previous_hash).append(head.hash);
  return head;
}

absl::StatusOr<StoredRecord> DecodeRecord(uint64_t sequence, std::string_view value) {
  if (value.size() < kBodyAt + kBodyHeadBytes) return Damaged(sequence, "it is too short");
  if (value[0] != kVersion) {
    return Damaged(sequence,
                   absl::StrCat("format version ", static_cast<int>(value[0]), " is not known here"));
  }
  const std::string_view time = value.substr(kTimeAt, 8);
  const std::string_view body = value.substr(kBodyAt);
  StoredRecord stored;
  stored.previous_hash = value.substr(kPreviousAt, kHashBytes);
  stored.record.hash = value.substr(kHashAt, kHashBytes);
  if (RecordHash(sequence, time, stored.previous_hash, Sha256(body)) != stored.record.hash) {
    return Damaged(sequence, "its bytes do not have the hash it was written with");
  }
  if (!ParseBody(body, stored.record)) return Damaged(sequence, "its lengths do not add up");
  stored.record.sequence = sequence;
  stored.record.time = absl::FromUnixMicros(static_cast<int64_t>(ParseBe(time)));
  return stored;
}

std::string CursorKey(std::string_view name) { return absl::StrCat("s", std::string(name)); }

std::string EncodeCursor(const CursorEntry& entry) {
  std::string value(1, kVersion);
  AppendBe(value, entry.cursor, 8);
  for (const std::string& subject : entry.subjects) {
    AppendBe(value, subject.size(), 1);
    value.append(subject);
  }
  return value;
}

absl::StatusOr<CursorEntry> DecodeCursor(std::string_view value) {
  if (value.size() < 9 || value[0] != kVersion)
    return absl::DataLossError("a subscription's cursor is damaged");
  CursorEntry entry;
  entry.cursor = ParseBe(value.substr(1, 8));
  for (value.remove_prefix(9); !value.empty();) {
    const size_t bytes = ParseBe(value.substr(0, 1));
    if (bytes + 1 > value.size()) return absl::DataLossError("a subscription's subjects are damaged");
    entry.subjects.emplace_back(value.substr(1, bytes));
    value.remove_prefix(1 + bytes);
  }
  return entry;
}

std::string EncodeCut(const CutEntry& entry) {
  std::string value(1, kVersion);
  AppendBe(value, entry.first, 8);
  return value.append(entry.hash);
}

absl::StatusOr<CutEntry> DecodeCut(std::string_view value) {
  if (value.size() != 9 + kHashBytes || value[0] != kVersion || ParseBe(value.substr(1, 8)) == 0) {
    return absl::DataLossError("the mark of where the log begins is damaged");
  }
  return CutEntry{ParseBe(value.substr(1, 8)), std::string(value.substr(9))};
}

std::string EncodeCopy(const CopyEntry& entry) {
  std::string value(1, kVersion);
  AppendBe(value, static_cast<uint8_t>(entry.kind), 1);
  return value.append(entry.source);
}

absl::StatusOr<CopyEntry> DecodeCopy(std::string_view value) {
  if (value.size() < 2 || value[0] != kVersion || value[1] < 1 || value[1] > 2) {
    return absl::DataLossError("the mark of a copy is damaged");
  }
  return CopyEntry{static_cast<CopyKind>(value[1]), std::string(value.substr(2))};
}

std::string DeliveryKey(std::string_view name, uint64_t sequence) {
  std::string key = "d";
  key.append(name).push_back('\0');
  AppendBe(key, sequence, 8);
  return key;
}

absl::StatusOr<DeliveryName> ParseDeliveryKey(std::string_view key) {
  if (key.size() < 11 || key[0] != 'd' || key[key.size() - 9] != '\0') {
    return absl::DataLossError("a subscription's entry has a damaged key");
  }
  return DeliveryName{std::string(key.substr(1, key.size() - 10)), ParseBe64(key.substr(key.size() - 8))};
}

std::string EncodeDelivery(const DeliveryEntry& entry) {
  std::string value(1, kVersion);
  AppendBe(value, static_cast<uint8_t>(entry.state), 1);
  AppendBe(value, entry.attempts, 4);
  AppendBe(value, static_cast<uint64_t>(entry.written_us), 8);
  AppendBe(value, static_cast<uint64_t>(entry.due_us), 8);
  return value;
}

absl::StatusOr<DeliveryEntry> DecodeDelivery(std::string_view value) {
  if (value.size() != 22 || value[0] != kVersion || value[1] < 1 || value[1] > 2) {
    return absl::DataLossError("a subscription's delivery entry is damaged");
  }
  DeliveryEntry entry;
  entry.state = static_cast<DeliveryState>(value[1]);
  entry.attempts = static_cast<uint32_t>(ParseBe(value.substr(2, 4)));
  entry.written_us = static_cast<int64_t>(ParseBe(value.substr(6, 8)));
  entry.due_us = static_cast<int64_t>(ParseBe(value.substr(14, 8)));
  return entry;
}

}  // namespace seaworthy::event_log_format
