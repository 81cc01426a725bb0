// Reads [desk].
#include "absl/strings/str_cat.h"
#include "common/config_toml.h"

namespace seaworthy::config_toml {
namespace {

constexpr Key<DeskConfig> kDeskKeys[] = {
    {"four_eyes", SetMember<&DeskConfig::four_eyes>},
    {"proxy_addresses", SetMember<&DeskConfig::proxy_addresses>},
    {"proxy_header", SetMember<&DeskConfig::proxy_header>},
    {"proxy_role", SetMember<&DeskConfig::proxy_role>},
};

}  // namespace

absl::Status ReadDesk(const toml::node& node, const std::string& path, Config& config) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(At(path, node), "`desk` expects a table: [desk]"));
  }
  for (const auto& [key, value] : *table) {
    const absl::string_view name(key.str().data(), key.str().size());
    if (absl::Status status = SetByName(kDeskKeys, name, value, path, "[desk]", config.desk); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace seaworthy::config_toml
