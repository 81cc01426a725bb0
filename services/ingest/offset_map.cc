#include "services/ingest/offset_map.h"

#include <algorithm>

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kWindow = 8192;
constexpr int kPlaces = 64;

// Length of the UTF-8 character that starts with `lead`.
size_t CharLength(char lead) {
  const unsigned char c = static_cast<unsigned char>(lead);
  return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

// Length of the character reference at `at`, 0 where there is none.
size_t ReferenceLength(std::string_view raw, size_t at, size_t limit) {
  const size_t end = std::min(limit, at + 34);
  for (size_t i = at + 1; i < end; ++i) {
    const char c = raw[i];
    if (c == ';') return i > at + 1 ? i + 1 - at : 0;
    const bool name = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '#';
    if (!name) return 0;
  }
  return 0;
}

struct Piece {
  size_t text, text_size, raw, raw_size;
};

// Collects pieces, joining neighbours that map byte by byte.
void Push(std::vector<Piece>* pieces, Piece piece) {
  if (!pieces->empty() && piece.text_size == piece.raw_size) {
    Piece& last = pieces->back();
    if (last.text_size == last.raw_size && last.text + last.text_size == piece.text &&
        last.raw + last.raw_size == piece.raw) {
      last.text_size += piece.text_size;
      last.raw_size += piece.raw_size;
      return;
    }
  }
  pieces->push_back(piece);
}

}  // namespace

void OffsetMap::Add(size_t text, size_t text_size, size_t raw, size_t raw_size) {
  if (text_size == 0) return;
  if (!segments_.empty() && text_size == raw_size) {
    Segment& last = segments_.back();
    if (last.text.size() == last.raw.size() && last.text.end == text && last.raw.end == raw) {
      last.text.end += text_size;
      last.raw.end += raw_size;
      return;
    }
  }
  segments_.push_back({{text, text + text_size}, {raw, raw + raw_size}});
}

std::optional<Span> OffsetMap::Raw(Span text) const {
  auto first = std::upper_bound(segments_.begin(), segments_.end(), text.begin,
                                [](size_t at, const Segment& segment) { return at < segment.text.end; });
  auto last = std::lower_bound(first, segments_.end(), text.end,
                               [](const Segment& segment, size_t at) { return segment.text.begin < at; });
  if (first == last) return std::nullopt;
  --last;
  Span raw{first->raw.begin, last->raw.end};
  const bool first_exact = first->text.size() == first->raw.size();
  const bool last_exact = last->text.size() == last->raw.size();
  if (first_exact && text.begin > first->text.begin) raw.begin += text.begin - first->text.begin;
  if (last_exact && text.end < last->text.end) raw.end -= last->text.end - text.end;
  if (raw.empty()) return std::nullopt;
  return raw;
}

void OffsetMap::Compose(const OffsetMap& next, OffsetMap* out) const {
  for (const Segment& segment : segments_) {
    if (segment.text.size() != segment.raw.size()) {
      if (auto raw = next.Raw(segment.raw))
        out->Add(segment.text.begin, segment.text.size(), raw->begin, raw->size());
      continue;
    }
    // Cut where the next map's segments end.
    auto it = std::upper_bound(next.segments_.begin(), next.segments_.end(), segment.raw.begin,
                               [](size_t at, const Segment& other) { return at < other.text.end; });
    for (; it != next.segments_.end() && it->text.begin < segment.raw.end; ++it) {
      const size_t begin = std::max(it->text.begin, segment.raw.begin);
      const size_t end = std::min(it->text.end, segment.raw.end);
      const size_t text = segment.text.begin + (begin - segment.raw.begin);
      if (auto raw = next.Raw({begin, end})) out->Add(text, end - begin, raw->begin, raw->size());
    }
  }
}

OffsetMap OffsetMap::Identity(size_t base, size_t size) {
  OffsetMap map;
  map.Add(0, size, base, size);
  return map;
}

std::optional<size_t> AlignAt(std::string_view raw, size_t at, size_t limit, std::string_view text,
                              size_t text_base, OffsetMap* map) {
  // Nearly every text stands in the bytes as it is.
  const bool fits = at <= limit && text.size() <= limit - at;
  if (fits && raw.substr(at, text.size()) == text && text.find('&') == text.npos) {
    map->Add(text_base, text.size(), at, text.size());
    return at + text.size();
  }
  std::vector<Piece> pieces;
  size_t p = at;
  size_t i = 0;
  while (i < text.size()) {
    if (p >= limit) return std::nullopt;
    if (raw[p] == '&') {
      const size_t reference = ReferenceLength(raw, p, limit);
      if (reference > 0 && text.substr(i, reference) != raw.substr(p, reference)) {
        const size_t size = std::min(CharLength(text[i]), text.size() - i);
        Push(&pieces, {text_base + i, size, p, reference});
        i += size;
        p += reference;
        continue;
      }
    }
    if (raw[p] == text[i]) {
      Push(&pieces, {text_base + i, 1, p, 1});
      ++i;
      ++p;
    } else if ((raw[p] == '\\' && p + 1 < limit && raw[p + 1] == text[i]) || (i > 0 && IsSpace(raw[p]))) {
      // An escape; or folded lines, where the source has more space.
      ++p;
    } else if (i > 0 && IsSpace(text[i]) && IsSpace(raw[p - 1])) {
      ++i;
    } else {
      return std::nullopt;
    }
  }
  for (const Piece& piece : pieces) map->Add(piece.text, piece.text_size, piece.raw, piece.raw_size);
  return p;
}

std::optional<size_t> AlignAfter(std::string_view raw, size_t from, size_t limit, std::string_view text,
                                 size_t text_base, OffsetMap* map) {
  if (text.empty()) return from;
  const size_t end = std::min(limit, from + kWindow);
  int places = kPlaces;
  for (size_t at = from; at < end && places > 0; ++at) {
    // A text begins with its own first byte, an escape or a reference.
    const char c = raw[at];
    if (c != text[0] && c != '\\' && c != '&') continue;
    --places;
    if (auto done = AlignAt(raw, at, limit, text, text_base, map)) return done;
  }
  return std::nullopt;
}

}  // namespace seaworthy
