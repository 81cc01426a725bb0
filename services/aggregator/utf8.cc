#include "services/aggregator/utf8.h"

#include <cstddef>
#include <cstdint>

namespace seaworthy {
namespace {

// Bytes of the character that begins with `lead`; 0 where none does.
size_t LengthOf(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

bool IsAllowed(uint32_t character, size_t length) {
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (character < kLeast[length] || character > 0x10ffff) return false;
  if (character >= 0xd800 && character < 0xe000) return false;
  return character >= 0xa0 || (character >= 0x20 && character < 0x7f);
}

}  // namespace

bool IsPlainUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const size_t length = LengthOf(lead);
    if (length == 0 || length > text.size()) return false;
    uint32_t character = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if ((byte & 0xc0U) != 0x80) return false;
      character = character << 6U | (byte & 0x3fU);
    }
    if (!IsAllowed(character, length)) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace seaworthy
