#include "services/publisher/people/role.h"

namespace seaworthy {

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kOperator:
      return "operator";
    case Role::kEditor:
      return "editor";
    case Role::kAdmin:
      return "admin";
  }
  return "operator";
}

std::optional<Role> RoleNamed(std::string_view name) {
  for (const Role role : {Role::kOperator, Role::kEditor, Role::kAdmin}) {
    if (RoleName(role) == name) return role;
  }
  return std::nullopt;
}

}  // namespace seaworthy
