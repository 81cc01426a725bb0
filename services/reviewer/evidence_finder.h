// Finds the words a claim quotes in what the reviewer was given.
#pragma once

#include <optional>
#include <string_view>

#include "seaworthy/v1/fact.pb.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// Reads `request`, which must outlive it. Thread-safe.
class EvidenceFinder {
 public:
  explicit EvidenceFinder(const LlmRequest& request) : request_(request) {}

  // Where `quote` stands: in the evidence of a fact of `field`, of any fact,
  // else in the announcement's visible text. From the latter no byte span in
  // the announcement is known: begin and end are 0.
  std::optional<v1::Evidence> Find(std::string_view field, std::string_view quote) const;

  // Whether the revision has a fact or value of this field.
  bool HasField(std::string_view field) const;

 private:
  std::optional<v1::Evidence> FindInFacts(std::string_view field, std::string_view quote) const;

  const LlmRequest& request_;
};

}  // namespace seaworthy
