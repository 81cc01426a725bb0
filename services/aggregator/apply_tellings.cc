// From what announcements say to tools and their revisions, by the rules of
// docs/identity.md.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/application.h"
#include "services/aggregator/carry.h"
#include "services/aggregator/competitors.h"
#include "services/aggregator/compose.h"
#include "services/aggregator/corrections.h"
#include "services/aggregator/fields.h"
#include "services/aggregator/identity/compare.h"
#include "services/aggregator/identity/name_parts.h"
#include "services/aggregator/identity/profile.h"
#include "services/aggregator/identity/tool_slug.h"
#include "services/aggregator/identity_state.h"
#include "services/aggregator/issued.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/nearest.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/tellings.h"

namespace seaworthy {
namespace {

// An earlier revision of the same facts is looked for among these.
constexpr uint32_t kRevisionsBack = 10;
// A verdict is looked for among these.
constexpr uint32_t kVerdictsBack = 5;

// Which of the entry's earlier tools this one is; -1 for none.
int FindEarlier(const v1::Revision& told, int index, int count, const std::vector<v1::Telling>& earlier,
                const std::set<int>& used) {
  for (size_t i = 0; i < earlier.size(); ++i) {
    v1::ToolProfile profile;
    (void)identity::AddToProfile(earlier[i].told(), profile);
    const int at = static_cast<int>(i);
    if (!used.contains(at) && identity::Compare(told, profile).kind == identity::Match::kSame) return at;
  }
  const bool same_place = count == static_cast<int>(earlier.size()) || count == 1;
  return same_place && index < static_cast<int>(earlier.size()) && !used.contains(index) ? index : -1;
}

// An earlier tool of the announcement with the same name; -1 for none.
int FindTwice(const v1::ToolAnnounced& event, int index) {
  for (int i = 0; i < index; ++i) {
    if (identity::IsSameName(event.tools(i), event.tools(index))) return i;
  }
  return -1;
}

// Received before the other.
bool IsOlder(const v1::Announcement& a, const v1::Announcement& b) {
  const auto& left = a.receive_time();
  const auto& right = b.receive_time();
  return left.seconds() != right.seconds() ? left.seconds() < right.seconds() : left.nanos() < right.nanos();
}

// What is shown with the newest revision and is no part of a content hash.
v1::Revision ShownWith(v1::Revision& composed) {
  v1::Revision shown;
  *shown.mutable_announcement_ids() = composed.announcement_ids();
  *shown.mutable_source_urls() = composed.source_urls();
  *shown.mutable_aliases() = composed.aliases();
  *shown.mutable_hidden_texts() = composed.hidden_texts();
  *shown.mutable_conflicts() = composed.conflicts();
  *shown.mutable_corrections() = composed.corrections();
  composed.clear_conflicts();
  composed.clear_corrections();
  return shown;
}

// The tellings of a tool and of those merged into it, newest first.
absl::StatusOr<std::vector<v1::Telling>> AllTellings(const StateReader& state, const ToolId& tool) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<v1::Telling> all, LoadTellings(state, tool));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto merged, MergedTools(state, tool));
  for (const std::string& other : merged) {
    SEAWORTHY_ASSIGN_OR_RETURN(std::vector<v1::Telling> more, LoadTellings(state, ToolId(other)));
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  std::stable_sort(all.begin(), all.end(), [](const v1::Telling& a, const v1::Telling& b) {
    return a.sequence() != b.sequence() ? a.sequence() > b.sequence() : a.index() < b.index();
  });
  if (all.size() > kMaxTellings) all.resize(kMaxTellings);
  return all;
}

// Corrections of a tool, and of those merged into it where it has none.
absl::StatusOr<std::vector<v1::FactCorrection>> AllCorrections(const StateReader& state, const ToolId& tool) {
  std::map<std::string, v1::FactCorrection> by_field;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto merged, MergedTools(state, tool));
  std::vector<std::string> tools = {tool.value()};
  tools.insert(tools.end(), merged.begin(), merged.end());
  for (const std::string& id : tools) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto corrections, LoadCorrections(state, ToolId(id)));
    const bool own = id == tool.value();
    for (v1::FactCorrection& correction : corrections) {
      // The name of a tool that went is no name of the one that stays.
      if (own || correction.field() != "name") by_field.try_emplace(correction.field(), correction);
    }
  }
  std::vector<v1::FactCorrection> all;
  for (auto& [field, correction] : by_field) all.push_back(std::move(correction));
  return all;
}

}  // namespace

