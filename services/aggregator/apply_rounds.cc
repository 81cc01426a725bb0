// A review that an editor wants again (docs/editorial.md).
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/application.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/nearest.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/rounds.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

// A verdict of the persona is looked for among these.
constexpr uint32_t kRevisionsBack = 50;

bool IsRefusal(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status) || absl::IsNotFound(status);
}

}  // namespace

absl::Status Application::ReviewRepeated(const v1::ReviewRepeat& asked) {
  const std::string key = RepeatRequestKey(asked);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
  if (known.has_value()) return absl::OkStatus();
  const auto repeat = FindRepeat(asked);
  if (!repeat.ok() && !IsRefusal(repeat.status())) return repeat.status();
  state_.Put(Table::kOutcomes, key, EncodeOutcome(repeat.status()));
  return repeat.ok() ? AskAgain(*repeat) : absl::OkStatus();
}

absl::StatusOr<v1::ReviewRepeat> Application::FindRepeat(const v1::ReviewRepeat& asked) {
  SEAWORTHY_RETURN_IF_ERROR(CheckRepeat(asked));
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, CurrentTool(state_, ToolId(asked.tool_id())));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, id));
  if (!tool.has_value()) return absl::NotFoundError(absl::StrCat("no tool `", asked.tool_id(), "`"));
  const std::string& persona = asked.persona_id();
  const uint32_t newest = tool->latest_revision();
  for (uint32_t number = newest; number > 0 && number + kRevisionsBack > newest; --number) {
    const RevisionId revision{id, number};
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::Panel panel, LoadPanel(state_, revision));
    if (!Holds(panel.expected_personas(), persona)) continue;
    const bool answered = Holds(panel.given_personas(), persona) || Holds(panel.failed_personas(), persona);
    SEAWORTHY_ASSIGN_OR_RETURN(const auto pending, PendingRepeat(state_, revision, persona));
    if (!answered || pending.has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat("`", persona, "` is reviewing ", revision.ToString(), " now; wait for its verdict"));
    }
    SEAWORTHY_ASSIGN_OR_RETURN(const uint32_t last, LastRound(state_, revision, persona));
    SEAWORTHY_ASSIGN_OR_RETURN(const auto verdict,
                               state_.Load<v1::Verdict>(Table::kVerdicts, VerdictKey(revision, persona)));
    v1::ReviewRepeat repeat = asked;
    repeat.set_tool_id(id.value());
    repeat.set_revision(number);
    // A verdict that was carried over brings its round along.
    repeat.set_round(std::max(last, verdict.has_value() ? verdict->round() : 0) + 1);
    return repeat;
  }
  return absl::NotFoundError(
      absl::StrCat("no persona `", persona.substr(0, 80), "` was asked about `", id.value(), "`"));
}

absl::Status Application::AskAgain(const v1::ReviewRepeat& repeat) {
  const RevisionId id{ToolId(repeat.tool_id()), repeat.revision()};
  SEAWORTHY_ASSIGN_OR_RETURN(const auto revision,
                             state_.Load<v1::Revision>(Table::kRevisions, RevisionKey(id)));
  if (!revision.has_value()) return absl::DataLossError("a revision is gone; run `seaworthy rebuild`");
  SEAWORTHY_ASSIGN_OR_RETURN(v1::Panel panel, LoadPanel(state_, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const bool had_failed, ForgetFailure(panel, repeat.persona_id()));
  if (had_failed) StorePanel(panel);
  StorePendingRepeat(state_, repeat);
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "reviews.pending", 1));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto nearest, FindNearest(state_, *revision, kMaxKnownCompetitors));
  v1::Event event;
  v1::ReviewRequested* request = event.mutable_review_requested();
  *request->mutable_revision() = *revision;
  request->add_persona_ids(repeat.persona_id());
  for (const v1::Revision& near : nearest) *request->add_competitors() = ToCompetitor(near);
  request->set_round(repeat.round());
  Emit(absl::StrCat("review:", id.ToString(), ":", repeat.persona_id(), ":", repeat.round()), event);
  return absl::OkStatus();
}

}  // namespace seaworthy
