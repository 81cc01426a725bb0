// How far a log may be trimmed, and why no further.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_log.h"
#include "common/snapshot.h"

namespace seaworthy {

struct TrimPlan {
  uint64_t first = 1;   // Where the log begins now.
  uint64_t before = 1;  // Records before this one may go; `first`: none.
  // What keeps the rest, one line each.
  std::vector<std::string> reasons;
};

// Up to what `mark` covers, what every subscription has settled, what is older
// than `keep`, and what no dead letter or redelivery still there is about. The
// log's last record always stays. Reads what lies behind the cut; writes
// nothing. Errors: FAILED_PRECONDITION (the record at the mark has another
// hash: the backup is of another log), and the engine's.
absl::StatusOr<TrimPlan> PlanTrim(EventLog& log, const SnapshotMark& mark, absl::Duration keep,
                                  absl::Time now);

// Definitions of sources (`source.changed`) that would go with the records
// before the plan's cut: to be appended before trimming, so that whoever begins
// at the cut knows every source. Repeating it changes nothing.
absl::StatusOr<std::vector<NewEvent>> SourcesToKeep(EventLog& log, const TrimPlan& plan);

}  // namespace seaworthy
