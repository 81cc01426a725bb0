#include "services/publisher/edition/mail_address.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxAddressBytes = 254;
constexpr size_t kMaxLocalBytes = 64;
constexpr size_t kMaxLabelBytes = 63;
// With `=?UTF-8?B?` and `?=` at most 75 bytes (RFC 2047, 2).
constexpr size_t kEncodedWordText = 45;
// Besides letters and digits, in what stands before the `@`.
constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~.";

bool IsPrintable(char c) { return c >= 0x20 && c < 0x7F; }

bool IsLocal(std::string_view local) {
  if (local.empty() || local.size() > kMaxLocalBytes) return false;
  if (local.front() == '.' || local.back() == '.' || local.find("..") != local.npos) return false;
  return std::all_of(local.begin(), local.end(),
                     [](char c) { return absl::ascii_isalnum(c) || kSigns.find(c) != kSigns.npos; });
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabelBytes) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

// Letters, digits and hyphens in at least two parts.
bool IsDomain(std::string_view domain) {
  int labels = 0;
  while (true) {
    const size_t dot = domain.find('.');
    if (!IsLabel(domain.substr(0, dot))) return false;
    ++labels;
    if (dot == domain.npos) return labels >= 2;
    domain.remove_prefix(dot + 1);
  }
}

std::string_view Trimmed(std::string_view text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace({text.data(), text.size()});
  return {trimmed.data(), trimmed.size()};
}

}  // namespace

absl::StatusOr<std::string> NormalizedAddress(std::string_view text) {
  const std::string_view address = Trimmed(text);
  if (address.empty())
    return absl::InvalidArgumentError("the address is empty; give one like ada@example.org");
  if (address.size() > kMaxAddressBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the address is longer than ", kMaxAddressBytes, " bytes"));
  }
  const size_t at = address.rfind('@');
  if (at == address.npos || !IsLocal(address.substr(0, at)) || !IsDomain(address.substr(at + 1))) {
    return absl::InvalidArgumentError("that is no address we can write to; give one like ada@example.org");
  }
  const std::string_view domain = address.substr(at + 1);
  return absl::StrCat(std::string(address.substr(0, at + 1)),
                      absl::AsciiStrToLower({domain.data(), domain.size()}));
}

absl::StatusOr<Mailbox> ParseMailbox(std::string_view text) {
  const std::string_view whole = Trimmed(text);
  Mailbox mailbox;
  std::string_view address = whole;
  const size_t open = whole.rfind('<');
  if (open != whole.npos && whole.back() == '>') {
    address = whole.substr(open + 1, whole.size() - open - 2);
    std::string_view name = Trimmed(whole.substr(0, open));
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    if (!IsHeaderValue(HeaderText(name)) || name.find_first_of("\"\\<>") != name.npos) {
      return absl::InvalidArgumentError("the name before the address holds a quote or an angle bracket");
    }
    mailbox.name = std::string(name);
  }
  auto normalized = NormalizedAddress(address);
  if (!normalized.ok()) return normalized.status();
  mailbox.address = *std::move(normalized);
  return mailbox;
}

std::string HeaderText(std::string_view text) {
  std::string plain(text);
  for (char& c : plain) {
    if (absl::ascii_iscntrl(c)) c = ' ';
  }
  if (std::all_of(plain.begin(), plain.end(), IsPrintable) && plain.find("=?") == plain.npos) return plain;
  std::string encoded;
  for (std::string_view rest = plain; !rest.empty();) {
    const std::string_view word = Utf8Prefix(rest, kEncodedWordText);
    // Bytes that are no UTF-8 go out one by one rather than never.
    const size_t size = std::max<size_t>(word.size(), 1);
    absl::StrAppend(&encoded, encoded.empty() ? "" : " ", "=?UTF-8?B?",
                    absl::Base64Escape({rest.data(), size}), "?=");
    rest.remove_prefix(size);
  }
  return encoded;
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F && c != ':'; });
}

bool IsHeaderValue(std::string_view value) { return std::all_of(value.begin(), value.end(), IsPrintable); }

}  // namespace seaworthy
