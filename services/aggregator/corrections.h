// What editors know better (docs/identity.md, Corrections).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/identity.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Whether a correction can be taken at all. Errors: INVALID_ARGUMENT (unknown
// field, values that are none of it, no reason, a URL that is none).
absl::Status CheckCorrection(const v1::FactCorrection& correction);

// Corrections of a tool, by field.
absl::StatusOr<std::vector<v1::FactCorrection>> LoadCorrections(const StateReader& state, const ToolId& tool);

std::string CorrectionKey(const ToolId& tool, const std::string& field);

// Where the outcome of a request is kept.
std::string CorrectionRequestKey(const v1::FactCorrection& correction);
std::string IdentityRequestKey(const v1::IdentityDecision& decision);

}  // namespace seaworthy
