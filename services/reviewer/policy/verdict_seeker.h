// From a request to a verdict: who is asked, how often, at what price, and
// what is done with each outcome (docs/endpoints.md, Outcomes).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/policy/answer_cache.h"
#include "services/reviewer/policy/budget.h"
#include "services/reviewer/policy/endpoint_gate.h"
#include "services/reviewer/policy/price_table.h"
#include "services/reviewer/policy/retry_policy.h"
#include "services/reviewer/policy/timer.h"

namespace seaworthy {

// A verdict and what it came of.
struct SoughtVerdict {
  // With marks, time and provenance; request_object and answer_object are the
  // caller's to fill.
  v1::Verdict verdict;
  // What was sent, byte for byte; empty for rules.
  std::string request;
  // The answer as received.
  std::string answer;
};

// Why there is none.
struct SeekFailure {
  // Of the last attempt.
  LlmOutcome outcome = LlmOutcome::kTransport;
  // For a person: every endpoint asked and what it said.
  std::string reason;
  // True: nothing can be asked now, the request is sound; seek it again at
  // `until`. False: park it for the editor.
  bool wait = false;
  absl::Time until = absl::InfinitePast();
  // Made so far; hand them to the next Seek of the same request.
  int attempts = 0;
};

using SeekDone = std::function<void(std::variant<SoughtVerdict, SeekFailure>)>;

// Whether a persona's reviews can be asked for now.
struct LaneState {
  bool open = true;
  // Where not: why, and until when.
  std::string reason;
  absl::Time until = absl::InfinitePast();
};

// Thread-safe. No thread a call: work is done on the threads that call Seek,
// on those endpoints answer on, and on the timer's. An endpoint's trouble touches only the personas
// whose route holds it.
class VerdictSeeker {
 public:
  struct Options {
    // Persona -> endpoints in order; `default` for personas not named.
    // Endpoints are not owned. They outlive the seeker, or are destroyed after
    // Stop and before it.
    std::map<std::string, std::vector<LlmEndpoint*>> routes;
    // Of endpoints; the defaults for those not named.
    std::map<const LlmEndpoint*, EndpointLimits> limits;
    RetryPolicy::Options retry;
    // From a request's first call to its last answer; never less than one
    // attempt of the slowest endpoint of its route.
    absl::Duration total_deadline = absl::Minutes(3);
    // Needed where an endpoint wants prompts. `hint` is empty or one line of at
    // most kMaxHintBytes about the answer before.
    std::function<LlmPrompt(const LlmRequest&, std::string_view hint)> prompt;
    // Never empty.
    std::function<absl::StatusOr<v1::Verdict>(std::string_view raw, const LlmRequest&)> parse;
    // May be empty: no marks.
    std::function<std::vector<v1::Mark>(const v1::Verdict&, const LlmRequest&)> check;
    // Not owned, each may be null: no cache, no budget, no prices.
    AnswerCache* cache = nullptr;
    Budget* budget = nullptr;
    const PriceTable* prices = nullptr;
    Clock* clock = Clock::Real();
    // Not owned; null: one of its own.
    Timer* timer = nullptr;
  };

  explicit VerdictSeeker(Options options);
  // Stops and waits until every request has its answer.
  ~VerdictSeeker();
  VerdictSeeker(const VerdictSeeker&) = delete;
  VerdictSeeker& operator=(const VerdictSeeker&) = delete;

  // Calls `done` exactly once, on any thread, perhaps before it returns. `done`
  // must not block and must not destroy the seeker. `attempts_before` counts
  // against the attempts of the request.
  void Seek(std::shared_ptr<const LlmRequest> request, SeekDone done, int attempts_before = 0);
  // No call begins any more. What waits fails with `wait`; calls under way are
  // heard and used. Idempotent.
  void Stop();

  LaneState lane(std::string_view persona_id) const;
  // In order of their names.
  std::vector<EndpointStatus> Endpoints() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace seaworthy
