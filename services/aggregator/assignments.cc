#include "services/aggregator/assignments.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/times.h"

namespace seaworthy {
namespace {

constexpr char kByEnd = 'x';

std::string RowKey(const std::string& id) { return "a" + id; }

std::string EndPrefix(int64_t micros) {
  return std::string(1, kByEnd) + BigEndian64(static_cast<uint64_t>(micros));
}
std::string EndKey(const v1::Assignment& assignment) {
  return EndPrefix(ToMicros(assignment.expire_time())) + assignment.comparison_id();
}

// A decision of after it was taken ends it.
bool IsOver(const v1::Comparison& comparison, const v1::Assignment& assignment, absl::Time now) {
  const int64_t end = ToMicros(assignment.expire_time());
  if (end <= absl::ToUnixMicros(now)) return true;
  const int64_t begin = end - absl::ToInt64Microseconds(kAssignmentLasts);
  return comparison.has_last_decision() && ToMicros(comparison.last_decision().decide_time()) > begin;
}

}  // namespace

absl::StatusOr<std::optional<v1::Assignment>> LoadAssignment(const StateReader& state,
                                                             const v1::Comparison& comparison,
                                                             absl::Time now) {
  SEAWORTHY_ASSIGN_OR_RETURN(
      auto assignment, state.Load<v1::Assignment>(Table::kAssignments, RowKey(comparison.comparison_id())));
  if (assignment.has_value() && IsOver(comparison, *assignment, now)) assignment.reset();
  return assignment;
}

absl::StatusOr<std::map<std::string, v1::Assignment>> ReadAssignments(const StateReader& state,
                                                                      absl::Time now) {
  const std::string from = EndPrefix(absl::ToUnixMicros(now) + 1);
  std::map<std::string, v1::Assignment> held;
  SEAWORTHY_RETURN_IF_ERROR(state.Scan(Table::kAssignments, std::string(1, kByEnd), from,
                                       [&](std::string_view key, std::string_view) {
                                         held.emplace(key.substr(from.size()), v1::Assignment());
                                         return true;
                                       }));
  for (auto at = held.begin(); at != held.end();) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison,
                               state.Load<v1::Comparison>(Table::kComparisons, at->first));
    std::optional<v1::Assignment> assignment;
    if (comparison.has_value()) {
      SEAWORTHY_ASSIGN_OR_RETURN(assignment, LoadAssignment(state, *comparison, now));
    }
    if (assignment.has_value()) {
      at->second = *std::move(assignment);
      ++at;
    } else {
      at = held.erase(at);
    }
  }
  return held;
}

absl::Status TakeAssignment(StateTransaction& state, const v1::Assignment& asked, absl::Time now) {
  const std::string& id = asked.comparison_id();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto comparison, state.Load<v1::Comparison>(Table::kComparisons, id));
  if (!comparison.has_value()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto stored, state.Load<v1::Assignment>(Table::kAssignments, RowKey(id)));
  const bool held = stored.has_value() && !IsOver(*comparison, *stored, now);
  const bool leaves = asked.editor().empty();
  if (held && !leaves && stored->editor() != asked.editor() && !asked.take_over()) return absl::OkStatus();
  if (stored.has_value()) state.Delete(Table::kAssignments, EndKey(*stored));
  if (leaves) {
    state.Delete(Table::kAssignments, RowKey(id));
    return absl::OkStatus();
  }
  v1::Assignment taken;
  taken.set_comparison_id(id);
  taken.set_editor(asked.editor());
  const int64_t end = absl::ToUnixMicros(now + kAssignmentLasts);
  *taken.mutable_expire_time() = FromMicros(end);
  state.Store(Table::kAssignments, RowKey(id), taken);
  state.Put(Table::kAssignments, EndKey(taken), "");
  return absl::OkStatus();
}

absl::Status HeldBy(const v1::Assignment& held) {
  const absl::Time end = absl::FromUnixMicros(ToMicros(held.expire_time()));
  return absl::AbortedError(absl::StrCat(held.editor(), " is on `", held.comparison_id(), "` until ",
                                         absl::FormatTime("%H:%M", end, absl::UTCTimeZone()),
                                         " UTC; take it over if you must, or choose another"));
}

}  // namespace seaworthy
