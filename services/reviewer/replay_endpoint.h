// Recorded verdicts from a folder, for tests and demonstrations. The format is
// in docs/endpoints.md.
#pragma once

#include <string>

#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// Thread-safe: reads files, keeps nothing.
class ReplayEndpoint : public LlmEndpoint {
 public:
  explicit ReplayEndpoint(std::string dir) : dir_(std::move(dir)) {}

  std::string name() const override { return "replay"; }
  bool rule_based() const override { return false; }
  // `DIR/TOOL@REVISION/PERSONA.json`, else `DIR/TOOL/PERSONA.json`. Errors:
  // NOT_FOUND naming the paths looked for, INVALID_ARGUMENT (ids that are no
  // slugs, a file that is too large).
  absl::StatusOr<LlmAnswer> Complete(const LlmRequest& request) override;

 private:
  const std::string dir_;
};

}  // namespace seaworthy
