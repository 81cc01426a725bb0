// One request on its way to a verdict: what VerdictSeeker remembers of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/reviewer/policy/endpoint_gate.h"
#include "services/reviewer/policy/verdict_seeker.h"

namespace seaworthy {

// Whom a persona may ask, in order.
struct SeekRoute {
  std::string persona;
  std::vector<EndpointGate*> gates;
  // Of all attempts together.
  absl::Duration deadline;
};

// Handed from thread to thread, never touched by two at once.
struct Seeking {
  // Constant.
  std::shared_ptr<const LlmRequest> request;
  SeekDone done;
  const SeekRoute* route = nullptr;

  // The request so far.
  size_t at = 0;                  // In the route.
  int attempts = 0;               // Cached and shared answers included.
  uint32_t calls = 0;             // Made for it.
  EndpointGate* asked = nullptr;  // The newest.
  int retries_here = 0;           // At it.
  bool repair_spent = false;
  bool retry_denied = false;  // For want of retry budget.
  std::string hint;
  absl::Time begun = absl::InfinitePast();
  absl::Time deadline = absl::InfiniteFuture();
  v1::Usage usage;
  bool priced = true;
  // The answer that a repair is to better.
  std::optional<SoughtVerdict> kept;
  int kept_bad = 0;
  // Outcome and reason of the newest failure.
  SeekFailure failure;

  // The attempt under way.
  EndpointGate* gate = nullptr;
  EndpointGate::Pass pass;
  std::string key;  // In the cache; empty where it has no say.
  uint64_t reserved = 0;
  size_t prompt_bytes = 0;
  LlmReply reply;
  bool from_cache = false;

  // Adds a reply's tokens and what they cost (nothing where there is no price).
  void Count(const LlmUsage& used, std::optional<uint64_t> micro_usd);
  // The newest reply as a verdict of its own, totals left to Finish.
  SoughtVerdict Take(v1::Verdict verdict, std::vector<v1::Mark> marks, absl::Time now);
  // Attempts, tokens, money and time over all attempts.
  void Total(v1::Provenance* provenance, absl::Time now) const;
  // Notes a failure of the endpoint at the gate.
  void Note(LlmOutcome outcome, const std::string& message);
};

}  // namespace seaworthy
