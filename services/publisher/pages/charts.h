// Small charts as templates are given them: places and words, no markup.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/prediction.pb.h"
#include "seaworthy/v1/tool.pb.h"

namespace seaworthy {

// Votes about a water line: a ship above it, a skip below, the further the
// surer. `id` (of the drawing's title; empty: the drawing is hidden from
// assistive technology, as text beside it says the same), `title`, `desc`,
// `width`, `wave`, `marks` with `x`, `y`, `stem`, `ship`.
nlohmann::json FloatChart(const std::vector<v1::PersonaVote>& votes, const std::string& id,
                          const std::string& tool_name, const std::vector<v1::Persona>& personas);
// The votes of a tool's verdicts, in their order.
std::vector<v1::PersonaVote> VotesOf(const v1::ToolView& tool);

// Stated probability against what came true: `title`, `desc`, `dots` (`x`, `y`,
// `r`), `rows` (`said`, `came`, `count`) and `line`. Null where nothing of it
// is resolved.
nlohmann::json CalibrationChart(const v1::Calibration& calibration);

// One revision's share of ships, percent.
struct RevisionShare {
  uint32_t revision = 0;
  uint32_t ship_percent = 0;
};
// Shares over revisions, oldest first: `title`, `desc`, `dots` (`x`, `y`,
// `label`, `value`), `line`. Null for fewer than two.
nlohmann::json RevisionChart(const std::vector<RevisionShare>& shares);

// A confidence as a bar of 0 to 40: its length.
int MeterWidth(double confidence);

}  // namespace seaworthy
