// All telemetry of one process, as `[telemetry]` configures it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config.h"
#include "common/event_log.h"
#include "common/telemetry/event_watch.h"
#include "common/telemetry/health.h"
#include "common/telemetry/metrics.h"
#include "common/telemetry/span_exporter.h"
#include "common/telemetry/telemetry_server.h"

namespace seaworthy {

// Made first and stopped before the services it looks at. Not thread-safe, but
// `metrics` and `health` are.
class Telemetry {
 public:
  struct Options {
    TelemetryConfig config;
    std::string service = "seaworthy";  // Which program.
    std::string version;
    std::string data_dir;          // Empty: of no disk.
    std::string certificate_file;  // Whose end is told; empty: none.
    double budget_usd_per_day = 0;
  };

  // Listens where that is configured; nothing is ready yet. Errors:
  // INVALID_ARGUMENT, UNAVAILABLE naming the address.
  static absl::StatusOr<std::unique_ptr<Telemetry>> Start(Options options);
  ~Telemetry();  // Stops.

  Metrics& metrics() { return metrics_; }
  Health& health() { return health_; }
  // For those who count on busy paths; null where nobody listens to numbers.
  Metrics* counted() { return server_ == nullptr ? nullptr : &metrics_; }
  // Of the listener; 0 without one.
  int port() const { return server_ == nullptr ? 0 : server_->port(); }

  // Ends, queues and health of the log, which outlives Stop.
  void LookAt(EventLog* log);
  // Follows the events of a log: how long things take and, with `otlp_url`,
  // spans, while `exports` holds (null: always). For the one process of many
  // that owns the state.
  void Follow(EventLog* log, std::function<bool()> exports = nullptr);
  // Everything that was to be started is.
  void SetStarted() { started_ = true; }

  // Not ready from now on; then waits until nobody looks at anything any more.
  // The listener goes on answering until the destructor. Idempotent.
  void Stop();

 private:
  explicit Telemetry(Options options);

  const Options options_;
  std::atomic<bool> started_{false};
  Metrics metrics_;
  Health health_;
  std::unique_ptr<SpanExporter> exporter_;
  std::unique_ptr<EventWatch> watch_;
  std::unique_ptr<TelemetryServer> server_;
};

}  // namespace seaworthy
