// What is and was public, and in which order it changed (docs/editorial.md,
// tables `publications` and `published_changes`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event_log.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/comparison.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Makes `published` public in the name of the record: sets its times and
// corrections and the comparison's `published_hash`, and keeps it for good. The
// comparison itself is left to be stored.
absl::Status Publish(StateTransaction& state, v1::Comparison& comparison, v1::PublishedComparison published,
                     const Record& record);

// Notes that what readers see of a comparison changed; nullopt: it went.
absl::Status NotePublicChange(StateTransaction& state, const std::string& comparison,
                              const std::optional<v1::PublishedComparison>& published, uint64_t sequence);

// Newest first, at most 100.
absl::StatusOr<std::vector<v1::Publication>> ReadPublications(const StateReader& state,
                                                              const v1::Comparison& comparison);
// By its hash, as it became public first; nullopt where it never was.
absl::StatusOr<std::optional<v1::PublishedComparison>> LoadPublication(const StateReader& state,
                                                                       const std::string& comparison,
                                                                       const std::string& hash);

// Changes after a place in the log. Reads as many rows as it returns. A page
// ends where a record's changes do, so that it may hold more than asked for.
absl::StatusOr<v1::ListPublishedChangesResponse> ReadPublishedChanges(const StateReader& state,
                                                                      uint64_t after, size_t page_size);

}  // namespace seaworthy
