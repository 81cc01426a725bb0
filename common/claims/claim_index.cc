#include "common/claims/claim_index.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/numbers.h"
#include "common/claims/gazetteer.h"

namespace seaworthy {
namespace {

using claims::HashOf;
using claims::Quantity;
using claims::Unit;
using claims::Word;

constexpr size_t kMaxText = size_t{1} << 20;
constexpr size_t kMaxCompetitors = 64;
// Longest run of words looked up in one go.
constexpr size_t kRun = 4;
constexpr size_t kMaxEntityWords = 8;
constexpr double kSpare = 1.2;
// Gigabytes that cards are sold with, the rarer ones in the second list.
constexpr std::array<double, 7> kCards = {4, 8, 12, 16, 24, 48, 80};
constexpr std::array<double, 12> kAllCards = {4, 6, 8, 12, 16, 24, 32, 40, 48, 80, 96, 192};

// Amounts of one sort can stand for each other.
uint8_t SortOf(Unit unit) {
  switch (unit) {
    case Unit::kCount:
    case Unit::kParams:
    case Unit::kTokens:
    case Unit::kPercent:
      return 0;
    default:
      return static_cast<uint8_t>(unit);
  }
}

std::string_view Cut(std::string_view text, size_t most) {
  return text.substr(0, std::min(text.size(), most));
}

size_t CountBytes(const v1::Revision& revision, std::string_view text) {
  size_t bytes = text.size() + revision.description().size() + revision.tagline().size() + 512;
  for (const v1::Fact& fact : revision.facts())
    bytes += fact.value().size() + (text.empty() ? fact.evidence().text().size() : 0);
  return bytes;
}

bool Close(double a, double b, double share) { return std::abs(a - b) <= share * std::max(a, b); }

}  // namespace

bool claims::IsCardFor(double weights, double card) {
  const double wanted = weights * kSpare;
  const auto is = [card, wanted](const auto& cards) {
    const auto* const found = std::lower_bound(cards.begin(), cards.end(), wanted);
    return found != cards.end() && *found == card;
  };
  return is(kCards) || is(kAllCards);
}

double claims::CardsFor(double weights, double card) { return std::ceil(weights * kSpare / card); }

ClaimIndex::ClaimIndex(const v1::Revision& revision, std::string_view announcement_text,
                       absl::Span<const v1::KnownCompetitor> competitors)
    : phrases_(std::min(CountBytes(revision, announcement_text), 2 * kMaxText) / 6 * kRun),
      capitals_(std::min(CountBytes(revision, announcement_text), 2 * kMaxText) / 24) {
  const std::string_view text = Cut(announcement_text, kMaxText);
  AddFields(revision);
  AddFacts(revision, text.empty());
  AddText(text);
  for (const v1::KnownCompetitor& known : competitors) {
    if (competitors_.size() < kMaxCompetitors) AddCompetitor(known);
  }
  std::sort(amounts_.begin(), amounts_.end());
  std::sort(dates_.begin(), dates_.end());
  std::sort(sizes_b_.begin(), sizes_b_.end());
}

void ClaimIndex::AddText(std::string_view text) {
  const std::vector<Word> words = claims::SplitWords(text);
  for (size_t i = 0; i < words.size(); ++i) {
    const Word& word = words[i];
    uint64_t hash = 0;
    // `a 100 MB file` is no A100.
    const bool article = word.end - word.begin == 1 && !word.Is(Word::kCapital | Word::kDigit);
    for (size_t k = i; k < std::min(words.size(), i + kRun); ++k) {
      if (k > i && article && words[k].Is(Word::kDigitFirst)) break;
      hash = claims::Join(hash, words[k]);
      phrases_.Add(hash);
    }
    if (word.Is(Word::kCapital | Word::kInner)) capitals_.Add(word.hash);
    if (word.Is(Word::kDigit) && word.Is(Word::kLetter)) NoteBits(words, i, text);
    if (const auto date = claims::ReadDate(text, words, i)) dates_.push_back(date->value);
    const auto quantity = claims::ReadQuantity(text, words, i);
    if (!quantity.has_value()) continue;
    AddAmount(quantity->unit, quantity->value);
    if (quantity->unit == Unit::kBits) NoteBits(words, i, text);
  }
}

// `int4`, `Q2_K`, `1.58-bit`; and the family of `Qwen2.5`.
void ClaimIndex::NoteBits(const std::vector<Word>& words, size_t i, std::string_view text) {
  const Word& word = words[i];
  const std::string_view all = text.substr(word.begin, word.end - word.begin);
  double bits = 0;
  if (word.Is(Word::kDigitFirst)) {
    if (const auto quantity = claims::ReadQuantity(text, words, i); quantity && quantity->unit == Unit::kBits)
      bits = quantity->value;
  } else {
    size_t letters = 0;
    uint64_t family = 0;
    for (; letters < all.size() && !claims::IsDigit(all[letters]); ++letters)
      family = claims::AddChar(family, all[letters]);
    if (letters >= 3) {
      phrases_.Add(family);
      capitals_.Add(family);
    }
    const std::string_view digits = all.substr(letters);
    const uint64_t prefix = HashOf(all.substr(0, letters));
    const bool format = prefix == HashOf("int") || prefix == HashOf("q") || prefix == HashOf("iq");
    if (format && digits.size() == 1) bits = digits[0] - '0';
  }
  if (bits >= 1 && bits < lowest_bits_) lowest_bits_ = bits;
}

void ClaimIndex::AddAmount(Unit unit, double value) {
  amounts_.push_back({SortOf(unit), value});
  if (unit == Unit::kParams && value >= 1e6) sizes_b_.push_back(value / 1e9);
}

void ClaimIndex::AddFields(const v1::Revision& revision) {
  name_ = revision.name();
  for (const std::string* text :
       {&revision.name(), &revision.vendor(), &revision.category(), &revision.tagline(),
        &revision.description(), &revision.license(), &revision.entry_price_unit()})
    AddText(Cut(*text, kMaxText / 16));
  AddEntity(revision.name(), {Owner::kTool, 0}, true);
  for (const std::string& alias : revision.aliases()) {
    AddText(Cut(alias, 1000));
    AddEntity(alias, {Owner::kTool, 0}, false);
  }
  AddEntity(revision.vendor(), {Owner::kTool, 0}, true);
  for (const std::string& format : revision.formats()) AddText(Cut(format, 200));
  for (const std::string& link : revision.links()) AddText(Cut(link, 1000));
  license_name_ = revision.license();
  license_ = LicenseId(license_name_);
  if (const auto words = claims::SplitWords(license_name_, 1); !words.empty()) license_opens_ = words[0].hash;
  for (double size : revision.parameters_b()) {
    parameters_b_.push_back(size);
    AddAmount(Unit::kParams, size * 1e9);
  }
  if (revision.has_entry_price_usd()) {
    entry_price_ = revision.entry_price_usd();
    AddAmount(Unit::kMoney, *entry_price_);
  }
  entry_price_unit_ = revision.entry_price_unit();
  pricing_ = revision.pricing();
  if (revision.has_context_tokens()) {
    context_tokens_ = revision.context_tokens();
    AddAmount(Unit::kTokens, static_cast<double>(*context_tokens_));
  }
  release_date_ = claims::DateValue(revision.release_date());
  if (release_date_ != 0) dates_.push_back(release_date_);
}

void ClaimIndex::AddFacts(const v1::Revision& revision, bool with_evidence) {
  constexpr int kMaxFacts = 1000;
  for (int i = 0; i < std::min(revision.facts_size(), kMaxFacts); ++i) {
    const v1::Fact& fact = revision.facts(i);
    AddText(Cut(fact.value(), 1000));
    if (with_evidence) AddText(Cut(fact.evidence().text(), 1000));
    if (fact.field() == "benchmark") AddBenchmark(fact.value());
    if (fact.field() == "install_command" && command_.empty()) command_ = std::string(Cut(fact.value(), 160));
  }
}

void ClaimIndex::AddBenchmark(std::string_view value) {
  const std::vector<Word> words = claims::SplitWords(Cut(value, 1000));
  double score = 0;
  if (words.size() < 2) return;
  const Word& last = words.back();
  if (!absl::SimpleAtod(std::string(value.substr(last.begin, last.end - last.begin)), &score)) return;
  uint64_t name = 0;
  for (size_t i = 0; i + 1 < words.size(); ++i) name = claims::Join(name, words[i]);
  scores_[name].push_back(score);
}

void ClaimIndex::AddCompetitor(const v1::KnownCompetitor& known) {
  const auto number = static_cast<uint32_t>(competitors_.size());
  Competitor& competitor = competitors_.emplace_back();
  competitor.name = known.name();
  competitor.license = LicenseId(known.license());
  competitor.license_name = known.license();
  competitor.parameters_b.assign(known.parameters_b().begin(), known.parameters_b().end());
  if (known.has_entry_price_usd()) competitor.price = known.entry_price_usd();
  competitor.release_date = claims::DateValue(known.release_date());
  if (competitor.release_date != 0) dates_.push_back(competitor.release_date);
  AddEntity(known.name(), {Owner::kCompetitor, number}, false);
  AddEntity(known.vendor(), {Owner::kCompetitor, number}, false);
}

void ClaimIndex::AddEntity(std::string_view name, Owner owner, bool parts) {
  const std::vector<Word> words = claims::SplitWords(Cut(name, 300), kMaxEntityWords);
  uint64_t hash = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    hash = claims::Join(hash, words[i]);
    const bool whole = i + 1 == words.size();
    const bool named = words[0].Is(Word::kCapital) && !claims::Gazetteer::Get().IsCommon(words[0].hash);
    if (whole || (parts && named)) entities_.emplace(hash, owner);
  }
  if (words.empty()) return;
  // `Hugging Face` is found as `HuggingFace` too.
  entity_opens_.Add(words[0].hash);
  entity_opens_.Add(hash);
  entity_words_ = std::max(entity_words_, words.size());
}

