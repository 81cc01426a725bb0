// Reads [endpoints.NAME], [panel] and [budget].
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/config_endpoints.h"
#include "common/config_keys.h"
#include "common/config_toml.h"
#include "common/ids.h"

namespace seaworthy::config_toml {
namespace {

constexpr size_t kMaxEndpoints = 64;
constexpr size_t kMaxRoute = 8;

constexpr Key<EndpointConfig> kEndpointKeys[] = {
    {"batch", SetMember<&EndpointConfig::batch>},
    {"ca_file", SetMember<&EndpointConfig::ca_file>},
    {"connect_timeout_seconds", SetMember<&EndpointConfig::connect_timeout>},
    {"deadline_seconds", SetMember<&EndpointConfig::deadline>},
    {"dialect", SetMember<&EndpointConfig::dialect>},
    {"input_usd_per_million", SetMember<&EndpointConfig::input_usd_per_million>},
    {"key_env", SetMember<&EndpointConfig::key_env>},
    {"key_file", SetMember<&EndpointConfig::key_file>},
    {"max_in_flight", SetMember<&EndpointConfig::max_in_flight>},
    {"max_output_tokens", SetMember<&EndpointConfig::max_output_tokens>},
    {"model", SetMember<&EndpointConfig::model>},
    {"of", SetMember<&EndpointConfig::of>},
    {"output_usd_per_million", SetMember<&EndpointConfig::output_usd_per_million>},
    {"seed", SetMember<&EndpointConfig::seed>},
    {"stream", SetMember<&EndpointConfig::stream>},
    {"temperature", SetMember<&EndpointConfig::temperature>},
    {"url", SetMember<&EndpointConfig::url>},
};

constexpr Key<PanelConfig> kBudgetKeys[] = {
    {"per_day_usd", SetMember<&PanelConfig::budget_usd_per_day>},
    {"per_run_usd", SetMember<&PanelConfig::budget_usd_per_run>},
    {"prices", SetMember<&PanelConfig::prices_file>},
};

absl::string_view View(const toml::key& key) { return {key.str().data(), key.str().size()}; }
std::string Text(const toml::key& key) { return std::string(key.str()); }

// What people write when they mean the key itself.
bool IsSecretKey(absl::string_view name) {
  static constexpr absl::string_view kNames[] = {"key",   "api_key", "apikey",  "api-key",
                                                 "token", "secret",  "password"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

absl::StatusOr<const toml::table*> AsTable(const toml::node& node, const std::string& path,
                                           const std::string& what) {
  if (const toml::table* table = node.as_table()) return table;
  return absl::InvalidArgumentError(
      absl::StrCat(At(path, node), "`", what, "` expects a table: [", what, "]"));
}

absl::Status CheckName(const std::string& name, const std::string& at) {
  const bool plain = !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (plain && name != "offline") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(at,
                   "[endpoints.NAME]: a name is 1 to 40 letters, digits, `-` and `_`, and not `offline`, "
                   "which is always there"));
}

absl::Status ReadEndpoint(const std::string& name, const toml::node& node, const std::string& path,
                          Config& config) {
  absl::StatusOr<const toml::table*> table = AsTable(node, path, absl::StrCat("endpoints.", name));
  if (!table.ok()) return table.status();
  if (absl::Status status = CheckName(name, At(path, node)); !status.ok()) return status;
  EndpointConfig endpoint;
  endpoint.name = name;
  const std::string what = absl::StrCat("[endpoints.", name, "]");
  for (const auto& [key, value] : **table) {
    if (IsSecretKey(View(key))) {
      return absl::InvalidArgumentError(absl::StrCat(
          At(path, value), "`", Text(key), "` of ", what,
          ": keys do not belong in the configuration; put it into an environment variable and name that with "
          "`key_env`, or into a file of mode 0600 and name that with `key_file`"));
    }
    absl::Status status = SetByName(kEndpointKeys, View(key), value, path, what, endpoint);
    if (!status.ok()) return status;
  }
  const std::string where = absl::StrCat(At(path, node), what, " ");
  if (endpoint.url.empty()) return absl::InvalidArgumentError(where + "`url` is missing");
  if (absl::Status status = seaworthy::CheckEndpoint(endpoint, where); !status.ok()) return status;
  config.endpoints.push_back(std::move(endpoint));
  return absl::OkStatus();
}

absl::Status ReadRoute(const std::string& persona, const toml::node& node, const std::string& path,
                       PanelConfig& panel) {
  const std::string where = absl::StrCat(At(path, node), "`", persona, "` ");
  if (Slugify(persona) != persona) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, "is no persona; the keys are default, cache and the personas' ids"));
  }
  std::vector<std::string> route;
  if (const auto one = node.value_exact<std::string>()) {
    route.push_back(*one);
  } else if (const toml::array* names = node.as_array()) {
    for (const toml::node& name : *names) {
      if (absl::Status status = Set(name, where + "expects names of endpoints: each ", route.emplace_back());
          !status.ok())
        return status;
    }
  }
  if (route.empty() || route.size() > kMaxRoute) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, "expects 1 to ", kMaxRoute,
                     " names of endpoints in the order they are asked: [\"a\", \"b\"]"));
  }
  panel.routes[persona] = std::move(route);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadEndpoints(const toml::node& node, const std::string& path, Config& config) {
  absl::StatusOr<const toml::table*> table = AsTable(node, path, "endpoints.NAME");
  if (!table.ok()) return table.status();
  if ((*table)->size() > kMaxEndpoints) {
    return absl::InvalidArgumentError(absl::StrCat(At(path, node), "over ", kMaxEndpoints, " endpoints"));
  }
  for (const auto& [key, value] : **table) {
    if (absl::Status status = ReadEndpoint(Text(key), value, path, config); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadPanel(const toml::node& node, const std::string& path, Config& config) {
  absl::StatusOr<const toml::table*> table = AsTable(node, path, "panel");
  if (!table.ok()) return table.status();
  for (const auto& [key, value] : **table) {
    absl::Status status;
    if (View(key) == "cache") {
      status = Set(value, absl::StrCat(At(path, value), "`cache` "), config.panel.cache);
    } else {
      status = ReadRoute(Text(key), value, path, config.panel);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadBudget(const toml::node& node, const std::string& path, Config& config) {
  absl::StatusOr<const toml::table*> table = AsTable(node, path, "budget");
  if (!table.ok()) return table.status();
  for (const auto& [key, value] : **table) {
    absl::Status status = SetByName(kBudgetKeys, View(key), value, path, "[budget]", config.panel);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace seaworthy::config_toml
