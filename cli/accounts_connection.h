// Accounts and the audit log of a data folder, its server running or not.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/config.h"
#include "seaworthy/v1/accounts_service.pb.h"

namespace seaworthy::cli {

// The calls of v1.AccountsService. One thread; where no server runs, the data
// folder is this process' until destroyed.
class AccountsConnection {
 public:
  // Asks the server of config.data_dir; where none uses the folder, opens it.
  // Errors: UNAVAILABLE (exit code kNoServer), FAILED_PRECONDITION (kInUse),
  // NOT_FOUND where there is no such folder.
  static absl::StatusOr<std::unique_ptr<AccountsConnection>> Open(const Config& config);
  virtual ~AccountsConnection() = default;

  virtual absl::StatusOr<v1::ListAccountsResponse> ListAccounts() = 0;
  virtual absl::StatusOr<v1::AccountLink> AddAccount(const v1::AddAccountRequest& request) = 0;
  virtual absl::StatusOr<v1::AccountLink> MakeAccountLink(const v1::MakeAccountLinkRequest& request) = 0;
  virtual absl::Status ChangeAccount(const v1::ChangeAccountRequest& request) = 0;
  virtual absl::StatusOr<v1::ReadAuditResponse> ReadAudit(const v1::ReadAuditRequest& request) = 0;
};

}  // namespace seaworthy::cli
