#include "services/ingest/extract/pattern.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <string>
#include <utility>

#include "services/ingest/extract/prefixes.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr int kShortestLiteral = 2;
constexpr int kMaxGroups = 16;
constexpr int kMaxSets = 3;  // Of strings, for one expression.
// Places where a match may begin that are tried one by one; then the rest of
// the text is searched, so that time stays linear.
constexpr int kMaxTries = 4;
// Stands for a digit while the strings of an expression are looked for.
constexpr std::string_view kDigitSign = "\x02\x02";

// The longest part of a string that is the same in any case.
std::string CaselessPart(std::string_view text) {
  std::string_view longest;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size()) {
      const size_t length = CaselessLength(text.substr(end));
      if (length == 0) break;
      end += length;
    }
    if (end - at > longest.size()) longest = text.substr(at, end - at);
    at = end + 1;
  }
  return std::string(longest);
}

// One expression, and the strings by which RE2 would filter in `strings`.
std::unique_ptr<re2::FilteredRE2> Compile(std::string_view expression, bool ignore_case,
                                          std::vector<std::string>* strings) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignore_case);
  options.set_max_mem(16 << 20);
  auto compiled = std::make_unique<re2::FilteredRE2>(kShortestLiteral);
  int id = 0;
  const auto error = compiled->Add(re2::StringPiece(expression.data(), expression.size()), options, &id);
  if (error != re2::RE2::NoError || compiled->GetRE2(0).NumberOfCapturingGroups() >= kMaxGroups) {
    std::cerr << "bad pattern " << expression << ": error " << error << "\n";
    std::abort();
  }
  compiled->Compile(strings);
  return compiled;
}

// Of the strings by which RE2 would filter, the fewest and longest of which
// one is in every match, without those of `held`; nothing where there are no
// such strings.
std::vector<int> EnoughOf(const std::vector<std::string>& strings, const re2::FilteredRE2& filter,
                          std::vector<int> held) {
  // A text that holds only `held`; those it does not hold are enough as long
  // as it cannot match.
  const auto ruled_out = [&] {
    std::vector<int> may;
    std::vector<int> sorted = held;
    std::sort(sorted.begin(), sorted.end());
    filter.AllPotentials(sorted, &may);
    return may.empty();
  };
  if (!ruled_out()) return {};
  std::vector<int> order(strings.size());
  std::iota(order.begin(), order.end(), 0);
  const auto size = [&](int i) { return strings[static_cast<size_t>(i)].size(); };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return size(a) < size(b); });
  std::vector<int> enough;
  for (int i : order) {
    if (std::find(held.begin(), held.end(), i) != held.end()) continue;
    held.push_back(i);
    if (ruled_out()) continue;
    held.pop_back();
    enough.push_back(i);
  }
  return enough;
}

// The expression with kDigitSign for every `\d` outside a class.
std::string WithDigitSigns(std::string_view expression) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '\\' && i + 1 < expression.size()) {
      const bool digit = expression[i + 1] == 'd' && !in_class;
      out.append(digit ? Cat("(?:", kDigitSign, ")") : std::string(expression.substr(i, 2)));
      ++i;
      continue;
    }
    in_class = expression[i] == '[' || (in_class && expression[i] != ']');
    out.push_back(expression[i]);
  }
  return out;
}

// Sets of strings, lower case; one string of each set is in every match.
std::vector<std::vector<std::string>> LiteralsOf(const std::vector<std::string>& strings,
                                                 const re2::FilteredRE2& filter) {
  std::vector<std::vector<std::string>> sets;
  std::vector<int> held;
  for (int i = 0; i < kMaxSets; ++i) {
    const std::vector<int> enough = EnoughOf(strings, filter, held);
    if (enough.empty()) break;
    held.insert(held.end(), enough.begin(), enough.end());
    std::vector<std::string> literals;
    for (int string : enough) {
      const std::string& text = strings[static_cast<size_t>(string)];
      literals.push_back(Contains(text, kDigitSign) ? std::string(kAnyDigit) : CaselessPart(text));
    }
    const bool known = std::all_of(literals.begin(), literals.end(), [](const std::string& literal) {
      return literal.size() >= kShortestLiteral || literal == kAnyDigit;
    });
    if (known) sets.push_back(std::move(literals));
  }
  return sets;
}

}  // namespace

Pattern::Pattern(std::string_view expression, bool ignore_case) : anchored_(StartsWith(expression, "^")) {
  std::vector<std::string> strings;
  compiled_ = Compile(expression, ignore_case, &strings);
  auto sets = LiteralsOf(strings, *compiled_);
  if (sets.empty() && Contains(expression, "\\d")) {
    const auto signs = Compile(WithDigitSigns(expression), ignore_case, &strings);
    sets = LiteralsOf(strings, *signs);
  }
  for (const auto& literals : sets) literals_.push_back(AddLiterals(literals));
  if (const auto prefixes = PrefixesOf(expression, ignore_case)) prefixes_ = AddLiterals(*prefixes);
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

bool Pattern::Search(std::string_view text, size_t from, re2::StringPiece* pieces, int groups) const {
  if (from > text.size()) return false;
  const LiteralIndex* const index =
      literals_.empty() && !prefixes_ ? nullptr : LiteralIndex::Of(text.substr(from));
  if (index != nullptr && index->Lacks(literals_, text.substr(from))) return false;
  if (index == nullptr || !prefixes_ || !index->Knows(*prefixes_))
    return Run(text, from, false, pieces, groups);
  for (int tries = 0; tries < kMaxTries; ++tries) {
    const size_t at = index->NextOf(*prefixes_, text.substr(from));
    if (at == text.npos) return false;
    from += at;
    if (Run(text, from, true, pieces, groups)) return true;
    ++from;
  }
  return Run(text, from, false, pieces, groups);
}

bool Pattern::Run(std::string_view text, size_t from, bool begins, re2::StringPiece* pieces,
                  int groups) const {
  const re2::RE2& re = compiled_->GetRE2(0);
  const re2::StringPiece all(text.data(), text.size());
  const auto anchor = begins ? re2::RE2::ANCHOR_START : re2::RE2::UNANCHORED;
  // RE2 looks for groups at once where the start is fixed, which costs tenfold.
  if ((anchored_ || begins) && groups > 1 && !re.Match(all, from, text.size(), anchor, nullptr, 0))
    return false;
  return re.Match(all, from, text.size(), anchor, pieces, groups);
}

bool Pattern::Matches(std::string_view text) const { return Search(text, 0, nullptr, 0); }

std::optional<Match> Pattern::Find(std::string_view text, size_t from) const {
  const int groups = 1 + compiled_->GetRE2(0).NumberOfCapturingGroups();
  std::array<re2::StringPiece, kMaxGroups> pieces;
  if (!Search(text, from, pieces.data(), groups)) return std::nullopt;
  Match match;
  for (int i = 0; i < groups; ++i) {
    const re2::StringPiece& piece = pieces[static_cast<size_t>(i)];
    const bool set = piece.data() != nullptr;
    const size_t begin = set ? static_cast<size_t>(piece.data() - text.data()) : 0;
    match.groups.push_back({begin, begin + piece.size()});
    if (set) match.set |= uint32_t{1} << i;
  }
  return match;
}

std::vector<Match> Pattern::FindAll(std::string_view text, size_t max) const {
  std::vector<Match> matches;
  size_t at = 0;
  while (matches.size() < max) {
    auto match = Find(text, at);
    if (!match) break;
    at = match->all().empty() ? match->all().end + 1 : match->all().end;
    matches.push_back(*std::move(match));
  }
  return matches;
}

}  // namespace seaworthy
