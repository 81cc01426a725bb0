// Endpoints that speak gRPC: our own LlmEndpointService, Triton's Open
// Inference Protocol and vLLM's own service (docs/llm-endpoint-protocol.md).
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// Whether the URL begins with grpc, triton or vllm, with or without the s of
// TLS.
bool IsGrpcUrl(const std::string& url);

// Makes the endpoint; nothing is connected yet. `key` goes out as a bearer
// token, over TLS or loopback only. Errors: INVALID_ARGUMENT or NOT_FOUND
// naming URL, dialect, ca_file or the way the key would have to go.
absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeGrpcEndpoint(const EndpointConfig& config, std::string key);

// Asks whether the server can be reached, is who it should be, takes the key
// and has the model ready; no tokens are used. Takes at most four times
// `connect_timeout`. Errors name what is wrong and the way out.
absl::Status ProbeGrpcEndpoint(const EndpointConfig& config, const std::string& key);

}  // namespace seaworthy
