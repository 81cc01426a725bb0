#include "services/ingest/fill/evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using Checked = std::optional<std::string>;

constexpr size_t kMaxNameBytes = 80;
constexpr size_t kMaxLicenseWords = 9;

std::string_view Group(std::string_view text, const Match& match, size_t group) {
  return text.substr(match.groups[group].begin, match.groups[group].size());
}

bool HasWord(std::string_view lower, std::string_view word) { return FindWord(lower, word) != lower.npos; }

bool HasAnyWord(std::string_view lower, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return HasWord(lower, word); });
}

// A name as it stands in the quote, whatever the case it was given in.
Checked Name(std::string_view value, std::string_view quote) {
  const std::string name = OneLine(Strip(value));
  if (name.size() < 2 || name.size() > kMaxNameBytes) return std::nullopt;
  const size_t at = FindWord(Lower(quote), Lower(name));
  if (at == std::string::npos) return std::nullopt;
  // A name is written large; `a company` is none.
  const char first = quote[at];
  if (IsLower(first)) return std::nullopt;
  return std::string(quote.substr(at, name.size()));
}

Checked License(std::string_view value, std::string_view quote) {
  const auto wanted = NormalizeLicense(value);
  if (!wanted) {
    // A licence of its own: its name stands there and calls itself one.
    const std::string lower = Lower(value);
    if (!Contains(lower, "license") && !Contains(lower, "licence")) return std::nullopt;
    return Name(value, quote);
  }
  const std::string line = OneLine(quote);
  std::vector<Span> words;
  for (size_t at = 0; at < line.size();) {
    const size_t end = std::min(line.find(' ', at), line.size());
    words.push_back({at, end});
    at = end + 1;
  }
  for (size_t first = 0; first < words.size(); ++first) {
    for (size_t last = first; last < words.size() && last < first + kMaxLicenseWords; ++last) {
      std::string_view said =
          std::string_view(line).substr(words[first].begin, words[last].end - words[first].begin);
      while (!said.empty() && Contains(".,;:()[]\"'`*", said.substr(said.size() - 1))) said.remove_suffix(1);
      while (!said.empty() && Contains("()[]\"'`*", said.substr(0, 1))) said.remove_prefix(1);
      if (NormalizeLicense(said) == wanted) return wanted;
    }
  }
  return std::nullopt;
}

bool Near(double a, double b) { return std::abs(a - b) <= 0.001 * std::max(std::abs(a), std::abs(b)); }

double ParameterScale(std::string_view unit) {
  const char c = Lower(unit)[0];
  return c == 't' ? 1000 : c == 'm' ? 0.001 : c == 'k' ? 0.000001 : 1;
}

// `7B`, `350 million parameters`, in billions.
Checked Parameters(std::string_view value, std::string_view quote) {
  static const Pattern kSize(
      R"(\b(\d+(?:[.,]\d+)*)[\s-]*(B|M|T|K|bn|billion|million|trillion|thousand)\b[\s-]*(param\w*)?)", true);
  const auto wanted = ParseNumber(Strip(value));
  if (!wanted || *wanted <= 0) return std::nullopt;
  const bool about = Contains(Lower(quote), "param");
  for (const Match& match : kSize.FindAll(quote, 20)) {
    const auto number = ParseNumber(Group(quote, match, 1));
    const std::string_view unit = Group(quote, match, 2);
    const bool short_form = unit.size() == 1 && IsUpper(unit[0]) && unit[0] != 'K';
    if (!number || !(about || short_form)) continue;
    const double billions = *number * ParameterScale(Lower(unit) == "thousand" ? "k" : unit);
    if (Near(billions, *wanted)) return PlainNumber(billions);
  }
  return std::nullopt;
}

