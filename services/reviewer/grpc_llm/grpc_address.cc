#include "services/reviewer/grpc_llm/grpc_address.h"

#include <algorithm>
#include <string_view>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

struct Scheme {
  std::string_view prefix;
  GrpcAddress::Protocol protocol;
  bool tls;
};
constexpr Scheme kSchemes[] = {
    {"grpc:", GrpcAddress::Protocol::kComplete, false}, {"grpcs:", GrpcAddress::Protocol::kComplete, true},
    {"triton:", GrpcAddress::Protocol::kTriton, false}, {"tritons:", GrpcAddress::Protocol::kTriton, true},
    {"vllm:", GrpcAddress::Protocol::kVllm, false},     {"vllms:", GrpcAddress::Protocol::kVllm, true},
};

absl::Status Wrong(std::string_view url, std::string_view why) {
  return absl::InvalidArgumentError(
      text::Cat("endpoint URL `", url, "`: ", why,
                "; write grpc:HOST:PORT, triton:HOST:PORT or vllm:HOST:PORT, with an s before the colon for "
                "TLS, or unix:/PATH for HOST:PORT"));
}

bool IsNumber(std::string_view text, int highest) {
  if (text.empty() || text.size() > 5) return false;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  return value <= highest;
}

// 127.0.0.0/8, written as four numbers: `127.evil.example` is a host elsewhere.
bool IsLoopbackV4(std::string_view host) {
  int parts = 0;
  for (;;) {
    const size_t dot = host.find('.');
    const std::string_view part = host.substr(0, dot);
    if (!IsNumber(part, 255) || (parts == 0 && part != "127")) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    host.remove_prefix(dot + 1);
  }
}

bool IsLoopback(std::string_view host) {
  return text::EqualsIgnoreCase(host, "localhost") || host == "::1" || IsLoopbackV4(host);
}

bool IsHost(std::string_view host, bool v6) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [v6](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || (v6 && c == ':');
  });
}

absl::Status ReadHostAndPort(const std::string& url, std::string_view rest, GrpcAddress* address) {
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return Wrong(url, "the port is missing");
  std::string_view host = rest.substr(0, colon);
  const std::string_view port = rest.substr(colon + 1);
  const bool v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (v6) host = host.substr(1, host.size() - 2);
  if (!IsHost(host, v6)) return Wrong(url, "the host is no name and no address (IPv6 goes in brackets)");
  if (!IsNumber(port, 65535) || port == "0") return Wrong(url, "the port is no number from 1 to 65535");
  address->shown = std::string(rest);
  address->target = text::Cat("dns:///", rest);
  address->loopback = IsLoopback(host);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GrpcAddress> ParseGrpcAddress(const std::string& url) {
  const auto* scheme = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                    [&](const Scheme& one) { return url.starts_with(one.prefix); });
  if (scheme == std::end(kSchemes)) return Wrong(url, "it is none of gRPC");
  std::string_view rest = std::string_view(url).substr(scheme->prefix.size());
  if (rest.starts_with("//")) rest.remove_prefix(2);
  GrpcAddress address{.protocol = scheme->protocol, .tls = scheme->tls, .target = "", .shown = ""};
  if (rest.starts_with("unix:/")) {
    address.target = address.shown = std::string(rest);
    address.loopback = true;
    return address;
  }
  const absl::Status read = ReadHostAndPort(url, rest, &address);
  if (!read.ok()) return read;
  return address;
}

absl::Status CheckGrpcKey(const GrpcAddress& address, const std::string& key) {
  if (key.empty()) return absl::OkStatus();
  if (!address.tls && !address.loopback) {
    return absl::InvalidArgumentError(text::Cat(
        "a key would go to `", address.shown,
        "` unencrypted; use the TLS form of the URL (grpcs:, tritons:, vllms:), or leave key_env and "
        "key_file out"));
  }
  const bool printable =
      std::all_of(key.begin(), key.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!printable || key.size() > 4096) {
    return absl::InvalidArgumentError(
        text::Cat("the key for `", address.shown,
                  "` holds characters that no bearer token has, or more than 4096 of them; check key_env or "
                  "key_file"));
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
