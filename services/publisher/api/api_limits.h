// Limits of the API and of MCP, said in every answer (docs/api.md, Limits).
#pragma once

#include <functional>

#include "common/clock.h"
#include "services/publisher/access/access.h"
#include "services/publisher/http/http_message.h"
#include "services/publisher/tokens/rate_limiter.h"

namespace seaworthy {

// Thread-safe.
class ApiLimits {
 public:
  struct Options {
    const AccessGate* gate = nullptr;  // Not owned.
    Clock* clock = nullptr;            // Not owned.
    int anonymous_per_minute = 0;      // By address; 0: no limit.
    int token_per_minute = 0;          // By token; 0: no limit.
  };
  explicit ApiLimits(const Options& options) : options_(options), limiter_({.clock = options.clock}) {}

  // Answers 429, or what `handle` answers with the headers added. Other
  // addresses than the API's are not limited.
  HttpResponse Run(const HttpRequest& request, const std::function<HttpResponse()>& handle) const;

 private:
  const Options options_;
  mutable RateLimiter limiter_;
};

}  // namespace seaworthy
