// What editors decide about which announcements are about one tool.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/application.h"
#include "services/aggregator/corrections.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/nearest.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/tellings.h"
#include "services/aggregator/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxReasonBytes = 2'000;
constexpr size_t kMaxNameBytes = 200;
// The end of a telling's key: its place in the log.
constexpr size_t kPlaceBytes = 12;

// Why the decision is refused, as opposed to what the store reports.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
}

absl::Status NoTool(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("no tool `", id, "`; GET /api/v1/tools lists what there is"));
}

absl::Status CheckText(const v1::IdentityDecision& decision) {
  if (decision.reason().size() > kMaxReasonBytes || !IsPlainUtf8(decision.reason())) {
    return absl::InvalidArgumentError("the reason is over 2,000 bytes or no plain text; shorten it");
  }
  if (decision.name().size() > kMaxNameBytes || !IsPlainUtf8(decision.name())) {
    return absl::InvalidArgumentError("the name is over 200 bytes or no plain text; shorten it");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Application::IdentityDecided(const v1::IdentityDecision& decision) {
  const std::string key = IdentityRequestKey(decision);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
  if (known.has_value()) return absl::OkStatus();
  v1::IdentityRecord record;
  *record.mutable_decision() = decision;
  record.set_sequence(record_.sequence);
  const absl::Status outcome = TakeIdentity(record);
  if (!outcome.ok() && !IsRefusal(outcome)) return outcome;
  state_.Put(Table::kOutcomes, key, EncodeOutcome(outcome));
  if (outcome.ok()) StoreIdentityRecord(state_, record);
  return absl::OkStatus();
}

absl::Status Application::TakeIdentity(v1::IdentityRecord& record) {
  SEAWORTHY_RETURN_IF_ERROR(CheckText(record.decision()));
  switch (record.decision().kind()) {
    case v1::IdentityDecision::MERGE:
      return Merge(record);
    case v1::IdentityDecision::SPLIT:
      return SplitTool(record);
    case v1::IdentityDecision::UNDO:
      return Undo(record);
    case v1::IdentityDecision::KEEP_APART: {
      const ToolId a(record.decision().tool_id());
      const ToolId b(record.decision().other_tool_id());
      for (const ToolId& id : {a, b}) {
        SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, id));
        if (!tool.has_value()) return NoTool(id.value());
      }
      if (a == b)
        return absl::InvalidArgumentError("a tool cannot be kept apart from itself; name two tools");
      KeepApart(state_, a, b);
      return absl::OkStatus();
    }
    default:
      return absl::InvalidArgumentError("a decision is one of merge, split, undo, keep_apart; it is none");
  }
}

absl::Status Application::Merge(v1::IdentityRecord& record) {
  v1::IdentityDecision& decision = *record.mutable_decision();
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId stays, CurrentTool(state_, ToolId(decision.tool_id())));
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId other, CurrentTool(state_, ToolId(decision.other_tool_id())));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto staying, LoadTool(state_, stays));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto going, LoadTool(state_, other));
  if (!staying.has_value()) return NoTool(decision.tool_id());
  if (!going.has_value()) return NoTool(decision.other_tool_id());
  if (stays == other) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", decision.tool_id(), "` and `", decision.other_tool_id(), "` are one tool already"));
  }
  decision.set_tool_id(stays.value());
  decision.set_other_tool_id(other.value());
  *record.mutable_merged_tool() = *going;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto newest, LoadNewestRevision(state_, other));
  if (newest.has_value()) RemoveNearest(state_, *newest);
  state_.Delete(Table::kTools, other.value());
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "tools", -1));
  Join(state_, stays, other);
  SEAWORTHY_RETURN_IF_ERROR(Recompute(stays, true));
  return MoveComparisons(stays, other, record);
}

absl::StatusOr<std::vector<std::string>> Application::FindMoved(const v1::IdentityDecision& decision,
                                                                const ToolId& tool) {
  std::vector<std::string> moved;
  for (const std::string& announcement : decision.announcement_ids()) {
    const size_t before = moved.size();
    SEAWORTHY_ASSIGN_OR_RETURN(const auto keys, TellingKeysOf(state_, announcement));
    for (const std::string& key : keys) {
      SEAWORTHY_ASSIGN_OR_RETURN(const ToolId current, CurrentTool(state_, ToolOfTellingKey(key)));
      if (current == tool && !Holds(moved, key)) moved.push_back(key);
    }
    if (moved.size() == before) {
      return absl::NotFoundError(absl::StrCat("announcement `", announcement.substr(0, 80),
                                              "` says nothing of `", tool.value(),
                                              "`; the tool lists its own"));
    }
  }
  return moved;
}

