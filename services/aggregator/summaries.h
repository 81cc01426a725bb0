// What lists show of tools and comparisons.
#pragma once

#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/tool.pb.h"

namespace seaworthy {

// Votes stand in the order personas were asked.
v1::PublishedToolSummary SummarizeTool(const v1::ToolView& tool);

// Without the reason and request id of its decision.
v1::PublishedSummary Summarize(const v1::PublishedComparison& published);

}  // namespace seaworthy
