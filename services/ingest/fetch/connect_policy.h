// Which connection a fetch may make: the address policy and what the operator
// allows beside it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "services/ingest/fetch/address_policy.h"
#include "services/ingest/fetch/fetch_hooks.h"
#include "services/ingest/fetch/fetch_url.h"

namespace seaworthy {

// Immutable, shared by all calls of a fetcher.
class ConnectPolicy {
 public:
  // Entries of `allowed` that CheckAllowedPrivateHost refuses allow nothing.
  ConnectPolicy(const std::vector<std::string>& allowed, FetchHooks hooks);

  // Whether a URL may be asked at all, before anything is resolved. Errors:
  // INVALID_ARGUMENT `port_forbidden`.
  absl::Status CheckPort(const FetchUrl& url) const;
  // Whether this very address may be connected to for that URL.
  bool MayConnect(const FetchUrl& url, const sockaddr& address) const;

  const FetchHooks& hooks() const { return hooks_; }

 private:
  bool IsNamed(const FetchUrl& url) const { return allowed_.contains(url.HostPort()); }

  absl::flat_hash_set<std::string> allowed_;  // As FetchUrl::HostPort.
  FetchHooks hooks_;
};

}  // namespace seaworthy
