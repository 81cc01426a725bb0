// What to do after an attempt that gave no verdict, and how much repeating an
// endpoint must bear. The one place that decides about retries.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// What comes next.
enum class NextStep {
  kRetry,         // The same endpoint, after a wait.
  kRepair,        // The same endpoint, at once, with a hint.
  kNextEndpoint,  // The next of the route.
  kGiveUp,        // No attempt is left.
};

// Pure: no state, no randomness of its own. Thread-safe.
class RetryPolicy {
 public:
  struct Options {
    // Calls for one request, over all endpoints, repairs included.
    int max_attempts = 3;
    // Waits are drawn from 0 to first_wait * 2^n, at most longest_wait.
    absl::Duration first_wait = absl::Milliseconds(500);
    absl::Duration longest_wait = absl::Seconds(8);
    // A provider that wants to be left alone for longer is left alone: the
    // request goes elsewhere.
    absl::Duration longest_retry_after = absl::Seconds(30);
  };
  // What is known after an attempt.
  struct Failure {
    LlmOutcome outcome = LlmOutcome::kTransport;
    // Made so far for this request.
    int attempts = 1;
    // Of these, repeats at this endpoint.
    int retries_here = 0;
    // Whether a repair was tried, or cannot be (rules take no hint).
    bool repair_spent = false;
    // Whether the route goes on after this endpoint.
    bool has_next = false;
    std::optional<absl::Duration> retry_after;
  };

  explicit RetryPolicy(Options options) : options_(options) {}
  NextStep After(const Failure& failure) const;
  // Before retry number `retry` (0 is the first); `unit` is random in [0, 1).
  // Never shorter than what the provider asked for.
  absl::Duration Wait(int retry, std::optional<absl::Duration> retry_after, double unit) const;
  const Options& options() const { return options_; }

 private:
  const Options options_;
};

// Whether an outcome may pass by itself: rate_limited, overloaded, timeout,
// cut_stream, transport.
bool IsTransient(LlmOutcome outcome);

// Retries at one endpoint stay under a tenth of its first calls, but for a
// small allowance. Not thread-safe.
class RetryBudget {
 public:
  struct Options {
    double per_call = 0.1;
    double allowance = 3;
    double most = 10;
  };
  explicit RetryBudget(Options options) : options_(options), tokens_(options.allowance) {}
  // A request's first call was made.
  void CountCall();
  // Takes one retry; false where none is left.
  bool TryTake();

 private:
  const Options options_;
  double tokens_;
};

}  // namespace seaworthy
