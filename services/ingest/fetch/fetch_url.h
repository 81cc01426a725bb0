// URLs as libcurl reads them: what is checked is what is connected to.
#pragma once

#include <curl/urlapi.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy {

// An http or https URL without credentials, fragment or default port. Immutable;
// copies share nothing.
class FetchUrl {
 public:
  static constexpr size_t kMaxBytes = 8 * 1024;

  // Errors: INVALID_ARGUMENT `url_invalid`, `scheme_forbidden`,
  // `credentials_forbidden`, each naming the URL.
  static absl::StatusOr<FetchUrl> Parse(std::string_view url);
  // What a Location header of this URL's answer means. Errors as Parse.
  absl::StatusOr<FetchUrl> Follow(std::string_view location) const;
  // `path` at the same origin; `path` starts with a slash and is well formed.
  FetchUrl At(std::string_view path) const;

  FetchUrl(const FetchUrl& other);
  FetchUrl& operator=(const FetchUrl& other);
  FetchUrl(FetchUrl&&) = default;
  FetchUrl& operator=(FetchUrl&&) = default;

  // Whole, normalised.
  const std::string& text() const { return text_; }
  // `https://host:443`: scheme, host and port, always with the port.
  std::string Origin() const;
  // `host:443`, `[::1]:80`; the host lower case, numbers as a dotted quad.
  std::string HostPort() const;
  const std::string& host() const { return host_; }
  int port() const { return port_; }
  bool https() const { return https_; }
  // Path and query, as robots.txt rules see them.
  const std::string& path_and_query() const { return path_and_query_; }
  // For CURLOPT_CURLU; belongs to this object.
  CURLU* handle() const { return handle_.get(); }

 private:
  struct Free {
    void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
  };
  using Handle = std::unique_ptr<CURLU, Free>;

  explicit FetchUrl(Handle handle) : handle_(std::move(handle)) {}
  // Checks the handle and fills the rest from it; `shown` is for messages.
  static absl::StatusOr<FetchUrl> Read(Handle handle, std::string_view shown);

  Handle handle_;
  std::string text_;
  std::string host_;
  std::string path_and_query_;
  int port_ = 0;
  bool https_ = false;
};

// A URL as messages show it: control bytes escaped, at most 200 bytes, without
// what stands before an `@` of its authority.
std::string ShownUrl(std::string_view url);

// A port that browsers refuse as well, because what listens there would take a
// request for its own protocol (the Fetch standard's bad ports).
bool IsBadPort(int port);

}  // namespace seaworthy
