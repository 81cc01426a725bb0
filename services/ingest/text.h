// Small text functions over std::string_view; Debian's absl::string_view is
// another type and does not convert.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "common/utf8.h"

namespace seaworthy {

inline bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
inline bool IsAlpha(char c) { return IsUpper(c) || IsLower(c); }
inline bool IsAlnum(char c) { return IsAlpha(c) || IsDigit(c); }

inline bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}
inline bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}
inline bool Contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// ASCII only; other bytes stay.
std::string Lower(std::string_view text);
// Without ASCII white space at both ends.
std::string_view Strip(std::string_view text);
// Runs of white space become one space.
std::string OneLine(std::string_view text);
std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to);
std::vector<std::string_view> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);

namespace text_internal {
inline void Append(std::string* out, std::string_view piece) { out->append(piece); }
inline void Append(std::string* out, std::integral auto number) {
  char digits[24];
  out->append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}
}  // namespace text_internal

// The pieces, texts and whole numbers, one after the other.
template <typename... Pieces>
std::string Cat(const Pieces&... pieces) {
  std::string out;
  (text_internal::Append(&out, pieces), ...);
  return out;
}

}  // namespace seaworthy
