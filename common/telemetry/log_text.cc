#include "common/telemetry/log_text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace seaworthy {
namespace {

// One character of UTF-8; length 0: not valid.
struct Character {
  uint32_t code = 0;
  size_t bytes = 0;
};

Character Decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {};
  uint32_t code = first & (0x7F >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (code < kLeast[bytes] || code > 0x10FFFF || surrogate) return {};
  return {code, bytes};
}

// Would move the reader's eye or the line: controls, separators, directions.
bool Misleads(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x200E && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x061C || code == 0xFEFF;
}

// Calls `plain(bytes)`, `code(point)` or `invalid(byte)` for each character.
template <typename Plain, typename Code, typename Invalid>
void Walk(std::string_view text, const Plain& plain, const Code& escape, const Invalid& invalid) {
  while (!text.empty()) {
    const Character next = Decode(text);
    if (next.bytes == 0) {
      invalid(static_cast<uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (Misleads(next.code)) {
      escape(next.code);
    } else {
      plain(text.substr(0, next.bytes));
    }
    text.remove_prefix(next.bytes);
  }
}

std::string HumanEscape(uint32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return code < 0x80 ? absl::StrFormat("\\x%02X", code) : absl::StrFormat("\\u{%04X}", code);
  }
}

}  // namespace

std::string EscapeForLog(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  Walk(
      text, [&](std::string_view bytes) { out.append(bytes); },
      [&](uint32_t code) { out += HumanEscape(code); },
      [&](uint8_t byte) { absl::StrAppend(&out, absl::StrFormat("\\x%02X", byte)); });
  return out;
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  Walk(
      text,
      [&](std::string_view bytes) {
        if (bytes[0] == '"' || bytes[0] == '\\') out += '\\';
        out.append(bytes);
      },
      [&](uint32_t code) { absl::StrAppend(&out, absl::StrFormat("\\u%04x", code)); },
      [&](uint8_t) { out += "\xEF\xBF\xBD"; });
  out += '"';
  return out;
}

}  // namespace seaworthy
