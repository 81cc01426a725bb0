// Tokens of the API beside the operator's own (docs/api.md).
#pragma once

#include <map>
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
#include "services/publisher/people/accounts.h"
#include "services/publisher/people/audit_log.h"
#include "services/publisher/people/people_store.h"
#include "services/publisher/tokens/scope.h"

namespace seaworthy {

// What is known of a token; never the token itself.
struct ApiToken {
  std::string id;    // 8 hex digits; the token begins with `sw_` and them.
  std::string name;  // For people, and for the records of what it did.
  ScopeSet scopes;
  absl::Time created;
  absl::Time expires = absl::InfiniteFuture();
  absl::Time used = absl::InfinitePast();  // Last, to the hour.
};

// Keeps SHA-256 of tokens in the people store, and all of them in memory.
// Making and revoking are one batch with their audit record. Thread-safe.
class ApiTokens {
 public:
  static constexpr size_t kMaxTokens = 500;
  static constexpr absl::Duration kUsedEvery = absl::Hours(1);

  struct Options {
    PeopleStore* store = nullptr;  // None is owned.
    AuditLog* audit = nullptr;
    Clock* clock = nullptr;
  };
  // Errors: DATA_LOSS, UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<ApiTokens>> Open(const Options& options);

  struct Made {
    ApiToken token;
    std::string secret;  // The token; nowhere to be read again.
  };
  // `life` zero: it never ends. `by` is who asks, for the audit log. Errors:
  // INVALID_ARGUMENT (name, life), ALREADY_EXISTS (name), RESOURCE_EXHAUSTED,
  // those of the store.
  absl::StatusOr<Made> Add(const std::string& name, ScopeSet scopes, absl::Duration life,
                           const ChangedBy& by);
  // Takes effect at once. Errors: NOT_FOUND, those of the store.
  absl::Status Revoke(const std::string& id, const ChangedBy& by);
  // Oldest first, ended ones too.
  std::vector<ApiToken> List() const;

  // The token of a request, unless it is unknown or has ended; remembers that
  // it was used.
  std::optional<ApiToken> Find(const std::string& secret);

 private:
  explicit ApiTokens(const Options& options) : options_(options) {}
  absl::Status Load();

  const Options options_;
  mutable absl::Mutex mutex_;
  std::map<std::string, ApiToken> tokens_ ABSL_GUARDED_BY(mutex_);  // By SHA-256.
};

}  // namespace seaworthy
