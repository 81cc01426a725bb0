#include "services/publisher/access/proxy.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace seaworthy {
namespace {

constexpr size_t kV4Bytes = 4;
constexpr size_t kV6Bytes = 16;
constexpr int kBitsAByte = 8;

// 4 or 16 bytes; empty where it is no address.
std::string AddressBytes(const std::string& text) {
  std::string bytes(kV6Bytes, '\0');
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes.substr(0, kV4Bytes);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return "";
  const std::string mapped = std::string(10, '\0') + "\xff\xff";
  return absl::StartsWith(bytes, mapped) ? bytes.substr(mapped.size()) : bytes;
}

size_t CountHeader(const HttpRequest& request, const std::string& name) {
  return static_cast<size_t>(
      std::count_if(request.headers.begin(), request.headers.end(),
                    [&name](const auto& header) { return absl::EqualsIgnoreCase(header.first, name); }));
}

}  // namespace

absl::StatusOr<AddressRange> AddressRange::Parse(const std::string& text) {
  const size_t slash = text.find('/');
  AddressRange range;
  range.bytes_ = AddressBytes(text.substr(0, slash));
  const int most = static_cast<int>(range.bytes_.size()) * kBitsAByte;
  range.bits_ = most;
  const bool number = slash == std::string::npos || absl::SimpleAtoi(text.substr(slash + 1), &range.bits_);
  if (!range.bytes_.empty() && number && range.bits_ >= 0 && range.bits_ <= most) return range;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is no range of addresses; one looks like 10.1.0.0/16"));
}

bool AddressRange::Holds(const std::string& address) const {
  const std::string bytes = AddressBytes(address);
  if (bytes.size() != bytes_.size()) return false;
  for (int bit = 0; bit < bits_; ++bit) {
    const auto at = static_cast<size_t>(bit / kBitsAByte);
    if (((bytes[at] ^ bytes_[at]) >> (kBitsAByte - 1 - bit % kBitsAByte) & 1) != 0) return false;
  }
  return true;
}

absl::StatusOr<TrustedProxy> TrustedProxy::Make(const Options& options) {
  TrustedProxy proxy;
  proxy.header_ = options.header;
  for (const std::string& text : options.addresses) {
    auto range = AddressRange::Parse(text);
    if (!range.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("[desk] `proxy_addresses`: ", std::string(range.status().message())));
    }
    proxy.ranges_.push_back(*std::move(range));
  }
  if (!options.header.empty() && proxy.ranges_.empty()) {
    return absl::InvalidArgumentError(
        "[desk] `proxy_header` needs `proxy_addresses`: without them anyone could send the header");
  }
  if (options.role.empty()) return proxy;
  proxy.role_ = RoleNamed(options.role);
  if (proxy.role_.has_value()) return proxy;
  return absl::InvalidArgumentError(
      absl::StrCat("[desk] `proxy_role` is \"", options.role, "\"; it must be operator, editor or admin"));
}

bool TrustedProxy::Trusts(const std::string& peer) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&peer](const AddressRange& range) { return range.Holds(peer); });
}

bool TrustedProxy::Forged(const HttpRequest& request) const {
  if (header_.empty()) return false;
  const size_t count = CountHeader(request, header_);
  return count > 1 || (count == 1 && !Trusts(request.peer));
}

std::string TrustedProxy::MailOf(const HttpRequest& request) const {
  if (header_.empty() || Forged(request)) return "";
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(request.Header(header_).value_or("")));
}

std::string TrustedProxy::AddressOf(const HttpRequest& request) const {
  if (!Trusts(request.peer)) return request.peer;
  std::string last;
  for (const auto& [name, value] : request.headers) {
    if (absl::EqualsIgnoreCase(name, "X-Forwarded-For")) last = value;
  }
  const std::vector<std::string> parts = absl::StrSplit(last, ',');
  const std::string said(absl::StripAsciiWhitespace(parts.back()));
  return AddressBytes(said).empty() ? request.peer : said;
}

}  // namespace seaworthy
