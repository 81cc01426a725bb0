// How values of the TOML file become fields; for common/config*.cc alone.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/config.h"

namespace seaworthy::config_toml {

// `FILE:LINE: ` of a node.
std::string At(const std::string& path, const toml::node& node);

// Sets the field from a node of the right type. `where` begins the message.
absl::Status Set(const toml::node& node, const std::string& where, std::string& field);
absl::Status Set(const toml::node& node, const std::string& where, bool& field);
absl::Status Set(const toml::node& node, const std::string& where, int& field);
absl::Status Set(const toml::node& node, const std::string& where, uint32_t& field);
absl::Status Set(const toml::node& node, const std::string& where, double& field);
absl::Status Set(const toml::node& node, const std::string& where, std::optional<double>& field);
absl::Status Set(const toml::node& node, const std::string& where, std::optional<int64_t>& field);
// Seconds, whole or not.
absl::Status Set(const toml::node& node, const std::string& where, absl::Duration& field);
// One string or a list of them.
absl::Status Set(const toml::node& node, const std::string& where, std::vector<std::string>& field);

// One key of a table and the field of `T` it sets.
template <typename T>
struct Key {
  absl::string_view name;
  absl::Status (*set)(const toml::node& node, const std::string& where, T& owner);
};

template <auto kField, typename T>
absl::Status SetMember(const toml::node& node, const std::string& where, T& owner) {
  return Set(node, where, owner.*kField);
}

// The keys' names in a row, for messages.
template <typename Keys>
std::string KeyNames(const Keys& keys) {
  std::string names;
  for (const auto& key : keys) {
    if (!names.empty()) names += ", ";
    names.append(key.name.data(), key.name.size());
  }
  return names;
}

// Sets the field `name` stands for. Errors: INVALID_ARGUMENT naming file,
// line, key and `what` with the keys there are.
template <typename T, typename Keys>
absl::Status SetByName(const Keys& keys, absl::string_view name, const toml::node& node,
                       const std::string& path, const std::string& what, T& owner) {
  const std::string at = At(path, node) + "`" + std::string(name.data(), name.size()) + "` ";
  for (const auto& key : keys) {
    if (key.name == name) return key.set(node, at, owner);
  }
  return absl::InvalidArgumentError(at + "is no key of " + what + "; the keys are " + KeyNames(keys));
}

// A table of known keys: sets each. `name` is the table's. Errors as SetByName,
// and INVALID_ARGUMENT where `node` is no table.
template <typename T, typename Keys>
absl::Status ReadTable(const Keys& keys, const std::string& name, const toml::node& node,
                       const std::string& path, T& owner) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return absl::InvalidArgumentError(At(path, node) + "`" + name + "` expects a table: [" + name + "]");
  }
  for (const auto& [key, value] : *table) {
    const absl::string_view known(key.str().data(), key.str().size());
    if (absl::Status status = SetByName(keys, known, value, path, "[" + name + "]", owner); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

// The tables of the panel. `path` is the file's, for messages.
absl::Status ReadEndpoints(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadPanel(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadBudget(const toml::node& node, const std::string& path, Config& config);
// The webhooks, and what reads announcements.
absl::Status ReadHooks(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadIngest(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadApi(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadDesk(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadLog(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadMail(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadServices(const toml::node& node, const std::string& path, Config& config);
absl::Status ReadTelemetry(const toml::node& node, const std::string& path, Config& config);

}  // namespace seaworthy::config_toml
