#include "services/ingest/extract/language.h"

#include <algorithm>

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

size_t CountWords(std::string_view text, std::initializer_list<std::string_view> words) {
  size_t count = 0;
  for (size_t at = 0; at < text.size();) {
    while (at < text.size() && !IsAlpha(text[at])) ++at;
    size_t end = at;
    while (end < text.size() && (IsAlpha(text[end]) || static_cast<unsigned char>(text[end]) >= 0x80)) ++end;
    const std::string_view word = text.substr(at, end - at);
    if (std::find(words.begin(), words.end(), word) != words.end()) ++count;
    at = std::max(end, at + 1);
  }
  return count;
}

}  // namespace

std::string GuessLanguage(std::string_view declared, std::string_view text) {
  text = text.substr(0, kLooked);
  const Script script = CountScripts(text);
  const size_t east = script.han + script.kana + script.hangul;
  if (east * 4 > script.latin && east > 40) {
    if (script.kana * 5 > script.han) return "ja";
    return script.hangul > script.han ? "ko" : "zh";
  }
  if (script.cyrillic > script.latin) return "ru";
  const std::string lower = Lower(text);
  const size_t en = CountWords(lower, {"the", "and", "of", "is", "with", "for", "to"});
  const size_t fr = CountWords(lower, {"le", "la", "les", "des", "est", "et", "du", "une", "pour"});
  const size_t de = CountWords(lower, {"der", "die", "das", "und", "ist", "mit", "von", "ein", "eine"});
  const size_t es = CountWords(lower, {"el", "los", "las", "una", "con", "para", "del", "y"});
  const size_t most = std::max({en, fr, de, es});
  if (most == 0) return declared.size() >= 2 ? Lower(declared.substr(0, 2)) : "en";
  if (en == most) return "en";
  if (fr == most) return "fr";
  return de == most ? "de" : "es";
}

}  // namespace seaworthy
