// The signatures of webhooks, compared in time that does not depend on where
// they differ. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/publisher/http/http_message.h"

namespace seaworthy {

// How far the clock of the sender may be from ours, either way.
inline constexpr absl::Duration kMaxHookAge = absl::Minutes(5);

// Whether `X-Hub-Signature-256` is `sha256=` and the hex HMAC-SHA-256 of the
// body under one of the secrets
// (https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries).
bool HasGitHubSignature(const HttpRequest& request, const std::vector<std::string>& secrets);

// Whether one of the `v1,BASE64` of `webhook-signature` is the HMAC-SHA-256 of
// `ID.TIMESTAMP.BODY` under one of the secrets (Standard Webhooks 1.0). A
// secret that begins with `whsec_` is the base64 of its key; any other is the
// key itself.
bool HasGenericSignature(const HttpRequest& request, const std::vector<std::string>& secrets);

// Whether `webhook-id` is 1 to 255 printable ASCII characters and
// `webhook-timestamp` a Unix time within kMaxHookAge of `now`. Errors:
// INVALID_ARGUMENT saying what to do.
absl::Status CheckGenericMessage(const HttpRequest& request, absl::Time now);

}  // namespace seaworthy
