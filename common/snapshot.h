// What is known of the last verified backup: the place in the log up to which
// the log may be trimmed (docs/event-log.md, docs/backup.md).
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

// Written only after a backup has been verified; a later one replaces it.
struct SnapshotMark {
  // The last record the backup's state has seen; 0: it holds no state (a
  // publisher's), and nothing may be trimmed for it.
  uint64_t sequence = 0;
  std::string log_hash;  // That record's hash in the log, 64 lower-case hex digits; empty for 0.
  absl::Time time;       // When the backup was made.
  std::string where;     // Where it is, for a person: its folder.
};

// `DATA/snapshot.json`.
std::string SnapshotMarkPath(const std::string& data_dir);

// Replaces the file in one step, synced. Errors: INVALID_ARGUMENT (a hash that
// is none), UNAVAILABLE (the disk).
absl::Status WriteSnapshotMark(const std::string& path, const SnapshotMark& mark);

// Errors: NOT_FOUND (no verified backup was ever made), DATA_LOSS (the file is
// no mark; a new backup writes it anew), UNAVAILABLE.
absl::StatusOr<SnapshotMark> ReadSnapshotMark(const std::string& path);

}  // namespace seaworthy
