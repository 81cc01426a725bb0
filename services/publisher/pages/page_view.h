// What templates are given: pages as JSON objects, every key always present,
// so that no template looks a missing one up in the object around it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/tool.pb.h"
#include "services/publisher/pages/published.h"

namespace seaworthy {

// A tool: card, panel, specs, facts, sources, verdicts.
nlohmann::json ToolPageView(const v1::ToolView& tool, const std::vector<v1::Persona>& personas);
// Two tools: both as above (`a`, `b`), persona by persona, and field by field.
nlohmann::json ComparisonPageView(const v1::ComparisonContent& content,
                                  const std::vector<v1::Persona>& personas);
// A published comparison as a list shows it.
nlohmann::json EntryView(const PublishedEntry& entry);
// A persona's title; its id in upper case where it is not configured.
std::string PersonaTitle(const std::vector<v1::Persona>& personas, const std::string& id);
// A panel: `percent`, `ship`, `total`, `said` ("3 of 4 ship"), `full`.
nlohmann::json PanelView(const v1::Panel& panel);

}  // namespace seaworthy
