// Who may use the desk (docs/accounts.md).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/publisher/people/audit_log.h"
#include "services/publisher/people/people_store.h"
#include "services/publisher/people/role.h"

namespace seaworthy {

// An admin that is always there.
inline constexpr char kOwner[] = "owner";

struct Account {
  std::string name;
  std::string mail;  // Lower-case; may be empty.
  Role role = Role::kOperator;
  bool disabled = false;
  std::string password_hash;  // Empty: none set.
  absl::Time created;
};

// Who asks for a change, for the audit log.
struct ChangedBy {
  std::string actor;
  std::string address;
};

// A name as it is typed, without spaces around it and in lower case.
std::string CleanName(const std::string& typed);
// Errors: INVALID_ARGUMENT.
absl::Status CheckAccountName(const std::string& name);
absl::Status CheckMailAddress(const std::string& mail);

// Thread-safe; changes are made one after the other. A change, its audit
// record and the end of the sessions that it ends are one batch.
class Accounts {
 public:
  // Makes `owner` where there is none.
  static absl::StatusOr<std::unique_ptr<Accounts>> Open(PeopleStore* store, AuditLog* audit, Clock* clock);

  // Errors: NOT_FOUND, and those of the store, here and below.
  absl::StatusOr<Account> Get(const std::string& name) const;
  absl::StatusOr<Account> FindByMail(const std::string& mail) const;
  // By a name or a mail address, as typed at the sign-in.
  absl::StatusOr<Account> FindTyped(const std::string& typed) const;
  // By name.
  absl::StatusOr<std::vector<Account>> List() const;

  // Errors: INVALID_ARGUMENT, ALREADY_EXISTS (name or mail address), and
  // RESOURCE_EXHAUSTED over kMaxAccounts.
  static constexpr size_t kMaxAccounts = 1000;
  absl::Status Add(const Account& account, const ChangedBy& by);
  // Errors: FAILED_PRECONDITION for `owner`, as the two below.
  absl::Status SetRole(const std::string& name, Role role, const ChangedBy& by);
  absl::Status SetDisabled(const std::string& name, bool disabled, const ChangedBy& by);
  absl::Status Remove(const std::string& name, const ChangedBy& by);
  // Ends all sessions.
  absl::Status SetPasswordHash(const std::string& name, const std::string& hash, const ChangedBy& by);
  absl::Status SignOutEverywhere(const std::string& name, const ChangedBy& by);

 private:
  Accounts(PeopleStore* store, AuditLog* audit, Clock* clock) : store_(store), audit_(audit), clock_(clock) {}
  // Writes the account with its record, its sessions ended.
  absl::Status Change(const Account& account, const std::string& action, const std::string& detail,
                      const ChangedBy& by) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Account> GetOther(const std::string& name) const;

  PeopleStore* const store_;
  AuditLog* const audit_;
  Clock* const clock_;
  absl::Mutex mutex_;  // One change at a time.
};

}  // namespace seaworthy
