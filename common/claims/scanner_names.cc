// Names of tools, makers and everything everybody knows; licences.
#include <algorithm>

#include "common/claims/scanner.h"

namespace seaworthy::claims {
namespace {

constexpr size_t kMaxNameWords = 8;

// What a number prefixed to a hyphenated word makes an idiom of.
const WordSet& HyphenIdioms() {
  static const auto* const kSet =
      new WordSet("sub mid top first under pre post over non multi single last one two three per part");
  return *kSet;
}

}  // namespace

bool Scanner::ReadEntity() {
  size_t count = 0;
  const ClaimIndex::Owner owner = index_.FindEntity(out_.words, i_, &count);
  if (count == 0) return false;
  // A name of one word is no name in small letters: `command`, `sail`.
  if (!At(i_).Is(Word::kCapital | Word::kInner | Word::kDigit) && count == 1 &&
      owner.kind == owner.kCompetitor)
    return false;
  const bool opens = out_.opens[i_] && count == 1 && gazetteer_.IsCommon(At(i_).hash);
  if (opens) return false;
  size_t last = i_ + count;
  // `Harrow 2` is not `Harrow`.
  const size_t extended = Extend(i_, last);
  bool versioned = false;
  for (size_t k = last; k < extended; ++k) versioned |= At(k).Is(Word::kDigit);
  const bool another = versioned && !index_.HasWords(out_.words, i_, extended);
  if (another) last = extended;
  Atom& atom = Add(i_, last, v1::Mark::NAME);
  if (!another) atom.owner = owner;
  return true;
}

const GazetteerEntry* Scanner::Longest(size_t* last) const {
  if (!gazetteer_.Opens(At(i_))) return nullptr;
  const GazetteerEntry* best = nullptr;
  uint64_t hash = 0;
  const size_t most = std::min(out_.words.size(), i_ + gazetteer_.max_words());
  for (size_t k = i_; k < most; ++k) {
    if (k > i_ && !Gap(k - 1, " -_./+", 2)) break;
    // `a 10-year plan` is no A10.
    if (k > i_ && At(k).Is(Word::kDigitFirst) && !At(k - 1).Is(Word::kCapital | Word::kInner) &&
        Gap(k - 1, " "))
      break;
    const uint64_t head = hash;
    hash = Join(hash, At(k));
    const GazetteerEntry* entry = gazetteer_.Find(hash);
    if (entry == nullptr && At(k).Plural()) entry = gazetteer_.Find(head * At(k).stem_pow + At(k).stem);
    if (entry == nullptr) continue;
    best = entry;
    *last = k + 1;
  }
  if (best == nullptr) return nullptr;
  // Written small, a name with a capital is another word.
  const bool small = !At(i_).Is(Word::kCapital | Word::kInner | Word::kDigit);
  if (small && best->capital && *last == i_ + 1) return nullptr;
  if (out_.opens[i_] && *last == i_ + 1 && gazetteer_.IsCommon(At(i_).hash)) return nullptr;
  return best;
}

bool Scanner::ReadGazetteer() {
  size_t last = 0;
  longest_ = Longest(&last);
  longest_last_ = last;
  longest_at_ = i_;
  if (longest_ == nullptr) return false;
  // `at bf16` is a condition of a sum.
  const bool width = longest_->kind == v1::Mark::FORMAT && i_ > 0 && At(i_ - 1).hash == "at"_w;
  if (width && At(i_).Is(Word::kDigit)) {
    i_ = last;
    return true;
  }
  if (longest_->kind != v1::Mark::LICENSE) return false;
  const GazetteerEntry* entry = longest_;
  Atom& atom = Add(i_, last, v1::Mark::LICENSE);
  atom.entry = entry;
  atom.id = entry->forms.front();
  return true;
}

bool Scanner::ReadOwnLicense() {
  if (index_.license() == 0 || At(i_).hash != index_.license_opens()) return false;
  uint64_t hash = 0;
  for (size_t k = i_; k < std::min(out_.words.size(), i_ + kMaxNameWords); ++k) {
    if (k > i_ && !Gap(k - 1, " -_.")) break;
    hash = Join(hash, At(k));
    if (hash != index_.license()) continue;
    Add(i_, k + 1, v1::Mark::LICENSE).id = hash;
    return true;
  }
  return false;
}

bool Scanner::ReadTitledLicense() {
  if (!At(i_).Is(Word::kCapital) || (out_.opens[i_] && gazetteer_.IsCommon(At(i_).hash))) return false;
  uint64_t hash = At(i_).hash;
  for (size_t k = i_ + 1; k < std::min(out_.words.size(), i_ + kMaxNameWords); ++k) {
    if (!Gap(k - 1, " -_.") || !At(k).Is(Word::kCapital | Word::kDigitFirst)) return false;
    hash = Join(hash, At(k));
    if (At(k).hash != "license"_w && At(k).hash != "licence"_w) continue;
    Add(i_, k + 1, v1::Mark::LICENSE).id = hash;
    return true;
  }
  return false;
}

bool Scanner::ReadAddress() {
  if (At(i_).end - At(i_).begin < 2) return false;
  size_t last = i_ + 1;
  bool dot = false;
  while (Exists(last) && Gap(last - 1, "./:-_@?=&#", 3)) {
    const std::string_view gap = out_.text.substr(At(last - 1).end, At(last).begin - At(last - 1).end);
    if (gap != "." && gap != "/" && gap != "://" && gap != "-" && gap != "_" && gap != "@") break;
    dot = dot || ((gap == "." || gap == "://") && At(last).end - At(last).begin > 1);
    ++last;
  }
  if (!dot || At(i_).Is(Word::kDigitFirst)) return false;
  if (longest_ != nullptr && longest_at_ == i_ && longest_last_ >= last) return false;
  Add(i_, last, v1::Mark::NAME);
  return true;
}

bool Scanner::ReadKnownName() {
  if (longest_at_ != i_ || longest_ == nullptr) return false;
  const GazetteerEntry* entry = longest_;
  size_t last = longest_last_;
  const bool grows = entry->kind == v1::Mark::NAME || entry->kind == v1::Mark::HARDWARE;
  if (grows) last = Extend(i_, last);
  AddName(i_, last, entry->kind, entry);
  return true;
}

bool Scanner::ReadShape() {
  if (!LooksNamed(i_)) return ReadIdentifier();
  AddName(i_, Extend(i_, i_ + 1), v1::Mark::NAME, nullptr);
  return true;
}

bool Scanner::LooksNamed(size_t i) const {
  const Word& word = At(i);
  if (!word.Is(Word::kCapital | Word::kInner | Word::kDigit) || word.Is(Word::kDigitFirst)) return false;
  if (word.end - word.begin < 2 || gazetteer_.IsClass(word.hash)) return false;
  if (word.Plural() && gazetteer_.IsClass(word.stem)) return false;
  // It's, Meta's: the s after an apostrophe is no word, nor is `t`.
  if (word.Is(Word::kInner)) return true;
  if (word.Is(Word::kDigit)) return !IsIdiom(i);
  if (!word.Is(Word::kSmall)) {
    // Capitals alone are classes more often than products: `GPT-5` is one.
    return Exists(i + 1) && Gap(i, "-") && At(i + 1).Is(Word::kDigitFirst);
  }
  if (gazetteer_.IsCommon(word.hash)) return false;
  return !out_.opens[i] || NamedElsewhere(i) || OpensName(i);
}

bool Scanner::OpensName(size_t i) const {
  if (!Exists(i + 1) || !Gap(i, " ") || !At(i + 1).Is(Word::kCapital) || !At(i + 1).Is(Word::kSmall))
    return false;
  size_t count = 0;
  index_.FindEntity(out_.words, i + 1, &count);
  const uint64_t next = At(i + 1).hash;
  return count == 0 && !gazetteer_.Opens(At(i + 1)) && !gazetteer_.IsCommon(next) &&
         !gazetteer_.IsClass(next);
}

bool Scanner::IsIdiom(size_t i) const {
  const std::string_view text = TextOf(i);
  return text.size() < 3 || (text.size() == 3 && IsLower(text[0]));
}

bool Scanner::NamedElsewhere(size_t i) const {
  for (size_t k = 0; k < out_.words.size(); ++k) {
    if (k != i && At(k).hash == At(i).hash && At(k).Is(Word::kCapital) && !out_.opens[k]) return true;
  }
  return false;
}

bool Scanner::ReadIdentifier() {
  const Word& word = At(i_);
  if (word.Is(Word::kDigitFirst | Word::kCapital) || HyphenIdioms().Has(word)) return false;
  size_t last = i_ + 1;
  bool marked = false;
  while (Exists(last) && Gap(last - 1, "-")) {
    const std::string_view text = TextOf(last);
    const bool version = text.size() > 1 && Lower(text[0]) == 'v' && IsDigit(text[1]);
    const bool size =
        At(last).Is(Word::kDigitFirst) && (Lower(text.back()) == 'b' || Lower(text.back()) == 'm');
    marked = marked || version || size;
    ++last;
  }
  if (!marked) return false;
  AddName(i_, last, v1::Mark::NAME, nullptr);
  return true;
}

size_t Scanner::Extend(size_t first, size_t last) const {
  while (Exists(last) && last - first < kMaxNameWords && Gap(last - 1, " -")) {
    const Word& word = At(last);
    const bool hyphen = Gap(last - 1, "-");
    if (word.Is(Word::kDigitFirst)) {
      if (!VersionLike(last, hyphen)) break;
    } else if (word.Is(Word::kCapital | Word::kInner) || (word.Is(Word::kDigit) && hyphen)) {
      const bool named = !gazetteer_.IsCommon(word.hash) && !gazetteer_.IsClass(word.hash);
      const bool stands = index_.HasWords(out_.words, first, last + 1);
      if (!stands && !named && !hyphen) break;
      if (gazetteer_.IsClass(word.hash) && hyphen && !stands && word.end - word.begin > 2) break;
      if (!word.Is(Word::kSmall | Word::kDigit) && !hyphen && !stands) break;
    } else {
      break;
    }
    ++last;
  }
  return last;
}

bool Scanner::VersionLike(size_t i, bool hyphen) const {
  const auto date = ReadDate(out_.text, out_.words, i);
  if (date.has_value() && !hyphen) return false;
  const auto quantity = ReadQuantity(out_.text, out_.words, i);
  if (!quantity.has_value()) return true;
  if (quantity->unit == Unit::kParams) return quantity->unit_word == 0 || quantity->words == 1;
  if (quantity->words > 1) return false;
  if (quantity->unit == Unit::kFactor && !hyphen) return false;
  const char last = Lower(TextOf(i).back());
  if (quantity->unit == Unit::kCount && quantity->scaled) return last == 'm';
  if (quantity->unit != Unit::kCount || quantity->value >= 100) return false;
  return After(i) != '%';
}

void Scanner::AddName(size_t first, size_t last, v1::Mark::Kind kind, const GazetteerEntry* entry) {
  size_t known = last;
  while (known > first && !index_.HasWords(out_.words, first, known)) --known;
  bool versioned = false;
  for (size_t k = std::max(known, first + 1); k < last; ++k) versioned |= At(k).Is(Word::kDigit);
  const bool part = known > first && known < last && !versioned;
  Atom& atom = Add(first, part ? known : last, KindOfShape(first, part ? known : last, kind));
  if (part) return;
  atom.entry = entry;
  atom.id = entry != nullptr ? entry->forms.front()
                             : HashWords(out_.text.substr(atom.begin, atom.end - atom.begin));
}

v1::Mark::Kind Scanner::KindOfShape(size_t first, size_t last, v1::Mark::Kind kind) const {
  if (kind != v1::Mark::NAME || last - first > 2) return kind;
  const std::string_view text = TextOf(last - 1);
  for (std::string_view tail : {"Bench", "VQA", "Eval", "QA"}) {
    if (text.size() > tail.size() && text.ends_with(tail)) return v1::Mark::BENCHMARK;
  }
  return kind;
}

}  // namespace seaworthy::claims
