// Reads [desk].
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
  return ReadTable(kDeskKeys, "desk", node, path, config.desk);
}

}  // namespace seaworthy::config_toml
