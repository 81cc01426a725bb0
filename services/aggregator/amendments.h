// What editors may do to a verdict, and what it does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids.h"
#include "seaworthy/v1/amendment.pb.h"
#include "seaworthy/v1/comparison.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// The parts of `tool_id@3/dx`; nullopt where it is no such id.
struct VerdictParts {
  RevisionId revision;
  std::string persona;
};
std::optional<VerdictParts> SplitVerdictId(std::string_view id);

// Whether a mark keeps its comparison from being approved: unsupported or
// contradicted, and no editor accepted it.
bool IsOpen(const v1::Mark& mark);

// The open marks of a tool's verdicts, each in an editor's words.
std::vector<std::string> OpenMarks(const v1::ToolView& tool);

// OK where no mark of either panel is open. Errors: FAILED_PRECONDITION naming
// them and what to do.
absl::Status CheckNoOpenMarks(const v1::ComparisonContent& content);

// Whether an amendment can be taken at all. Errors: INVALID_ARGUMENT (quote
// empty, over 4,000 bytes, not UTF-8 or with control characters; reason
// missing or over 2,000 bytes; neither edit nor acceptance).
absl::Status CheckAmendment(const v1::Amendment& amendment);

// What became of an amendment, and which verdict it changed where it did.
struct AmendmentOutcome {
  absl::Status status;
  std::optional<v1::Verdict> verdict;
};

// Checks and, where that is OK, applies, and keeps it in the history. Errors:
// the store's.
absl::StatusOr<AmendmentOutcome> TakeAmendment(StateTransaction& state, const v1::Amendment& amendment,
                                               uint64_t sequence);

// Where the outcome of an amendment's request is kept.
std::string AmendmentRequestKey(const v1::Amendment& amendment);

// What was done to the verdicts of a comparison, without what came of it.
absl::Status ReadAmendments(const StateReader& state, const v1::ComparisonContent& content,
                            google::protobuf::RepeatedPtrField<v1::Amendment>* amendments);

}  // namespace seaworthy
