// Invented tools, verdicts and personas for tests and the demonstration.
#pragma once

#include <string>
#include <vector>

#include "seaworthy/v1/persona.pb.h"
#include "seaworthy/v1/tool.pb.h"
#include "services/publisher/testing/fake_clients.h"

namespace seaworthy {

// dx, competitor, futurist, business with their beats.
std::vector<v1::Persona> SamplePersonas();

// A tool with every fact known and four verdicts, `ships` of them ship.
v1::ToolView SampleTool(const std::string& id, const std::string& name, int ships);

// A tool of which only the name is known, with four verdicts.
v1::ToolView BareTool(const std::string& id, const std::string& name);

// A tool with `payload` in every text it has.
v1::ToolView HostileTool(const std::string& id, const std::string& payload);

// A lane that waits and an endpoint left alone, both because of `reason`, until
// 2025-11-19 09:46 UTC; another lane and endpoint that work.
v1::ReviewerStatus StuckPanel(const std::string& reason);

// Puts a mark on the first place of `words` in the quote.
v1::Mark& AddMark(v1::Verdict& verdict, const std::string& words, v1::Mark::Kind kind,
                  v1::Claim::Support support, const std::string& reason);

// What a list shows of a published comparison.
v1::PublishedSummary SummaryOf(const v1::PublishedComparison& published);

// Several tools and comparisons in every state, some published, rejected
// announcements: what a desk looks like after a week.
void FillSampleDesk(FakeAggregator& aggregator);

// Sources in every state, what was refused with its bytes, a tool its sources
// disagree on, its history, and a pair that may be one. After FillSampleDesk.
void FillSampleIngest(FakeAggregator& aggregator, FakeIngest& ingest);

}  // namespace seaworthy
