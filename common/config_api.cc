// Reads [api].
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/config_toml.h"

namespace seaworthy::config_toml {
namespace {

constexpr int kMostPerMinute = 1'000'000;

constexpr Key<ApiConfig> kApiKeys[] = {
    {"anonymous_per_minute", SetMember<&ApiConfig::anonymous_per_minute>},
    {"token_per_minute", SetMember<&ApiConfig::token_per_minute>},
};

}  // namespace

absl::Status ReadApi(const toml::node& node, const std::string& path, Config& config) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(At(path, node), "`api` expects a table: [api]"));
  }
  for (const auto& [key, value] : *table) {
    const absl::string_view name(key.str().data(), key.str().size());
    if (absl::Status status = SetByName(kApiKeys, name, value, path, "[api]", config.api); !status.ok()) {
      return status;
    }
  }
  for (const auto& [name, calls] : {std::pair("anonymous_per_minute", config.api.anonymous_per_minute),
                                    std::pair("token_per_minute", config.api.token_per_minute)}) {
    if (calls >= 0 && calls <= kMostPerMinute) continue;
    return absl::InvalidArgumentError(absl::StrCat(At(path, node), "`", name, "` is ", calls,
                                                   "; it must be 0 (no limit) to ", kMostPerMinute));
  }
  return absl::OkStatus();
}

}  // namespace seaworthy::config_toml
