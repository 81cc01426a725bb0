// Who may call an endpoint now: its adaptive limit, its breaker, its queue, its
// retry budget and its counters behind one mutex.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/policy/circuit_breaker.h"
#include "services/reviewer/policy/concurrency_limit.h"
#include "services/reviewer/policy/fair_queue.h"
#include "services/reviewer/policy/price_table.h"
#include "services/reviewer/policy/retry_policy.h"

namespace seaworthy {

struct Seeking;

// What is configured of an endpoint besides the endpoint.
struct EndpointLimits {
  std::string url;
  int max_in_flight = 16;
  // Of one attempt.
  absl::Duration deadline = absl::Seconds(60);
  uint32_t max_output_tokens = 2048;
  // Its calls go through a batch API, at the batch price.
  bool batch = false;
  // Instead of the price table's.
  std::optional<Price> price;
  // Reviews that wait for it at once.
  size_t max_queued = 65536;
  CircuitBreaker::Options breaker;
  RetryBudget::Options retries;
  // How long it is left alone after spend_capped; unset: until the next UTC day.
  std::optional<absl::Duration> spend_cap_pause;
};

// For status pages.
struct EndpointStatus {
  std::string name;
  std::string url;
  std::string model;
  int limit = 0;
  int max_in_flight = 0;
  int in_flight = 0;
  size_t queued = 0;
  // `closed`, `open`, `half_open`, `paused` (asked to wait); and until when, unless closed.
  std::string state;
  absl::Time until = absl::InfinitePast();
  // Why it is not closed, or the newest failure's message.
  std::string message;
  // By LlmOutcome.
  std::array<uint64_t, kLlmOutcomes> outcomes{};
  uint64_t retries = 0;
  uint64_t cache_hits = 0;
  // Since this process started, today in UTC.
  uint64_t cost_today_micro_usd = 0;
};

// Thread-safe.
class EndpointGate {
 public:
  EndpointGate(LlmEndpoint* endpoint, EndpointLimits limits, bool cached);

  // A slot of the limit, given back by Leave or Abandon.
  struct Pass {
    uint64_t ticket = 0;
    bool probe = false;
  };
  enum class Entry { kPassed, kQueued, kClosed, kFull };
  // Why and until when nobody passes.
  struct Closed {
    std::string reason;
    absl::Time until = absl::InfinitePast();
  };
  // Those whose turn it is, and those who must look elsewhere.
  struct Released {
    std::vector<std::pair<std::shared_ptr<Seeking>, Pass>> granted;
    std::vector<std::shared_ptr<Seeking>> rerouted;
    // Wake must be called then.
    std::optional<absl::Time> wake;
  };

  // `patient`: joins the queue of an endpoint that asked for a short pause.
  Entry Enter(const std::shared_ptr<Seeking>& seeking, std::string_view persona, bool patient, absl::Time now,
              Pass* pass);
  // After a call. `first` where it was the request's first anywhere.
  Released Leave(const Pass& pass, const LlmReply& reply, bool first, absl::Time now);
  // No call was made after all.
  Released Abandon(const Pass& pass, absl::Time now);
  // A pause is over.
  Released Wake(absl::Time now);
  // Everybody who waits.
  std::vector<std::shared_ptr<Seeking>> Drain();
  bool TryTakeRetry();
  void CountCacheHit();
  void CountCost(uint64_t micro_usd, absl::Time now);
  // True once: nobody has been told yet that it has no price.
  bool FirstUnpriced();

  // Set where nobody passes now.
  std::optional<Closed> closed(absl::Time now) const;
  EndpointStatus status(absl::Time now) const;

  LlmEndpoint* endpoint() const { return endpoint_; }
  const EndpointLimits& limits() const { return limits_; }
  const std::string& name() const { return name_; }
  const std::string& model() const { return model_; }
  // What the cache knows it by; empty where its answers are not kept.
  const std::string& digest() const { return digest_; }
  bool wants_prompt() const { return wants_prompt_; }

 private:
  bool ShortPause(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Learn(const LlmReply& reply, const Pass& pass, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool TryPass(absl::Time now, Pass* pass) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Released Grant(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Constant after construction; copies, so that the endpoint may go first.
  LlmEndpoint* const endpoint_;
  const EndpointLimits limits_;
  const std::string name_;
  const std::string model_;
  const bool wants_prompt_;
  const std::string digest_;

  mutable absl::Mutex mutex_;
  ConcurrencyLimit limit_ ABSL_GUARDED_BY(mutex_);
  CircuitBreaker breaker_ ABSL_GUARDED_BY(mutex_);
  RetryBudget retries_ ABSL_GUARDED_BY(mutex_);
  FairQueue<std::shared_ptr<Seeking>> queue_ ABSL_GUARDED_BY(mutex_);
  absl::Time paused_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool told_unpriced_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t cost_day_ ABSL_GUARDED_BY(mutex_) = 0;
  EndpointStatus counted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
