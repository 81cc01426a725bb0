// What all lists of the API have in common (docs/api.md, Pages).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "services/publisher/access/router.h"

namespace seaworthy {

// `limit` of the query. Errors: INVALID_ARGUMENT.
absl::StatusOr<int> PageLimit(const Call& call);

// A page of a list: {FIELD: entries, next_cursor}, and where there is more a
// Link to the next, of the same call.
HttpResponse PageResponse(const Call& call, const std::string& field, nlohmann::json entries,
                          const std::string& next_cursor);

}  // namespace seaworthy
