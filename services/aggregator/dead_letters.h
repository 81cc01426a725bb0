// What consumers gave up on, and what was delivered again (table
// `dead_letters`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event_log.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/state_row.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// What an event is about: a tool, an announcement, a comparison or a
// prediction; empty where it is none of these.
std::string AboutOf(const v1::Event& event);

// Keeps a letter; it is the newest of its record.
void NoteDeadLetter(StateTransaction& state, const Record& record, const v1::DeadLetter& letter,
                    const std::string& about);

// The newest letter of a record a subscription gave up on, and its sequence.
struct FoundLetter {
  uint64_t sequence = 0;
  v1::DeadLetterRow row;
};
absl::StatusOr<std::optional<FoundLetter>> FindDeadLetter(const StateReader& state,
                                                          const std::string& subscription, uint64_t sequence);

void StoreDeadLetter(StateTransaction& state, const FoundLetter& letter);

// The key prefix of all letters, newest first.
inline constexpr char kDeadLetterRow[] = "l";

}  // namespace seaworthy
