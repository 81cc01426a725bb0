#include "services/publisher/people/accounts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/publisher/people/session_table.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxName = 40;
constexpr size_t kMaxMail = 254;
constexpr char kByName[] = "n/";
constexpr char kByMail[] = "m/";

std::string NameKey(const std::string& name) { return kByName + name; }
std::string MailKey(const std::string& mail) { return kByMail + mail; }

std::string Encode(const Account& account) {
  return json{{"mail", account.mail},
              {"role", std::string(RoleName(account.role))},
              {"disabled", account.disabled},
              {"password", account.password_hash},
              {"created", absl::ToUnixMicros(account.created)}}
      .dump();
}

absl::StatusOr<Account> Decode(const std::string& name, std::string_view bytes) {
  const json value = json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  const auto role = value.is_object() ? RoleNamed(value.value("role", "")) : std::nullopt;
  if (!role.has_value()) {
    return absl::DataLossError(
        absl::StrCat("the account ", name, " cannot be read; restore the people folder from a backup"));
  }
  return Account{.name = name,
                 .mail = value.value("mail", ""),
                 .role = *role,
                 .disabled = value.value("disabled", false),
                 .password_hash = value.value("password", ""),
                 .created = absl::FromUnixMicros(value.value("created", int64_t{0}))};
}

absl::Status NoAccount(const std::string& name) {
  return absl::NotFoundError(absl::StrCat("there is no account ", name));
}

bool IsMailByte(char c) {
  return absl::ascii_isgraph(static_cast<unsigned char>(c)) &&
         std::string_view("<>()[]\\,;:\"").find(c) == std::string_view::npos;
}

}  // namespace

std::string CleanName(const std::string& typed) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(typed));
}

absl::Status CheckAccountName(const std::string& name) {
  const bool plain =
      !name.empty() && name.size() <= kMaxName && name[0] >= 'a' && name[0] <= 'z' &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
      });
  // These are actors of the audit log.
  if (plain && name != "api" && name != "command") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("an account's name is 1 to ", kMaxName,
                   " of a-z, 0-9, `.`, `-` and `_`, begins with a letter and is not `api` or `command`"));
}

absl::Status CheckMailAddress(const std::string& mail) {
  const size_t at = mail.find('@');
  if (mail.size() <= kMaxMail && at != std::string::npos && at > 0 && at + 1 < mail.size() &&
      mail.find('@', at + 1) == std::string::npos && std::all_of(mail.begin(), mail.end(), IsMailByte)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("that is no mail address; one looks like ann@example.org");
}

absl::StatusOr<std::unique_ptr<Accounts>> Accounts::Open(PeopleStore* store, AuditLog* audit, Clock* clock) {
  auto accounts = std::unique_ptr<Accounts>(new Accounts(store, audit, clock));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto owner, store->Get(Family::kAccounts, NameKey(kOwner)));
  if (owner.has_value()) return accounts;
  Account account;
  account.name = kOwner;
  account.role = Role::kAdmin;
  account.created = clock->Now();
  SEAWORTHY_RETURN_IF_ERROR(store->Put(Family::kAccounts, NameKey(kOwner), Encode(account)));
  return accounts;
}

absl::StatusOr<Account> Accounts::Get(const std::string& name) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes, store_->Get(Family::kAccounts, NameKey(name)));
  if (!bytes.has_value()) return NoAccount(name);
  return Decode(name, *bytes);
}

absl::StatusOr<Account> Accounts::FindByMail(const std::string& mail) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto name, store_->Get(Family::kAccounts, MailKey(CleanName(mail))));
  if (!name.has_value()) return absl::NotFoundError("no account has this mail address");
  return Get(*name);
}

absl::StatusOr<Account> Accounts::FindTyped(const std::string& typed) const {
  const std::string name = CleanName(typed);
  return name.find('@') == std::string::npos ? Get(name) : FindByMail(name);
}

