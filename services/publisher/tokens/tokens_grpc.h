// Tokens over gRPC: what `seaworthy token` calls, on the data folder's socket.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "seaworthy/v1/token_service.pb.h"

namespace grpc {
class Service;
}

namespace seaworthy {

class ApiTokens;

// The calls of v1.TokenService; errors as described there.
absl::StatusOr<v1::AddTokenResponse> AddToken(ApiTokens& tokens, const v1::AddTokenRequest& request);
v1::ListTokensResponse ListTokens(const ApiTokens& tokens);

// `tokens` must outlive it.
std::unique_ptr<grpc::Service> MakeGrpcService(ApiTokens* tokens);

}  // namespace seaworthy
