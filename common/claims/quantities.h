// Numbers with their units, and dates, read from words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/claims/words.h"

namespace seaworthy::claims {

enum class Unit : uint8_t {
  kCount,   // Bare, or of things.
  kParams,  // `7B`, `7 billion parameters`.
  kTokens,
  kBytes,
  kBits,
  kPercent,
  kMoney,
  kTime,    // Seconds and less.
  kFactor,  // `2x`
  kSpan,    // Minutes and more: a horizon, not a measure.
};

struct Quantity {
  double value = 0;
  Unit unit = Unit::kCount;
  uint32_t begin = 0;  // Bytes, with sign and unit where they belong to it.
  uint32_t end = 0;
  size_t words = 0;        // How many words it takes.
  double step = 1;         // The worth of its last printed digit.
  bool spelled = false;    // `two`, `two billion`
  bool scaled = false;     // Has K, M, B or a word for them.
  uint64_t unit_word = 0;  // Hash of the word that named the unit, 0 for none.
};

// The quantity that begins with word `i`, if one does.
std::optional<Quantity> ReadQuantity(std::string_view text, const std::vector<Word>& words, size_t i);

struct Date {
  int value = 0;  // yyyymmdd; parts not said are 0.
  uint32_t begin = 0;
  uint32_t end = 0;
  size_t words = 0;
};

// The date that begins with word `i`: `11 August 2026`, `August 2026`,
// `2026-08-11`, `2026`.
std::optional<Date> ReadDate(std::string_view text, const std::vector<Word>& words, size_t i);

// `2026-08-11` and `2026-08` as a Date's value; 0 for anything else.
int DateValue(std::string_view iso);

// True where only `allowed` characters, at most `most`, stand between word i
// and the next.
bool GapIs(std::string_view text, const std::vector<Word>& words, size_t i, std::string_view allowed,
           size_t most = 1);

}  // namespace seaworthy::claims
