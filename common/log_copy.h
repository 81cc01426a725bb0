// Moves a log and its objects from one engine to another, whole and checked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event_log.h"
#include "common/log_import.h"
#include "common/object_store.h"

namespace seaworthy {

// Called now and then by what takes long; `total` 0: not known.
using CopyProgress = std::function<void(uint64_t done, uint64_t total)>;

// Copies every record of `from`, which nobody else uses meanwhile, and where
// its subscriptions stand, and finishes `to`. A copy that was interrupted goes
// on where it was. Memory is bounded by what one ReadAfter returns. Errors:
// FAILED_PRECONDITION (what is there is no beginning of `from`; `from` was
// trimmed, or grew meanwhile), and those of both engines; then `to` is not
// finished, and calling it again goes on.
absl::Status CopyLog(EventLog& from, LogImporter& to, const CopyProgress& progress);

// Copies every object and reads it back: its SHA-256 is its name. Returns how
// many there are. Errors: DATA_LOSS (an object is damaged; named), and those
// of both stores.
absl::StatusOr<uint64_t> CopyObjects(ObjectStore& from, ObjectStore& to, const CopyProgress& progress);

// Whether both end with the same record: the last hash of a chain stands for
// all of it. Errors: DATA_LOSS saying where they differ.
absl::Status CompareLogs(EventLog& from, EventLog& to);

}  // namespace seaworthy
