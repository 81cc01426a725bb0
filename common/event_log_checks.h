// What every engine of the event log checks and makes alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/event_log.h"

namespace seaworthy {

// Events by which a subscription gives up on a record.
inline constexpr std::string_view kDeadLetterSubject = "dead.letter";

// How long a moved clock may go unnoticed by one who waits for a due time.
inline constexpr absl::Duration kClockPoll = absl::Milliseconds(20);

inline constexpr size_t kMaxSubjectBytes = 255;
inline constexpr size_t kMaxSubscriptionNameBytes = 64;
inline constexpr size_t kMaxBatchEvents = 4096;
// Ids and subjects with it; over NATS a batch with all around it fits into an
// object (object_store_bounds.h).
inline constexpr size_t kMaxBatchBytes = 14 * 1024 * 1024;

// Whether all may be appended as one batch. Errors: INVALID_ARGUMENT naming
// the event and the bound.
absl::Status CheckEvents(absl::Span<const NewEvent> events);

// Errors: INVALID_ARGUMENT naming the option and the bound.
absl::Status CheckSubscription(const SubscriptionOptions& options);

// Why a record is not there any more, and the way out. OUT_OF_RANGE.
absl::Status TrimmedAway(uint64_t sequence, uint64_t first);

// The subscription a dead letter's id names; empty for any other id.
std::string_view DeadLetterSubscription(std::string_view dedup_id);

// The event by which `subscription` gives up on `record`, and a line in the
// program's log. Empty where the record is a dead letter itself: no endless
// chain. Its id is `dead:<subscription>:<sequence>`; one that was delivered
// again and failed again has a letter of its own, `.2` and so on, by what
// `is_taken` says of an id. `reason` is cut to a bounded length.
std::vector<NewEvent> GiveUpOn(std::string_view subscription, const Record& record, uint32_t attempts,
                               std::string_view reason, absl::Time now,
                               absl::FunctionRef<bool(const std::string& dedup_id)> is_taken);

}  // namespace seaworthy
