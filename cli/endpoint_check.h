// Asks endpoints about an example: what `endpoints test` and `doctor` tell.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/config.h"
#include "seaworthy/v1/persona.pb.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/policy/price_table.h"
#include "services/reviewer/wire/http_client.h"

namespace seaworthy::cli {

// What asking one endpoint showed.
struct EndpointCheck {
  std::string name;
  // Not OK: it cannot be reached, does not take the key, lacks the model, or
  // its answer is no verdict. The message has the way out.
  absl::Status status;
  // Of the answer; unset where no answer was asked for.
  std::optional<LlmReply> reply;
  // Unset where the model has no price.
  std::optional<uint64_t> cost_micro_usd;
};

// What one control showed.
struct ControlResult {
  std::string endpoint;
  std::string persona_id;
  // `empty announcement` or `order of related tools`.
  std::string control;
  bool passed = false;
  // Why it did not.
  std::string detail;
};

// Not thread-safe. Every call waits, at most for the endpoint's deadline.
class EndpointChecker {
 public:
  // `config` is resolved.
  EndpointChecker(const Config& config, PriceTable prices);

  // Connection, key, model and one verdict of `persona` on an example. A
  // recorder is asked through the endpoint it records; of a recording only the
  // folder is looked at.
  EndpointCheck Check(const EndpointConfig& endpoint, const v1::Persona& persona);
  // Both controls for one persona: an empty announcement must not ship, and
  // the order of related tools must not change the vote. None for recordings.
  std::vector<ControlResult> Controls(const EndpointConfig& endpoint, const v1::Persona& persona);

 private:
  // One attempt; the reply's outcome is that of the verdict, too.
  LlmReply Ask(LlmEndpoint& endpoint, absl::Duration deadline, std::shared_ptr<const LlmRequest> request,
               std::optional<v1::Vote>* vote);
  std::optional<uint64_t> CostOf(const EndpointConfig& endpoint, const LlmReply& reply) const;
  const EndpointConfig& Answering(const EndpointConfig& endpoint) const;

  const Config config_;
  const PriceTable prices_;
  HttpClient http_;
};

// The way out where `status` alone does not say it: where the key came from,
// or how Ollama is started.
std::string WayOut(const EndpointConfig& endpoint, const absl::Status& status);

}  // namespace seaworthy::cli
