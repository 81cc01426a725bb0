#include "services/publisher/people/people.h"

#include "common/status_macros.h"

namespace seaworthy {

absl::StatusOr<std::unique_ptr<People>> People::Open(PeopleStore* store, Clock* clock) {
  auto people = std::make_unique<People>();
  people->store = store;
  SEAWORTHY_ASSIGN_OR_RETURN(people->audit, AuditLog::Open(store, clock));
  SEAWORTHY_ASSIGN_OR_RETURN(people->accounts, Accounts::Open(store, people->audit.get(), clock));
  people->passwords = std::make_unique<PasswordHasher>();
  people->throttle = std::make_unique<SignInThrottle>(store, clock);
  return people;
}

}  // namespace seaworthy
