// What the command line does with accounts and the audit log.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/accounts_service.pb.h"
#include "services/publisher/access/desk_sessions.h"
#include "services/publisher/people/people.h"

namespace grpc {
class Service;
}

namespace seaworthy {

// The calls of v1.AccountsService; errors as described there. Whoever calls
// them may read the data folder, and may do anything. Thread-safe.
class AccountCommands {
 public:
  struct Options {
    People* people = nullptr;  // None is owned.
    DeskSessions* sessions = nullptr;
    std::function<std::string()> base_url;  // How the server is reached.
  };
  explicit AccountCommands(Options options) : options_(std::move(options)) {}

  absl::StatusOr<v1::ListAccountsResponse> ListAccounts() const;
  absl::StatusOr<v1::AccountLink> AddAccount(const v1::AddAccountRequest& request) const;
  absl::StatusOr<v1::AccountLink> MakeAccountLink(const v1::MakeAccountLinkRequest& request) const;
  absl::Status ChangeAccount(const v1::ChangeAccountRequest& request) const;
  absl::StatusOr<v1::ReadAuditResponse> ReadAudit(const v1::ReadAuditRequest& request) const;

  // The audit log's last record.
  AuditHead head() const { return options_.people->audit->head(); }

 private:
  absl::StatusOr<v1::AccountLink> LinkFor(const std::string& name) const;
  absl::Status SetPassword(const std::string& name, const std::string& password) const;

  const Options options_;
};

// The class above as a gRPC service; `commands` must outlive it.
std::unique_ptr<grpc::Service> MakeGrpcService(const AccountCommands* commands);

}  // namespace seaworthy
