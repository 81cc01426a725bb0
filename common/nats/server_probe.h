// The first line a NATS server says, which libnats keeps to itself.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/nats/server_promise.h"

namespace seaworthy {

// Connects to `host`:`port` and reads the INFO line: version and whether
// JetStream is on. Errors: UNAVAILABLE.
absl::StatusOr<NatsServerFacts> ProbeNatsServer(const std::string& host, const std::string& port,
                                                absl::Duration timeout);

}  // namespace seaworthy
