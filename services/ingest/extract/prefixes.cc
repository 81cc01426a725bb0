#include "services/ingest/extract/prefixes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "services/ingest/extract/literals.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kShortest = 2;
constexpr size_t kLongest = 12;
constexpr size_t kMost = 250;     // Strings of an expression,
constexpr size_t kMostClass = 8;  // and of a class.

// What a part of the expression can begin with.
struct Prefix {
  std::string text;
  bool whole = true;  // It is all that the part matches.
};
using Prefixes = std::vector<Prefix>;

const Prefixes kNothing = {{"", true}};
const Prefixes kUnknown = {{"", false}};

Prefixes Cut(Prefixes prefixes) {
  for (Prefix& prefix : prefixes) prefix.whole = false;
  return prefixes;
}

// No more than kMost of them: as many first bytes of each as that allows.
Prefixes Fewer(Prefixes prefixes) {
  for (size_t size = kLongest - 2; prefixes.size() > kMost && size >= kShortest; size -= 2) {
    std::map<std::string, bool> shorter;
    for (const Prefix& prefix : prefixes) {
      const std::string text(Utf8Prefix(prefix.text, size));
      const auto [known, fresh] = shorter.emplace(text, prefix.whole);
      known->second = known->second && prefix.whole && text.size() == prefix.text.size();
    }
    prefixes.clear();
    for (const auto& [text, whole] : shorter) prefixes.push_back({text, whole});
  }
  return prefixes.size() > kMost ? kUnknown : prefixes;
}

Prefixes Either(Prefixes one, const Prefixes& other) {
  one.insert(one.end(), other.begin(), other.end());
  return Fewer(std::move(one));
}

// One part, then the next.
Prefixes Then(const Prefixes& one, const Prefixes& next) {
  Prefixes joined;
  for (const Prefix& first : one) {
    if (!first.whole) {
      joined.push_back(first);
      continue;
    }
    for (const Prefix& second : next) {
      // A digit is known only where a match begins with it.
      const bool digit = !first.text.empty() && second.text == kAnyDigit;
      joined.push_back(digit ? Prefix{first.text, false} : Prefix{first.text + second.text, second.whole});
      if (joined.back().text.size() > kLongest) {
        joined.back().text = std::string(Utf8Prefix(joined.back().text, kLongest));
        joined.back().whole = false;
      }
    }
    if (joined.size() > kMost) return Cut(one);
  }
  return joined;
}

// Reads what Pattern's expressions are made of; anything else fails.
class Parser {
 public:
  Parser(std::string_view expression, bool ignore_case) : rest_(expression), ignore_case_(ignore_case) {}

  std::optional<Prefixes> Run() {
    Prefixes prefixes = Alternatives();
    if (failed_ || !rest_.empty()) return std::nullopt;
    return prefixes;
  }

