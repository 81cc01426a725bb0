#include "services/ingest/extract/language.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/container/inlined_vector.h"

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kLooked = 50'000;

struct Script {
  size_t han = 0, kana = 0, hangul = 0, cyrillic = 0, latin = 0;
};

Script CountScripts(std::string_view text) {
  Script count;
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    const unsigned char d = static_cast<unsigned char>(text[i + 1]);
    if (IsAlpha(text[i])) ++count.latin;
    if (c == 0xE3 && (d == 0x81 || d == 0x82 || d == 0x83)) ++count.kana;
    if (c >= 0xE4 && c <= 0xE9) ++count.han;
    if (c >= 0xEA && c <= 0xED) ++count.hangul;
    if (c == 0xD0 || c == 0xD1) ++count.cyrillic;
  }
  return count;
}

enum Language { kEnglish, kFrench, kGerman, kSpanish, kLanguages };

// The commonest words, of at most four letters, and whose they are.
struct CommonWord {
  std::string_view word;
  Language language;
};
constexpr CommonWord kCommon[] = {
    {"the", kEnglish},  {"and", kEnglish}, {"of", kEnglish},  {"is", kEnglish},  {"with", kEnglish},
    {"for", kEnglish},  {"to", kEnglish},  {"le", kFrench},   {"la", kFrench},   {"les", kFrench},
    {"des", kFrench},   {"est", kFrench},  {"et", kFrench},   {"du", kFrench},   {"une", kFrench},
    {"pour", kFrench},  {"der", kGerman},  {"die", kGerman},  {"das", kGerman},  {"und", kGerman},
    {"ist", kGerman},   {"mit", kGerman},  {"von", kGerman},  {"ein", kGerman},  {"eine", kGerman},
    {"el", kSpanish},   {"los", kSpanish}, {"las", kSpanish}, {"una", kSpanish}, {"con", kSpanish},
    {"para", kSpanish}, {"del", kSpanish}, {"y", kSpanish}};
constexpr size_t kLongest = 4;

constexpr uint32_t Packed(std::string_view word) {
  uint32_t packed = 0;
  for (char c : word) packed = packed << 8 | static_cast<unsigned char>(c);
  return packed;
}

// kCommon by the first letter of the word.
using ByLetter = std::array<absl::InlinedVector<std::pair<uint32_t, Language>, 4>, 26>;
const ByLetter& CommonByLetter() {
  static const auto* const kByLetter = [] {
    auto* by_letter = new ByLetter();
    for (const CommonWord& common : kCommon) {
      (*by_letter)[static_cast<size_t>(common.word[0] - 'a')].emplace_back(Packed(common.word),
                                                                           common.language);
    }
    return by_letter;
  }();
  return *kByLetter;
}

std::array<size_t, kLanguages> CountWords(std::string_view lower) {
  const ByLetter& common = CommonByLetter();
  std::array<size_t, kLanguages> count{};
  for (size_t at = 0; at < lower.size();) {
    while (at < lower.size() && !IsLower(lower[at])) ++at;
    size_t end = at;
    while (end < lower.size() && (IsLower(lower[end]) || static_cast<unsigned char>(lower[end]) >= 0x80)) {
      ++end;
    }
    const std::string_view word = lower.substr(at, end - at);
    at = std::max(end, at + 1);
    if (word.empty() || word.size() > kLongest) continue;
    for (const auto& [packed, language] : common[static_cast<size_t>(word[0] - 'a')]) {
      if (packed == Packed(word)) ++count[language];
    }
  }
  return count;
}

}  // namespace

std::string GuessLanguage(std::string_view declared, std::string_view lower) {
  const Script script = CountScripts(lower.substr(0, kLooked));
  const size_t east = script.han + script.kana + script.hangul;
  if (east * 4 > script.latin && east > 40) {
    if (script.kana * 5 > script.han) return "ja";
    return script.hangul > script.han ? "ko" : "zh";
  }
  if (script.cyrillic > script.latin) return "ru";
  const auto count = CountWords(lower.substr(0, kLooked));
  const size_t most = *std::max_element(count.begin(), count.end());
  if (most == 0) return declared.size() >= 2 ? Lower(declared.substr(0, 2)) : "en";
  if (count[kEnglish] == most) return "en";
  if (count[kFrench] == most) return "fr";
  return count[kGerman] == most ? "de" : "es";
}

}  // namespace seaworthy