absl::StatusOr<std::vector<ToolId>> Application::RecordTools(const v1::ToolAnnounced& event,
                                                             v1::Announcement& announcement) {
  std::vector<ToolId> earlier_tools;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto earlier, SupersedeEarlier(announcement, &earlier_tools));
  std::set<int> used;
  std::set<std::string> filed;
  std::vector<std::string> filed_as;
  std::vector<ToolId> tools;
  for (int i = 0; i < event.tools_size(); ++i) {
    const v1::Revision& told = event.tools(i);
    const int at = FindEarlier(told, i, event.tools_size(), earlier, used);
    identity::Resolution resolution;
    const int twice = FindTwice(event, i);
    if (twice >= 0) {
      resolution.tool_id = filed_as[twice];
    } else if (at >= 0) {
      used.insert(at);
      resolution.tool_id = earlier_tools[at].value();
    } else {
      SEAWORTHY_ASSIGN_OR_RETURN(resolution, identity::Resolve(StoreNameIndex(&state_), told, filed));
    }
    ToolId id(resolution.tool_id);
    if (id.empty()) {
      SEAWORTHY_ASSIGN_OR_RETURN(id,
                                 NewToolId(told.name(), told.vendor(), told.kind(), event.rules_version()));
    }
    filed.insert(id.value());
    filed_as.push_back(id.value());
    SEAWORTHY_RETURN_IF_ERROR(KeepTelling(id, event, announcement, i));
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId current, CurrentTool(state_, id));
    SEAWORTHY_RETURN_IF_ERROR(NoteSuspicions(current, resolution));
    if (std::find(tools.begin(), tools.end(), current) == tools.end()) tools.push_back(current);
    SEAWORTHY_RETURN_IF_ERROR(Recompute(current, false));
  }
  for (const ToolId& id : earlier_tools) {
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId current, CurrentTool(state_, id));
    if (std::find(tools.begin(), tools.end(), current) == tools.end())
      SEAWORTHY_RETURN_IF_ERROR(Recompute(current, false));
  }
  return tools;
}

absl::StatusOr<ToolId> Application::NewToolId(const std::string& name, const std::string& vendor,
                                              v1::ToolKind kind, uint32_t rules_version) {
  const std::string base = identity::LastingName(name, vendor, kind);
  const auto slug_of = [rules_version](const std::string& text) {
    return identity::ToolSlug(text, rules_version);
  };
  const std::string plain = slug_of(base);
  std::vector<std::string> wanted = {plain};
  if (!vendor.empty()) wanted.push_back(slug_of(absl::StrCat(base, " ", vendor)));
  for (int number = 2; number < 1000; ++number) wanted.push_back(absl::StrCat(plain, "-", number));
  for (const std::string& slug : wanted) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state_, ToolId(slug)));
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId current, CurrentTool(state_, ToolId(slug)));
    if (!tool.has_value() && current.value() == slug) return ToolId(slug);
  }
  return ToolId(slug_of(absl::StrCat(base, " ", record_.sequence)));
}

absl::StatusOr<std::vector<v1::Telling>> Application::SupersedeEarlier(v1::Announcement& announcement,
                                                                       std::vector<ToolId>* tools) {
  std::vector<v1::Telling> earlier;
  if (announcement.source_id().empty() || announcement.entry_key().empty()) return earlier;
  const std::string entry = Terminated(announcement.source_id()) + announcement.entry_key();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto newest, state_.Get(Table::kEntries, entry));
  std::optional<v1::Announcement> before;
  if (newest.has_value()) {
    SEAWORTHY_ASSIGN_OR_RETURN(before, state_.Load<v1::Announcement>(Table::kAnnouncements, *newest));
  }
  // Two states read side by side can come into the log the wrong way round.
  const bool late = before.has_value() && IsOlder(announcement, *before);
  if (!late) state_.Put(Table::kEntries, entry, announcement.announcement_id());
  if (!before.has_value()) return earlier;
  if (late) {
    announcement.set_replaced_by(before->announcement_id());
  } else {
    before->set_replaced_by(announcement.announcement_id());
    if (announcement.replaces().empty()) announcement.set_replaces(before->announcement_id());
    state_.Store(Table::kAnnouncements, before->announcement_id(), *before);
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto keys, TellingKeysOf(state_, before->announcement_id()));
  for (const std::string& key : keys) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto telling, state_.Load<v1::Telling>(Table::kTold, key));
    if (!telling.has_value()) continue;
    if (!late) {
      telling->set_superseded_by(announcement.announcement_id());
      state_.Store(Table::kTold, key, *telling);
    }
    tools->push_back(ToolOfTellingKey(key));
    earlier.push_back(*std::move(telling));
  }
  return earlier;
}

