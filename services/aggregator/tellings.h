// What announcements said, kept as it came (docs/identity.md, table `told`).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/telling.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// At most this many of a tool count, the newest.
inline constexpr size_t kMaxTellings = 200;

// Its key under the tool.
std::string TellingKey(const ToolId& tool, uint64_t sequence, uint32_t index);

// Files it under the tool, in the place of one with the same sequence and index.
void StoreTelling(StateTransaction& state, const ToolId& tool, const v1::Telling& telling);

// Files the telling under `key` under another tool. True where it was there.
absl::StatusOr<bool> MoveTelling(StateTransaction& state, const std::string& key, const ToolId& to);

// The newest kMaxTellings of a tool that no later state superseded, newest
// first; those of tools merged into it are not among them.
absl::StatusOr<std::vector<v1::Telling>> LoadTellings(const StateReader& state, const ToolId& tool);

// Keys of what an announcement told, in its order.
absl::StatusOr<std::vector<std::string>> TellingKeysOf(const StateReader& state,
                                                       const std::string& announcement);

// The tool a key is filed under.
ToolId ToolOfTellingKey(std::string_view key);

}  // namespace seaworthy
