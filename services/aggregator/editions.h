// The weekly digest as the state keeps it: what happened in which week, and the
// editions made of it (docs/edition.md, table `editions`).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/edition.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// ISO 8601 weeks in UTC, Monday to Monday.
struct EditionWeek {
  std::string id;  // `2026-W47`
  absl::Time begin;
  absl::Time end;
};
EditionWeek WeekOf(absl::Time time);

// What a week may tell of; the digits are parts of keys, in the order readers
// see them.
enum class WeekNote : char {
  kPublished = '1',  // A comparison's id.
  kChanged = '2',    // The same.
  kCorrected = '3',  // A correction's id.
  kResolved = '4',   // A prediction's id.
};
// Notes it for the week of the record.
absl::Status NoteInWeek(StateTransaction& state, const Record& record, WeekNote what, const std::string& id);

// When the next week is over and may be drafted.
absl::Time NextDraftTime(absl::Time now);
// The `edition.drafted` events of weeks that are over, at most the last 8. Only
// where the state has seen every event of them.
absl::StatusOr<std::vector<NewEvent>> DraftEvents(const StateReader& state, absl::Time now);

// SHA-256 in hex of title, introduction and items.
std::string EditionHash(const v1::Edition& edition);
// Enters a draft; of one that is there nothing changes.
absl::Status EnterDraft(StateTransaction& state, v1::Edition edition);
absl::StatusOr<std::optional<v1::Edition>> LoadEdition(const StateReader& state, const std::string& id);
// Newest first. Errors: INVALID_ARGUMENT (page token).
absl::StatusOr<v1::ListEditionsResponse> ReadEditions(const StateReader& state,
                                                      const v1::ListEditionsRequest& request);

// Whether a decision can be taken at all. Errors: INVALID_ARGUMENT.
absl::Status CheckEditionDecision(const v1::EditionDecision& decision);
// Checks against the edition as it is and, where that is OK, applies. `taken`
// says what became of it: NOT_FOUND, ABORTED (its content is another),
// FAILED_PRECONDITION (its state), INVALID_ARGUMENT. Errors: the store's.
absl::Status TakeEditionDecision(StateTransaction& state, v1::EditionDecision decision, absl::Status& taken);
// Where the outcome of its request is kept.
std::string EditionRequestKey(const v1::EditionDecision& decision);

}  // namespace seaworthy
