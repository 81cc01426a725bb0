// How webhooks travel: the one door to the network, so that what decides when
// to send needs none.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

struct HookPost {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // JSON.
  absl::Duration deadline = absl::Seconds(10);
  // Not owned, may be null: the call ends soon after it is true.
  const std::atomic<bool>* cancelled = nullptr;
};

struct HookAnswer {
  int status = 0;  // Of HTTP; redirects are not followed.
  std::optional<absl::Duration> retry_after;
};

// Thread-safe; blocks its caller for at most the deadline.
class HookPoster {
 public:
  virtual ~HookPoster() = default;
  // Errors: why there is no answer, naming the URL; PERMISSION_DENIED for an
  // address that may not be connected to.
  virtual absl::StatusOr<HookAnswer> Post(const HookPost& post) = 0;
};

}  // namespace seaworthy
