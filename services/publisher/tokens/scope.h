// What a token of the API may do (docs/api.md, Who may call what).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace seaworthy {

// One scope does not include another. The numbers are kept in the store.
enum class Scope { kRead = 0, kIngest = 1, kSources = 2, kDecide = 3, kDeskLinks = 4, kAdmin = 5 };

// In the order of their numbers.
inline constexpr Scope kScopes[] = {Scope::kRead,   Scope::kIngest,    Scope::kSources,
                                    Scope::kDecide, Scope::kDeskLinks, Scope::kAdmin};

// `desk-links`
std::string_view ScopeName(Scope scope);

// Some of them. A value.
class ScopeSet {
 public:
  static ScopeSet All();
  // Errors: INVALID_ARGUMENT naming the scopes there are; so where there is no
  // name.
  static absl::StatusOr<ScopeSet> Parse(const std::vector<std::string>& names);

  void Add(Scope scope) { bits_ |= Bit(scope); }
  bool Has(Scope scope) const { return (bits_ & Bit(scope)) != 0; }
  std::vector<std::string> Names() const;

 private:
  static uint32_t Bit(Scope scope) { return 1U << static_cast<uint32_t>(scope); }
  uint32_t bits_ = 0;
};

}  // namespace seaworthy
