// Where verdicts are asked for: a model behind an API, rules, or a recording.
// An endpoint makes one attempt; who is asked, how often and at what price is
// the policy's affair (services/reviewer/policy/).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

class ClaimIndex;

// How one attempt ended: a closed set. docs/endpoints.md has the answer to
// each.
enum class LlmOutcome {
  kOk,               // Text came, whole.
  kRefused,          // The model or its filter declined.
  kTruncated,        // Cut at the token limit.
  kInvalidJson,      // The text is no JSON document.
  kSchemaViolation,  // JSON, but no verdict.
  kRateLimited,      // Too many requests; again later.
  kSpendCapped,      // The account's money or quota is gone; not again.
  kOverloaded,       // 5xx, 529, `slow_down`; again later.
  kTimeout,          // The deadline passed.
  kCutStream,        // The answer ended before its end.
  kTransport,        // No connection, TLS, reset, an answer that is no protocol.
  kRejected,         // Any other 4xx: the request is wrong.
};
inline constexpr int kLlmOutcomes = 12;
// `ok`, `rate_limited` …
const char* OutcomeName(LlmOutcome outcome);

// Everything known about one review. The same for rules and models.
struct LlmRequest {
  // Who is asked: prompt, beats, rubric. Shared, never null.
  std::shared_ptr<const v1::Persona> persona;
  // What about: facts with their evidence.
  v1::Revision revision;
  // Tools of the store near it.
  std::vector<v1::KnownCompetitor> competitors;
  // The announcement's visible text; may be empty. Untrusted.
  std::string announcement_text;
  // All of this, ready for checking quotes; null: built when it is needed.
  std::shared_ptr<const ClaimIndex> claim_index;
  // From 1 where an editor wants the review again: answers kept for an earlier
  // round are none for this one.
  uint32_t round = 0;
};

// What a model is sent. Bytes that never change for a persona come first.
struct LlmPrompt {
  // Instructions: the same bytes for every review of a persona.
  std::shared_ptr<const std::string> system;
  // The tool: facts, neighbours and announcement, marked as data.
  std::string user;
  // JSON Schema of the answer (docs/verdict-schema.md), the same bytes for
  // every review of a persona.
  std::shared_ptr<const std::string> schema;
};

// One attempt.
struct LlmCall {
  // Never null. What rules and recordings answer from.
  std::shared_ptr<const LlmRequest> request;
  // Never null for endpoints that want one.
  std::shared_ptr<const LlmPrompt> prompt;
  // The answer is there, or given up on, within this.
  absl::Duration deadline = absl::Seconds(60);
};

// Tokens as the provider counted them; all 0 where it did not.
struct LlmUsage {
  uint64_t input_tokens = 0;         // All of them, cached ones included.
  uint64_t cached_input_tokens = 0;  // Read from the provider's cache.
  uint64_t cache_write_tokens = 0;   // Written to it.
  uint64_t output_tokens = 0;        // Reasoning included.
  uint64_t reasoning_tokens = 0;
};

// What came of it.
struct LlmReply {
  LlmOutcome outcome = LlmOutcome::kTransport;
  // For a person where it is not ok: what, where, the way out. No secret, at
  // most 1,000 bytes, UTF-8.
  std::string message;
  // The verdict as JSON in the schema of docs/verdict-schema.md, not yet
  // checked; kept as it came.
  std::string raw;
  // The whole answer as received, where it is more than `raw`; at most 1 MiB.
  std::string wire;
  // What was sent, byte for byte, without headers; empty for rules.
  std::string sent;
  // The model as it names itself.
  std::string model;
  // `system_fingerprint` or the like, and the provider's id of the request.
  std::string fingerprint;
  std::string provider_request_id;
  LlmUsage usage;
  // How long the provider wants to be left alone.
  std::optional<absl::Duration> retry_after;
  // HTTP status, 0 where there was none.
  int http_status = 0;
  // From the first byte sent to the last received.
  absl::Duration elapsed;
};

// Called exactly once, on any thread, soon after the deadline at the latest;
// must not block.
using LlmDone = std::function<void(LlmReply)>;

// Thread-safe. Calls still under way when it is destroyed end with
// kTransport before the destructor returns.
class LlmEndpoint {
 public:
  virtual ~LlmEndpoint() = default;
  // As configured: `offline`, `replay`, or the name of its table.
  virtual const std::string& name() const = 0;
  // The model asked for; empty where that is no question.
  virtual const std::string& model() const = 0;
  // True where rules answer and no model does.
  virtual bool rule_based() const { return false; }
  // True where it needs LlmCall::prompt.
  virtual bool wants_prompt() const { return true; }
  // Parameters that shape the answer, as JSON: temperature, seed, token limit,
  // schema mode. Part of the cache key; the same for the endpoint's life.
  virtual const std::string& parameters() const = 0;
  // Makes one attempt; retries nothing.
  virtual void Start(const LlmCall& call, LlmDone done) = 0;
};

// For endpoints that answer on the spot: rules and recordings. Thread-safe.
class InstantEndpoint : public LlmEndpoint {
 public:
  explicit InstantEndpoint(std::string name) : name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  const std::string& model() const override { return none_; }
  bool wants_prompt() const override { return false; }
  const std::string& parameters() const override { return none_; }
  void Start(const LlmCall& call, LlmDone done) override;

  // What Start hands on.
  struct Answer {
    std::string raw;
    std::string model;
  };
  // Errors become outcomes: INVALID_ARGUMENT and NOT_FOUND kRejected,
  // DEADLINE_EXCEEDED kTimeout, anything else kTransport.
  virtual absl::StatusOr<Answer> Complete(const LlmRequest& request) = 0;

 private:
  const std::string name_;
  const std::string none_;
};

// `offline` or `replay:DIR`. Errors: INVALID_ARGUMENT naming what there is.
absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeLlmEndpoint(const std::string& spec);

}  // namespace seaworthy
