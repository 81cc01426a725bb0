#include "services/ingest/watch/websub.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "common/hash.h"
#include "common/timestamps.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/source_rules.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kShortestLease = absl::Minutes(5);
constexpr absl::Duration kLongestLease = absl::Hours(24 * 30);

std::string FormEncoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (IsAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded.push_back(c);
    } else {
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

// Whether the words of a `rel` parameter hold `rel`.
bool HasRel(std::string_view parameters, std::string_view rel) {
  for (const std::string_view parameter : Split(parameters, ';')) {
    const size_t equals = parameter.find('=');
    if (equals == parameter.npos || Lower(Strip(parameter.substr(0, equals))) != "rel") continue;
    std::string value = Lower(Strip(parameter.substr(equals + 1)));
    value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
    for (const std::string_view word : Split(value, ' ')) {
      if (word == rel) return true;
    }
  }
  return false;
}

const EVP_MD* MethodOf(std::string_view name) {
  if (name == "sha256") return EVP_sha256();
  if (name == "sha384") return EVP_sha384();
  if (name == "sha512") return EVP_sha512();
  return name == "sha1" ? EVP_sha1() : nullptr;
}

v1::HandleWebSubResponse Answer(uint32_t status, std::string body) {
  v1::HandleWebSubResponse response;
  response.set_status(status);
  response.set_body(std::move(body));
  return response;
}

}  // namespace

HubLinks ReadHubLinks(std::string_view link_header) {
  HubLinks links;
  size_t at = link_header.find('<');
  while (at != link_header.npos) {
    const size_t end = link_header.find('>', at);
    if (end == link_header.npos) break;
    const size_t next = link_header.find('<', end);
    const std::string_view url = Strip(link_header.substr(at + 1, end - at - 1));
    std::string_view parameters =
        link_header.substr(end + 1, next == link_header.npos ? next : next - end - 1);
    while (!parameters.empty() && (IsSpace(parameters.back()) || parameters.back() == ',')) {
      parameters.remove_suffix(1);
    }
    if (!HostKeyOf(url).empty()) {
      if (links.hub.empty() && HasRel(parameters, "hub")) links.hub = std::string(url);
      if (links.self.empty() && HasRel(parameters, "self")) links.self = std::string(url);
    }
    at = next;
  }
  return links;
}

bool IsReachable(std::string_view public_url) {
  const std::string host = HostKeyOf(public_url);
  return !host.empty() && !StartsWith(host, "localhost:") && !StartsWith(host, "127.") &&
         !StartsWith(host, "[::1]") && !StartsWith(host, "0.0.0.0");
}

std::string SubscribeForm(const v1::WatchHub& hub, std::string_view callback) {
  return Cat("hub.mode=subscribe&hub.topic=", FormEncoded(hub.topic()),
             "&hub.callback=", FormEncoded(callback), "&hub.secret=", FormEncoded(hub.secret()),
             "&hub.lease_seconds=", absl::ToInt64Seconds(kHubLease));
}

std::string UnsubscribeForm(const v1::WatchHub& hub, std::string_view callback) {
  return Cat("hub.mode=unsubscribe&hub.topic=", FormEncoded(hub.topic()),
             "&hub.callback=", FormEncoded(callback));
}

bool SignatureIsRight(std::string_view secret, std::string_view signature, std::string_view body) {
  const size_t equals = signature.find('=');
  const EVP_MD* method = equals == signature.npos ? nullptr : MethodOf(Lower(signature.substr(0, equals)));
  if (method == nullptr || secret.empty()) return false;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (HMAC(method, secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size) == nullptr) {
    return false;
  }
  const std::string right = ToHex(std::string_view(reinterpret_cast<const char*>(digest), size));
  return SecretEquals(right, Lower(signature.substr(equals + 1)));
}

v1::HandleWebSubResponse AnswerHub(const v1::HandleWebSubRequest& request, absl::Time now,
                                   v1::WatchHub* hub) {
  if (request.mode() == "denied") {
    hub->set_verified(false);
    hub->set_failures(hub->failures() + 1);
    SetTimestamp(now + absl::Hours(24), hub->mutable_next_try_time());
    return Answer(200, "");
  }
  // An unsubscription was never asked for: the hub keeps the subscription.
  if (request.mode() != "subscribe" || !hub->awaited() || request.topic() != hub->topic() ||
      request.challenge().empty()) {
    return Answer(404, "this subscription was not asked for");
  }
  const absl::Duration asked = absl::Seconds(std::min<uint64_t>(request.lease_seconds(), 1'000'000'000));
  const absl::Duration lease =
      request.lease_seconds() == 0 ? kHubLease : std::clamp(asked, kShortestLease, kLongestLease);
  hub->set_verified(true);
  hub->set_awaited(false);
  hub->set_failures(0);
  hub->clear_previous_secret();
  SetTimestamp(now + lease, hub->mutable_lease_end());
  SetTimestamp(now + lease - lease / 10, hub->mutable_next_try_time());
  return Answer(200, request.challenge());
}

}  // namespace seaworthy
