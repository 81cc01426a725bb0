// What every engine of the event log checks and makes alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/event_log.h"

namespace seaworthy {

// Events by which a subscription gives up on a record.
inline constexpr std::string_view kDeadLetterSubject = "dead.letter";

inline constexpr size_t kMaxSubjectBytes = 255;
inline constexpr size_t kMaxSubscriptionNameBytes = 64;
inline constexpr size_t kMaxBatchEvents = 4096;
inline constexpr size_t kMaxBatchBytes = 16 * 1024 * 1024;

// Whether all may be appended as one batch. Errors: INVALID_ARGUMENT naming
// the event and the bound.
absl::Status CheckEvents(absl::Span<const NewEvent> events);

// Errors: INVALID_ARGUMENT naming the option and the bound.
absl::Status CheckSubscription(const SubscriptionOptions& options);

// The id of the dead letter of `sequence`: `dead:<subscription>:<sequence>`.
std::string DeadLetterId(std::string_view subscription, uint64_t sequence);

// The subscription a dead letter's id names; empty for any other id.
std::string_view DeadLetterSubscription(std::string_view dedup_id);

// The event by which `subscription` gives up on `record`. `reason` is cut to
// a bounded length.
NewEvent MakeDeadLetter(std::string_view subscription, const Record& record, uint32_t attempts,
                        std::string_view reason, absl::Time now);

}  // namespace seaworthy
