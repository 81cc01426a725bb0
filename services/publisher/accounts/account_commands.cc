#include "services/publisher/accounts/account_commands.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/timestamps.h"

namespace seaworthy {
namespace {

// Of one answer; a record has at most 16 KiB.
constexpr size_t kMaxAuditBytes = 1 << 20;

// Who it is in the audit log.
ChangedBy Command() { return {"command", ""}; }

absl::StatusOr<Role> RoleOf(const std::string& name) {
  const auto role = RoleNamed(name);
  if (role.has_value()) return *role;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" is no role; the roles are operator, editor and admin"));
}

}  // namespace

absl::StatusOr<v1::ListAccountsResponse> AccountCommands::ListAccounts() const {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto accounts, options_.people->accounts->List());
  v1::ListAccountsResponse response;
  for (const Account& account : accounts) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto sessions, options_.sessions->List(account.name));
    v1::DeskAccount& row = *response.add_accounts();
    row.set_name(account.name);
    row.set_mail(account.mail);
    row.set_role(std::string(RoleName(account.role)));
    row.set_disabled(account.disabled);
    row.set_has_password(!account.password_hash.empty());
    row.set_sessions(static_cast<int32_t>(sessions.size()));
    SetTimestamp(account.created, row.mutable_create_time());
  }
  return response;
}

absl::StatusOr<v1::AccountLink> AccountCommands::LinkFor(const std::string& name) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string token, options_.sessions->MakeLink(name, "link"));
  v1::AccountLink link;
  link.set_url(absl::StrCat(options_.base_url(), "/desk/sign-in?token=", token));
  return link;
}

absl::StatusOr<v1::AccountLink> AccountCommands::AddAccount(const v1::AddAccountRequest& request) const {
  Account account;
  account.name = CleanName(request.name());
  account.mail = request.mail();
  SEAWORTHY_ASSIGN_OR_RETURN(account.role, RoleOf(request.role()));
  SEAWORTHY_RETURN_IF_ERROR(options_.people->accounts->Add(account, Command()));
  return LinkFor(account.name);
}

absl::StatusOr<v1::AccountLink> AccountCommands::MakeAccountLink(
    const v1::MakeAccountLinkRequest& request) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const Account account,
                             options_.people->accounts->Get(CleanName(request.name())));
  if (account.disabled) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the account ", account.name, " is disabled, so a link would not sign it in; enable it"));
  }
  SEAWORTHY_RETURN_IF_ERROR(
      options_.people->audit->Append({Command().actor, "account link", account.name, "ok", "", ""}));
  return LinkFor(account.name);
}

absl::Status AccountCommands::SetPassword(const std::string& name, const std::string& password) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const Account account, options_.people->accounts->Get(name));
  SEAWORTHY_RETURN_IF_ERROR(CheckPassword(password, account.name, account.mail));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string hash, options_.people->passwords->Hash(password));
  return options_.people->accounts->SetPasswordHash(name, hash, Command());
}

absl::Status AccountCommands::ChangeAccount(const v1::ChangeAccountRequest& request) const {
  Accounts& accounts = *options_.people->accounts;
  const std::string name = CleanName(request.name());
  switch (request.change_case()) {
    case v1::ChangeAccountRequest::kRole: {
      SEAWORTHY_ASSIGN_OR_RETURN(const Role role, RoleOf(request.role()));
      return accounts.SetRole(name, role, Command());
    }
    case v1::ChangeAccountRequest::kDisabled:
      return accounts.SetDisabled(name, request.disabled(), Command());
    case v1::ChangeAccountRequest::kPassword:
      return SetPassword(name, request.password());
    case v1::ChangeAccountRequest::kRemove:
      if (request.remove()) return accounts.Remove(name, Command());
      break;
    case v1::ChangeAccountRequest::CHANGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("`change` says nothing that can be done with an account");
}

absl::StatusOr<v1::ReadAuditResponse> AccountCommands::ReadAudit(const v1::ReadAuditRequest& request) const {
  v1::ReadAuditResponse response;
  size_t bytes = 0;
  SEAWORTHY_RETURN_IF_ERROR(
      options_.people->audit->Export(request.from_sequence(), [&](std::string_view line) {
        response.add_lines(std::string(line));
        bytes += line.size();
        return bytes < kMaxAuditBytes;
      }));
  // After the records, so that it is never before the last of them.
  response.set_head(head().Text());
  return response;
}

}  // namespace seaworthy
