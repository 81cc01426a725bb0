// What an account may do.
#pragma once

#include <optional>
#include <string_view>

namespace seaworthy {

// Every role reads every page of the desk but the admin's.
enum class Role {
  kOperator,  // Sources, pipeline, quarantine, dead letters.
  kEditor,    // Decides, edits, corrects.
  kAdmin,     // Accounts, settings, the audit log; all of the above.
};

// `operator`, `editor`, `admin`.
std::string_view RoleName(Role role);
// Nothing where it is none of these.
std::optional<Role> RoleNamed(std::string_view name);

}  // namespace seaworthy
