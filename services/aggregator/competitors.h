// Which tool of the store a name means.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/revision.pb.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Enters a tool's name and aliases into the index; a name belongs to the tool
// that had it first.
absl::Status IndexNames(StateTransaction& state, const v1::Revision& revision);

// The tool of that name, empty where the store has none.
absl::StatusOr<std::string> ResolveName(const StateReader& state, std::string_view name);

// Fills `competitor_tool_ids`, and lets an unsupported NAME mark stand where
// the store knows the name: what is known is not made up. A verdict that came
// before quotes were checked stays as it was, so that approvals of it hold.
absl::Status ResolveNames(const StateReader& state, v1::Verdict& verdict);

}  // namespace seaworthy
