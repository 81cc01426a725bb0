// Reads [hooks.SOURCE] and [ingest].
#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config_toml.h"

namespace seaworthy::config_toml {
namespace {

constexpr size_t kMaxHooks = 256;
constexpr size_t kMaxSecrets = 8;
constexpr size_t kMaxSourceIdBytes = 64;

constexpr absl::string_view kSignatures[] = {"github", "generic"};
constexpr absl::string_view kTiers[] = {"vendor", "documentation", "third_party", "rumour"};
// What people write when they mean the secret itself.
constexpr absl::string_view kSecretKeys[] = {"secret", "secrets", "key", "token", "password"};

constexpr Key<HookConfig> kHookKeys[] = {
    {"secret_env", SetMember<&HookConfig::secret_env>},
    {"secret_file", SetMember<&HookConfig::secret_file>},
    {"signature", SetMember<&HookConfig::signature>},
    {"tier", SetMember<&HookConfig::tier>},
};

template <typename Names>
bool IsOneOf(const Names& names, absl::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

absl::Status CheckSourceId(const std::string& id, const std::string& at) {
  const bool plain =
      !id.empty() && id.size() <= kMaxSourceIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
  if (plain) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(at, "[hooks.SOURCE]: a source is 1 to ", kMaxSourceIdBytes, " of a-z, 0-9 and `-`"));
}

absl::Status CheckHook(const HookConfig& hook, const std::string& where) {
  if (!IsOneOf(kSignatures, hook.signature)) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, "`signature` must be one of ", absl::StrJoin(kSignatures, ", ")));
  }
  if (!IsOneOf(kTiers, hook.tier)) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, "`tier` must be one of ", absl::StrJoin(kTiers, ", ")));
  }
  const size_t secrets = hook.secret_env.size() + hook.secret_file.size();
  if (secrets >= 1 && secrets <= kMaxSecrets) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(where, "needs 1 to ", kMaxSecrets,
                   " secrets: name an environment variable with `secret_env` or a file of mode 0600 with "
                   "`secret_file`"));
}

absl::Status ReadHook(const std::string& id, const toml::node& node, const std::string& path,
                      Config& config) {
  const toml::table* table = node.as_table();
  const std::string what = absl::StrCat("[hooks.", id, "]");
  if (table == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(At(path, node), "`hooks.", id, "` expects a table: ", what));
  }
  if (absl::Status status = CheckSourceId(id, At(path, node)); !status.ok()) return status;
  HookConfig hook;
  hook.source_id = id;
  for (const auto& [key, value] : *table) {
    const absl::string_view name(key.str().data(), key.str().size());
    if (IsOneOf(kSecretKeys, name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          At(path, value), "`", name, "` of ", what,
          ": secrets do not belong in the configuration; put it into an environment variable and name that "
          "with `secret_env`, or into a file of mode 0600 and name that with `secret_file`"));
    }
    if (absl::Status status = SetByName(kHookKeys, name, value, path, what, hook); !status.ok())
      return status;
  }
  if (absl::Status status = CheckHook(hook, absl::StrCat(At(path, node), what, " ")); !status.ok()) {
    return status;
  }
  config.hooks.push_back(std::move(hook));
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadHooks(const toml::node& node, const std::string& path, Config& config) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(At(path, node), "`hooks` expects tables: [hooks.SOURCE]"));
  }
  if (table->size() > kMaxHooks) {
    return absl::InvalidArgumentError(absl::StrCat(At(path, node), "over ", kMaxHooks, " webhooks"));
  }
  for (const auto& [key, value] : *table) {
    if (absl::Status status = ReadHook(std::string(key.str()), value, path, config); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status ReadIngest(const toml::node& node, const std::string& path, Config& config) {
  static constexpr Key<Config> kKeys[] = {{"fill", SetMember<&Config::ingest_fill>}};
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(At(path, node), "`ingest` expects a table: [ingest]"));
  }
  for (const auto& [key, value] : *table) {
    const absl::string_view name(key.str().data(), key.str().size());
    if (absl::Status status = SetByName(kKeys, name, value, path, "[ingest]", config); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace seaworthy::config_toml
