// Amounts, dates and versions, and which of them can be checked.
#include <algorithm>

#include "common/claims/scanner.h"

namespace seaworthy::claims {
namespace {

// Below this a bare number says how many of something a writer counts.
constexpr double kSmallCount = 13;

const WordSet& Horizons() {
  static const auto* const kSet = new WordSet("by until before through within till beyond");
  return *kSet;
}

const WordSet& Futures() {
  static const auto* const kSet = new WordSet("will would could may might expect predict shall");
  return *kSet;
}

const WordSet& BitNouns() {
  static const auto* const kSet = new WordSet(
      "weight weights quantized quantised quantization quantisation variant variants checkpoint checkpoints "
      "quants "
      "quant build builds version versions file files format formats release releases");
  return *kSet;
}

}  // namespace

bool Scanner::ReadDateAtom() {
  const auto date = ReadDate(out_.text, out_.words, i_);
  if (!date.has_value()) return false;
  const size_t last = i_ + date->words;
  if (IsHorizon(*date)) {
    i_ = last;
    return true;
  }
  Add(i_, last, v1::Mark::DATE).date = date->value;
  return true;
}

bool Scanner::IsHorizon(const Date& date) const {
  if (InPrediction(date.begin)) return true;
  if (std::find(due_dates_.begin(), due_dates_.end(), date.value) != due_dates_.end()) return true;
  if (i_ > 0 && Horizons().Has(At(i_ - 1))) return true;
  if (i_ > 1 && Horizons().Has(At(i_ - 2)) && !At(i_ - 1).Is(Word::kDigit)) return true;
  if (index_.HasDate(date.value)) return false;
  const bool later = index_.release_date() == 0 || date.value > index_.release_date();
  if (!later) return false;
  for (size_t k = i_; k-- > 0 && out_.sentence[k] == out_.sentence[i_] && i_ - k < 24;) {
    if (Futures().Has(At(k))) return true;
  }
  return Exists(i_ + date.words) && Futures().Has(At(i_ + date.words));
}

bool Scanner::ReadAmount() {
  const Word& word = At(i_);
  if (word.Is(Word::kLetter) && word.Is(Word::kDigit) && !word.Is(Word::kDigitFirst)) return ReadVersion();
  const auto quantity = ReadQuantity(out_.text, out_.words, i_);
  if (!quantity.has_value()) return ReadDottedVersion();
  const size_t last = i_ + quantity->words;
  if (quantity->unit == Unit::kBits) return ReadBits(*quantity, last);
  if (!Checkable(*quantity, last)) {
    i_ = last;
    return true;
  }
  Atom& atom = Add(i_, last, quantity->unit == Unit::kMoney ? v1::Mark::PRICE : v1::Mark::NUMBER);
  atom.begin = quantity->begin;
  atom.end = quantity->end;
  atom.quantity = *quantity;
  return true;
}

bool Scanner::Checkable(const Quantity& quantity, size_t last) const {
  switch (quantity.unit) {
    case Unit::kSpan:
      return Exists(last) &&
             (At(last).hash == "trial"_w || (Exists(last + 1) && At(last + 1).hash == "trial"_w));
    case Unit::kPercent:
      return !Odds(last);
    case Unit::kCount:
      break;
    case Unit::kTime:
      return !quantity.spelled;
    default:
      return !quantity.spelled || quantity.scaled || quantity.unit == Unit::kPercent ||
             quantity.unit == Unit::kMoney || quantity.unit == Unit::kBytes;
  }
  for (size_t k = last; k < std::min(out_.words.size(), last + 2); ++k) {
    if (At(k).hash == "facts"_w || At(k).hash == "fact"_w) return false;  // Ours, counted.
  }
  if (quantity.spelled) return quantity.scaled || BeforeHardware(last);
  if (quantity.scaled || quantity.step < 1) return true;
  if (After(last - 1) == '/' && Exists(last) && At(last).Is(Word::kDigitFirst)) return false;
  if (Before(i_) == '/' && i_ > 0 && At(i_ - 1).Is(Word::kDigitFirst)) return false;
  return quantity.value >= kSmallCount || BeforeHardware(last);
}

bool Scanner::Odds(size_t last) const {
  static const auto* const kOdds =
      new WordSet("odds chance chances probability likelihood likely confidence confident sure certain");
  for (size_t k = i_ - std::min<size_t>(i_, 3); k < std::min(out_.words.size(), last + 2); ++k) {
    if (kOdds->Has(At(k))) return true;
  }
  return false;
}

bool Scanner::BeforeHardware(size_t i) const {
  if (!Exists(i) || !Gap(i - 1, " ")) return false;
  const GazetteerEntry* entry = gazetteer_.Find(At(i).hash);
  if (entry == nullptr && At(i).Plural()) entry = gazetteer_.Find(At(i).stem);
  return entry != nullptr && entry->kind == v1::Mark::HARDWARE;
}

bool Scanner::ReadBits(const Quantity& quantity, size_t last) {
  const bool noun = Exists(last) && Gap(last - 1, " -") && BitNouns().Has(At(last));
  if (!noun) {
    i_ = last;
    return true;
  }
  Atom& atom = Add(i_, last, v1::Mark::FORMAT);
  atom.quantity = quantity;
  return true;
}

bool Scanner::ReadVersion() {
  const std::string_view text = TextOf(i_);
  if (text.size() < 2 || Lower(text[0]) != 'v' || !IsDigit(text[1])) return false;
  if (text.find_first_not_of("0123456789.", 1) != std::string_view::npos) return false;
  Add(i_, i_ + 1, v1::Mark::NUMBER).version = true;
  return true;
}

bool Scanner::ReadDottedVersion() {
  const std::string_view text = TextOf(i_);
  if (text.size() < 5 || text.find_first_not_of("0123456789.") != std::string_view::npos) return false;
  Add(i_, i_ + 1, v1::Mark::NUMBER).version = true;
  return true;
}

bool Scanner::ReadFree() {
  if (At(i_).hash != "free"_w) return false;
  static const auto* const kBefore = new WordSet("is it s for pricing price stays entirely completely");
  static const auto* const kBehind = new WordSet("tier plan trial");
  const bool behind = Exists(i_ + 1) && Gap(i_, " ") &&
                      (kBehind->Has(At(i_ + 1)) ||
                       (At(i_ + 1).hash == "of"_w && Exists(i_ + 2) && At(i_ + 2).hash == "charge"_w));
  const bool before = i_ > 0 && kBefore->Has(At(i_ - 1)) && Gap(i_ - 1, " ") && Before(i_) == ' ';
  const bool ends =
      !Exists(i_ + 1) || !Gap(i_, " ") || At(i_ + 1).hash == "and"_w || At(i_ + 1).hash == "for"_w;
  if (!behind && !(before && ends)) return false;
  Add(i_, i_ + 1, v1::Mark::PRICE);
  return true;
}

}  // namespace seaworthy::claims
