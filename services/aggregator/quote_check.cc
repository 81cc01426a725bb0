#include "services/aggregator/quote_check.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/claims/claim_checker.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/nearest.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/reanchor.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxNear = 5;

absl::StatusOr<std::string> TextOf(ObjectStore* objects, const v1::Revision& revision) {
  if (revision.text_object().empty()) return std::string();
  if (objects == nullptr) {
    return absl::FailedPreconditionError(
        "this aggregator has no object store, so that an edited quote cannot be checked against its "
        "announcement; start it with the objects' folder");
  }
  auto text = objects->Get(revision.text_object());
  if (text.ok()) return text;
  return absl::FailedPreconditionError(absl::StrCat("the text of the announcement of `", revision.tool_id(),
                                                    "` cannot be read: ", text.status().message(),
                                                    "; restore the objects from a backup"));
}

// Tools a quote may name: those near by, and those it named before.
absl::StatusOr<std::vector<v1::KnownCompetitor>> KnownTo(const StateReader& state, const v1::Verdict& verdict,
                                                         const v1::Revision& revision) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto nearest, FindNearest(state, revision, kMaxNear));
  std::vector<v1::KnownCompetitor> known;
  for (const v1::Revision& near : nearest) known.push_back(ToCompetitor(near));
  for (const std::string& tool_id : verdict.competitor_tool_ids()) {
    if (tool_id.empty()) continue;
    SEAWORTHY_ASSIGN_OR_RETURN(const auto named, LoadNewestRevision(state, ToolId(tool_id)));
    if (named.has_value()) known.push_back(ToCompetitor(*named));
  }
  return known;
}

}  // namespace

absl::Status CompleteEdit(const StateReader& state, ObjectStore* objects, const v1::Verdict& verdict,
                          v1::Amendment& amendment) {
  const RevisionId id{ToolId(verdict.tool_id()), verdict.revision()};
  SEAWORTHY_ASSIGN_OR_RETURN(const auto revision,
                             state.Load<v1::Revision>(Table::kRevisions, RevisionKey(id)));
  if (!revision.has_value())
    return absl::DataLossError("a verdict's revision is gone; run `seaworthy rebuild`");
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string text, TextOf(objects, *revision));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, KnownTo(state, verdict, *revision));
  Reanchor(verdict, amendment);
  std::vector<v1::Claim> predictions;
  for (const v1::Claim& claim : amendment.claims()) {
    if (claim.kind() == v1::Claim::PREDICTION) predictions.push_back(claim);
  }
  const std::vector<v1::Mark> marks =
      CheckQuote(amendment.quote(), {.revision = &*revision,
                                     .announcement_text = text,
                                     .competitors = absl::MakeConstSpan(known),
                                     .claims = absl::MakeConstSpan(predictions)});
  amendment.mutable_marks()->Assign(marks.begin(), marks.end());
  CarryMarks(verdict, amendment.quote(), *amendment.mutable_marks());
  return absl::OkStatus();
}

}  // namespace seaworthy
