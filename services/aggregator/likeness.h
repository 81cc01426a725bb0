// How alike a persona's verdicts are in their words.
#pragma once

#include <string>
#include <vector>

#include "seaworthy/v1/panel_health.pb.h"

namespace seaworthy {

// Counts the eight-word sequences of the quotes and those that stand in more
// than one of them. Letter case and punctuation do not matter.
v1::Likeness MeasureLikeness(const std::string& persona, const std::vector<std::string>& quotes);

}  // namespace seaworthy
