#include "services/reviewer/grpc_llm/grpc_endpoint.h"

#include <utility>

#include "services/reviewer/grpc_llm/grpc_call.h"
#include "services/reviewer/grpc_llm/grpc_parts.h"
#include "services/reviewer/text.h"

namespace seaworthy {

absl::StatusOr<GrpcParts> MakeGrpcParts(const EndpointConfig& config, std::string key) {
  auto address = ParseGrpcAddress(config.url);
  if (!address.ok()) return address.status();
  const absl::Status allowed = CheckGrpcKey(*address, key);
  if (!allowed.ok()) {
    return absl::Status(allowed.code(),
                        text::Cat("endpoint `", config.name, "`: ", std::string(allowed.message())));
  }
  if (address->protocol != GrpcAddress::Protocol::kComplete && config.model.empty()) {
    return absl::InvalidArgumentError(
        text::Cat("endpoint `", config.name, "`: `model` is missing; name the model as the server does"));
  }
  auto channel = MakeGrpcChannel(config, *address);
  if (!channel.ok()) return channel.status();
  return GrpcParts{config, *std::move(address), std::move(key), *std::move(channel)};
}

bool IsGrpcUrl(const std::string& url) {
  for (const char* scheme : {"grpc:", "grpcs:", "triton:", "tritons:", "vllm:", "vllms:"}) {
    if (url.starts_with(scheme)) return true;
  }
  return false;
}

absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeGrpcEndpoint(const EndpointConfig& config, std::string key) {
  auto parts = MakeGrpcParts(config, std::move(key));
  if (!parts.ok()) return parts.status();
  switch (parts->address.protocol) {
    case GrpcAddress::Protocol::kTriton:
      return MakeTritonEndpoint(*std::move(parts));
    case GrpcAddress::Protocol::kVllm:
      return MakeVllmEndpoint(*std::move(parts));
    default:
      return MakeCompleteEndpoint(*std::move(parts));
  }
}

}  // namespace seaworthy