absl::Status Application::NoteSuspicions(const ToolId& tool, const identity::Resolution& resolution) {
  for (const identity::Suspicion& suspicion : resolution.suspicions) {
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId other, CurrentTool(state_, ToolId(suspicion.tool_id)));
    if (other == tool) continue;
    v1::PossibleDuplicate pair;
    pair.set_tool_id(other.value());
    pair.set_other_tool_id(tool.value());
    pair.set_reason(suspicion.reason);
    pair.set_likeness(suspicion.likeness);
    SEAWORTHY_RETURN_IF_ERROR(NoteSuspicion(state_, pair));
  }
  return absl::OkStatus();
}

absl::Status Application::KeepTelling(const ToolId& filed, const v1::ToolAnnounced& event,
                                      const v1::Announcement& announcement, int index) {
  v1::Telling telling;
  telling.set_announcement_id(announcement.announcement_id());
  telling.set_index(static_cast<uint32_t>(index));
  telling.set_sequence(record_.sequence);
  telling.set_rules_version(event.rules_version());
  telling.set_tier(announcement.tier());
  telling.set_superseded_by(announcement.replaced_by());
  *telling.mutable_told() = event.tools(index);
  StoreTelling(state_, filed, telling);
  return AddToProfile(state_, filed, event.tools(index));
}