// `128K tokens of context`.
Checked ContextTokens(std::string_view value, std::string_view quote) {
  static const Pattern kLength(R"(\b(\d+(?:[.,]\d+)*)[\s-]*(k|m|million|thousand)?\b)", true);
  const auto wanted = ParseNumber(Strip(value));
  const std::string lower = Lower(quote);
  if (!wanted || *wanted < 128 || *wanted > 1e9 || std::floor(*wanted) != *wanted) return std::nullopt;
  if (!Contains(lower, "token") && !Contains(lower, "context")) return std::nullopt;
  for (const Match& match : kLength.FindAll(quote, 20)) {
    const auto number = ParseNumber(Group(quote, match, 1));
    if (!number) continue;
    const std::string unit = match.Has(2) ? Lower(Group(quote, match, 2)) : "";
    const bool thousands = unit == "k" || unit == "thousand";
    const double decimal = unit.empty() ? 1 : thousands ? 1e3 : 1e6;
    const double binary = unit.empty() ? 1 : thousands ? 1024 : 1048576;
    if (*number * decimal == *wanted || *number * binary == *wanted) return PlainNumber(*wanted);
  }
  return std::nullopt;
}

Checked Price(std::string_view value, std::string_view quote) {
  static const Pattern kDollars(R"((?:\$|USD\s?)(\d+(?:[.,]\d+)*)|\b(\d+(?:[.,]\d+)*)\s?(?:USD|dollars?)\b)",
                                true);
  const auto wanted = ParseNumber(Strip(value));
  if (!wanted || *wanted < 0) return std::nullopt;
  for (const Match& match : kDollars.FindAll(quote, 20)) {
    const auto number = ParseNumber(Group(quote, match, match.Has(1) ? 1 : 2));
    if (number && Near(*number, *wanted)) return PlainNumber(*number);
  }
  return std::nullopt;
}

Checked Pricing(std::string_view value, std::string_view quote) {
  static const Pattern kFree(
      R"(\bfor free\b|\bfree (?:to use|of charge|tier|plan|version|download|for)\b|\b(?:is|are|stays?|completely|entirely) free\b|\bno cost\b|\bopen[- ]source\b)");
  static const Pattern kNotFree(R"(\b(?:not|n't|no longer|never|used to be|feel) (?:\w+ )?free\b)");
  static const Pattern kPaid(
      R"(\$\s?\d|\b(?:paid|subscription|per (?:month|seat|user|token)|costs? (?:\d|from))\b)");
  const std::string lower = Lower(quote);
  const bool free = kFree.Matches(lower) && !kNotFree.Matches(lower);
  const bool paid = kPaid.Matches(lower);
  if (value == "free" && free && !paid) return "free";
  if (value == "paid" && paid && !free) return "paid";
  if (value == "freemium" && paid && free) return "freemium";
  return std::nullopt;
}

// Whether the word names this month.
bool IsMonth(std::string_view word, int month) {
  static constexpr std::array<std::array<std::string_view, 4>, 12> kMonths = {{
      {"january", "jan", "januar", "janvier"},
      {"february", "feb", "februar", "février"},
      {"march", "mar", "märz", "mars"},
      {"april", "apr", "april", "avril"},
      {"may", "may", "mai", "mai"},
      {"june", "jun", "juni", "juin"},
      {"july", "jul", "juli", "juillet"},
      {"august", "aug", "august", "août"},
      {"september", "sep", "sept", "septembre"},
      {"october", "oct", "oktober", "octobre"},
      {"november", "nov", "november", "novembre"},
      {"december", "dec", "dezember", "décembre"},
  }};
  const auto& names = kMonths[static_cast<size_t>(month - 1)];
  return std::find(names.begin(), names.end(), word) != names.end();
}

int WholeNumber(std::string_view text) { return static_cast<int>(ParseNumber(text).value_or(0)); }

// `november 20th, 2026`, `20. november 2026`, `november 2026`; day 0 for none.
bool SaysInWords(std::string_view lower, int year, int month, int day) {
  static const Pattern kMonthFirst(R"(([\pL]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(20\d\d)\b)");
  static const Pattern kDayFirst(
      R"(\b(\d{1,2})(?:st|nd|rd|th|er|\.)?\s+(?:of\s+)?([\pL]{3,10})\.?,?\s+(20\d\d)\b)");
  static const Pattern kMonthOnly(R"(([\pL]{3,10})\.?,?\s+(?:of\s+)?(20\d\d)\b)");
  const auto is = [&](const Match& match, size_t month_at, size_t day_at, size_t year_at) {
    return IsMonth(Group(lower, match, month_at), month) &&
           WholeNumber(Group(lower, match, year_at)) == year &&
           (day == 0 || WholeNumber(Group(lower, match, day_at)) == day);
  };
  for (const Match& match : kMonthFirst.FindAll(lower, 20)) {
    if (is(match, 1, 2, 3)) return true;
  }
  for (const Match& match : kDayFirst.FindAll(lower, 20)) {
    if (is(match, 2, 1, 3)) return true;
  }
  if (day != 0) return false;
  for (const Match& match : kMonthOnly.FindAll(lower, 20)) {
    if (is(match, 1, 0, 2)) return true;
  }
  return false;
}

