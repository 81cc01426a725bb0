// The ledger of predictions as templates are given it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/persona.pb.h"

namespace seaworthy {

// Rows with `due`, `text`, `decided_by`, `persona`, `probability`, `tool` and
// its `url` below `tools_path`.
nlohmann::json PredictionViews(const v1::ListPredictionsResponse& ledger,
                               const std::vector<v1::Persona>& personas, const std::string& tools_path);

}  // namespace seaworthy
