#include "services/ingest/feed/feed_date.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxDateBytes = 80;

int Number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// 1 to 12; 0 where the word is no English month.
int Month(std::string_view word) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  const std::string lower = Lower(word);
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (lower.size() >= 3 && StartsWith(kMonths[i], lower)) return static_cast<int>(i) + 1;
  }
  return lower == "sept" ? 9 : 0;
}

// Minutes east of UTC of a zone's name (RFC 822); nothing for other words.
std::optional<int> ZoneMinutes(std::string_view word) {
  struct Zone {
    std::string_view name;
    int minutes;
  };
  static constexpr Zone kZones[] = {{"z", 0},      {"ut", 0},     {"utc", 0},    {"gmt", 0},    {"est", -300},
                                    {"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360},
                                    {"pst", -480}, {"pdt", -420}, {"cet", 60},   {"cest", 120}, {"bst", 60}};
  const std::string lower = Lower(word);
  for (const Zone& zone : kZones) {
    if (zone.name == lower) return zone.minutes;
  }
  return std::nullopt;
}

// What is known of a moment.
struct Moment {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  int offset = 0;  // Minutes east of UTC.
};

std::string Day(const Moment& moment) {
  if (moment.year < 1990 || moment.year > 2099 || moment.month < 1 || moment.month > 12 || moment.day < 1) {
    return "";
  }
  const absl::CivilSecond local(moment.year, moment.month, moment.day, moment.hour % 24, moment.minute % 60);
  if (local.day() != moment.day) return "";  // There is no 31st of June.
  return absl::FormatCivilTime(absl::CivilDay(local - int64_t{moment.offset} * 60));
}

// A run of letters or digits, and what stands before it.
struct Token {
  std::string_view text;
  char before = ' ';
};

std::vector<Token> Tokens(std::string_view text) {
  std::vector<Token> tokens;
  for (size_t at = 0; at < text.size();) {
    const bool digits = IsDigit(text[at]);
    if (!digits && !IsAlpha(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && (digits ? IsDigit(text[end]) : IsAlpha(text[end]))) ++end;
    tokens.push_back({text.substr(at, end - at), at == 0 ? ' ' : text[at - 1]});
    at = end;
  }
  return tokens;
}

class DateReader {
 public:
  explicit DateReader(std::string_view text) : tokens_(Tokens(text)) {}

  std::string Read() {
    if (!IsoDay() && !NamedDay()) return "";
    for (; next_ < tokens_.size(); ++next_) Rest();
    if (afternoon_ && moment_.hour < 12) moment_.hour += 12;
    return Day(moment_);
  }

 private:
  bool IsNumber(size_t at, size_t least, size_t most) const {
    return at < tokens_.size() && IsDigit(tokens_[at].text[0]) && tokens_[at].text.size() >= least &&
           tokens_[at].text.size() <= most;
  }
  int Value(size_t at) const { return Number(tokens_[at].text); }

  // 2025-01-02, 2025/1/2, 20250102.
  bool IsoDay() {
    if (IsNumber(0, 8, 8)) {
      const int all = Value(0);
      moment_.year = all / 10000;
      moment_.month = all / 100 % 100;
      moment_.day = all % 100;
      next_ = 1;
      return true;
    }
    if (!IsNumber(0, 4, 4) || !IsNumber(1, 1, 2) || !IsNumber(2, 1, 2)) return false;
    moment_.year = Value(0);
    moment_.month = Value(1);
    moment_.day = Value(2);
    next_ = 3;
    return true;
  }

  // A month's name with a day beside it; the year follows or ends the text.
  bool NamedDay() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      moment_.month = IsAlpha(tokens_[i].text[0]) ? Month(tokens_[i].text) : 0;
      if (moment_.month == 0) continue;
      const bool before = i > 0 && IsNumber(i - 1, 1, 2);
      if (!before && !IsNumber(i + 1, 1, 2)) return false;
      moment_.day = Value(before ? i - 1 : i + 1);
      next_ = before ? i + 1 : i + 2;
      // "2nd", "3rd"
      if (!before && next_ < tokens_.size() && IsAlpha(tokens_[next_].text[0])) Ordinal();
      if (before && IsNumber(next_, 2, 2)) {
        const int year = Value(next_++);
        moment_.year = year + (year < 70 ? 2000 : 1900);
      }
      return true;
    }
    return false;
  }

  void Ordinal() {
    const std::string word = Lower(tokens_[next_].text);
    if (word == "st" || word == "nd" || word == "rd" || word == "th") ++next_;
  }

  // The time of day, the zone and a year that comes late.
  void Rest() {
    const Token& token = tokens_[next_];
    if (IsAlpha(token.text[0])) {
      const std::string word = Lower(token.text);
      if (word == "pm") afternoon_ = true;
      if (word == "am" && moment_.hour == 12) moment_.hour = 0;
      if (const auto zone = ZoneMinutes(word)) moment_.offset = *zone;
    } else if (timed_ && (token.before == '+' || token.before == '-') && token.text.size() != 3) {
      Offset();
    } else if (moment_.year == 0 && token.text.size() == 4) {
      moment_.year = Value(next_);
    } else if (!timed_ && IsNumber(next_, 1, 2) && IsNumber(next_ + 1, 2, 2)) {
      moment_.hour = Value(next_);
      moment_.minute = Value(++next_);
      timed_ = true;
    } else if (!timed_ && IsNumber(next_, 6, 6)) {
      moment_.hour = Value(next_) / 10000;
      moment_.minute = Value(next_) / 100 % 100;
      timed_ = true;
    }
  }

  // +0200, +02:00, +02
  void Offset() {
    const int sign = tokens_[next_].before == '-' ? -1 : 1;
    int minutes = Value(next_);
    if (tokens_[next_].text.size() == 4) {
      minutes = minutes / 100 * 60 + minutes % 100;
    } else if (tokens_[next_].text.size() <= 2) {
      minutes *= 60;
      if (IsNumber(next_ + 1, 2, 2) && tokens_[next_ + 1].before == ':') minutes += Value(++next_);
    } else {
      return;
    }
    if (minutes <= 14 * 60) moment_.offset = sign * minutes;
  }

  const std::vector<Token> tokens_;
  size_t next_ = 0;
  Moment moment_;
  bool timed_ = false;
  bool afternoon_ = false;
};

}  // namespace

std::string FeedDay(std::string_view text) {
  return DateReader(Strip(Utf8Prefix(Strip(text), kMaxDateBytes))).Read();
}

}  // namespace seaworthy
