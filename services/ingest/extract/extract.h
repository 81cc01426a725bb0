// A document's tools with their facts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "seaworthy/v1/revision.pb.h"
#include "services/ingest/document.h"

namespace seaworthy {

// Where the document comes from and when it was read: every fact carries it.
struct FactSource {
  std::string url{};                                  // Empty if unknown.
  v1::SourceTier tier = v1::SOURCE_TIER_UNSPECIFIED;  // Unspecified: derived from url and text.
  std::string checked_date{};                         // YYYY-MM-DD, UTC; empty if unknown.
};

// The tools the document announces, the main one first; at least one. Evidence
// has no announcement id yet. Same document, same answer. Errors as Reject():
// not_a_release, no_name.
absl::StatusOr<std::vector<v1::Revision>> ExtractTools(const Document& document,
                                                       const FactSource& source = {});

// What a page says of a tool that is known already: its prices, its changelog,
// its documentation. The page need not announce anything. `name` is a fact only
// where the page has it. Error as Reject(): no_facts.
absl::StatusOr<v1::Revision> ExtractFacts(const Document& document, std::string_view tool_name,
                                          const FactSource& source = {});

}  // namespace seaworthy
