// What the queue and a comparison's page on the desk have in common.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/decision.pb.h"

namespace seaworthy {

// A decision: `what`, `who`, `when`, `reason`, `hash`.
nlohmann::json DecisionView(const v1::Decision& decision);
// The marks of both panels that keep the comparison from being approved.
int OpenMarksOf(const v1::ComparisonContent& content);

}  // namespace seaworthy
