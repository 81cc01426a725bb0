// What changed from one revision of a tool to the next, in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/persona.pb.h"

namespace seaworthy {

// A revision in its tool's history. `before` is the one it is compared with,
// null where it is not at hand: then values are not told. Keys: `number`,
// `panel`, `announcements`, `changed` (`label`, `was`, `is`), `flips`
// (`persona`, `how`), `moved` ("Panel ship 75% → 25%: 50 points down"),
// `large`, `first`.
nlohmann::json RevisionRow(const v1::RevisionView& view, const v1::RevisionView* before,
                           const std::vector<v1::Persona>& personas);

// The newest revision's drift in a sentence; empty where nothing a reader
// should know of changed.
std::string DriftSentence(const v1::ListRevisionsResponse& revisions,
                          const std::vector<v1::Persona>& personas);

}  // namespace seaworthy
