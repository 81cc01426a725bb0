// The checks that endpoint and probe have in common.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/reviewer/grpc_llm/grpc_call.h"

namespace seaworthy {

// Reads the URL, checks the key's way and makes the channel. Errors as of
// MakeGrpcEndpoint.
absl::StatusOr<GrpcParts> MakeGrpcParts(const EndpointConfig& config, std::string key);

}  // namespace seaworthy
