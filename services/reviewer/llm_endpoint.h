// Where verdicts are asked for: a model behind an API, rules, or a recording.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

// Everything an endpoint is told. The same for rules and models.
struct LlmRequest {
  // Who is asked: prompt, beats, rubric.
  v1::Persona persona;
  // What about: facts with their evidence.
  v1::Revision revision;
  // Tools of the store near it.
  std::vector<v1::KnownCompetitor> competitors;
  // The announcement's visible text; may be empty. Untrusted.
  std::string announcement_text;
  // Give up after this.
  absl::Duration deadline = absl::Seconds(60);
};

// What came back.
struct LlmAnswer {
  // The verdict as JSON in the schema of docs/verdict-schema.md, not yet
  // checked; kept as it came.
  std::string raw;
  // The model as it names itself.
  std::string model;
};

// Thread-safe.
class LlmEndpoint {
 public:
  virtual ~LlmEndpoint() = default;
  // `offline`, `replay` …
  virtual std::string name() const = 0;
  // True where rules answer and no model does.
  virtual bool rule_based() const = 0;
  // Errors: UNAVAILABLE and DEADLINE_EXCEEDED (try again), NOT_FOUND (replay
  // has no recording), INVALID_ARGUMENT (never try again).
  virtual absl::StatusOr<LlmAnswer> Complete(const LlmRequest& request) = 0;
};

// From configuration: `offline` or `replay:DIR`.
// Errors: INVALID_ARGUMENT naming what there is.
absl::StatusOr<std::unique_ptr<LlmEndpoint>> MakeLlmEndpoint(const std::string& spec);

}  // namespace seaworthy
