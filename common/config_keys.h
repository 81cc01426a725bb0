// API keys: read from the environment or a file, never from the configuration.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config.h"

namespace seaworthy {

// The key of an endpoint: $key_env, else the content of key_file, trimmed;
// empty where neither is configured. Errors name the variable or the file and
// the way out, never the key: NOT_FOUND where it is not set or there,
// INVALID_ARGUMENT for a file others may read, for more than 4 KiB and for
// characters no header holds.
absl::StatusOr<std::string> ReadKey(const EndpointConfig& endpoint);

// The secrets of a webhook: the values of its variables, then those of its
// files. Errors as ReadKey; INVALID_ARGUMENT also for one that could be
// guessed (under 16 characters).
absl::StatusOr<std::vector<std::string>> ReadHookSecrets(const HookConfig& hook);

// The variable a provider's key is in by custom: `OPENAI_API_KEY` for
// api.openai.com and so on; empty for hosts not known and for this machine.
std::string DefaultKeyEnv(const std::string& url);

// For a person: that the endpoint's key would travel unencrypted to another
// machine, and the way out. Empty where it would not, or there is no key.
std::string ExposedKeyWarning(const EndpointConfig& endpoint);

}  // namespace seaworthy