absl::Status Application::SplitTool(v1::IdentityRecord& record) {
  v1::IdentityDecision& decision = *record.mutable_decision();
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, CurrentTool(state_, ToolId(decision.tool_id())));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, id));
  if (!tool.has_value()) return NoTool(decision.tool_id());
  if (decision.name().empty()) return absl::InvalidArgumentError("the new tool needs a name; say which");
  if (decision.announcement_ids().empty()) {
    return absl::InvalidArgumentError("name the announcements that are about the other tool");
  }
  decision.set_tool_id(id.value());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto moved, FindMoved(decision, id));
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<v1::Telling> staying, LoadTellings(state_, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto merged, MergedTools(state_, id));
  for (const std::string& other : merged) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto more, LoadTellings(state_, ToolId(other)));
    staying.insert(staying.end(), more.begin(), more.end());
  }
  v1::ToolKind kind = v1::TOOL_KIND_UNSPECIFIED;
  uint32_t rules = 0;  // Of what goes, so that a replay makes the same id.
  std::erase_if(staying, [&](const v1::Telling& telling) {
    const bool goes = Holds(decision.announcement_ids(), telling.announcement_id());
    if (goes) kind = telling.told().kind();
    if (goes) rules = std::max(rules, telling.rules_version());
    return goes;
  });
  if (staying.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("nothing would be left of `", id.value(),
                     "`; leave out an announcement, or correct its name instead"));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId made, NewToolId(decision.name(), "", kind, rules));
  record.set_new_tool_id(made.value());
  std::set<std::string> filed_under;
  for (const std::string& key : moved) {
    filed_under.insert(ToolOfTellingKey(key).value());
    record.add_moved_tellings(key);
    SEAWORTHY_RETURN_IF_ERROR(MoveTelling(state_, key, made).status());
  }
  v1::FactCorrection name;
  name.set_tool_id(made.value());
  name.set_field("name");
  name.add_values(decision.name());
  name.set_reason(decision.reason().empty() ? absl::StrCat("split from ", id.value()) : decision.reason());
  name.set_editor(decision.editor());
  *name.mutable_correct_time() = decision.decide_time();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto first, LoadTellings(state_, made));
  if (!first.empty()) name.add_corrected_values(first.front().told().name());
  state_.Store(Table::kCorrections, CorrectionKey(made, "name"), name);
  for (const std::string& raw : filed_under) SEAWORTHY_RETURN_IF_ERROR(RemakeNames(ToolId(raw), ""));
  SEAWORTHY_RETURN_IF_ERROR(RemakeNames(made, decision.name()));
  KeepApart(state_, id, made);
  SEAWORTHY_RETURN_IF_ERROR(Relabel(decision, id, made));
  SEAWORTHY_RETURN_IF_ERROR(Recompute(made, false));
  return Recompute(id, true);
}

absl::Status Application::Relabel(const v1::IdentityDecision& decision, const ToolId& from,
                                  const ToolId& to) {
  for (const std::string& id : decision.announcement_ids()) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto announcement, state_.Load<v1::Announcement>(Table::kAnnouncements, id));
    if (!announcement.has_value()) continue;
    for (std::string& tool : *announcement->mutable_tool_ids()) {
      SEAWORTHY_ASSIGN_OR_RETURN(const ToolId current, CurrentTool(state_, ToolId(tool)));
      if (tool == from.value() || current == from) tool = to.value();
    }
    state_.Store(Table::kAnnouncements, id, *announcement);
  }
  return absl::OkStatus();
}

absl::Status Application::RemakeNames(const ToolId& tool, const std::string& first_name) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tellings, LoadTellings(state_, tool));
  std::vector<v1::Revision> told;
  if (!first_name.empty() && !tellings.empty()) {
    told.push_back(tellings.back().told());
    told.back().set_name(first_name);
    told.back().clear_aliases();
  }
  for (auto it = tellings.rbegin(); it != tellings.rend(); ++it) {
    // The names it was announced by are the other tool's.
    if (first_name.empty()) told.push_back(it->told());
  }
  return RemakeProfile(state_, tool, told);
}

