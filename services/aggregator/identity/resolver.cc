#include "services/aggregator/identity/resolver.h"

#include <algorithm>
#include <utility>

#include "common/status_macros.h"
#include "services/aggregator/identity/compare.h"
#include "services/aggregator/identity/profile.h"

namespace seaworthy::identity {
namespace {

constexpr int kMaxCandidates = 64;
constexpr size_t kMaxSuspicions = 8;

absl::StatusOr<std::set<std::string>> Candidates(const NameIndex& index, const v1::Revision& told,
                                                 const std::set<std::string>& not_these) {
  std::set<std::string> candidates;
  for (const std::string& core : CoresOf(told)) {
    int seen = 0;
    SEAWORTHY_RETURN_IF_ERROR(index.ForEachTool(core, [&](const std::string& tool_id) {
      if (!not_these.contains(tool_id)) candidates.insert(tool_id);
      return ++seen < kMaxCandidates;
    }));
  }
  return candidates;
}

}  // namespace

absl::StatusOr<Resolution> Resolve(const NameIndex& index, const v1::Revision& told,
                                   const std::set<std::string>& not_these) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto candidates, Candidates(index, told, not_these));
  Resolution resolution;
  double best = 0;
  for (const std::string& tool_id : candidates) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto profile, index.LoadProfile(tool_id));
    if (!profile.has_value()) continue;
    Match match = Compare(told, *profile);
    if (match.kind == Match::kSame && match.likeness > best) {
      best = match.likeness;
      resolution.tool_id = tool_id;
    }
    if (match.kind == Match::kUnsure) {
      resolution.suspicions.push_back({tool_id, match.likeness, std::move(match.reason)});
    }
  }
  std::stable_sort(resolution.suspicions.begin(), resolution.suspicions.end(),
                   [](const Suspicion& a, const Suspicion& b) { return a.likeness > b.likeness; });
  if (resolution.suspicions.size() > kMaxSuspicions) resolution.suspicions.resize(kMaxSuspicions);
  return resolution;
}

}  // namespace seaworthy::identity
