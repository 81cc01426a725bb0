// A server that plays LLM providers over real sockets, faults included.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/fault_server/fault_kind.h"
#include "tests/fault_server/provider_api.h"

namespace seaworthy {

struct FaultServerOptions {
  uint16_t port = 0;  // 0: any that is free.
  int threads = 1;
  bool tls = false;                   // The faults of TLS imply it.
  FaultKind door = FaultKind::kNone;  // A fault of the door, or none.
  absl::Duration latency;             // Before every answer.
  absl::Duration drip_interval = absl::Seconds(1);
  size_t max_body = 32U << 20;
  int max_connections = 4096;  // More are closed at once.
  ProviderOptions provider;
};

struct FaultServerStats {
  uint64_t requests = 0;
  uint64_t ok = 0;
  uint64_t errors = 0;
  uint64_t connections = 0;
  int64_t open_connections = 0;
  int64_t in_flight = 0;
  int64_t most_in_flight = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  std::map<std::string, uint64_t> faults;  // Chat requests by kind.
};

// Listens on 127.0.0.1 from Start until it is destroyed, on threads of its
// own. Thread-safe. Memory is bounded: connections, bodies, scripts, batches.
class FaultServer {
 public:
  // Errors: INVALID_ARGUMENT (a door that is none), UNAVAILABLE (the port is
  // taken).
  static absl::StatusOr<std::unique_ptr<FaultServer>> Start(FaultServerOptions options);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  int port() const;
  // `http://127.0.0.1:PORT`, or `https:`. With `prefix`, `/PREFIX` behind it.
  std::string url(const std::string& prefix = "") const;
  // What a client should trust; empty without TLS.
  const std::string& ca_pem() const;
  // See ProviderApi::SetScript.
  void SetScript(const std::string& name, FaultScript script);
  FaultServerStats stats() const;
  std::string StatsJson() const;

 private:
  class Impl;
  explicit FaultServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace seaworthy
