// Where a gRPC endpoint is, read from its URL.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy {

struct GrpcAddress {
  enum class Protocol {
    kComplete,  // Our LlmEndpointService: grpc, grpcs.
    kTriton,    // Open Inference Protocol: triton, tritons.
    kVllm,      // vllm.Inference: vllm, vllms.
  };
  Protocol protocol = Protocol::kComplete;
  // True for grpcs, tritons and vllms.
  bool tls = false;
  // For gRPC: `dns:///host:50051` or `unix:/run/llm.sock`.
  std::string target;
  // For messages: `host:50051`.
  std::string shown;
  // True where nothing leaves this machine.
  bool loopback = false;
};

// Reads `grpc:HOST:PORT`, `tritons:[::1]:8001`, `vllm:unix:/run/vllm.sock`;
// `//` after the first colon is allowed. Errors: INVALID_ARGUMENT naming the
// URL and the forms there are.
absl::StatusOr<GrpcAddress> ParseGrpcAddress(const std::string& url);

// Whether a key may go there: over TLS, or where nothing leaves this machine;
// and whether metadata can hold it. Errors: INVALID_ARGUMENT, without the key.
absl::Status CheckGrpcKey(const GrpcAddress& address, const std::string& key);

}  // namespace seaworthy
