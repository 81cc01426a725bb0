// The event log: the truth every service is a function of. One interface, two
// engines (embedded RocksDB here, NATS JetStream for many machines); nothing
// above knows which one runs. docs/event-log.md fixes format and guarantees.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace seaworthy {

// An event to append.
struct NewEvent {
  // Same id, same event, for ever: 1 to 255 bytes. A second append with an id
  // seen before changes nothing and returns the first sequence, whatever the
  // rest of it holds.
  std::string dedup_id;
  // What it is filed under: lower-case words joined by dots, `verdict.given`.
  std::string subject;
  // A serialised v1.Event; at most kMaxPayloadBytes.
  std::string payload;
};

// An event as the log holds it.
struct Record {
  uint64_t sequence = 0;  // From 1, without gaps.
  absl::Time time;        // When it was appended, by the log's clock.
  std::string dedup_id;
  std::string subject;
  std::string payload;
  std::string hash;  // SHA-256 (32 bytes) over this record and the hash before.
};

// What became of one append.
struct Appended {
  uint64_t sequence = 0;
  bool duplicate = false;  // True where the id had been seen before.
};

inline constexpr size_t kMaxPayloadBytes = 256 * 1024;
inline constexpr size_t kMaxDedupIdBytes = 255;

// One record handed to a consumer, to be answered within the subscription's
// ack_wait by Ack, RetryAfter or Reject; else it is delivered again.
struct Delivery {
  Record record;
  uint32_t attempt = 1;  // From 1.
};

struct SubscriptionOptions {
  // Durable name; one name, one position, whatever restarts in between.
  std::string name;
  // Subjects to deliver, exact; empty for all.
  std::vector<std::string> subjects;
  // Deliveries not yet answered, at most; Fetch waits while it is reached.
  size_t max_in_flight = 64;
  // How long a delivery may stay unanswered before it is delivered again.
  absl::Duration ack_wait = absl::Seconds(30);
  // Deliveries of one record, at most; the last failure makes a dead letter.
  uint32_t max_attempts = 5;
};

// What a queue looks like from outside.
struct SubscriptionStatus {
  std::string name;
  uint64_t pending = 0;    // Matching records never delivered.
  uint64_t in_flight = 0;  // Delivered, not answered.
  uint64_t retrying = 0;   // Waiting for another try.
  uint64_t dead = 0;       // Given up on, ever.
};

// One answer of many: the delivery is done, with these effects.
struct Acknowledgement {
  const Delivery* delivery = nullptr;  // Not owned; never null, never twice in one call.
  std::vector<NewEvent> effects;
};

// A durable named consumer. Delivers each matching record at least once, in
// order of sequence for first deliveries. Thread-safe: several workers may
// share one. Must be destroyed before its log.
class Subscription {
 public:
  virtual ~Subscription() = default;

  // Up to `max` records; waits until there is one or `timeout` has passed
  // (then: empty). Errors: CANCELLED once the log is closing.
  virtual absl::StatusOr<std::vector<Delivery>> Fetch(size_t max, absl::Duration timeout) = 0;

  // Done. `effects` are appended together with the acknowledgement: atomically
  // where the engine can (embedded), effects first and deduplicated where it
  // cannot. Acknowledging twice changes nothing. On an error neither counts
  // and the delivery comes again.
  virtual absl::Status Ack(const Delivery& delivery, absl::Span<const NewEvent> effects) = 0;
  absl::Status Ack(const Delivery& delivery) { return Ack(delivery, {}); }

  // Many done at once, written as one: all of them count or none does.
  virtual absl::Status AckAll(absl::Span<const Acknowledgement> answers) = 0;

  // Not now: delivered again after `delay`. On the last attempt as Reject.
  virtual absl::Status RetryAfter(const Delivery& delivery, absl::Duration delay,
                                  std::string_view reason) = 0;

  // Never: appends a `dead.letter` event naming the record and the reason,
  // and acknowledges.
  virtual absl::Status Reject(const Delivery& delivery, std::string_view reason) = 0;

