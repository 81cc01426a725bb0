// Reviews that an editor asked for again (docs/editorial.md, table `rounds`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/review_repeat.pb.h"
#include "seaworthy/v1/tool.pb.h"
#include "seaworthy/v1/verdict.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Whether it can be taken at all. Errors: INVALID_ARGUMENT (reason).
absl::Status CheckRepeat(const v1::ReviewRepeat& repeat);

// What a tool's personas are being asked again.
absl::StatusOr<std::vector<v1::ReviewRepeat>> PendingRepeats(const StateReader& state, const ToolId& tool);
absl::StatusOr<std::optional<v1::ReviewRepeat>> PendingRepeat(const StateReader& state,
                                                              const RevisionId& revision,
                                                              const std::string& persona);
void StorePendingRepeat(StateTransaction& state, const v1::ReviewRepeat& repeat);
void ForgetPendingRepeat(StateTransaction& state, const v1::ReviewRepeat& repeat);

// The highest round asked for so far, 0 for none.
absl::StatusOr<uint32_t> LastRound(const StateReader& state, const RevisionId& revision,
                                   const std::string& persona);

// The round where it was the last asked for and ended without a verdict.
absl::StatusOr<std::optional<v1::ReviewRepeat>> AbandonedRepeat(const StateReader& state,
                                                                const RevisionId& revision,
                                                                const std::string& persona, uint32_t round);

// Keeps a verdict whose place another takes.
void KeepEarlierVerdict(StateTransaction& state, const v1::Verdict& verdict);
// Fills `earlier_verdicts` and `repeats` of the revision shown.
absl::Status FillRounds(const StateReader& state, v1::ToolView& view);

std::string RepeatRequestKey(const v1::ReviewRepeat& repeat);

}  // namespace seaworthy
