// Accounts and the audit log as a gRPC service.
#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/grpc_answer.h"
#include "seaworthy/v1/accounts_service.grpc.pb.h"
#include "services/publisher/accounts/account_commands.h"

namespace seaworthy {
namespace {

class AccountsGrpcService : public v1::AccountsService::Service {
 public:
  explicit AccountsGrpcService(const AccountCommands* commands) : commands_(commands) {}

  grpc::Status ListAccounts(grpc::ServerContext*, const v1::ListAccountsRequest*,
                            v1::ListAccountsResponse* response) override {
    return Answer(commands_->ListAccounts(), response);
  }
  grpc::Status AddAccount(grpc::ServerContext*, const v1::AddAccountRequest* request,
                          v1::AccountLink* response) override {
    return Answer(commands_->AddAccount(*request), response);
  }
  grpc::Status MakeAccountLink(grpc::ServerContext*, const v1::MakeAccountLinkRequest* request,
                               v1::AccountLink* response) override {
    return Answer(commands_->MakeAccountLink(*request), response);
  }
  grpc::Status ChangeAccount(grpc::ServerContext*, const v1::ChangeAccountRequest* request,
                             v1::ChangeAccountResponse*) override {
    return ToGrpcStatus(commands_->ChangeAccount(*request));
  }
  grpc::Status ReadAudit(grpc::ServerContext*, const v1::ReadAuditRequest* request,
                         v1::ReadAuditResponse* response) override {
    return Answer(commands_->ReadAudit(*request), response);
  }

 private:
  const AccountCommands* const commands_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcService(const AccountCommands* commands) {
  return std::make_unique<AccountsGrpcService>(commands);
}

}  // namespace seaworthy