Checked ReleaseDate(std::string_view value, std::string_view quote) {
  static const Pattern kValue(R"(^(20\d\d)-(\d\d)(?:-(\d\d))?$)");
  static const Pattern kIso(R"(\b(20\d\d)[-/.年]\s*0?(\d{1,2})(?:[-/.月]\s*0?(\d{1,2}))?)");
  // As for the rules: days of something else.
  static const Pattern kOther(
      R"(\b(?:will|plan\w*|soon|upcoming|updated|modified|accessed|knowledge|cut-?off|training data|until|deprecat\w+|previous)\b)");
  const std::string lower = Lower(quote);
  const auto parts = kValue.Find(value);
  if (!parts || kOther.Matches(lower)) return std::nullopt;
  const int year = WholeNumber(Group(value, *parts, 1));
  const int month = WholeNumber(Group(value, *parts, 2));
  const int day = parts->Has(3) ? WholeNumber(Group(value, *parts, 3)) : 0;
  if (month < 1 || month > 12 || day > 31 || (parts->Has(3) && day < 1)) return std::nullopt;
  for (const Match& iso : kIso.FindAll(quote, 20)) {
    const bool same_day = day == 0 || (iso.Has(3) && WholeNumber(Group(quote, iso, 3)) == day);
    if (WholeNumber(Group(quote, iso, 1)) == year && WholeNumber(Group(quote, iso, 2)) == month && same_day) {
      return std::string(value);
    }
  }
  return SaysInWords(lower, year, month, day) ? Checked(std::string(value)) : std::nullopt;
}

Checked Kind(std::string_view value, std::string_view quote) {
  const std::string lower = Lower(quote);
  const auto says = [&](std::string_view kind, std::initializer_list<std::string_view> words) {
    return value == kind && HasAnyWord(lower, words);
  };
  const bool borne_out = says("model", {"model", "models", "checkpoint", "llm"}) ||
                         says("library", {"library", "framework", "sdk", "toolkit", "package"}) ||
                         says("application", {"application", "app", "editor", "cli", "desktop"}) ||
                         says("service", {"service", "api", "platform", "cloud"}) ||
                         says("dataset", {"dataset", "data set", "corpus"});
  return borne_out ? Checked(std::string(value)) : std::nullopt;
}

}  // namespace

const std::vector<std::string>& FillableFields() {
  static const std::vector<std::string> kFields = {"vendor",         "kind",        "license",
                                                   "parameters_b",   "pricing",     "entry_price_usd",
                                                   "context_tokens", "release_date"};
  return kFields;
}

bool NamesAnother(std::string_view quote, std::string_view tool) {
  static const WordFinder kProducts(ProductSpellings());
  const std::string lower = Lower(quote);
  const std::string own = Lower(tool);
  const std::vector<Spelling> named = kProducts.In(lower);
  return std::any_of(named.begin(), named.end(), [&](const Spelling& product) {
    return FindProduct(lower, product.word) != lower.npos && !Contains(own, product.word);
  });
}

std::optional<std::string> BorneOut(std::string_view field, std::string_view value, std::string_view quote) {
  if (field == "vendor") return Name(value, quote);
  if (field == "kind") return Kind(value, quote);
  if (field == "license") return License(value, quote);
  if (field == "parameters_b") return Parameters(value, quote);
  if (field == "context_tokens") return ContextTokens(value, quote);
  if (field == "entry_price_usd") return Price(value, quote);
  if (field == "pricing") return Pricing(value, quote);
  if (field == "release_date") return ReleaseDate(value, quote);
  return std::nullopt;
}

}  // namespace seaworthy
