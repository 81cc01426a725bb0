// A tool with its verdicts as a person reads it in a terminal.
#pragma once

#include <string>
#include <vector>

#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/tool.pb.h"

namespace seaworthy::cli {

// Ends with a line break. Text of announcements is made harmless.
std::string ReviewText(const v1::ToolView& view, const std::vector<v1::Persona>& personas, size_t width,
                       bool colour);

}  // namespace seaworthy::cli
