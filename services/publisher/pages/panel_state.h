// Endpoints and lanes of the reviewer as they are now, for pages and the API:
// what is stuck, what it costs and why.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clients.h"
#include "seaworthy/v1/persona.pb.h"

namespace seaworthy {

// Asks the reviewer, not for long. Errors: UNAVAILABLE where `reviewer` is null.
absl::StatusOr<v1::ReviewerStatus> AskPanelState(ReviewerClient* reviewer);

// Of an endpoint's state, in words: `working`, `left alone after failures`.
std::string EndpointStateText(const std::string& state);
// A line for each trouble that keeps personas waiting, then one for each
// endpoint that is not closed. Plain text.
std::vector<std::string> StuckTexts(const v1::ReviewerStatus& status);

// For templates: `endpoints`, `lanes` and, where the state is not known,
// `panel_unknown`.
nlohmann::json PanelStateView(const absl::StatusOr<v1::ReviewerStatus>& status,
                              const std::vector<v1::Persona>& personas);
// Sets `endpoints_state` and `lanes` of `body`; null where not known.
void AddPanelStateJson(const absl::StatusOr<v1::ReviewerStatus>& status, nlohmann::json& body);

}  // namespace seaworthy
