#include "services/reviewer/prompt/quote_finder.h"

#include <algorithm>
#include <string>
#include <vector>

#include "services/reviewer/prompt/data_marking.h"
#include "services/reviewer/prompt/visible_text.h"

namespace seaworthy {
namespace {

// The letters of a text, and where each byte of them came from.
struct Letters {
  std::string bytes;
  std::vector<size_t> from;

  void Put(std::string_view piece, size_t at) {
    bytes.append(piece);
    for (size_t i = 0; i < piece.size(); ++i) from.push_back(at);
  }
};

std::string_view Plain(char32_t code) {
  if (code == 0x2018 || code == 0x2019 || code == 0x201B) return "'";
  if (code == 0x201C || code == 0x201D || code == 0x201F) return "\"";
  if (code >= 0x2010 && code <= 0x2012) return "-";
  return {};
}

Letters LettersOf(std::string_view text) {
  Letters letters;
  letters.bytes.reserve(text.size());
  letters.from.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    const std::string_view bytes = text.substr(at, character.bytes);
    const bool mark = std::find(kMarkers.begin(), kMarkers.end(), bytes) != kMarkers.end();
    const bool skip = mark || IsWhite(character.code) || IsInvisible(character.code);
    if (!skip) {
      const std::string_view plain = Plain(character.code);
      letters.Put(plain.empty() ? bytes : plain, at);
    }
    at += character.bytes;
  }
  return letters;
}

}  // namespace

std::optional<FoundQuote> FindQuote(std::string_view text, std::string_view quote) {
  const Letters wanted = LettersOf(quote);
  if (wanted.bytes.empty()) return std::nullopt;
  const Letters given = LettersOf(text);
  const size_t at = given.bytes.find(wanted.bytes);
  if (at == std::string::npos) return std::nullopt;
  const size_t last = given.from[at + wanted.bytes.size() - 1];
  return FoundQuote{given.from[at], last + CharacterAt(text, last).bytes};
}

}  // namespace seaworthy
