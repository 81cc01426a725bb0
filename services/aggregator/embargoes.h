// Until when a tool may not become public (docs/editorial.md).
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids.h"
#include "google/protobuf/timestamp.pb.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/correction.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Whether it can be taken at all. Errors: INVALID_ARGUMENT (no reason, a time
// that is none or over 10 years from `now`).
absl::Status CheckEmbargo(const v1::Embargo& embargo, absl::Time now);

// The latest embargo of a tool and of those merged into it.
absl::StatusOr<std::optional<absl::Time>> EmbargoOf(const StateReader& state, const ToolId& tool);

// Fills `embargo_time`, which the stored comparison does not hold: it is the
// tools'.
absl::Status FillEmbargo(const StateReader& state, v1::Comparison& comparison);

std::string EmbargoRequestKey(const v1::Embargo& embargo);

// A time as events hold it, and for a message.
absl::Time ToTime(const google::protobuf::Timestamp& stamp);
google::protobuf::Timestamp ToTimestamp(absl::Time time);
std::string FormatUtc(absl::Time time);

}  // namespace seaworthy
