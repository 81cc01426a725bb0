#include "services/aggregator/identity_state.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "common/status_macros.h"
#include "services/aggregator/identity/profile.h"
#include "services/aggregator/keys.h"

namespace seaworthy {
namespace {

constexpr int kMaxSteps = 32;

std::string PairKey(const ToolId& a, const ToolId& b) {
  const auto& [first, second] = std::minmax(a, b);
  return Terminated(first.value()) + second.value();
}

std::string MergedPrefix(const ToolId& tool) { return "w" + Terminated(tool.value()); }

std::string RecordKey(uint64_t sequence) { return "d" + BigEndian64(~sequence); }

absl::Status StoreProfile(StateTransaction& state, const v1::ToolProfile& profile) {
  state.Store(Table::kNameIndex, "t" + profile.tool_id(), profile);
  for (const std::string& core : identity::CoresOf(profile)) {
    state.Put(Table::kNameIndex, "n" + Terminated(core) + profile.tool_id(), "");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ToolId> CurrentTool(const StateReader& state, const ToolId& id) {
  ToolId current = id;
  for (int step = 0; step < kMaxSteps; ++step) {
    SEAWORTHY_ASSIGN_OR_RETURN(auto next, state.Get(Table::kIdentity, "m" + current.value()));
    if (!next.has_value()) return current;
    current = ToolId(*std::move(next));
  }
  return absl::DataLossError("the store's merged tools form a ring; run `seaworthy rebuild`");
}

absl::StatusOr<std::vector<std::string>> MergedTools(const StateReader& state, const ToolId& tool) {
  std::vector<std::string> merged;
  std::vector<std::string> open = {tool.value()};
  while (!open.empty()) {
    const std::string prefix = MergedPrefix(ToolId(open.back()));
    open.pop_back();
    SEAWORTHY_RETURN_IF_ERROR(
        state.Scan(Table::kIdentity, prefix, "", [&](std::string_view key, std::string_view) {
          merged.emplace_back(key.substr(prefix.size()));
          open.push_back(merged.back());
          return true;
        }));
  }
  std::sort(merged.begin(), merged.end());
  return merged;
}

void Join(StateTransaction& state, const ToolId& stays, const ToolId& other) {
  state.Put(Table::kIdentity, "m" + other.value(), stays.value());
  state.Put(Table::kIdentity, MergedPrefix(stays) + other.value(), "");
}

void Unjoin(StateTransaction& state, const ToolId& stays, const ToolId& other) {
  state.Delete(Table::kIdentity, "m" + other.value());
  state.Delete(Table::kIdentity, MergedPrefix(stays) + other.value());
}

absl::StatusOr<bool> AreKeptApart(const StateReader& state, const ToolId& a, const ToolId& b) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto kept, state.Get(Table::kIdentity, "k" + PairKey(a, b)));
  return kept.has_value();
}

void KeepApart(StateTransaction& state, const ToolId& a, const ToolId& b) {
  state.Put(Table::kIdentity, "k" + PairKey(a, b), "");
}

void ForgetApart(StateTransaction& state, const ToolId& a, const ToolId& b) {
  state.Delete(Table::kIdentity, "k" + PairKey(a, b));
}

absl::Status NoteSuspicion(StateTransaction& state, const v1::PossibleDuplicate& pair) {
  const std::string key = PairKey(ToolId(pair.tool_id()), ToolId(pair.other_tool_id()));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state.Get(Table::kIdentity, "q" + key));
  if (known.has_value()) return absl::OkStatus();
  const int rank = 1000 - static_cast<int>(std::lround(1000 * pair.likeness()));
  state.Put(Table::kIdentity, "q" + key, "");
  state.Store(Table::kIdentity, absl::StrFormat("p%04d", rank) + key, pair);
  return absl::OkStatus();
}

absl::Status ReadSuspicions(const StateReader& state, const std::string& tool, int count,
                            google::protobuf::RepeatedPtrField<v1::PossibleDuplicate>* pairs) {
  absl::Status status;
  const auto consider = [&](v1::PossibleDuplicate& pair) -> absl::Status {
    const ToolId first(pair.tool_id());
    const ToolId second(pair.other_tool_id());
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId a, CurrentTool(state, first));
    SEAWORTHY_ASSIGN_OR_RETURN(const ToolId b, CurrentTool(state, second));
    if (a == b || (!tool.empty() && a.value() != tool && b.value() != tool)) return absl::OkStatus();
    SEAWORTHY_ASSIGN_OR_RETURN(const bool apart, AreKeptApart(state, a, b));
    SEAWORTHY_ASSIGN_OR_RETURN(const bool were, AreKeptApart(state, first, second));
    if (apart || were) return absl::OkStatus();
    pair.set_tool_id(a.value());
    pair.set_other_tool_id(b.value());
    *pairs->Add() = std::move(pair);
    return absl::OkStatus();
  };
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kIdentity, "p", "", [&](std::string_view, std::string_view value) {
        v1::PossibleDuplicate pair;
        status = pair.ParseFromArray(value.data(), static_cast<int>(value.size()))
                     ? consider(pair)
                     : absl::DataLossError("the store holds a damaged pair; run `seaworthy rebuild`");
        return status.ok() && pairs->size() < count;
      }));
  return status;
}

