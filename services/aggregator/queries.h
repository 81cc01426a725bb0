// What the state says: joins over the tables, read only.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/tool.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// nullopt for what is not there. Errors: DATA_LOSS.
absl::StatusOr<std::optional<v1::Tool>> LoadTool(const StateReader& state, const ToolId& id);
absl::StatusOr<std::optional<v1::Revision>> LoadNewestRevision(const StateReader& state, const ToolId& id);

// A tool with one revision, its verdicts and panel. Errors: NOT_FOUND.
absl::StatusOr<v1::ToolView> BuildToolView(const StateReader& state, const RevisionId& revision);

// The verdicts' panel of a revision; empty where nobody was asked yet.
absl::StatusOr<v1::Panel> LoadPanel(const StateReader& state, const RevisionId& revision);

// A comparison's content: each tool's newest revision with a full panel, or
// its newest where there is none. No times inside. Errors: NOT_FOUND.
absl::StatusOr<v1::ComparisonContent> BuildContent(const StateReader& state, const ComparisonId& id);

// SHA-256 in hex of the content's deterministic serialisation.
std::string ContentHash(const v1::ComparisonContent& content);

// The value of a counter, 0 where there is none.
absl::StatusOr<uint64_t> LoadCounter(const StateReader& state, std::string_view name);

}  // namespace seaworthy
