// What templates are given: pages as JSON objects, every key always present,
// so that no template looks a missing one up in the object around it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/tool.pb.h"
#include "services/publisher/published.h"

namespace seaworthy {

// A tool: card, panel, specs, facts, sources, verdicts.
nlohmann::json ToolPageView(const v1::ToolView& tool, const std::vector<v1::Persona>& personas);
// Two tools: both as above (`a`, `b`), persona by persona, and field by field.
nlohmann::json ComparisonPageView(const v1::ComparisonContent& content,
                                  const std::vector<v1::Persona>& personas);
// A published comparison as a list shows it.
nlohmann::json EntryView(const PublishedEntry& entry);
// A panel: `percent`, `ship`, `total`, `said` ("3 of 4 ship"), `full`.
nlohmann::json PanelView(const v1::Panel& panel);

// `Free`, `$20 / month`, or an em dash where it is unknown.
std::string PriceText(const v1::Revision& revision);
// `3B, 70B`, `256M`; empty where unknown.
std::string ParametersText(const v1::Revision& revision);
// `model`; empty where unspecified.
std::string KindText(v1::ToolKind kind);
// `parameters_b` as a reader sees it: `Parameters (billions)`.
std::string FieldLabel(const std::string& field);
// `2026-11-20`, in UTC; empty for a decision without a time.
std::string DateText(const google::protobuf::Timestamp& time);
// `2026-11-20 09:14 UTC`; empty where unset.
std::string TimeText(const google::protobuf::Timestamp& time);

}  // namespace seaworthy
