#include "services/reviewer/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace seaworthy::text {
namespace {

unsigned char Byte(char c) { return static_cast<unsigned char>(c); }

// Length of the code point that begins at `at`, 0 where there is none.
size_t CodePointLength(std::string_view text, size_t at) {
  const unsigned char lead = Byte(text[at]);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((Byte(text[at + i]) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = Byte(text[at + 1]);
  const bool wrong = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                     (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return wrong ? 0 : length;
}

}  // namespace

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = absl::ascii_tolower(Byte(c));
  return out;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return absl::ascii_tolower(Byte(x)) == absl::ascii_tolower(Byte(y));
  });
}

bool ContainsIgnoreCase(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char x, char y) {
           return absl::ascii_tolower(Byte(x)) == absl::ascii_tolower(Byte(y));
         }) != text.end();
}

std::string_view Strip(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(Byte(text.front()))) text.remove_prefix(1);
  while (!text.empty() && absl::ascii_isspace(Byte(text.back()))) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t i = 0; i < text.size();) {
    while (i < text.size() && absl::ascii_isspace(Byte(text[i]))) ++i;
    const size_t begin = i;
    while (i < text.size() && !absl::ascii_isspace(Byte(text[i]))) ++i;
    if (i > begin) words.push_back(text.substr(begin, i - begin));
  }
  return words;
}

size_t CountWords(std::string_view text) {
  const std::vector<std::string_view> words = Words(text);
  return std::count_if(words.begin(), words.end(), [](std::string_view word) {
    return std::any_of(word.begin(), word.end(),
                       [](char c) { return absl::ascii_isalnum(Byte(c)) || Byte(c) >= 0x80; });
  });
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = CodePointLength(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string JoinList(const std::vector<std::string>& items, std::string_view last) {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0 && i + 1 == items.size()) Append(&out, " ", last, " ");
    if (i > 0 && i + 1 < items.size()) out += ", ";
    out += items[i];
  }
  return out;
}

}  // namespace seaworthy::text
