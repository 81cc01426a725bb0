// The fetcher of the outside world, as configured.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/config.h"
#include "services/ingest/fetch/fetcher.h"

namespace seaworthy::cli {

// Errors: INVALID_ARGUMENT naming an entry of `allowed_private_hosts`.
absl::StatusOr<std::unique_ptr<Fetcher>> MakeFetcher(const Config& config);

}  // namespace seaworthy::cli
