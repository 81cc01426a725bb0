#include "services/publisher/tokens/tokens_grpc.h"

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "common/grpc_answer.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "seaworthy/v1/token_service.grpc.pb.h"
#include "services/publisher/tokens/api_tokens.h"

namespace seaworthy {
namespace {

const ChangedBy& Command() {
  static const auto* const kBy = new ChangedBy{"command", ""};
  return *kBy;
}

v1::TokenView ViewOf(const ApiToken& token) {
  v1::TokenView view;
  view.set_token_id(token.id);
  view.set_name(token.name);
  for (const std::string& name : token.scopes.Names()) view.add_scopes(name);
  SetTimestamp(token.created, view.mutable_create_time());
  if (token.expires != absl::InfiniteFuture()) SetTimestamp(token.expires, view.mutable_expire_time());
  if (token.used != absl::InfinitePast()) SetTimestamp(token.used, view.mutable_use_time());
  return view;
}

class TokensGrpcService : public v1::TokenService::Service {
 public:
  explicit TokensGrpcService(ApiTokens* tokens) : tokens_(tokens) {}

  grpc::Status AddToken(grpc::ServerContext*, const v1::AddTokenRequest* request,
                        v1::AddTokenResponse* response) override {
    return Answer(seaworthy::AddToken(*tokens_, *request), response);
  }
  grpc::Status ListTokens(grpc::ServerContext*, const v1::ListTokensRequest*,
                          v1::ListTokensResponse* response) override {
    *response = seaworthy::ListTokens(*tokens_);
    return grpc::Status::OK;
  }
  grpc::Status RevokeToken(grpc::ServerContext*, const v1::RevokeTokenRequest* request,
                           v1::RevokeTokenResponse*) override {
    return ToGrpcStatus(tokens_->Revoke(request->token_id(), Command()));
  }

 private:
  ApiTokens* const tokens_;
};

}  // namespace

absl::StatusOr<v1::AddTokenResponse> AddToken(ApiTokens& tokens, const v1::AddTokenRequest& request) {
  SEAWORTHY_ASSIGN_OR_RETURN(const ScopeSet scopes, ScopeSet::Parse(std::vector<std::string>(
                                                        request.scopes().begin(), request.scopes().end())));
  SEAWORTHY_ASSIGN_OR_RETURN(
      const ApiTokens::Made made,
      tokens.Add(request.name(), scopes, absl::Seconds(request.life_seconds()), Command()));
  v1::AddTokenResponse response;
  *response.mutable_token() = ViewOf(made.token);
  response.set_secret(made.secret);
  return response;
}

v1::ListTokensResponse ListTokens(const ApiTokens& tokens) {
  v1::ListTokensResponse response;
  for (const ApiToken& token : tokens.List()) *response.add_tokens() = ViewOf(token);
  return response;
}

std::unique_ptr<grpc::Service> MakeGrpcService(ApiTokens* tokens) {
  return std::make_unique<TokensGrpcService>(tokens);
}

}  // namespace seaworthy
