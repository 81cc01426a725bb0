// What knows about persons, opened together over one store.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/clock.h"
#include "services/publisher/people/accounts.h"
#include "services/publisher/people/audit_log.h"
#include "services/publisher/people/password.h"
#include "services/publisher/people/people_store.h"
#include "services/publisher/people/throttle.h"

namespace seaworthy {

// Thread-safe, as its parts are.
struct People {
  PeopleStore* store = nullptr;  // Not owned.
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<PasswordHasher> passwords;
  std::unique_ptr<SignInThrottle> throttle;

  // Errors: DATA_LOSS, UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<People>> Open(PeopleStore* store, Clock* clock);
};

}  // namespace seaworthy
