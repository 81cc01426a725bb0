// Decisions on which tools are one: as forms say them, and in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/status.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "services/publisher/http/url_codec.h"

namespace seaworthy {

// A tool's page on the desk.
std::string DeskToolPath(const std::string& id);
// The page that says what follows from `merge` or `apart` of two tools.
std::string ConfirmPairUrl(const char* kind, const std::string& stays, const std::string& other);

// What a decision was, in a sentence without its reason.
std::string IdentityDecisionText(const v1::IdentityDecision& decision);
// A decision as a form or an address says it. Announcements are fields of
// their own, named by their ids: of a repeated name only the first counts.
v1::IdentityDecision ReadIdentityDecision(const FormFields& fields);
// Whether the form is whole; the aggregator checks the rest. Errors:
// INVALID_ARGUMENT.
absl::Status CheckIdentityDecision(const v1::IdentityDecision& decision);
// For the form: everything the decision of an address is made of, and nothing
// else.
nlohmann::json DecisionFields(const FormFields& query);

// A pair that may be one: both ids and pages, `likeness`, `reason`, and the
// addresses that ask for a confirmation.
nlohmann::json DuplicateView(const v1::PossibleDuplicate& pair);
// What was decided, newest first; those that can be taken back have `undo_url`.
nlohmann::json IdentityDecisionViews(const v1::ListIdentityResponse& identity);

}  // namespace seaworthy
