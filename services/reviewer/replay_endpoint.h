// Recorded verdicts from a folder, for tests and demonstrations. The format is
// in docs/endpoints.md.
#pragma once

#include <string>

#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// Thread-safe: reads files, keeps nothing.
class ReplayEndpoint : public InstantEndpoint {
 public:
  explicit ReplayEndpoint(std::string dir) : InstantEndpoint("replay"), dir_(std::move(dir)) {}

  // `DIR/TOOL@REVISION/PERSONA.json`, else `DIR/TOOL/PERSONA.json`. Errors:
  // NOT_FOUND naming the paths looked for, INVALID_ARGUMENT (ids that are no
  // slugs, a file that is too large).
  absl::StatusOr<Answer> Complete(const LlmRequest& request) override;

 private:
  const std::string dir_;
};

}  // namespace seaworthy