absl::Status Application::Recompute(const ToolId& id, bool may_return) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tellings, AllTellings(state_, id));
  if (tellings.empty()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(auto tool, LoadTool(state_, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, LoadNewestRevision(state_, id));
  SEAWORTHY_ASSIGN_OR_RETURN(auto corrections, AllCorrections(state_, id));
  v1::Revision composed = Compose(tellings, known.has_value() ? &*known : nullptr);
  ApplyCorrections(corrections, composed);
  composed.set_tool_id(id.value());
  composed.mutable_corrections()->Assign(corrections.begin(), corrections.end());
  state_.Store(Table::kShown, id.value(), ShownWith(composed));
  if (!tool.has_value()) {
    tool.emplace();
    tool->set_tool_id(id.value());
    *tool->mutable_create_time() = TimeOf(record_);
    SEAWORTHY_RETURN_IF_ERROR(AddToCounter(state_, "tools", 1));
  }
  if (known.has_value()) {
    if (ChangedFields(*known, composed).empty()) return IndexNames(state_, composed);
    if (may_return) {
      SEAWORTHY_ASSIGN_OR_RETURN(const bool returned, ReturnToEarlier(*tool, composed));
      if (returned) return absl::OkStatus();
    }
  }
  return StoreRevision(*tool, known, std::move(composed));
}

absl::StatusOr<bool> Application::ReturnToEarlier(v1::Tool& tool, const v1::Revision& composed) {
  const ToolId id(tool.tool_id());
  const uint32_t last = std::max(tool.latest_revision(), tool.last_number());
  for (uint32_t number = last; number > 0 && number + kRevisionsBack > last; --number) {
    if (number == tool.latest_revision()) continue;
    SEAWORTHY_ASSIGN_OR_RETURN(const auto earlier,
                               state_.Load<v1::Revision>(Table::kRevisions, RevisionKey({id, number})));
    if (!earlier.has_value() || !ChangedFields(*earlier, composed).empty()) continue;
    SEAWORTHY_ASSIGN_OR_RETURN(const auto before, LoadNewestRevision(state_, id));
    tool.set_latest_revision(number);
    tool.set_last_number(last == number ? 0 : last);
    tool.set_reviewed_revision(0);
    for (uint32_t reviewed = number; reviewed > 0 && tool.reviewed_revision() == 0; --reviewed) {
      SEAWORTHY_ASSIGN_OR_RETURN(const v1::Panel panel, LoadPanel(state_, {id, reviewed}));
      if (panel.full()) tool.set_reviewed_revision(reviewed);
    }
    state_.Store(Table::kTools, id.value(), tool);
    UpdateNearest(state_, before.has_value() ? &*before : nullptr, *earlier);
    SEAWORTHY_RETURN_IF_ERROR(RedraftComparisonsOf(id));
    SEAWORTHY_RETURN_IF_ERROR(Reapprove(id));
    return true;
  }
  return false;
}

absl::Status Application::StoreRevision(v1::Tool& tool, const std::optional<v1::Revision>& known,
                                        v1::Revision revision) {
  const ToolId id(tool.tool_id());
  revision.set_number(std::max(tool.latest_revision(), tool.last_number()) + 1);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto carried, FindCarried(revision));
  tool.set_latest_revision(revision.number());
  tool.clear_last_number();
  state_.Store(Table::kTools, id.value(), tool);
  state_.Store(Table::kRevisions, RevisionKey({id, revision.number()}), revision);
  SEAWORTHY_RETURN_IF_ERROR(IndexNames(state_, revision));
  SEAWORTHY_RETURN_IF_ERROR(AskForReviews(revision, !known.has_value(), carried));
  UpdateNearest(state_, known.has_value() ? &*known : nullptr, revision);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::CarriedVerdict>> Application::FindCarried(const v1::Revision& revision) {
  std::vector<v1::CarriedVerdict> carried;
  const ToolId id(revision.tool_id());
  for (const PersonaId& persona : options_.personas) {
    for (uint32_t number = revision.number() - 1; number > 0 && number + kVerdictsBack >= revision.number();
         --number) {
      const RevisionId from{id, number};
      SEAWORTHY_ASSIGN_OR_RETURN(
          const auto verdict, state_.Load<v1::Verdict>(Table::kVerdicts, VerdictKey(from, persona.value())));
      SEAWORTHY_ASSIGN_OR_RETURN(const auto before,
                                 state_.Load<v1::Revision>(Table::kRevisions, RevisionKey(from)));
      if (!verdict.has_value() || !before.has_value()) continue;
      if (Stands(*verdict, *before, ChangedFields(*before, revision))) {
        v1::CarriedVerdict& row = carried.emplace_back();
        row.set_persona_id(persona.value());
        row.set_revision(number);
      }
      break;
    }
  }
  return carried;
}

absl::Status Application::FactCorrected(const v1::FactCorrection& asked) {
  const std::string key = CorrectionRequestKey(asked);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Get(Table::kOutcomes, key));
  if (known.has_value()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const ToolId id, CurrentTool(state_, ToolId(asked.tool_id())));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tellings, AllTellings(state_, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto newest, LoadNewestRevision(state_, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before,
                             state_.Get(Table::kCorrections, CorrectionKey(id, asked.field())));
  absl::Status outcome = CheckCorrection(asked);
  if (!newest.has_value() || tellings.empty()) {
    outcome = absl::NotFoundError(absl::StrCat("no tool `", asked.tool_id(), "`"));
  } else if (outcome.ok() && asked.withdraw() && !before.has_value()) {
    outcome = absl::InvalidArgumentError(absl::StrCat("`", asked.field(), "` of `", id.value(),
                                                      "` was not corrected; there is nothing to withdraw"));
  }
  state_.Put(Table::kOutcomes, key, EncodeOutcome(outcome));
  if (!outcome.ok()) return absl::OkStatus();
  v1::FactCorrection correction = asked;
  correction.set_tool_id(id.value());
  if (!asked.withdraw()) return KeepWord(std::move(correction));
  state_.Delete(Table::kCorrections, CorrectionKey(id, asked.field()));
  SEAWORTHY_ASSIGN_OR_RETURN(const bool was_public, RemoveOverlay(state_, id, asked.field()));
  SEAWORTHY_RETURN_IF_ERROR(Recompute(id, true));
  return was_public ? RedraftComparisonsOf(id) : absl::OkStatus();
}

absl::Status Application::KeepWord(v1::FactCorrection correction) {
  const ToolId id(correction.tool_id());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tellings, AllTellings(state_, id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto newest, LoadNewestRevision(state_, id));
  if (tellings.empty() || !newest.has_value()) {
    return absl::NotFoundError(absl::StrCat("no tool `", id.value(), "`"));
  }
  correction.clear_asks();
  std::vector<std::string> said = ValuesOf(Compose(tellings, &*newest), correction.field());
  std::sort(said.begin(), said.end());
  correction.mutable_corrected_values()->Assign(said.begin(), said.end());
  state_.Store(Table::kCorrections, CorrectionKey(id, correction.field()), correction);
  return Recompute(id, true);
}

}  // namespace seaworthy
