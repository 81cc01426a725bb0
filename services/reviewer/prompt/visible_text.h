// Which characters a reader sees.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace seaworthy {

// One character of UTF-8 text; a byte that begins none is U+FFFD and one long.
struct Character {
  char32_t code = 0;
  size_t bytes = 1;
};
Character CharacterAt(std::string_view text, size_t at);

// Whether it has no shape of its own or turns its neighbours round: controls
// other than line feed and tab, zero-width, bidirectional, tag characters,
// variation selectors, fillers, private use, U+FFFD.
bool IsInvisible(char32_t code);
// White space of any width, line ends included.
bool IsWhite(char32_t code);

// Without what IsInvisible; white space of any width becomes a space, line
// ends stay.
std::string VisibleText(std::string_view text);

}  // namespace seaworthy
