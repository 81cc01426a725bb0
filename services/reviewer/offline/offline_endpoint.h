// The default endpoint: rules over facts, no key, no network. It gets what a
// model would get and answers in the same schema (docs/verdict-schema.md).
#pragma once

#include <memory>
#include <string>

#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/offline/rubric.h"

namespace seaworthy {

// Thread-safe. The same request gives the same bytes. Rubrics are parsed once
// for each persona file.
class OfflineEndpoint : public InstantEndpoint {
 public:
  OfflineEndpoint() : InstantEndpoint("offline") {}
  bool rule_based() const override { return true; }
  // Errors: INVALID_ARGUMENT (the rubric is wrong), INTERNAL (it has nothing
  // to say).
  absl::StatusOr<Answer> Complete(const LlmRequest& request) override;

 private:
  offline::RubricCache rubrics_;
};

}  // namespace seaworthy
