// A channel to somebody else's server: TLS, bounds, no retries.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/config.h"
#include "services/reviewer/grpc_llm/grpc_address.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace seaworthy {

// No answer is longer; what is longer is refused by gRPC before it is read.
inline constexpr int kMaxGrpcAnswer = 1 << 20;

// Makes the channel; connects at the first call. Retries inside gRPC, service
// configurations from DNS and proxies of the environment are off. Errors:
// NOT_FOUND or INVALID_ARGUMENT naming `ca_file`.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeGrpcChannel(const EndpointConfig& config,
                                                               const GrpcAddress& address);

// Sets deadline and `authorization: Bearer KEY`, where there is a key.
void PrepareContext(absl::Duration deadline, const std::string& key, grpc::ClientContext* context);

}  // namespace seaworthy
