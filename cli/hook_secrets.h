// The webhooks of the configuration: with their secrets, as the publisher wants
// them, or without.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/config.h"
#include "services/publisher/api/hook.h"

namespace seaworthy::cli {

// Errors: as ReadHookSecrets.
absl::StatusOr<std::vector<Hook>> HooksWithSecrets(const Config& config);

// What ingest shows of them.
std::vector<Hook> HooksWithoutSecrets(const Config& config);

}  // namespace seaworthy::cli
