// What an announcement says, as the events that tell it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/object_store.h"
#include "seaworthy/v1/announcement.pb.h"
#include "seaworthy/v1/ingest_service.pb.h"
#include "services/ingest/fill/fact_filler.h"

namespace seaworthy {

// How long a filler is waited for: well within the subscription's ack_wait.
inline constexpr absl::Duration kFillDeadline = absl::Seconds(15);

// The tools a document announces, and its visible text. Never fails otherwise
// than by a rejection (rejection.h), whatever the bytes are. `filler` (may be
// null) is asked for what the rules do not find about the main tool.
absl::StatusOr<v1::ExtractAnnouncementResponse> ReadTools(const v1::Announcement& announcement,
                                                          std::string bytes, FactFiller* filler = nullptr);

// The events to append with the acknowledgement of a received announcement:
// `tool.announced`, `announcement.rejected`, or for a feed
// `announcement.split` after an `announcement.received` for each entry. What
// they name is stored. Deterministic but for the clock and the filler; dedup
// ids make a repetition harmless. Errors: the object store's. Thread-safe.
absl::StatusOr<std::vector<NewEvent>> EffectsOf(const v1::Announcement& announcement, std::string bytes,
                                                ObjectStore* objects, Clock* clock,
                                                FactFiller* filler = nullptr);

}  // namespace seaworthy
