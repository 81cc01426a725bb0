// Messages as the JSON of docs/api.md. What is unknown is null.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/tool.pb.h"

namespace seaworthy {

nlohmann::json AnnouncementJson(const v1::Announcement& announcement);
// What is for editors (marks, costs, tools that may not be public) only where
// `all`.
nlohmann::json ToolJson(const v1::ToolView& tool, bool all = false);
nlohmann::json VerdictJson(const v1::Verdict& verdict, bool all);
// The rows of a page of the ledger.
nlohmann::json PredictionsJson(const v1::ListPredictionsResponse& ledger);
nlohmann::json PanelHealthJson(const v1::PanelHealth& health);
// {id, state, content_hash, tools: [a, b]} with ids.
nlohmann::json ComparisonJson(const v1::Comparison& comparison);
// The same with both tools in full.
nlohmann::json ComparisonViewJson(const v1::ComparisonView& view);
// The same of what is public, as it was approved.
nlohmann::json PublishedJson(const v1::PublishedComparison& published);
// What a list shows of what is public.
nlohmann::json ToolSummaryJson(const v1::PublishedToolSummary& tool);
nlohmann::json SummaryJson(const v1::PublishedSummary& summary);
nlohmann::json ChangeJson(const v1::PublishedChange& change);
// As readers see it: without who did it.
nlohmann::json CorrectionJson(const v1::Correction& correction);
nlohmann::json EditionJson(const v1::Edition& edition);
nlohmann::json StatusJson(const v1::AggregatorStatus& status);

// `drafted`; empty for unspecified.
std::string StateText(v1::Comparison::State state);
// The state of a word; STATE_UNSPECIFIED where it is none.
v1::Comparison::State StateOf(const std::string& word);
// The kind of a word, `approve`; DECISION_KIND_UNSPECIFIED where it is none.
v1::DecisionKind DecisionKindOf(const std::string& word);

// `edit` or `accept`; AMENDMENT_KIND_UNSPECIFIED where it is neither.
v1::AmendmentKind AmendmentKindOf(const std::string& word);

// Serialised for an answer: invalid UTF-8 replaced, a newline at the end.
std::string DumpJson(const nlohmann::json& value);

}  // namespace seaworthy
