#include "services/aggregator/views/words.h"

#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"

namespace seaworthy {
namespace {

// U+00C0 to U+017F, folded.
constexpr std::array<const char*, 192> kLatin = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e",  "e", "e", "e", "i",  "i",  "i", "i", "d", "n",
    "o", "o", "o",  "o",  "o", " ", "o",  "u",  "u",  "u", "u", "y", "th", "ss", "a", "a", "a", "a",
    "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i",  "i", "i", "i", "d",  "n",  "o", "o", "o", "o",
    "o", " ", "o",  "u",  "u", "u", "u",  "y",  "th", "y", "a", "a", "a",  "a",  "a", "a", "c", "c",
    "c", "c", "c",  "c",  "c", "c", "d",  "d",  "d",  "d", "e", "e", "e",  "e",  "e", "e", "e", "e",
    "e", "e", "g",  "g",  "g", "g", "g",  "g",  "g",  "g", "h", "h", "h",  "h",  "i", "i", "i", "i",
    "i", "i", "i",  "i",  "i", "i", "ij", "ij", "j",  "j", "k", "k", "k",  "l",  "l", "l", "l", "l",
    "l", "l", "l",  "l",  "l", "n", "n",  "n",  "n",  "n", "n", "n", "n",  "n",  "o", "o", "o", "o",
    "o", "o", "oe", "oe", "r", "r", "r",  "r",  "r",  "r", "s", "s", "s",  "s",  "s", "s", "s", "s",
    "t", "t", "t",  "t",  "t", "t", "u",  "u",  "u",  "u", "u", "u", "u",  "u",  "u", "u", "u", "u",
    "w", "w", "y",  "y",  "y", "z", "z",  "z",  "z",  "z", "z", "s"};

// The character at `at` and its length; length 0 where it is no UTF-8.
struct Character {
  uint32_t code = 0;
  size_t length = 0;
};

Character Decode(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || at + length > text.size()) return {};
  uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0U) != 0x80) return {};
    code = code << 6U | (next & 0x3FU);
  }
  return {code, length};
}

void AppendTwoBytes(uint32_t code, std::string& out) {
  out.push_back(static_cast<char>(0xC0U | code >> 6U));
  out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
}

void AppendFolded(uint32_t code, std::string_view bytes, std::string& out) {
  const bool is_mark = code >= 0x300 && code <= 0x36F;
  if (is_mark) return;
  // Dashes, quotes, spaces.
  const bool is_space = code < 0xC0 || (code >= 0x2000 && code <= 0x206F);
  const bool is_greek_capital = code >= 0x391 && code <= 0x3A9;
  const bool is_cyrillic_capital = code >= 0x410 && code <= 0x42F;
  if (is_space) {
    out.push_back(' ');
  } else if (code < 0x180) {
    out += kLatin[code - 0xC0];
  } else if (is_greek_capital || is_cyrillic_capital) {
    AppendTwoBytes(code + 0x20, out);
  } else if (code >= 0x400 && code <= 0x40F) {
    AppendTwoBytes(code + 0x50, out);
  } else {
    out += bytes;
  }
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

}  // namespace

std::string FoldText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) < 0x80) {
      const bool between =
          c == '.' && at > 0 && at + 1 < text.size() && IsDigit(text[at - 1]) && IsDigit(text[at + 1]);
      const bool kept = between || absl::ascii_isalnum(static_cast<unsigned char>(c));
      out.push_back(kept ? absl::ascii_tolower(static_cast<unsigned char>(c)) : ' ');
      ++at;
      continue;
    }
    const Character character = Decode(text, at);
    if (character.length == 0) {
      out.push_back(' ');
      ++at;
      continue;
    }
    AppendFolded(character.code, text.substr(at, character.length), out);
    at += character.length;
  }
  return out;
}

std::vector<std::string> SplitWords(std::string_view folded) {
  std::vector<std::string> words;
  size_t begin = 0;
  for (size_t at = 0; at <= folded.size(); ++at) {
    if (at < folded.size() && folded[at] != ' ') continue;
    if (at > begin) words.emplace_back(folded.substr(begin, at - begin));
    begin = at + 1;
  }
  return words;
}

std::vector<std::string> WordParts(std::string_view word) {
  const auto is_number = [](char c) { return IsDigit(c) || c == '.'; };
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t at = 1; at <= word.size(); ++at) {
    if (at < word.size() && is_number(word[at]) == is_number(word[at - 1])) continue;
    parts.emplace_back(word.substr(begin, at - begin));
    begin = at;
  }
  if (parts.size() < 2) parts.clear();
  return parts;
}

}  // namespace seaworthy