 private:
  bool Take(std::string_view text) {
    if (!StartsWith(rest_, text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  Prefixes Fail() {
    failed_ = true;
    return kUnknown;
  }

  Prefixes Alternatives() {
    Prefixes prefixes = Sequence();
    while (Take("|")) prefixes = Either(std::move(prefixes), Sequence());
    return prefixes;
  }

  Prefixes Sequence() {
    Prefixes prefixes = kNothing;
    while (!failed_ && !rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
      prefixes = Then(prefixes, Repeated());
    }
    return prefixes;
  }

  Prefixes Repeated() {
    Prefixes prefixes = One();
    if (Take("*")) {
      prefixes = Either(kNothing, Cut(std::move(prefixes)));
    } else if (Take("+")) {
      prefixes = Cut(std::move(prefixes));
    } else if (Take("?")) {
      prefixes = Either(kNothing, prefixes);
    } else if (Take("{")) {
      const size_t end = rest_.find('}');
      if (end == rest_.npos || end == 0) return Fail();
      const std::string_view bounds = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      if (bounds != "1") prefixes = Cut(std::move(prefixes));
      if (bounds[0] == '0') prefixes = Either(kNothing, prefixes);
    }
    Take("?");
    return prefixes;
  }

  Prefixes One() {
    if (Take("(?:") || (!StartsWith(rest_, "(?") && Take("("))) {
      Prefixes prefixes = Alternatives();
      return Take(")") ? prefixes : Fail();
    }
    if (Take("[")) return Class();
    if (Take("\\")) return Escape();
    if (Take(".")) return kUnknown;
    if (Take("^") || Take("$")) return kNothing;
    if (Contains("(*+?{", rest_.substr(0, 1))) return Fail();
    return Letter();
  }

  // One character that stands for itself.
  Prefixes Letter() {
    const unsigned char lead = static_cast<unsigned char>(rest_[0]);
    const size_t size = std::min<size_t>(lead < 0x80   ? 1
                                         : lead < 0xE0 ? 2
                                         : lead < 0xF0 ? 3
                                                       : 4,
                                         rest_.size());
    const std::string_view letter = rest_.substr(0, size);
    const bool known = !ignore_case_ || CaselessLength(rest_) != 0;
    rest_.remove_prefix(size);
    if (!known) return kUnknown;
    return {{Lower(letter), true}};
  }

  Prefixes Escape() {
    if (rest_.empty()) return Fail();
    const char c = rest_[0];
    if (c == 'p' || c == 'P') {
      rest_.remove_prefix(std::min<size_t>(2, rest_.size()));
      return rest_.empty() || rest_[0] != '{' ? kUnknown : Fail();
    }
    if (!IsAlnum(c)) return Letter();
    rest_.remove_prefix(1);
    if (c == 'd') return {{std::string(kAnyDigit), false}};
    if (Contains("bBAz", std::string_view(&c, 1))) return kNothing;
    if (c == 'n') return {{"\n", true}};
    if (c == 't') return {{"\t", true}};
    return Contains("wWsSD", std::string_view(&c, 1)) ? kUnknown : Fail();
  }

  Prefixes Class() {
    const bool negated = Take("^");
    Prefixes all;
    for (bool first = true; first || !StartsWith(rest_, "]"); first = false) {
      if (rest_.empty() || StartsWith(rest_, "[:")) return Fail();
      const char letter = rest_[0];
      Prefixes one = Take("\\") ? Escape() : Letter();
      if (failed_) return kUnknown;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') one = Range(letter);
      all = Either(std::move(all), one);
    }
    Take("]");
    return negated || all.size() > kMostClass ? kUnknown : all;
  }

  // From `first` on; only digits and few letters of one case are told apart.
  Prefixes Range(char first) {
    Take("-");
    const char last = rest_[0];
    Take("\\") ? Escape() : Letter();
    if (first == '0' && last == '9') return {{std::string(kAnyDigit), false}};
    const bool same = IsDigit(first)   ? IsDigit(last)
                      : IsUpper(first) ? IsUpper(last)
                                       : IsLower(first) && IsLower(last);
    if (!same) return kUnknown;
    Prefixes all;
    for (char c = first; c <= last; ++c) all.push_back({Lower(std::string_view(&c, 1)), true});
    return all;
  }

  std::string_view rest_;
  const bool ignore_case_;
  bool failed_ = false;
};

}  // namespace

size_t CaselessLength(std::string_view rest) {
  const auto lead = static_cast<unsigned char>(rest[0]);
  if (lead < 0x80) return 1;
  if (lead == 0xC2) return StartsWith(rest, "\u00B5") || rest.size() < 2 ? 0 : 2;
  if (rest.size() < 3) return 0;
  const bool wide_sign = StartsWith(rest, "\xEF\xBC") && static_cast<unsigned char>(rest[2]) < 0xA1;
  const bool sign = StartsWith(rest, "\xE2\x80") || wide_sign;
  const auto second = static_cast<unsigned char>(rest[1]);
  const bool hangul =
      (lead >= 0xEB && lead <= 0xEC) || (lead == 0xEA && second >= 0xB0) || (lead == 0xED && second <= 0x9E);
  return sign || hangul || (lead >= 0xE3 && lead <= 0xE9) ? 3 : 0;
}

std::optional<std::vector<std::string>> PrefixesOf(std::string_view expression, bool ignore_case) {
  const auto prefixes = Parser(expression, ignore_case).Run();
  if (!prefixes) return std::nullopt;
  std::vector<std::string> strings;
  for (const Prefix& prefix : *prefixes) {
    if (prefix.text.size() < kShortest && prefix.text != kAnyDigit) return std::nullopt;
    strings.push_back(prefix.text);
  }
  std::sort(strings.begin(), strings.end());
  // What begins with another comes right after it or after one like itself.
  std::vector<std::string> apart;
  for (std::string& string : strings) {
    if (apart.empty() || !StartsWith(string, apart.back())) apart.push_back(std::move(string));
  }
  return apart;
}

}  // namespace seaworthy
