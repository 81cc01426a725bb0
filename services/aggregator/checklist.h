// What has to hold before content can become public (docs/editorial.md): one
// list for what the desk shows and for what is enforced.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/tool.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// Every item but `second_editor`, blocking ones first, for content that is to
// become public at `at`. Reads a few rows of each tool; errors: the store's.
absl::StatusOr<std::vector<v1::ChecklistItem>> MakeChecklist(const StateReader& state,
                                                             const v1::ComparisonContent& content,
                                                             absl::Time at);

// The same of one tool alone, for a correction of it. Where its field
// `settled` is in question, the correction is the answer.
absl::StatusOr<std::vector<v1::ChecklistItem>> MakeToolChecklist(const StateReader& state,
                                                                 const v1::ToolView& tool, absl::Time at,
                                                                 std::string_view settled = "");

// Four eyes: whether another editor has approved the same content.
v1::ChecklistItem SecondEditorItem(const v1::Comparison& comparison);

// OK where no blocking item fails. Errors: FAILED_PRECONDITION that begins with
// `what` and names each that does, with what to do.
absl::Status CheckItems(std::string_view what, const std::vector<v1::ChecklistItem>& items);

// The fields on which a tool's sources disagree and no editor has decided.
// `shown` is its row of the table `shown`.
std::vector<std::string> OpenConflicts(const v1::Revision& shown);

}  // namespace seaworthy
