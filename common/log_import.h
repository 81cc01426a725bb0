// How a log comes from one engine into another: records with their own times
// and hashes, and where each subscription stands. Used by copies only
// (common/log_copy.h, common/log_mirror.h), never beside EventLog.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/event_log.h"

namespace seaworthy {

// Where a subscription stands, as engines keep it. How many it has given up on
// follows from the log's dead letters.
struct SubscriptionState {
  // A record up to the cursor that is not settled.
  struct Unsettled {
    uint64_t sequence = 0;
    uint32_t attempts = 0;
    // With a consumer when the log was left: due at once, its attempt counted.
    bool in_flight = false;
    int64_t due_us = 0;  // Microseconds since 1970.
  };
  std::string name;
  std::vector<std::string> subjects;
  uint64_t cursor = 0;  // The last record ever delivered.
  std::vector<Unsettled> unsettled;
};

// What engines implement beside EventLog, for copies.
class SubscriptionExporter {
 public:
  virtual ~SubscriptionExporter() = default;
  virtual absl::StatusOr<std::vector<SubscriptionState>> SubscriptionStates() const = 0;
};

// Every subscription of `log`, by name. Errors: UNIMPLEMENTED (the engine
// cannot say), and the engine's.
absl::StatusOr<std::vector<SubscriptionState>> ExportSubscriptions(const EventLog& log);

// The place of a log that is being made. Until Finish the engine refuses to
// open it as a log, and says why. Used by one thread.
class LogImporter {
 public:
  virtual ~LogImporter() = default;

  // What it holds already, of a copy that was interrupted; 0 and zeros: nothing.
  virtual uint64_t last_sequence() const = 0;
  virtual std::string last_hash() const = 0;

  // Appends records as they are; durable on return. Errors: DATA_LOSS (they do
  // not continue what is there, or do not have their hashes), UNAVAILABLE.
  virtual absl::Status Append(absl::Span<const Record> records) = 0;

  // Replaces what is known of these subscriptions.
  virtual absl::Status SetSubscriptions(absl::Span<const SubscriptionState> states) = 0;

  // The copy is whole: from now on it opens as a log.
  virtual absl::Status Finish() = 0;

  // As EventLog::CheckpointTo, of what it holds now.
  virtual absl::Status CheckpointTo(const std::string& dir) const;
};

// Whether `records` continue a chain that ends at `sequence` with `hash`, each
// with the hash its bytes have. Errors: DATA_LOSS naming the record.
absl::Status CheckContinues(uint64_t sequence, std::string_view hash, absl::Span<const Record> records);

}  // namespace seaworthy
