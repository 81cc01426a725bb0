// Whether a TCP port can be listened on.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy::cli {

// OK where `port` of `address` (IPv4 or IPv6) is free. Errors: UNAVAILABLE
// naming the port and the way out, INVALID_ARGUMENT (no IP address).
absl::Status ProbePort(const std::string& address, int port);

// A port that is free now. Errors as ProbePort.
absl::StatusOr<int> FindFreePort(const std::string& address);

}  // namespace seaworthy::cli
