#include "cli/hook_secrets.h"

#include <utility>

#include "common/config_keys.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

v1::SourceTier TierOf(const std::string& word) {
  if (word == "vendor") return v1::VENDOR;
  if (word == "documentation") return v1::DOCUMENTATION;
  return word == "rumour" ? v1::RUMOUR : v1::THIRD_PARTY;
}

Hook HookOf(const HookConfig& of) {
  Hook hook;
  hook.source_id = of.source_id;
  hook.signature = of.signature == "github" ? Hook::Signature::kGitHub : Hook::Signature::kGeneric;
  hook.tier = TierOf(of.tier);
  return hook;
}

}  // namespace

absl::StatusOr<std::vector<Hook>> HooksWithSecrets(const Config& config) {
  std::vector<Hook> hooks;
  for (const HookConfig& of : config.hooks) {
    Hook hook = HookOf(of);
    SEAWORTHY_ASSIGN_OR_RETURN(hook.secrets, ReadHookSecrets(of));
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

std::vector<Hook> HooksWithoutSecrets(const Config& config) {
  std::vector<Hook> hooks;
  for (const HookConfig& of : config.hooks) hooks.push_back(HookOf(of));
  return hooks;
}

}  // namespace seaworthy::cli
