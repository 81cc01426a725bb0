// Public corrections as the state keeps them (docs/editorial.md, table
// `issued`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/correction.pb.h"
#include "seaworthy/v1/identity.pb.h"
#include "seaworthy/v1/revision.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// `c-` and the place in the log of its first event.
std::string CorrectionId(uint64_t sequence);
std::optional<uint64_t> SequenceOfCorrection(std::string_view correction_id);
absl::StatusOr<std::optional<v1::Correction>> LoadIssued(const StateReader& state, uint64_t sequence);
void StoreIssued(StateTransaction& state, const v1::Correction& correction, uint64_t sequence);
// The prefix of all corrections in `issued`, newest first.
inline constexpr char kIssuedByTime[] = "c";

// Notes that a comparison's page shows a correction.
void NoteCorrected(StateTransaction& state, const std::string& comparison, uint64_t sequence);
// Fills `corrections` with the comparison's newest 20, without what is no
// reader's: editors, the other pages, the marks.
absl::Status AddCorrectionsOf(const StateReader& state, v1::PublishedComparison& published);

// Notes that a persona's words on a tool were put right, and that those it has
// now are right again where they were wrong once.
void NoteCorrectedQuote(StateTransaction& state, const v1::Verdict& before, const v1::Verdict& after,
                        uint64_t sequence);
// Shows the editor's word on the tool's revisions below a number.
absl::Status StoreOverlay(StateTransaction& state, const v1::FactCorrection& correction,
                          uint32_t until_revision);
// Lets go of it; false where there is none.
absl::StatusOr<bool> RemoveOverlay(StateTransaction& state, const ToolId& tool, const std::string& field);
// Lays what was put right over a revision.
absl::Status LayOver(const StateReader& state, v1::Revision& revision);

// Errors: FAILED_PRECONDITION where the content holds again what a correction
// put right.
absl::Status CheckNotCorrected(const StateReader& state, const v1::ComparisonContent& content);

// The first editor of a correction that waits for a second, under the hash of
// what is asked.
absl::StatusOr<std::optional<std::string>> FirstEditorOf(const StateReader& state,
                                                         const v1::Correction& correction);
void StoreFirstEditor(StateTransaction& state, const v1::Correction& correction);
void ForgetFirstEditor(StateTransaction& state, const v1::Correction& correction);

std::string IssuedRequestKey(const v1::Correction& correction);

}  // namespace seaworthy
