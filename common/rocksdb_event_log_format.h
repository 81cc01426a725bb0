// The embedded engine's bytes on disk; docs/event-log.md fixes them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_log.h"

namespace seaworthy::event_log_format {

// Ends every batch in the write-ahead log. No byte is zero: zeros at a file's
// end never reach into a batch that was written in full.
inline constexpr std::string_view kBatchEnd =
    "\xff"
    "end";

inline constexpr size_t kHashBytes = 32;

std::string Be64(uint64_t value);
// Reads 8 bytes.
uint64_t ParseBe64(std::string_view bytes);

// The part of a record that its writer knows before it has a place in the log:
// made by each writer on its own thread, so that the group's leader has little
// left to do.
struct RecordBody {
  std::string bytes;   // From offset 73 on.
  std::string digest;  // SHA-256 of `bytes`.
};
RecordBody EncodeBody(const NewEvent& event);

// What the leader adds: the first 73 bytes.
struct RecordHead {
  std::string bytes;
  std::string hash;
};
RecordHead EncodeHead(uint64_t sequence, int64_t time_us, std::string_view previous_hash,
                      std::string_view body_digest);

// A record as stored, its own hash verified.
struct StoredRecord {
  Record record;
  std::string previous_hash;
};
// Errors: DATA_LOSS naming the sequence and what does not fit.
absl::StatusOr<StoredRecord> DecodeRecord(uint64_t sequence, std::string_view value);

// What is kept of a subscription itself.
struct CursorEntry {
  uint64_t cursor = 0;
  std::vector<std::string> subjects;
};
std::string CursorKey(std::string_view name);
std::string EncodeCursor(const CursorEntry& entry);

// In the same family: where a trimmed log begins.
inline constexpr std::string_view kCutKey = "t";
struct CutEntry {
  uint64_t first = 1;                                // The first record held.
  std::string hash = std::string(kHashBytes, '\0');  // Of the record before it.
};
std::string EncodeCut(const CutEntry& entry);

// And that this is no log yet, or none to work on.
inline constexpr std::string_view kCopyKey = "c";
enum class CopyKind : uint8_t {
  kUnderWay = 1,  // `seaworthy log copy` has not finished.
  kMirror = 2,    // Kept beside a log elsewhere.
};
struct CopyEntry {
  CopyKind kind = CopyKind::kUnderWay;
  std::string source;  // What it is a copy of, for a person.
};
std::string EncodeCopy(const CopyEntry& entry);

// What is kept of a record that is delivered and not settled.
enum class DeliveryState : uint8_t { kInFlight = 1, kRetrying = 2 };
struct DeliveryEntry {
  DeliveryState state = DeliveryState::kInFlight;
  uint32_t attempts = 0;
  int64_t written_us = 0;
  int64_t due_us = 0;
};
std::string DeliveryKey(std::string_view name, uint64_t sequence);
std::string EncodeDelivery(const DeliveryEntry& entry);

// Errors: DATA_LOSS.
absl::StatusOr<CursorEntry> DecodeCursor(std::string_view value);
absl::StatusOr<DeliveryEntry> DecodeDelivery(std::string_view value);
absl::StatusOr<CutEntry> DecodeCut(std::string_view value);
absl::StatusOr<CopyEntry> DecodeCopy(std::string_view value);
struct DeliveryName {
  std::string subscription;
  uint64_t sequence = 0;
};
absl::StatusOr<DeliveryName> ParseDeliveryKey(std::string_view key);

}  // namespace seaworthy::event_log_format
