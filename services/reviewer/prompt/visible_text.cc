#include "services/reviewer/prompt/visible_text.h"

#include <algorithm>
#include <iterator>

namespace seaworthy {
namespace {

struct Range {
  char32_t first, last;
};

bool In(const Range* begin, const Range* end, char32_t code) {
  return std::any_of(begin, end,
                     [code](const Range& range) { return code >= range.first && code <= range.last; });
}

constexpr Range kInvisible[] = {{0x0, 0x8},         {0xB, 0x1F},        {0x7F, 0x9F},     {0xAD, 0xAD},
                                {0x34F, 0x34F},     {0x61C, 0x61C},     {0x115F, 0x1160}, {0x17B4, 0x17B5},
                                {0x180B, 0x180F},   {0x200B, 0x200F},   {0x202A, 0x202E}, {0x2060, 0x206F},
                                {0x2800, 0x2800},   {0x3164, 0x3164},   {0xE000, 0xF8FF}, {0xFE00, 0xFE0F},
                                {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFF}, {0x1BCA0, 0x1BCA3},
                                {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF}};
constexpr Range kWhite[] = {{0x9, 0x9},       {0xA, 0xA},       {0x20, 0x20},     {0xA0, 0xA0},
                            {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                            {0x205F, 0x205F}, {0x3000, 0x3000}};

}  // namespace

Character CharacterAt(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + bytes > text.size()) return {0xFFFD, 1};
  char32_t code = lead & (0x7F >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {0xFFFD, 1};
    code = (code << 6) | (byte(at + i) & 0x3F);
  }
  return {code, bytes};
}

bool IsInvisible(char32_t code) { return In(std::begin(kInvisible), std::end(kInvisible), code); }

bool IsWhite(char32_t code) { return In(std::begin(kWhite), std::end(kWhite), code); }

std::string VisibleText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    if (character.code == '\n' || character.code == 0x2028 || character.code == 0x2029) {
      out.push_back('\n');
    } else if (IsWhite(character.code)) {
      out.push_back(' ');
    } else if (!IsInvisible(character.code)) {
      out.append(text.substr(at, character.bytes));
    }
    at += character.bytes;
  }
  return out;
}

}  // namespace seaworthy
