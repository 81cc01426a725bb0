#include "services/ingest/fetch/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct V4Block {
  uint32_t first;
  int bits;
  AddressKind kind;
};

constexpr uint32_t V4(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// iana-ipv4-special-registry, and multicast.
constexpr std::array kV4Blocks = {
    V4Block{V4(0, 0, 0, 0), 8, AddressKind::kSpecial},
    V4Block{V4(10, 0, 0, 0), 8, AddressKind::kPrivate},
    V4Block{V4(100, 64, 0, 0), 10, AddressKind::kPrivate},
    V4Block{V4(127, 0, 0, 0), 8, AddressKind::kPrivate},
    V4Block{V4(169, 254, 0, 0), 16, AddressKind::kSpecial},
    V4Block{V4(172, 16, 0, 0), 12, AddressKind::kPrivate},
    V4Block{V4(192, 0, 0, 0), 24, AddressKind::kSpecial},
    V4Block{V4(192, 0, 2, 0), 24, AddressKind::kSpecial},
    V4Block{V4(192, 88, 99, 0), 24, AddressKind::kSpecial},
    V4Block{V4(192, 168, 0, 0), 16, AddressKind::kPrivate},
    V4Block{V4(198, 18, 0, 0), 15, AddressKind::kSpecial},
    V4Block{V4(198, 51, 100, 0), 24, AddressKind::kSpecial},
    V4Block{V4(203, 0, 113, 0), 24, AddressKind::kSpecial},
    V4Block{V4(224, 0, 0, 0), 4, AddressKind::kSpecial},
    V4Block{V4(240, 0, 0, 0), 4, AddressKind::kSpecial},
    // Azure's metadata and DNS service: a public address that answers only
    // from inside, as 169.254.169.254 does elsewhere.
    V4Block{V4(168, 63, 129, 16), 32, AddressKind::kSpecial},
};

using V6 = std::array<uint8_t, 16>;

struct V6Block {
  V6 first;
  int bits;
};

// The special blocks inside 2000::/3 (iana-ipv6-special-registry). All of
// 2001::/23 goes, with Teredo, ORCHID and the benchmark block in it; 3ffe::/16
// was the 6bone.
constexpr std::array kV6SpecialInGlobal = {
    V6Block{{0x20, 0x01, 0x00}, 23}, V6Block{{0x20, 0x01, 0x0d, 0xb8}, 32}, V6Block{{0x20, 0x02}, 16},
    V6Block{{0x3f, 0xfe}, 16},       V6Block{{0x3f, 0xff, 0x00}, 20},
};

constexpr V6Block kV6Global = {{0x20}, 3};
constexpr V6Block kV6UniqueLocal = {{0xfc}, 7};
constexpr V6Block kV6Mapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr V6Block kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr V6 kV6Loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

bool In(const V4Block& block, uint32_t address) { return (address ^ block.first) >> (32 - block.bits) == 0; }

bool In(const V6Block& block, const V6& address) {
  const int whole = block.bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, block.first.begin())) return false;
  const int rest = block.bits % 8;
  return rest == 0 || (address.at(whole) ^ block.first.at(whole)) >> (8 - rest) == 0;
}

AddressKind KindOfV4(uint32_t address) {
  for (const V4Block& block : kV4Blocks)
    if (In(block, address)) return block.kind;
  return AddressKind::kPublic;
}

uint32_t V4Inside(const V6& address) { return V4(address[12], address[13], address[14], address[15]); }

AddressKind KindOfV6(const V6& address) {
  if (In(kV6Mapped, address)) return KindOfV4(V4Inside(address));
  if (In(kNat64, address)) {
    const bool is_public = KindOfV4(V4Inside(address)) == AddressKind::kPublic;
    return is_public ? AddressKind::kPublic : AddressKind::kSpecial;
  }
  if (address == kV6Loopback || In(kV6UniqueLocal, address)) return AddressKind::kPrivate;
  if (!In(kV6Global, address)) return AddressKind::kSpecial;
  const bool special = std::any_of(kV6SpecialInGlobal.begin(), kV6SpecialInGlobal.end(),
                                   [&](const V6Block& block) { return In(block, address); });
  return special ? AddressKind::kSpecial : AddressKind::kPublic;
}

sockaddr_in AsV4(const sockaddr& address) {
  sockaddr_in v4;
  std::memcpy(&v4, &address, sizeof v4);
  return v4;
}

sockaddr_in6 AsV6(const sockaddr& address) {
  sockaddr_in6 v6;
  std::memcpy(&v6, &address, sizeof v6);
  return v6;
}

}  // namespace

AddressKind KindOfAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) return KindOfV4(ntohl(AsV4(address).sin_addr.s_addr));
  if (address.sa_family != AF_INET6) return AddressKind::kSpecial;
  const sockaddr_in6 v6 = AsV6(address);
  if (v6.sin6_scope_id != 0) return AddressKind::kSpecial;
  V6 bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return KindOfV6(bytes);
}

std::string AddressText(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    const sockaddr_in v4 = AsV4(address);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return Cat(text.data(), ":", ntohs(v4.sin_port));
  }
  if (address.sa_family != AF_INET6) return "unknown";
  const sockaddr_in6 v6 = AsV6(address);
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return Cat("[", text.data(), "]:", ntohs(v6.sin6_port));
}

int PortOfAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) return ntohs(AsV4(address).sin_port);
  return address.sa_family == AF_INET6 ? ntohs(AsV6(address).sin6_port) : 0;
}

std::optional<sockaddr_storage> ParseAddress(std::string_view text, int port) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const std::string terminated(text);
  sockaddr_storage storage{};
  sockaddr_in v4{};
  if (inet_pton(AF_INET, terminated.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<uint16_t>(port));
    std::memcpy(&storage, &v4, sizeof v4);
    return storage;
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, terminated.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(static_cast<uint16_t>(port));
  std::memcpy(&storage, &v6, sizeof v6);
  return storage;
}

bool SameAddress(const sockaddr& a, const sockaddr& b) {
  if (a.sa_family != b.sa_family || PortOfAddress(a) != PortOfAddress(b)) return false;
  if (a.sa_family == AF_INET) return AsV4(a).sin_addr.s_addr == AsV4(b).sin_addr.s_addr;
  if (a.sa_family != AF_INET6) return false;
  const sockaddr_in6 left = AsV6(a);
  const sockaddr_in6 right = AsV6(b);
  return left.sin6_scope_id == right.sin6_scope_id &&
         std::memcmp(&left.sin6_addr, &right.sin6_addr, sizeof left.sin6_addr) == 0;
}

}  // namespace seaworthy
