// The id of a tool that is new.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace seaworthy::identity {

// The slug of a name by the rules of an event (ToolAnnounced.rules_version):
// from 2 on Latin letters are folded to ASCII (`Élan` gives `elan`, `Strauß`
// `strauss`), before they were left out (`lan`). Other scripts are left out.
// The same on every machine: Unicode never changes how a letter is taken
// apart (https://www.unicode.org/policies/stability_policy.html).
std::string ToolSlug(std::string_view name, uint32_t rules_version);

// The rules of this program.
inline constexpr uint32_t kNewestRules = 2;

}  // namespace seaworthy::identity
