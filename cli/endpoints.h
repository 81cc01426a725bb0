// Makes the configured endpoints and says who asks which. With cli/wiring, the
// one place that knows their concrete classes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/config.h"
#include "seaworthy/v1/persona.pb.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/policy/endpoint_gate.h"
#include "services/reviewer/policy/price_table.h"
#include "services/reviewer/wire/http_client.h"

namespace seaworthy::cli {

// What a VerdictSeeker's options need. Moving it keeps all pointers valid.
struct Endpoints {
  // Destroyed from the last to the first: the client outlives what calls it.
  std::unique_ptr<HttpClient> http;
  std::vector<std::unique_ptr<LlmEndpoint>> made;
  // A route for every persona, by its id.
  std::map<std::string, std::vector<LlmEndpoint*>> routes;
  std::map<const LlmEndpoint*, EndpointLimits> limits;
};

// The endpoints some persona asks; others are not made and need no key.
// `config` is resolved. Errors: INVALID_ARGUMENT naming a persona of [panel]
// that is none, or one nobody answers for; those of MakeEndpoint.
absl::StatusOr<Endpoints> MakeEndpoints(const Config& config, absl::Span<const v1::Persona> personas);

// One endpoint with its key. `http` outlives it. Errors name the endpoint, the
// reason and the way out, never the key.
absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeEndpoint(const Config& config,
                                                          const EndpointConfig& endpoint, HttpClient* http);

// Whether it can be reached, takes the key and has the model; OK for rules and
// for recordings whose folder is there. Waits. Errors name the way out.
absl::Status ProbeEndpoint(const Config& config, const EndpointConfig& endpoint, HttpClient* http);

// What the policy has to know of an endpoint.
EndpointLimits LimitsOf(const EndpointConfig& endpoint);

// The built-in prices under those of [budget] prices.
absl::StatusOr<PriceTable> MakePrices(const Config& config);

}  // namespace seaworthy::cli
