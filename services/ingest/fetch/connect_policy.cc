#include "services/ingest/fetch/connect_policy.h"

#include <utility>

#include "services/ingest/fetch/fetch_error.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

absl::StatusOr<FetchUrl> UrlOfEntry(std::string_view entry) {
  auto url = FetchUrl::Parse(Cat("http://", entry, "/"));
  if (!url.ok() || !EndsWith(entry, Cat(":", url->port())) || url->path_and_query() != "/")
    return absl::InvalidArgumentError(Cat("allowed_private_hosts: `", ShownUrl(entry),
                                          "` is no host:port; write it like `127.0.0.1:8099`, "
                                          "`[::1]:8099` or `feeds.intranet:80`"));
  return url;
}

}  // namespace

absl::Status CheckAllowedPrivateHost(std::string_view entry) { return UrlOfEntry(entry).status(); }

ConnectPolicy::ConnectPolicy(const std::vector<std::string>& allowed, FetchHooks hooks)
    : hooks_(std::move(hooks)) {
  if (!hooks_.judge) hooks_.judge = KindOfAddress;
  for (const std::string& entry : allowed) {
    const auto url = UrlOfEntry(entry);
    if (url.ok()) allowed_.insert(url->HostPort());
  }
}

absl::Status ConnectPolicy::CheckPort(const FetchUrl& url) const {
  if (!IsBadPort(url.port()) || IsNamed(url)) return absl::OkStatus();
  return FetchError(absl::StatusCode::kInvalidArgument, "port_forbidden", ShownUrl(url.text()), ": port ",
                    url.port(),
                    " belongs to another protocol; use another port, or allow this host and port in "
                    "allowed_private_hosts");
}

bool ConnectPolicy::MayConnect(const FetchUrl& url, const sockaddr& address) const {
  if (PortOfAddress(address) != url.port()) return false;
  const AddressKind kind = hooks_.judge(address);
  if (kind == AddressKind::kPublic) return true;
  if (!IsNamed(url)) return false;
  const auto literal = ParseAddress(url.host(), url.port());
  if (literal) return SameAddress(reinterpret_cast<const sockaddr&>(*literal), address);
  return kind == AddressKind::kPrivate;
}

}  // namespace seaworthy