absl::Status Application::CheckNothingLater(const v1::IdentityRecord& record) {
  std::set<std::string> tools = {record.decision().tool_id(), record.decision().other_tool_id(),
                                 record.new_tool_id()};
  tools.erase("");
  std::string later;
  SEAWORTHY_RETURN_IF_ERROR(ForEachIdentityRecord(state_, [&](const v1::IdentityRecord& other) {
    if (other.sequence() <= record.sequence()) return false;
    const v1::IdentityDecision& decision = other.decision();
    const bool joins =
        decision.kind() == v1::IdentityDecision::MERGE || decision.kind() == v1::IdentityDecision::SPLIT;
    if (!other.undone() && joins &&
        (tools.contains(decision.tool_id()) || tools.contains(decision.other_tool_id()) ||
         tools.contains(other.new_tool_id()))) {
      later = decision.request_id();
    }
    return later.empty();
  }));
  if (later.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("a later decision (`", later, "`) rests on this one; undo that first"));
}

absl::Status Application::Undo(const v1::IdentityRecord& undo) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto record, LoadIdentityRecord(state_, undo.decision().undoes()));
  if (!record.has_value() || record->undone() || record->decision().kind() == v1::IdentityDecision::UNDO) {
    return absl::FailedPreconditionError(absl::StrCat("there is nothing to undo under `",
                                                      undo.decision().undoes().substr(0, 128),
                                                      "`: no such decision stands"));
  }
  SEAWORTHY_RETURN_IF_ERROR(CheckNothingLater(*record));
  record->set_undone(true);
  StoreIdentityRecord(state_, *record);
  switch (record->decision().kind()) {
    case v1::IdentityDecision::MERGE:
      return UndoMerge(*record);
    case v1::IdentityDecision::SPLIT:
      return UndoSplit(*record, undo);
    default:
      ForgetApart(state_, ToolId(record->decision().tool_id()), ToolId(record->decision().other_tool_id()));
      return absl::OkStatus();
  }
}

absl::Status Application::UndoMerge(const v1::IdentityRecord& record) {
  const ToolId stays(record.decision().tool_id());
  const ToolId other(record.decision().other_tool_id());
  Unjoin(state_, stays, other);
  state_.Store(Table::kTools, other.value(), record.merged_tool());
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "tools", 1));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto newest, LoadNewestRevision(state_, other));
  if (newest.has_value()) UpdateNearest(state_, nullptr, *newest);
  for (const std::string& id : record.made_comparisons()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto made, state_.Load<v1::Comparison>(Table::kComparisons, id));
    // One that an editor has decided on is no longer only the merge's.
    if (made.has_value() && !made->has_last_decision()) SEAWORTHY_RETURN_IF_ERROR(RemoveComparison(*made));
  }
  SEAWORTHY_RETURN_IF_ERROR(Unpark(record.sequence()));
  SEAWORTHY_RETURN_IF_ERROR(Recompute(stays, true));
  SEAWORTHY_RETURN_IF_ERROR(Recompute(other, true));
  SEAWORTHY_RETURN_IF_ERROR(RedraftComparisonsOf(other));
  return Reapprove(other);
}

absl::Status Application::UndoSplit(const v1::IdentityRecord& record, const v1::IdentityRecord& undo) {
  const ToolId id(record.decision().tool_id());
  const ToolId made(record.new_tool_id());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto newest, LoadNewestRevision(state_, made));
  if (newest.has_value()) RemoveNearest(state_, *newest);
  state_.Delete(Table::kTools, made.value());
  SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "tools", -1));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparisons, ComparisonsOf(made));
  for (const ComparisonId& pair : comparisons) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison,
                               state_.Load<v1::Comparison>(Table::kComparisons, pair.value()));
    if (comparison.has_value()) SEAWORTHY_RETURN_IF_ERROR(Park(*comparison, undo.decision(), ""));
  }
  std::set<std::string> filed_under;
  for (const std::string& key : record.moved_tellings()) {
    const ToolId raw = ToolOfTellingKey(key);
    filed_under.insert(raw.value());
    const std::string there = "t" + Terminated(made.value()) + key.substr(key.size() - kPlaceBytes);
    SEAWORTHY_RETURN_IF_ERROR(MoveTelling(state_, there, raw).status());
  }
  state_.Delete(Table::kCorrections, CorrectionKey(made, "name"));
  ForgetApart(state_, id, made);
  Join(state_, id, made);
  SEAWORTHY_RETURN_IF_ERROR(Relabel(record.decision(), made, id));
  SEAWORTHY_RETURN_IF_ERROR(RemakeNames(made, ""));
  for (const std::string& raw : filed_under) SEAWORTHY_RETURN_IF_ERROR(RemakeNames(ToolId(raw), ""));
  return Recompute(id, true);
}

}  // namespace seaworthy
