// What commands have in common: request ids, repeats, outcomes.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event_log.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "seaworthy/v1/event.pb.h"
#include "services/aggregator/projector.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Gives a request without an id one, and refuses one that is too long.
template <typename Asked>
absl::Status CheckRequestId(Asked& asked) {
  constexpr size_t kMaxRequestIdBytes = 128;
  if (asked.request_id().empty()) asked.set_request_id(RandomHex(16));
  if (asked.editor().empty()) asked.set_editor("api");
  if (asked.request_id().size() <= kMaxRequestIdBytes && asked.request_id().find('\0') == std::string::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "the request id (Idempotency-Key) is over 128 bytes or holds a zero byte; use another one");
}

// ALREADY_EXISTS where the id came before with another request.
template <typename Asked>
absl::Status CheckSame(Asked first, Asked second) {
  first.set_request_id(second.request_id());
  first.set_editor(second.editor());
  if (SerializeDeterministically(first) == SerializeDeterministically(second)) return absl::OkStatus();
  return absl::AlreadyExistsError(
      "this Idempotency-Key came before with another request; use a new key for a new one");
}

// The event a repeated request made first.
inline absl::StatusOr<v1::Event> ReadEvent(EventLog& log, uint64_t sequence) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Record record, log.Read(sequence));
  v1::Event event;
  if (!event.ParseFromString(record.payload)) return absl::DataLossError("the first request cannot be read");
  return event;
}

// What became of a request.
inline absl::Status OutcomeOf(const StateReader& state, const std::string& key) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto outcome, state.Get(Table::kOutcomes, key));
  if (!outcome.has_value()) return absl::InternalError("the request left no outcome; read the tool again");
  return DecodeOutcome(*outcome);
}

}  // namespace seaworthy