bool ClaimIndex::HasWords(const std::vector<Word>& words, size_t begin, size_t end) const {
  for (size_t first = begin; first < end; ++first) {
    const size_t last = std::min(end, first + kRun);
    uint64_t hash = 0;
    for (size_t i = first; i + 1 < last; ++i) hash = claims::Join(hash, words[i]);
    const Word& word = words[last - 1];
    const bool stands = phrases_.Has(claims::Join(hash, word)) ||
                        // `A100s` for `A100`; the last word only.
                        (last == end && word.Plural() && phrases_.Has(hash * word.stem_pow + word.stem));
    if (!stands) return false;
    if (last == end) return true;
  }
  return false;
}

bool ClaimIndex::HasAmount(Unit unit, double low, double high) const {
  const auto found = std::lower_bound(amounts_.begin(), amounts_.end(), Amount{SortOf(unit), low});
  return found != amounts_.end() && found->sort == SortOf(unit) && found->value <= high;
}

bool ClaimIndex::HasQuantity(const Quantity& quantity) const {
  const double value = quantity.value;
  if (HasAmount(quantity.unit, value * (1 - 1e-9), value * (1 + 1e-9))) return true;
  if (quantity.unit == Unit::kMoney || quantity.spelled) return false;
  // 128K is 131,072, and 131,072 is 128K.
  double binary = value;
  double decimal = value;
  for (int power = 0; power < 3; ++power) {
    binary = binary / 1000 * 1024;
    decimal = decimal / 1024 * 1000;
    if (value >= 1000 && (HasAmount(quantity.unit, binary * (1 - 1e-9), binary * (1 + 1e-9)) ||
                          HasAmount(quantity.unit, decimal * (1 - 1e-9), decimal * (1 + 1e-9))))
      return true;
  }
  // Rounded to the digits printed, by a twentieth at most.
  const double slack = std::min(quantity.step / 2, value / 20);
  const bool roundable = quantity.scaled || quantity.step < 1 || quantity.unit == Unit::kPercent;
  return roundable && HasAmount(quantity.unit, value - slack, value + slack);
}

