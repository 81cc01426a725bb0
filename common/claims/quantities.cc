#include "common/claims/quantities.h"

#include <array>
#include <cmath>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"

namespace seaworthy::claims {
namespace {

struct UnitWord {
  Unit unit;
  double scale;
};

using UnitMap = absl::flat_hash_map<uint64_t, UnitWord>;
using NumberMap = absl::flat_hash_map<uint64_t, double>;

void Put(UnitMap& map, std::string_view words, Unit unit, double scale) {
  for (const Word& word : SplitWords(words)) map[word.hash] = {unit, scale};
}

// Written right behind the digits, or as a word after them.
const UnitMap& Units() {
  static const auto* const kMap = [] {
    auto* map = new UnitMap;
    Put(*map, "kb kib kilobyte kilobytes", Unit::kBytes, 1e3);
    Put(*map, "mb mib megabyte megabytes", Unit::kBytes, 1e6);
    Put(*map, "gb gib gbyte gigabyte gigabytes gig gigs", Unit::kBytes, 1e9);
    Put(*map, "tb tib terabyte terabytes", Unit::kBytes, 1e12);
    Put(*map, "byte bytes", Unit::kBytes, 1);
    Put(*map, "bit bits", Unit::kBits, 1);
    Put(*map, "percent percentage", Unit::kPercent, 1);
    Put(*map, "dollar dollars usd eur euro euros gbp pounds", Unit::kMoney, 1);
    Put(*map, "cent cents", Unit::kMoney, 0.01);
    Put(*map, "ms msec millisecond milliseconds", Unit::kTime, 1e-3);
    Put(*map, "us microsecond microseconds", Unit::kTime, 1e-6);
    Put(*map, "s sec secs second seconds", Unit::kTime, 1);
    Put(*map, "x times", Unit::kFactor, 1);
    Put(*map, "token tokens context", Unit::kTokens, 1);
    Put(*map, "parameter parameters params param", Unit::kParams, 1);
    Put(*map, "min mins minute minutes h hr hrs hour hours day days week weeks weekend weekends", Unit::kSpan,
        1);
    Put(*map, "month months mo quarter quarters year years yr yrs decade decades", Unit::kSpan, 1);
    return map;
  }();
  return *kMap;
}

// Letters behind digits that scale.
const UnitMap& Scales() {
  static const auto* const kMap = [] {
    auto* map = new UnitMap;
    Put(*map, "k thousand", Unit::kCount, 1e3);
    Put(*map, "m mn mm million", Unit::kCount, 1e6);
    Put(*map, "b", Unit::kParams, 1e9);
    Put(*map, "bn billion", Unit::kCount, 1e9);
    Put(*map, "t trillion", Unit::kCount, 1e12);
    return map;
  }();
  return *kMap;
}

const NumberMap& NumberWords() {
  static const auto* const kMap = [] {
    auto* map = new NumberMap;
    static constexpr std::array<const char*, 21> kSmall = {
        "zero",     "one",     "two",     "three",     "four",     "five",     "six",
        "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",   "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"};
    for (size_t i = 1; i < kSmall.size(); ++i) (*map)[HashOf(kSmall[i])] = static_cast<double>(i);
    double tens = 30;
    for (const char* word : {"thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}) {
      (*map)[HashOf(word)] = tens;
      tens += 10;
    }
    (*map)["hundred"_w] = 100;
    return map;
  }();
  return *kMap;
}

std::string_view TextOf(std::string_view text, const Word& word) {
  return text.substr(word.begin, word.end - word.begin);
}

// Euro and pound in UTF-8, `$` and nothing else; length of the sign that ends
// at `at`.
size_t CurrencyBefore(std::string_view text, size_t at) {
  if (at >= 1 && text[at - 1] == '$') return 1;
  if (at >= 3 && text.substr(at - 3, 3) == "\xe2\x82\xac") return 3;
  if (at >= 2 && text.substr(at - 2, 2) == "\xc2\xa3") return 2;
  return 0;
}

class QuantityReader {
 public:
  QuantityReader(std::string_view text, const std::vector<Word>& words, size_t i)
      : text_(text), words_(words), i_(i), next_(i + 1) {}

  std::optional<Quantity> Run() {
    const Word& word = words_[i_];
    q_.begin = word.begin;
    q_.end = word.end;
    const bool read = word.Is(Word::kDigitFirst) ? ReadDigits(word) : ReadSpelled(word);
    if (!read) return std::nullopt;
    const bool named = q_.unit != Unit::kCount && q_.unit != Unit::kParams;
    if (!named) ReadUnit();
    ReadSign(word);
    q_.words = next_ - i_;
    return q_;
  }

 private:
  bool ReadDigits(const Word& word) {
    const std::string_view all = TextOf(text_, word);
    std::string digits;
    size_t k = 0;
    size_t point = std::string_view::npos;
    for (; k < all.size() && (IsDigit(all[k]) || all[k] == '.' || all[k] == ','); ++k) {
      if (all[k] == '.' && point != std::string_view::npos) return false;  // A version.
      if (all[k] == '.') point = digits.size();
      if (all[k] != ',') digits.push_back(all[k]);
    }
    if (digits.size() > 24 || !absl::SimpleAtod(digits, &q_.value)) return false;
    if (point != std::string_view::npos)
      q_.step = std::pow(10.0, -static_cast<double>(digits.size() - point - 1));
    return ReadSuffix(all.substr(k));
  }

  bool ReadSuffix(std::string_view suffix) {
    if (suffix.empty()) {
      ReadScale(false);
      return true;
    }
    if (suffix == "\xc3\x97") {  // The multiplication sign.
      q_.unit = Unit::kFactor;
      return true;
    }
    const uint64_t hash = HashOf(suffix);
    if (const auto unit = Units().find(hash); unit != Units().end()) {
      Take(unit->second, hash);
      return true;
    }
    const auto scale = Scales().find(hash);
    if (scale == Scales().end() || suffix.size() > 2) return false;
    Take(scale->second, 0);
    q_.scaled = true;
    return true;
  }

  bool ReadSpelled(const Word& word) {
    // Number words have three to nine letters; most words are sorted out here.
    if (word.Is(Word::kDigit) || word.end - word.begin < 3 || word.end - word.begin > 9) return false;
    const auto number = NumberWords().find(word.hash);
    if (number == NumberWords().end()) return false;
    q_.value = number->second;
    q_.spelled = true;
    if (q_.value >= 20 && q_.value < 100 && next_ < words_.size() && GapIs(text_, words_, next_ - 1, "-")) {
      const auto unit = NumberWords().find(words_[next_].hash);
      if (unit != NumberWords().end() && unit->second < 10) {
        q_.value += unit->second;
        q_.end = words_[next_++].end;
      }
    }
    ReadScale(true);
    return true;
  }

  // `billion` in `8 billion`, `hundred` in `two hundred`.
  void ReadScale(bool spelled) {
    if (next_ >= words_.size() || !GapIs(text_, words_, next_ - 1, " -")) return;
    const Word& word = words_[next_];
    if (spelled && word.hash == "hundred"_w) {
      q_.value *= 100;
      q_.end = words_[next_++].end;
      ReadScale(false);
      return;
    }
    const bool letter = word.end - word.begin <= 2;
    const auto scale = Scales().find(word.hash);
    if (scale == Scales().end()) return;
    // `3 B` yes, `3 b` or `type k` no.
    if (letter && (spelled || !word.Is(Word::kCapital))) return;
    Take(scale->second, 0);
    q_.scaled = true;
    q_.end = words_[next_++].end;
  }

  void ReadUnit() {
    if (next_ >= words_.size()) return;
    const size_t behind = words_[next_ - 1].end;
    if (behind < text_.size() && text_[behind] == '%') return;
    if (!GapIs(text_, words_, next_ - 1, " -")) return;
    const auto unit = Units().find(words_[next_].hash);
    if (unit == Units().end()) return;
    if (unit->second.unit == Unit::kFactor && words_[next_].hash != "times"_w && words_[next_].hash != "x"_w)
      return;
    // `us` and `s` after a space are words of their own.
    if (words_[next_].hash == "us"_w || words_[next_].hash == "s"_w) return;
    Take(unit->second, unit->first);
    q_.end = words_[next_++].end;
  }

  void ReadSign(const Word& word) {
    const size_t last = q_.end;
    if (last < text_.size() && text_[last] == '%') {
      q_.unit = Unit::kPercent;
      ++q_.end;
      return;
    }
    const size_t sign = CurrencyBefore(text_, word.begin);
    if (sign == 0) return;
    // `$0.20 / 1M tokens`: the sign belongs to this number only.
    q_.unit = Unit::kMoney;
    q_.begin -= static_cast<uint32_t>(sign);
  }

  void Take(const UnitWord& unit, uint64_t hash) {
    q_.unit = unit.unit;
    q_.value *= unit.scale;
    q_.step *= unit.scale;
    q_.unit_word = hash;
  }

  const std::string_view text_;
  const std::vector<Word>& words_;
  const size_t i_;
  size_t next_;
  Quantity q_;
};

// 1 to 12, 0 for no month.
int MonthOf(const Word& word) {
  if (!word.Is(Word::kCapital) || word.end - word.begin < 3 || word.end - word.begin > 9) return 0;
  static constexpr std::array<uint64_t, 12> kLong = {"january"_w,   "february"_w, "march"_w,    "april"_w,
                                                     "may"_w,       "june"_w,     "july"_w,     "august"_w,
                                                     "september"_w, "october"_w,  "november"_w, "december"_w};
  static constexpr std::array<uint64_t, 12> kShort = {"jan"_w, "feb"_w, "mar"_w, "apr"_w, "may"_w, "jun"_w,
                                                      "jul"_w, "aug"_w, "sep"_w, "oct"_w, "nov"_w, "dec"_w};
  const std::array<uint64_t, 12>& months = word.end - word.begin == 3 ? kShort : kLong;
  for (size_t i = 0; i < months.size(); ++i) {
    if (word.hash == months[i] || word.hash == kLong[i]) return static_cast<int>(i) + 1;
  }
  return word.hash == "sept"_w ? 9 : 0;
}

// The whole number a word is, -1 for none; `11th` is 11.
int WholeNumber(std::string_view text, const Word& word) {
  std::string_view digits = TextOf(text, word);
  if (!word.Is(Word::kDigitFirst)) return -1;
  if (digits.size() > 2 && digits.size() <= 4 && !IsDigit(digits.back())) digits.remove_suffix(2);
  int value = 0;
  if (digits.size() > 4) return -1;
  for (char c : digits) {
    if (!IsDigit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool IsYear(int value) { return value >= 1990 && value <= 2100; }
bool IsDay(int value) { return value >= 1 && value <= 31; }

class DateReader {
 public:
  DateReader(std::string_view text, const std::vector<Word>& words, size_t i)
      : text_(text), words_(words), i_(i) {}

  std::optional<Date> Run() const {
    if (const int month = MonthOf(words_[i_]); month > 0) return AfterMonth(month);
    const int number = WholeNumber(text_, words_[i_]);
    if (IsYear(number) && words_[i_].end - words_[i_].begin == 4) return AfterYear(number);
    if (!IsDay(number) || !Near(0)) return std::nullopt;
    const int month = i_ + 1 < words_.size() ? MonthOf(words_[i_ + 1]) : 0;
    if (month == 0) return std::nullopt;
    const int year = Near(1) ? Number(2) : -1;
    if (!IsYear(year)) return std::nullopt;
    return Make(year * 10000 + month * 100 + number, 3);
  }

 private:
  bool Near(size_t k) const { return i_ + k + 1 < words_.size() && GapIs(text_, words_, i_ + k, " ,.", 2); }
  bool Dashed(size_t k) const { return i_ + k + 1 < words_.size() && GapIs(text_, words_, i_ + k, "-/"); }
  int Number(size_t k) const { return WholeNumber(text_, words_[i_ + k]); }

  std::optional<Date> AfterMonth(int month) const {
    const int first = Near(0) ? Number(1) : -1;
    if (IsYear(first)) return Make(first * 10000 + month * 100, 2);
    if (!IsDay(first)) return std::nullopt;
    const int year = Near(1) ? Number(2) : -1;
    if (!IsYear(year)) return std::nullopt;
    return Make(year * 10000 + month * 100 + first, 3);
  }

  std::optional<Date> AfterYear(int year) const {
    const int month = Dashed(0) ? Number(1) : -1;
    if (month < 1 || month > 12) return Make(year * 10000, 1);
    const int day = Dashed(1) ? Number(2) : -1;
    if (!IsDay(day)) return Make(year * 10000 + month * 100, 2);
    return Make(year * 10000 + month * 100 + day, 3);
  }

  Date Make(int value, size_t words) const {
    return {value, words_[i_].begin, words_[i_ + words - 1].end, words};
  }

  const std::string_view text_;
  const std::vector<Word>& words_;
  const size_t i_;
};

}  // namespace

bool GapIs(std::string_view text, const std::vector<Word>& words, size_t i, std::string_view allowed,
           size_t most) {
  if (i + 1 >= words.size()) return false;
  const size_t begin = words[i].end;
  const size_t end = words[i + 1].begin;
  if (end - begin > most || end == begin) return false;
  return text.substr(begin, end - begin).find_first_not_of(allowed) == std::string_view::npos;
}

std::optional<Quantity> ReadQuantity(std::string_view text, const std::vector<Word>& words, size_t i) {
  const Word& word = words[i];
  if (!word.Is(Word::kDigitFirst) && (word.Is(Word::kDigit) || word.end - word.begin > 9))
    return std::nullopt;
  return QuantityReader(text, words, i).Run();
}

std::optional<Date> ReadDate(std::string_view text, const std::vector<Word>& words, size_t i) {
  if (!words[i].Is(Word::kDigitFirst | Word::kCapital)) return std::nullopt;
  return DateReader(text, words, i).Run();
}

int DateValue(std::string_view iso) {
  const std::vector<Word> words = SplitWords(iso, 4);
  if (words.empty()) return 0;
  const auto date = ReadDate(iso, words, 0);
  return date.has_value() ? date->value : 0;
}

}  // namespace seaworthy::claims