void StoreIdentityRecord(StateTransaction& state, const v1::IdentityRecord& record) {
  const std::string key = RecordKey(record.sequence());
  state.Store(Table::kIdentity, key, record);
  state.Put(Table::kIdentity, "r" + record.decision().request_id(), key);
}

absl::StatusOr<std::optional<v1::IdentityRecord>> LoadIdentityRecord(const StateReader& state,
                                                                     const std::string& request_id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto key, state.Get(Table::kIdentity, "r" + request_id));
  if (!key.has_value()) return std::optional<v1::IdentityRecord>();
  return state.Load<v1::IdentityRecord>(Table::kIdentity, *key);
}

absl::Status ForEachIdentityRecord(const StateReader& state,
                                   const std::function<bool(const v1::IdentityRecord&)>& visit) {
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kIdentity, "d", "", [&](std::string_view, std::string_view value) {
        v1::IdentityRecord record;
        damaged |= !record.ParseFromArray(value.data(), static_cast<int>(value.size()));
        return !damaged && visit(record);
      }));
  return damaged ? absl::DataLossError("the store holds a damaged decision; run `seaworthy rebuild`")
                 : absl::OkStatus();
}

absl::Status StoreNameIndex::ForEachTool(std::string_view core,
                                         const std::function<bool(const std::string&)>& visit) const {
  const std::string prefix = "n" + Terminated(core);
  return state_->Scan(Table::kNameIndex, prefix, "", [&](std::string_view key, std::string_view) {
    return visit(std::string(key.substr(prefix.size())));
  });
}

absl::StatusOr<std::optional<v1::ToolProfile>> StoreNameIndex::LoadProfile(const std::string& tool_id) const {
  return state_->Load<v1::ToolProfile>(Table::kNameIndex, "t" + tool_id);
}

absl::Status AddToProfile(StateTransaction& state, const ToolId& tool, const v1::Revision& told) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto profile, StoreNameIndex(&state).LoadProfile(tool.value()));
  if (!profile.has_value()) profile.emplace().set_tool_id(tool.value());
  if (!identity::AddToProfile(told, *profile)) return absl::OkStatus();
  return StoreProfile(state, *profile);
}

absl::Status RemakeProfile(StateTransaction& state, const ToolId& tool,
                           const std::vector<v1::Revision>& tellings) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, StoreNameIndex(&state).LoadProfile(tool.value()));
  if (before.has_value()) {
    for (const std::string& core : identity::CoresOf(*before)) {
      state.Delete(Table::kNameIndex, "n" + Terminated(core) + tool.value());
    }
    state.Delete(Table::kNameIndex, "t" + tool.value());
  }
  if (tellings.empty()) return absl::OkStatus();
  v1::ToolProfile profile;
  profile.set_tool_id(tool.value());
  for (const v1::Revision& told : tellings) (void)identity::AddToProfile(told, profile);
  return StoreProfile(state, profile);
}

}  // namespace seaworthy
