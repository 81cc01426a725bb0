#include "services/publisher/api/hooks_signature.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxIdBytes = 255;
// More than anybody rotates; each costs a comparison.
constexpr size_t kMaxSignatures = 16;

std::string KeyOf(const std::string& secret) {
  absl::string_view encoded = secret;
  std::string key;
  if (absl::ConsumePrefix(&encoded, "whsec_") && absl::Base64Unescape(encoded, &key)) return key;
  return secret;
}

std::string HeaderOr(const HttpRequest& request, absl::string_view name) {
  return std::string(request.Header(name).value_or(""));
}

}  // namespace

bool HasGitHubSignature(const HttpRequest& request, const std::vector<std::string>& secrets) {
  const std::string given = HeaderOr(request, "X-Hub-Signature-256");
  bool good = false;
  for (const std::string& secret : secrets) {
    good |= SecretEquals(given, "sha256=" + ToHex(HmacSha256(secret, request.body)));
  }
  return good;
}

bool HasGenericSignature(const HttpRequest& request, const std::vector<std::string>& secrets) {
  const std::string header = HeaderOr(request, "webhook-signature");
  std::vector<absl::string_view> given = absl::StrSplit(header, ' ', absl::SkipEmpty());
  given.resize(std::min(given.size(), kMaxSignatures));
  const std::string content = absl::StrCat(HeaderOr(request, "webhook-id"), ".",
                                           HeaderOr(request, "webhook-timestamp"), ".", request.body);
  bool good = false;
  for (const std::string& secret : secrets) {
    const std::string right = "v1," + absl::Base64Escape(HmacSha256(KeyOf(secret), content));
    for (const absl::string_view one : given) good |= SecretEquals(std::string(one), right);
  }
  return good;
}

absl::Status CheckGenericMessage(const HttpRequest& request, absl::Time now) {
  const std::string id = HeaderOr(request, "webhook-id");
  const bool plain = !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (!plain) {
    return absl::InvalidArgumentError(
        absl::StrCat("`webhook-id` must be 1 to ", kMaxIdBytes, " printable characters without spaces"));
  }
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(HeaderOr(request, "webhook-timestamp"), &seconds)) {
    return absl::InvalidArgumentError("`webhook-timestamp` must be seconds since 1970, such as 1763712000");
  }
  if (absl::AbsDuration(now - absl::FromUnixSeconds(seconds)) <= kMaxHookAge) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`webhook-timestamp` is more than ", absl::ToInt64Minutes(kMaxHookAge),
                   " minutes off this server's clock (", absl::ToUnixSeconds(now),
                   "); set the sender's clock and send it again, signed anew"));
}

}  // namespace seaworthy