bool ClaimIndex::IsDerived(const Quantity& quantity) const {
  const double value = quantity.value;
  if (quantity.unit == Unit::kMoney) {
    static constexpr std::array<double, 6> kFactors = {1000, 730, 12, 1.0 / 12, 100, 30};
    for (double factor : kFactors) {
      if (entry_price_ && Close(value, *entry_price_ * factor, 0.01)) return true;
    }
    return false;
  }
  if (quantity.unit != Unit::kBytes) return false;
  const double gigabytes = value / 1e9;
  const double slack = std::max(std::min(quantity.step / 1.8e9, gigabytes / 5), gigabytes * 0.01);
  for (double size : sizes_b_) {
    for (double bytes : {0.5, 1.0, 2.0, 4.0}) {
      if (std::abs(size * bytes - gigabytes) <= slack || claims::IsCardFor(size * bytes, gigabytes))
        return true;
    }
  }
  return false;
}

bool ClaimIndex::HasDate(int value) const {
  // A month is told by any of its days, a year by any of its months.
  const int span = value % 10000 == 0 ? 10000 : value % 100 == 0 ? 100 : 1;
  const auto found = std::lower_bound(dates_.begin(), dates_.end(), value);
  return found != dates_.end() && *found < value + span;
}

ClaimIndex::Owner ClaimIndex::FindEntity(const std::vector<Word>& words, size_t i, size_t* count) const {
  Owner owner;
  uint64_t hash = 0;
  *count = 0;
  if (!entity_opens_.Has(words[i].hash)) return owner;
  for (size_t k = i; k < std::min(words.size(), i + entity_words_); ++k) {
    hash = claims::Join(hash, words[k]);
    const auto found = entities_.find(hash);
    if (found == entities_.end()) continue;
    owner = found->second;
    *count = k - i + 1;
  }
  return owner;
}

uint64_t ClaimIndex::LicenseId(std::string_view name) {
  if (name.empty()) return 0;
  const uint64_t hash = claims::HashWords(Cut(name, 300));
  const claims::GazetteerEntry* entry = claims::Gazetteer::Get().Find(hash);
  return entry != nullptr && entry->kind == v1::Mark::LICENSE ? entry->forms.front() : hash;
}

bool ClaimIndex::HasLicense(uint64_t id) const {
  if (id == license_ || phrases_.Has(id)) return true;
  const claims::GazetteerEntry* entry = claims::Gazetteer::Get().Find(id);
  if (entry == nullptr) return false;
  return std::any_of(entry->forms.begin(), entry->forms.end(),
                     [this](uint64_t form) { return phrases_.Has(form); });
}

const std::vector<double>* ClaimIndex::ScoresOf(uint64_t benchmark) const {
  const auto found = scores_.find(benchmark);
  return found == scores_.end() ? nullptr : &found->second;
}

}  // namespace seaworthy