absl::StatusOr<std::vector<Account>> Accounts::List() const {
  std::vector<Account> list;
  absl::Status read;
  SEAWORTHY_RETURN_IF_ERROR(
      store_->Scan(Family::kAccounts, kByName, "", [&](std::string_view key, std::string_view value) {
        auto account = Decode(std::string(key.substr(sizeof(kByName) - 1)), value);
        read = account.status();
        if (account.ok()) list.push_back(*std::move(account));
        return read.ok();
      }));
  SEAWORTHY_RETURN_IF_ERROR(read);
  return list;
}

absl::Status Accounts::Add(const Account& account, const ChangedBy& by) {
  Account added = account;
  added.name = CleanName(account.name);
  added.mail = CleanName(account.mail);
  added.created = clock_->Now();
  SEAWORTHY_RETURN_IF_ERROR(CheckAccountName(added.name));
  if (!added.mail.empty()) SEAWORTHY_RETURN_IF_ERROR(CheckMailAddress(added.mail));
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto all, List());
  if (all.size() >= kMaxAccounts) return absl::ResourceExhaustedError("there are 1000 accounts; remove one");
  for (const Account& other : all) {
    if (other.name == added.name) {
      return absl::AlreadyExistsError(absl::StrCat("there is an account ", added.name, " already"));
    }
    if (!added.mail.empty() && other.mail == added.mail) {
      return absl::AlreadyExistsError(absl::StrCat("the account ", other.name, " has this mail address"));
    }
  }
  PeopleBatch batch;
  batch.Put(Family::kAccounts, NameKey(added.name), Encode(added));
  if (!added.mail.empty()) batch.Put(Family::kAccounts, MailKey(added.mail), added.name);
  return audit_->Append(
      {by.actor, "account add", added.name, "ok", std::string(RoleName(added.role)), by.address},
      std::move(batch));
}

absl::StatusOr<Account> Accounts::GetOther(const std::string& name) const {
  if (name == kOwner) {
    return absl::FailedPreconditionError(
        "`owner` is an admin that is always there; give people accounts of their own");
  }
  return Get(name);
}

absl::Status Accounts::Change(const Account& account, const std::string& action, const std::string& detail,
                              const ChangedBy& by) {
  PeopleBatch batch;
  batch.Put(Family::kAccounts, NameKey(account.name), Encode(account));
  SEAWORTHY_RETURN_IF_ERROR(EndSessionsOf(*store_, account.name, batch));
  return audit_->Append({by.actor, action, account.name, "ok", detail, by.address}, std::move(batch));
}

absl::Status Accounts::SetRole(const std::string& name, Role role, const ChangedBy& by) {
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(Account account, GetOther(name));
  account.role = role;
  return Change(account, "account role", std::string(RoleName(role)), by);
}

absl::Status Accounts::SetDisabled(const std::string& name, bool disabled, const ChangedBy& by) {
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(Account account, GetOther(name));
  account.disabled = disabled;
  return Change(account, disabled ? "account disable" : "account enable", "", by);
}

absl::Status Accounts::SetPasswordHash(const std::string& name, const std::string& hash,
                                       const ChangedBy& by) {
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(Account account, Get(name));
  account.password_hash = hash;
  return Change(account, "account password", "", by);
}

absl::Status Accounts::SignOutEverywhere(const std::string& name, const ChangedBy& by) {
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(const Account account, Get(name));
  return Change(account, "account sign out everywhere", "", by);
}

absl::Status Accounts::Remove(const std::string& name, const ChangedBy& by) {
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(const Account account, GetOther(name));
  PeopleBatch batch;
  SEAWORTHY_RETURN_IF_ERROR(EndSessionsOf(*store_, name, batch));
  batch.Delete(Family::kAccounts, NameKey(name));
  batch.Delete(Family::kAccounts, FailuresKey(name));
  if (!account.mail.empty()) batch.Delete(Family::kAccounts, MailKey(account.mail));
  return audit_->Append({by.actor, "account remove", name, "ok", "", by.address}, std::move(batch));
}

}  // namespace seaworthy
