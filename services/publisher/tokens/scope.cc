#include "services/publisher/tokens/scope.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace seaworthy {

std::string_view ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kRead:
      return "read";
    case Scope::kIngest:
      return "ingest";
    case Scope::kSources:
      return "sources";
    case Scope::kDecide:
      return "decide";
    case Scope::kDeskLinks:
      return "desk-links";
    case Scope::kAdmin:
      return "admin";
  }
  return "";
}

ScopeSet ScopeSet::All() {
  ScopeSet all;
  for (const Scope scope : kScopes) all.Add(scope);
  return all;
}

absl::StatusOr<ScopeSet> ScopeSet::Parse(const std::vector<std::string>& names) {
  ScopeSet set;
  for (const std::string& name : names) {
    bool known = false;
    for (const Scope scope : kScopes) {
      if (name != ScopeName(scope)) continue;
      set.Add(scope);
      known = true;
    }
    if (known) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("there is no scope `", name, "`; there are ", absl::StrJoin(All().Names(), ", ")));
  }
  if (!names.empty()) return set;
  return absl::InvalidArgumentError(
      absl::StrCat("a token needs at least one scope of ", absl::StrJoin(All().Names(), ", ")));
}

std::vector<std::string> ScopeSet::Names() const {
  std::vector<std::string> names;
  for (const Scope scope : kScopes) {
    if (Has(scope)) names.emplace_back(ScopeName(scope));
  }
  return names;
}

}  // namespace seaworthy
