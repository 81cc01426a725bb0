#include "services/aggregator/rounds.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxReasonBytes = 2'000;
constexpr int kMaxEarlier = 20;
// Being asked now; the last round asked for; verdicts of earlier rounds.
constexpr char kPending = 'p';
constexpr char kLast = 'n';
constexpr char kEarlier = 'o';

std::string Key(char what, const RevisionId& revision, const std::string& persona) {
  return std::string(1, what) + VerdictKey(revision, persona);
}

RevisionId RevisionOf(const v1::ReviewRepeat& repeat) {
  return {ToolId(repeat.tool_id()), repeat.revision()};
}

absl::Status Damaged() {
  return absl::DataLossError("the store holds a damaged round; run `seaworthy rebuild`");
}

}  // namespace

absl::Status CheckRepeat(const v1::ReviewRepeat& repeat) {
  if (repeat.reason().empty()) {
    return absl::InvalidArgumentError("a reason is needed to have a review again; say in a sentence why");
  }
  if (repeat.reason().size() > kMaxReasonBytes || !IsPlainUtf8(repeat.reason())) {
    return absl::InvalidArgumentError("the reason is over 2,000 bytes or no plain text; shorten it");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::ReviewRepeat>> PendingRepeats(const StateReader& state, const ToolId& tool) {
  std::vector<v1::ReviewRepeat> repeats;
  bool damaged = false;
  const std::string prefix = std::string(1, kPending) + Terminated(tool.value());
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kRounds, prefix, "", [&](std::string_view, std::string_view value) {
        damaged |= !repeats.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size()));
        return !damaged;
      }));
  if (damaged) return Damaged();
  return repeats;
}

absl::StatusOr<std::optional<v1::ReviewRepeat>> PendingRepeat(const StateReader& state,
                                                              const RevisionId& revision,
                                                              const std::string& persona) {
  return state.Load<v1::ReviewRepeat>(Table::kRounds, Key(kPending, revision, persona));
}

void StorePendingRepeat(StateTransaction& state, const v1::ReviewRepeat& repeat) {
  const RevisionId revision = RevisionOf(repeat);
  state.Store(Table::kRounds, Key(kPending, revision, repeat.persona_id()), repeat);
  state.Store(Table::kRounds, Key(kLast, revision, repeat.persona_id()), repeat);
}

void ForgetPendingRepeat(StateTransaction& state, const v1::ReviewRepeat& repeat) {
  state.Delete(Table::kRounds, Key(kPending, RevisionOf(repeat), repeat.persona_id()));
}

absl::StatusOr<uint32_t> LastRound(const StateReader& state, const RevisionId& revision,
                                   const std::string& persona) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto last,
                             state.Load<v1::ReviewRepeat>(Table::kRounds, Key(kLast, revision, persona)));
  return last.has_value() ? last->round() : 0;
}

absl::StatusOr<std::optional<v1::ReviewRepeat>> AbandonedRepeat(const StateReader& state,
                                                                const RevisionId& revision,
                                                                const std::string& persona, uint32_t round) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto last,
                             state.Load<v1::ReviewRepeat>(Table::kRounds, Key(kLast, revision, persona)));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto pending, PendingRepeat(state, revision, persona));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto verdict,
                             state.Load<v1::Verdict>(Table::kVerdicts, VerdictKey(revision, persona)));
  const bool answered = verdict.has_value() && verdict->round() >= round;
  if (last.has_value() && (last->round() != round || pending.has_value() || answered)) last.reset();
  return last;
}

void KeepEarlierVerdict(StateTransaction& state, const v1::Verdict& verdict) {
  const RevisionId revision{ToolId(verdict.tool_id()), verdict.revision()};
  const std::string key = Terminated(Key(kEarlier, revision, verdict.persona_id()));
  state.Store(Table::kRounds, key + BigEndian32(~verdict.round()), verdict);
}

absl::Status FillRounds(const StateReader& state, v1::ToolView& view) {
  const RevisionId revision{ToolId(view.revision().tool_id()), view.revision().number()};
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(state.Scan(
      Table::kRounds, Key(kEarlier, revision, ""), "", [&](std::string_view, std::string_view value) {
        damaged |= !view.add_earlier_verdicts()->ParseFromArray(value.data(), static_cast<int>(value.size()));
        return !damaged && view.earlier_verdicts_size() < kMaxEarlier;
      }));
  if (damaged) return Damaged();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto repeats, PendingRepeats(state, revision.tool));
  view.mutable_repeats()->Assign(repeats.begin(), repeats.end());
  return absl::OkStatus();
}

std::string RepeatRequestKey(const v1::ReviewRepeat& repeat) {
  return Terminated("repeat/") + repeat.request_id();
}

}  // namespace seaworthy
