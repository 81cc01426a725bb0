// Verdicts, claims and evidence as templates are given them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "seaworthy/v1/tool.pb.h"

namespace seaworthy {

// Where something stands: `text`, `announcement`, `span`.
nlohmann::json EvidenceView(const v1::Evidence& evidence);
// A tool's verdict by a persona (`given` false where there is none), under
// the persona's title.
nlohmann::json VerdictView(const v1::ToolView& tool, const std::string& persona_id, const std::string& title);
// The tool's verdict by a persona, or null.
const v1::Verdict* FindVerdict(const v1::ToolView& tool, const std::string& persona_id);

}  // namespace seaworthy
