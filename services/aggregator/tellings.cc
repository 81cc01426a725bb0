#include "services/aggregator/tellings.h"

#include <utility>

#include "common/status_macros.h"
#include "services/aggregator/keys.h"

namespace seaworthy {
namespace {

// `t` tool \0 sequence index -> Telling; `a` announcement \0 index -> the key.
constexpr size_t kPlaceBytes = 12;

std::string AnnouncementKey(const v1::Telling& telling) {
  return "a" + Terminated(telling.announcement_id()) + BigEndian32(telling.index());
}

}  // namespace

std::string TellingKey(const ToolId& tool, uint64_t sequence, uint32_t index) {
  return "t" + Terminated(tool.value()) + BigEndian64(sequence) + BigEndian32(index);
}

void StoreTelling(StateTransaction& state, const ToolId& tool, const v1::Telling& telling) {
  const std::string key = TellingKey(tool, telling.sequence(), telling.index());
  state.Store(Table::kTold, key, telling);
  state.Put(Table::kTold, AnnouncementKey(telling), key);
}

absl::StatusOr<bool> MoveTelling(StateTransaction& state, const std::string& key, const ToolId& to) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto telling, state.Load<v1::Telling>(Table::kTold, key));
  if (!telling.has_value()) return false;
  state.Delete(Table::kTold, key);
  StoreTelling(state, to, *telling);
  return true;
}

absl::StatusOr<std::vector<v1::Telling>> LoadTellings(const StateReader& state, const ToolId& tool) {
  std::vector<v1::Telling> tellings;
  bool damaged = false;
  const std::string prefix = "t" + Terminated(tool.value());
  SEAWORTHY_RETURN_IF_ERROR(
      state.ScanDown(Table::kTold, prefix, prefix + std::string(kPlaceBytes + 1, '\xff'),
                     [&](std::string_view, std::string_view value) {
                       v1::Telling telling;
                       damaged |= !telling.ParseFromArray(value.data(), static_cast<int>(value.size()));
                       if (telling.superseded_by().empty()) tellings.push_back(std::move(telling));
                       return !damaged && tellings.size() < kMaxTellings;
                     }));
  if (damaged) return absl::DataLossError("the store holds a damaged telling; run `seaworthy rebuild`");
  return tellings;
}

absl::StatusOr<std::vector<std::string>> TellingKeysOf(const StateReader& state,
                                                       const std::string& announcement) {
  std::vector<std::string> keys;
  SEAWORTHY_RETURN_IF_ERROR(state.Scan(Table::kTold, "a" + Terminated(announcement), "",
                                       [&](std::string_view, std::string_view value) {
                                         keys.emplace_back(value);
                                         return true;
                                       }));
  return keys;
}

ToolId ToolOfTellingKey(std::string_view key) {
  return ToolId(key.size() <= kPlaceBytes + 2 ? std::string()
                                              : std::string(key.substr(1, key.size() - kPlaceBytes - 2)));
}

}  // namespace seaworthy
