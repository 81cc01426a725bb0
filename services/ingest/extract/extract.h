// A document's tools with their facts.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "seaworthy/v1/revision.pb.h"
#include "services/ingest/document.h"

namespace seaworthy {

// The tools the document announces, the main one first; at least one. Evidence
// has no announcement id yet. Same document, same answer. Errors as Reject():
// not_a_release, no_name.
absl::StatusOr<std::vector<v1::Revision>> ExtractTools(const Document& document);

}  // namespace seaworthy
