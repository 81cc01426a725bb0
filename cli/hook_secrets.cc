#include "cli/hook_secrets.h"

#include "common/config_keys.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

v1::SourceTier TierOf(const std::string& word) {
  if (word == "vendor") return v1::VENDOR;
  if (word == "documentation") return v1::DOCUMENTATION;
  return word == "rumour" ? v1::RUMOUR : v1::THIRD_PARTY;
}

}  // namespace

absl::StatusOr<std::vector<Hook>> HooksWithSecrets(const Config& config) {
  std::vector<Hook> hooks;
  for (const HookConfig& of : config.hooks) {
    Hook hook;
    hook.source_id = of.source_id;
    hook.signature = of.signature == "github" ? Hook::Signature::kGitHub : Hook::Signature::kGeneric;
    SEAWORTHY_ASSIGN_OR_RETURN(hook.secrets, ReadHookSecrets(of));
    hook.tier = TierOf(of.tier);
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

}  // namespace seaworthy::cli
