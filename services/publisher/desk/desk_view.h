// What the desk's pages have in common: decisions in words, ways back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/decision.pb.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

// A decision: `what`, `who`, `when`, `reason`, `hash`, `first` (the editor who
// approved first), `until` (a schedule's time).
nlohmann::json DecisionView(const v1::Decision& decision);
// `Approved`, `Sent back`.
std::string DecisionWord(v1::DecisionKind kind);
// The kind a form asks for: `send-back`; DECISION_KIND_UNSPECIFIED where it is
// none an editor may make.
v1::DecisionKind DeskDecisionOf(const std::string& word);
// Whether it needs a reason.
bool NeedsReason(v1::DecisionKind kind);
// The marks of both panels that keep the comparison from being approved.
int OpenMarksOf(const v1::ComparisonContent& content);

// `to decide`, `sent back`: a state as its tab says it.
std::string StateWord(v1::Comparison::State state);
// What the desk shows of a verdict beyond VerdictView: `spans`, `claim_rows`.
// Null is no verdict.
void AddDeskVerdict(const v1::Verdict* verdict, nlohmann::json& view);

// `path` where it is one of the desk's, else `fallback`.
std::string LocalPath(const std::string& path, const std::string& fallback);
// The path with `done=WORD` in its query.
std::string WithDone(const std::string& path, const std::string& word);
// The comparison's page.
std::string ComparisonPath(const std::string& id);

}  // namespace seaworthy