  // Still at it: starts ack_wait anew.
  virtual absl::Status InProgress(const Delivery& delivery) = 0;
};

// Thread-safe. Append returns OK only once the record is synced to disk: what
// it acknowledged survives kill -9 and power loss. After a failed write every
// append fails with UNAVAILABLE: a full disk ends by itself, else by opening anew.
class EventLog {
 public:
  virtual ~EventLog() = default;

  // Appends all or none, in order, one sync. Errors: INVALID_ARGUMENT (id,
  // subject or payload out of bounds), UNAVAILABLE (the log is blocked; the
  // message says why and what to do), CANCELLED (closing).
  virtual absl::StatusOr<std::vector<Appended>> AppendBatch(absl::Span<const NewEvent> events) = 0;
  // One event.
  absl::StatusOr<Appended> Append(const NewEvent& event);

  // The record at a sequence. Errors: NOT_FOUND, DATA_LOSS.
  virtual absl::StatusOr<Record> Read(uint64_t sequence) = 0;

  // The record first appended with this id. Errors: NOT_FOUND, DATA_LOSS.
  virtual absl::StatusOr<Record> FindByDedupId(std::string_view dedup_id) = 0;

  // For consumers that keep their own position with their effects: up to `max`
  // records after `after`, in order; waits until there is one or `timeout` has
  // passed (then: empty). Errors: OUT_OF_RANGE (`after` lies beyond the log's
  // end: the log has lost records), DATA_LOSS, CANCELLED (closing).
  virtual absl::StatusOr<std::vector<Record>> ReadAfter(uint64_t after, size_t max,
                                                        absl::Duration timeout) = 0;

  // The last sequence, 0 while empty.
  virtual uint64_t LastSequence() const = 0;

  // The first sequence still held: 1 until the log is trimmed. Reading below it
  // gives OUT_OF_RANGE, which names it and the way out.
  virtual uint64_t FirstSequence() const { return 1; }

  // Drops every record before `sequence`, for good, in one synced step; their
  // ids stay known for ever, and the chain goes on from the hash at the cut. To
  // be called only for what a verified snapshot covers (common/log_trim.h).
  // Errors: UNIMPLEMENTED (this engine cannot), FAILED_PRECONDITION (a
  // subscription has not settled one of them; named), INVALID_ARGUMENT (beyond
  // the end), UNAVAILABLE.
  virtual absl::Status TrimBefore(uint64_t sequence);

  // Opens or creates a durable subscription, from the log's first record.
  // Errors: ALREADY_EXISTS (the name is open now), INVALID_ARGUMENT.
  virtual absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const SubscriptionOptions& options) = 0;

  // Has a subscription deliver a record again that it had settled, from its
  // first attempt, and appends `note` with it: both or neither, whatever ends
  // in between, and whether or not the subscription is open. A note whose id was
  // seen before changes nothing. Errors: NOT_FOUND (no such subscription, or it
  // never had the record), FAILED_PRECONDITION (it has it now), and those of
  // AppendBatch.
  virtual absl::StatusOr<Appended> Redeliver(std::string_view subscription, uint64_t sequence,
                                             const NewEvent& note) = 0;

  // Why nothing can be appended now; OK where it can, as far as is known. Waits
  // for nothing. UNAVAILABLE (no connection; it comes back by itself),
  // RESOURCE_EXHAUSTED (no space at the last append; reads go on), CANCELLED
  // (closed), any other: until it is opened anew.
  virtual absl::Status Health() const { return absl::OkStatus(); }

  // Every subscription known, by name.
  virtual std::vector<SubscriptionStatus> ListSubscriptions() const = 0;

  // Copies everything durable now into the new folder `dir`, which opens as a
  // log of its own; work goes on meanwhile. Errors: UNIMPLEMENTED (this engine
  // keeps nothing in a folder), UNAVAILABLE.
  virtual absl::Status CheckpointTo(const std::string& dir);

  // Wakes every waiter with CANCELLED; later calls fail. Idempotent.
  virtual void Close() = 0;
};

}  // namespace seaworthy
