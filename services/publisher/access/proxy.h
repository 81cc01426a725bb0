// Whom a signing-in proxy in front of the desk may speak for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/publisher/http/http_message.h"
#include "services/publisher/people/role.h"

namespace seaworthy {

// `10.1.0.0/16`, `fd00::/8`; without a slash one address. An IPv4 address
// written as IPv6 is the IPv4 one.
class AddressRange {
 public:
  // Errors: INVALID_ARGUMENT.
  static absl::StatusOr<AddressRange> Parse(const std::string& text);
  bool Holds(const std::string& address) const;

 private:
  std::string bytes_;  // 4 or 16.
  int bits_ = 0;
};

// Immutable. Where no header is named, nobody is trusted with one.
class TrustedProxy {
 public:
  struct Options {
    std::string header;                  // `X-Auth-Request-Email`; empty: no proxy.
    std::vector<std::string> addresses;  // Ranges.
    std::string role;                    // Of those without an account; empty: refused.
  };
  TrustedProxy() = default;
  // Errors: INVALID_ARGUMENT naming the key of [desk].
  static absl::StatusOr<TrustedProxy> Make(const Options& options);

  // Whether the request carries the header without being the proxy's, or more
  // than once: to be refused.
  bool Forged(const HttpRequest& request) const;
  // The address the proxy names, in lower case; empty where it names none.
  std::string MailOf(const HttpRequest& request) const;
  // Who asks: who is connected, or whom the proxy says it asks for (the last of
  // X-Forwarded-For).
  std::string AddressOf(const HttpRequest& request) const;
  std::optional<Role> role() const { return role_; }

 private:
  bool Trusts(const std::string& peer) const;

  std::string header_;
  std::vector<AddressRange> ranges_;
  std::optional<Role> role_;
};

}  // namespace seaworthy
