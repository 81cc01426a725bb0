// Which addresses a fetch may connect to.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

namespace seaworthy {

// What an address is for.
enum class AddressKind {
  // Globally reachable unicast.
  kPublic,
  // Loopback, RFC 1918, RFC 6598 and unique local addresses: an operator may
  // allow them for one host and port.
  kPrivate,
  // Everything else that is special; never connected to unless it is written
  // out as an address in the operator's list.
  kSpecial,
};

// What the IANA special-purpose registries (RFC 6890 and what was added since)
// say of an address. Of IPv6 only 2000::/3 without its special blocks is
// public; an IPv4-mapped address and one behind the NAT64 prefix 64:ff9b::/96
// (RFC 6052) are what the IPv4 address inside is, except that NAT64 of anything
// but a public address is special. An address with a zone, and a family other
// than IPv4 and IPv6, is special.
AddressKind KindOfAddress(const sockaddr& address);

// `127.0.0.1:80`, `[::1]:80`; `unknown` for other families.
std::string AddressText(const sockaddr& address);

// Port of an IPv4 or IPv6 address; 0 for other families.
int PortOfAddress(const sockaddr& address);

// Reads an address as inet_pton does, IPv6 with or without brackets; nothing
// for a name or another spelling.
std::optional<sockaddr_storage> ParseAddress(std::string_view text, int port);

// Same family, address, zone and port.
bool SameAddress(const sockaddr& a, const sockaddr& b);

}  // namespace seaworthy
