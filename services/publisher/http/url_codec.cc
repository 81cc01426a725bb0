#include "services/publisher/http/url_codec.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxFields = 100;
constexpr size_t kMaxUrlBytes = 2048;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool IsBadInSegment(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || c == '/' || c == '\\';
}

bool IsBadInUrl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte >= 0x7f || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' ||
         c == '`' || c == '{' || c == '}' || c == '|' || c == '^';
}

// The authority of an absolute http or https URL; empty if it is none.
absl::string_view AuthorityOf(absl::string_view url) {
  if (absl::StartsWithIgnoreCase(url, "https://")) {
    url.remove_prefix(8);
  } else if (absl::StartsWithIgnoreCase(url, "http://")) {
    url.remove_prefix(7);
  } else {
    return {};
  }
  return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace

std::optional<std::string> PercentDecode(absl::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (plus_is_space && c == '+') {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out.push_back(c);
  }
  return out;
}

absl::StatusOr<std::vector<std::string>> SplitPath(absl::string_view raw_path) {
  if (raw_path.empty() || raw_path[0] != '/') return absl::InvalidArgumentError("the path must begin with /");
  std::vector<std::string> segments;
  if (raw_path == "/") return segments;
  for (const absl::string_view raw : absl::StrSplit(raw_path.substr(1), '/')) {
    std::optional<std::string> segment = PercentDecode(raw);
    if (!segment.has_value()) return absl::InvalidArgumentError("the path holds a broken % escape");
    if (segment->empty() || *segment == "." || *segment == ".." ||
        std::any_of(segment->begin(), segment->end(), IsBadInSegment)) {
      return absl::InvalidArgumentError("the path holds an empty or forbidden segment");
    }
    segments.push_back(*std::move(segment));
  }
  return segments;
}

absl::StatusOr<FormFields> ParseForm(absl::string_view text) {
  FormFields fields;
  if (text.empty()) return fields;
  for (const absl::string_view pair : absl::StrSplit(text, '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::optional<std::string> name = PercentDecode(pair.substr(0, equals), true);
    const std::optional<std::string> value = PercentDecode(
        equals == absl::string_view::npos ? absl::string_view() : pair.substr(equals + 1), true);
    if (!name.has_value() || !value.has_value()) {
      return absl::InvalidArgumentError("a form field or query parameter holds a broken % escape");
    }
    if (fields.size() >= kMaxFields) {
      return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxFields, " form fields"));
    }
    fields.emplace(*name, *value);
  }
  return fields;
}

std::string PercentEncode(absl::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::optional<std::string> SafeHttpUrl(absl::string_view url) {
  const absl::string_view authority = AuthorityOf(url);
  if (authority.empty() || url.size() > kMaxUrlBytes) return std::nullopt;
  if (authority.find('@') != absl::string_view::npos || authority[0] == ':') return std::nullopt;
  if (std::any_of(url.begin(), url.end(), IsBadInUrl)) return std::nullopt;
  return std::string(url);
}

std::string OriginOf(absl::string_view url) {
  const absl::string_view authority = AuthorityOf(url);
  if (authority.empty()) return "";
  const absl::string_view scheme = url.substr(0, url.find(':'));
  return absl::AsciiStrToLower(absl::StrCat(scheme, "://", authority));
}

}  // namespace seaworthy
