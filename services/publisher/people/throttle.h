// How often a password may be tried (docs/accounts.md, Throttling).
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy {

// The addresses that count as one: itself, or an IPv6 address's /64.
std::string AddressBucket(const std::string& address);

// Counts tries by account, by address bucket and by known device. Thread-safe.
class SignInThrottle {
 public:
  static constexpr int kFreeByAccount = 5;
  static constexpr int kFreeByAddress = 20;
  static constexpr int kMostByAccount = 100;
  static constexpr int kMostByDevice = 10;
  static constexpr absl::Duration kLongestByAccount = absl::Hours(1);
  static constexpr absl::Duration kLongestByAddress = absl::Minutes(15);
  // Of each map; beyond, the first entries go.
  static constexpr size_t kMaxEntries = 20000;

  struct Try {
    std::string account;  // As typed where there is none.
    std::string address;
    std::string device;  // Its hash, where it is known to the account; else empty.
  };

  SignInThrottle(PeopleStore* store, Clock* clock) : store_(store), clock_(clock) {}

  // Zero: it may be evaluated, and counts as failed until Succeeded is called.
  // Else: how long to wait; not counted.
  absl::Duration Begin(const Try& attempt);
  void Succeeded(const Try& attempt);
  // The try was not evaluated after all.
  void GiveBack(const Try& attempt);
  // The account has signed in another way: its passwords count anew.
  void Forget(const std::string& account);
  // What keeps the account's count across a restart.
  void Keep(const std::string& account, PeopleBatch& batch) const;

 private:
  struct Count {
    int tries = 0;
    absl::Time last;
  };
  using Counts = std::map<std::string, Count>;
  Count& AccountCount(const std::string& account) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Count& Entry(Counts& counts, const std::string& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  PeopleStore* const store_;
  Clock* const clock_;
  mutable absl::Mutex mutex_;
  Counts accounts_ ABSL_GUARDED_BY(mutex_);
  Counts addresses_ ABSL_GUARDED_BY(mutex_);
  Counts devices_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
