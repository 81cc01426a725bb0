#include "services/ingest/hidden_text.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Range {
  char32_t first, last;
  const char* kind;
};

constexpr Range kInvisible[] = {{0xAD, 0xAD, "zero_width"},       {0x34F, 0x34F, "invisible"},
                                {0x61C, 0x61C, "bidi_control"},   {0x115F, 0x1160, "invisible"},
                                {0x17B4, 0x17B5, "invisible"},    {0x180B, 0x180F, "invisible"},
                                {0x200B, 0x200D, "zero_width"},   {0x200E, 0x200F, "bidi_control"},
                                {0x202A, 0x202E, "bidi_control"}, {0x2060, 0x2065, "zero_width"},
                                {0x2066, 0x2069, "bidi_control"}, {0x206A, 0x206F, "invisible"},
                                {0x2800, 0x2800, "invisible"},    {0x3164, 0x3164, "invisible"},
                                {0xE000, 0xF8FF, "invisible"},    {0xFE00, 0xFE0F, "invisible"},
                                {0xFEFF, 0xFEFF, "zero_width"},   {0xFFA0, 0xFFA0, "invisible"},
                                {0xFFF0, 0xFFFB, "invisible"},    {0x1BCA0, 0x1BCA3, "invisible"},
                                {0x1D173, 0x1D17A, "invisible"},  {0xE0000, 0xE007F, "tag_characters"},
                                {0xE0080, 0xE00FF, "invisible"},  {0xE0100, 0xE01EF, "tag_characters"},
                                {0xE01F0, 0x10FFFF, "invisible"}};

// A character as an editor can read it.
std::string Spelled(char32_t code, std::string_view bytes) {
  if (code >= 0xE0020 && code <= 0xE007E) return std::string(1, static_cast<char>(code - 0xE0000));
  if (code >= 0x20 && code != 0x7F && InvisibleKind(code) == nullptr) return std::string(bytes);
  if (code < 0x80 && IsSpace(static_cast<char>(code))) return " ";
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X ", static_cast<unsigned>(code));
  return name;
}

// Adds what of `text` still fits.
void Extend(std::string* excerpt, std::string_view text) {
  const bool words = static_cast<unsigned char>(text[0]) < 0x80;
  if (words && !excerpt->empty() && excerpt->back() != ' ' && excerpt->size() < kMaxHiddenExcerpt) {
    excerpt->push_back(' ');
  }
  for (size_t at = 0; at < text.size() && excerpt->size() < kMaxHiddenExcerpt;) {
    size_t length = 1;
    const char32_t code = DecodeUtf8(text.substr(at), &length);
    const std::string spelled = Spelled(code, text.substr(at, length));
    at += length;
    if (spelled == " " && (excerpt->empty() || excerpt->back() == ' ')) continue;
    if (excerpt->size() + spelled.size() > kMaxHiddenExcerpt) break;
    excerpt->append(spelled);
  }
}

}  // namespace

char32_t DecodeUtf8(std::string_view text, size_t* length) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  *length = 1;
  if (lead < 0xC2 || lead > 0xF4) return lead;
  const size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (bytes > text.size()) return lead;
  char32_t code = lead & (0x7F >> bytes);
  for (size_t i = 1; i < bytes; ++i) code = (code << 6) | (byte(i) & 0x3F);
  *length = bytes;
  return code;
}

const char* InvisibleKind(char32_t code) {
  if (code < 0xAD) return nullptr;
  const auto it = std::find_if(std::begin(kInvisible), std::end(kInvisible), [code](const Range& range) {
    return code >= range.first && code <= range.last;
  });
  return it == std::end(kInvisible) ? nullptr : it->kind;
}

void HiddenTexts::Add(std::string_view kind, std::string_view text) {
  text = Strip(text);
  if (text.empty()) return;
  auto it = runs_.find(kind);
  if (it == runs_.end()) it = runs_.emplace(std::string(kind), HiddenRun{}).first;
  it->second.bytes += text.size();
  if (it->second.excerpt.size() < kMaxHiddenExcerpt) Extend(&it->second.excerpt, text);
}

void HiddenTexts::Add(const HiddenTexts& other) {
  for (const auto& [kind, run] : other.runs_) {
    HiddenRun& mine = runs_[kind];
    mine.bytes += run.bytes;
    if (mine.excerpt.size() < kMaxHiddenExcerpt) Extend(&mine.excerpt, run.excerpt);
  }
}

}  // namespace seaworthy
