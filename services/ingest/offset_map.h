// Which bytes of the announcement each byte of a derived text came from.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seaworthy {

// Half-open byte range.
struct Span {
  size_t begin = 0;
  size_t end = 0;
  size_t size() const { return end - begin; }
  bool empty() const { return begin >= end; }
  bool operator==(const Span&) const = default;
};

// Not thread-safe while being built.
class OffsetMap {
 public:
  // Derived bytes [text, text + text_size) came from raw [raw, raw + raw_size).
  // Equal sizes map byte by byte, others as a whole. `text` must not go back.
  void Add(size_t text, size_t text_size, size_t raw, size_t raw_size);

  // The raw range that `text` came from, from its first mapped byte to its
  // last. Nothing where no byte is mapped or the order was turned round.
  std::optional<Span> Raw(Span text) const;

  // Appends to `out` this map followed by `next`: derived -> middle -> raw.
  void Compose(const OffsetMap& next, OffsetMap* out) const;

  // The map of a text that is the raw bytes [base, base + size).
  static OffsetMap Identity(size_t base, size_t size);

 private:
  struct Segment {
    Span text;
    Span raw;
  };
  std::vector<Segment> segments_;
};

// Lines a decoded text up with the bytes it was decoded from: backslash
// escapes, character references and runs of white space may differ. Appends
// to `map` with derived offsets counted from `text_base`. Returns one past the
// last raw byte used, or nothing (and leaves `map` alone) where they differ.
// Linear in the text.
std::optional<size_t> AlignAt(std::string_view raw, size_t at, size_t limit, std::string_view text,
                              size_t text_base, OffsetMap* map);

// As AlignAt, at the first place at or after `from` that fits; looks at most
// 8 KiB ahead and at 64 places.
std::optional<size_t> AlignAfter(std::string_view raw, size_t from, size_t limit, std::string_view text,
                                 size_t text_base, OffsetMap* map);

}  // namespace seaworthy
