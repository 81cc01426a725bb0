// Everything that is kept of a mail address, for whoever it belongs to.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/publisher/edition/subscribers.h"

namespace seaworthy {

// JSON as docs/api.md describes it, also of an address nobody ever gave.
// Errors: INVALID_ARGUMENT (no address), UNAVAILABLE.
absl::StatusOr<std::string> ExportAddress(const Subscribers& subscribers, std::string_view address);

}  // namespace seaworthy
