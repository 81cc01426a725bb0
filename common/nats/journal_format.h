// The bytes of one message in the log's stream; docs/event-log-nats.md fixes
// them. One message is one commit: everything in it happened, or nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace seaworthy::journal {

inline constexpr size_t kHashBytes = 32;

// What a commit says about subscriptions.
enum class NoteKind : uint8_t {
  kOpened = 1,      // The instance begins anew: what it held is due at once.
  kSubscribed = 2,  // A subscription exists, with these subjects.
  kDelivered = 3,   // Handed out by the instance, to be answered by `due_us`.
  kRetry = 4,       // Handed back, to be delivered again at `due_us`.
  kSettled = 5,     // Done, or given up on.
  kAgain = 6,       // A settled record is due again, from its first attempt.
  kExtended = 7,    // Still at it, until `due_us`.
  // Of a log that comes from another engine (docs/event-log-nats.md):
  kImportBegun = 8,  // The stream is no log yet; `subscription` says of what.
  kPosition = 9,     // A subscription stands at `sequence`, with nothing owed.
  kOwed = 10,        // It owes this record, due at `due_us`.
  kHeld = 11,        // As kOwed, but it was with a consumer: due at once.
  kImportDone = 12,  // From here on it is a log.
};

struct Note {
  NoteKind kind = NoteKind::kOpened;
  std::string subscription;
  uint64_t sequence = 0;
  uint32_t attempts = 0;
  int64_t due_us = 0;
  std::vector<std::string> subjects;
};

struct Commit {
  std::string instance;         // Who wrote it.
  std::string epoch;            // Random, of that instance's start.
  uint64_t number = 0;          // Of that epoch, from 1.
  int64_t time_us = 0;          // The writer's clock.
  uint64_t first_sequence = 1;  // Of the first record in it.
  std::string previous_hash = std::string(kHashBytes, '\0');
  std::vector<Note> notes;
  std::vector<std::string> records;  // As docs/event-log.md has them.
  std::string hash;                  // Over all of the above.
};

// Sets `commit.hash` and returns the message's bytes.
std::string EncodeCommit(Commit& commit);

// Errors: DATA_LOSS (its bytes do not have the hash it was written with, or
// do not parse).
absl::StatusOr<Commit> DecodeCommit(std::string_view bytes);

// A commit too large for a message is an object; the message names it.
std::string EncodeReference(std::string_view object_hash);
// The hash in hex; empty where `bytes` is a commit itself.
std::string DecodeReference(std::string_view bytes);

}  // namespace seaworthy::journal
