// The HTTP listener of `[telemetry] listen`.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/telemetry/health.h"
#include "common/telemetry/metrics.h"

namespace seaworthy {

// Answers GET and HEAD of /metrics, /healthz and /readyz, 404 and 405 to all
// else. One thread of its own does everything, so that neither a slow scrape
// nor a slow reader holds anything else up: at most 32 connections, 4 KiB of
// address, 50 headers of 8 KiB, no body, 10 s to ask and 10 s to read. Nobody is
// asked who he is: what is served holds no secret, and the address is the
// operator's choice.
class TelemetryServer {
 public:
  // `address` is HOST:PORT, port 0 for any free one; host an IP address or
  // `localhost`. `metrics` and `health` outlive it. Errors: INVALID_ARGUMENT,
  // UNAVAILABLE naming the address and the way out.
  static absl::StatusOr<std::unique_ptr<TelemetryServer>> Start(const std::string& address,
                                                                const Metrics* metrics, const Health* health);
  virtual ~TelemetryServer() = default;
  // The port listened on.
  virtual int port() const = 0;
  // Idempotent.
  virtual void Stop() = 0;
};

}  // namespace seaworthy
