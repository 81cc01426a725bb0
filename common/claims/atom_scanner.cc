#include "common/claims/atom_scanner.h"

#include <algorithm>
#include <utility>

namespace seaworthy::claims {
namespace {

constexpr size_t kMaxClaims = 64;
constexpr size_t kMaxNameWords = 8;
// Below this a bare number says how many of something a writer counts.
constexpr double kSmallCount = 13;

const WordSet& CommandHeads() {
  static const auto* const kSet = new WordSet(
      "pip pip3 pipx uv npm npx yarn pnpm conda mamba brew apt cargo docker podman ollama git curl wget "
      "kubectl helm "
      "huggingface hf go poetry gem nuget");
  return *kSet;
}

const WordSet& CommandVerbs() {
  static const auto* const kSet =
      new WordSet("install pull run add clone download get apply create serve exec build compose model cli");
  return *kSet;
}

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

// What a number prefixed to a hyphenated word makes an idiom of.
const WordSet& HyphenIdioms() {
  static const auto* const kSet =
      new WordSet("sub mid top first under pre post over non multi single last one two three per part");
  return *kSet;
}

class Scanner {
 public:
  Scanner(std::string_view quote, const ClaimIndex& index, absl::Span<const v1::Claim> claims)
      : index_(index),
        gazetteer_(Gazetteer::Get()),
        claims_(claims.subspan(0, std::min(claims.size(), kMaxClaims))) {
    out_.text = quote;
    out_.words = SplitWords(quote);
  }

  ScannedQuote Run() {
    CutSentences();
    FindPredictions();
    const size_t words = out_.words.size();
    while (i_ < words) {
      const size_t before = i_;
      const bool found = ReadQuoted() || ReadCommand() || ReadOwnLicense() || ReadTitledLicense() ||
                         ReadEntity() || ReadGazetteer() || ReadDateAtom() || ReadAmount() || ReadAddress() ||
                         ReadKnownName() || ReadFree() || ReadShape();
      if (!found || i_ == before) i_ = before + 1;
    }
    return std::move(out_);
  }

 private:
  const Word& At(size_t i) const { return out_.words[i]; }
  bool Exists(size_t i) const { return i < out_.words.size(); }
  bool Gap(size_t i, std::string_view allowed, size_t most = 1) const {
    return GapIs(out_.text, out_.words, i, allowed, most);
  }
  char Before(size_t i) const { return At(i).begin > 0 ? out_.text[At(i).begin - 1] : ' '; }
  char After(size_t i) const { return At(i).end < out_.text.size() ? out_.text[At(i).end] : ' '; }
  std::string_view TextOf(size_t i) const { return out_.text.substr(At(i).begin, At(i).end - At(i).begin); }

  Atom& Add(size_t first, size_t last, v1::Mark::Kind kind) {
    Atom atom;
    atom.first = first;
    atom.last = last;
    atom.begin = At(first).begin;
    atom.end = At(last - 1).end;
    atom.kind = kind;
    out_.atoms.push_back(std::move(atom));
    i_ = last;
    return out_.atoms.back();
  }

  void CutSentences() {
    const size_t words = out_.words.size();
    out_.sentence.resize(words);
    out_.opens.resize(words);
    uint16_t sentence = 0;
    for (size_t i = 0; i < words; ++i) {
      const size_t from = i == 0 ? 0 : At(i - 1).end;
      const std::string_view gap = out_.text.substr(from, At(i).begin - from);
      const size_t stop = gap.find_first_of(".!?\n");
      const bool new_sentence = i > 0 && stop != std::string_view::npos && stop + 1 < gap.size();
      sentence = static_cast<uint16_t>(sentence + (new_sentence ? 1 : 0));
      out_.sentence[i] = sentence;
      const bool quoted = gap.size() > 1 && gap.find_first_of("'\"") != std::string_view::npos;
      const bool curly = gap.find("\xe2\x80\x98") != std::string_view::npos ||
                         gap.find("\xe2\x80\x9c") != std::string_view::npos;
      out_.opens[i] =
          i == 0 || new_sentence || quoted || curly || gap.find_first_of(":;") != std::string_view::npos;
    }
  }

  // Where predictions stand in the quote.
  void FindPredictions() {
    for (const v1::Claim& claim : claims_) {
      if (claim.kind() != v1::Claim::PREDICTION || claim.text().empty()) continue;
      if (const int due = DateValue(claim.due_date()); due != 0) due_dates_.push_back(due);
      const size_t found = out_.text.find(claim.text());
      if (found != std::string_view::npos) predictions_.emplace_back(found, found + claim.text().size());
    }
  }

  bool InPrediction(size_t begin) const {
    return std::any_of(predictions_.begin(), predictions_.end(),
                       [begin](const auto& span) { return begin >= span.first && begin < span.second; });
  }

  // Words in double quotation marks that stand in the announcement need no
  // more; others are read like any words.
  bool ReadQuoted() {
    const std::string_view before = out_.text.substr(0, At(i_).begin);
    const bool straight = before.ends_with('"');
    const bool curly = before.ends_with("\xe2\x80\x9c");
    if (!straight && !curly) return false;
    const size_t close = out_.text.find(straight ? "\"" : "\xe2\x80\x9d", At(i_).end);
    if (close == std::string_view::npos) return false;
    size_t last = i_;
    while (Exists(last) && At(last).end <= close) ++last;
    if (last < i_ + 3 || !index_.HasWords(out_.words, i_, last)) return false;
    i_ = last;
    return true;
  }

  bool ReadCommand() { return ReadCode() || ReadBareCommand(); }

  // Between backticks.
  bool ReadCode() {
    if (Before(i_) != '`') return false;
    const size_t close = out_.text.find('`', At(i_).end);
    if (close == std::string_view::npos) return false;
    size_t last = i_;
    while (Exists(last) && At(last).end <= close) ++last;
    Atom& atom = Add(i_, std::max(last, i_ + 1), v1::Mark::COMMAND);
    atom.end = static_cast<uint32_t>(close);
    return true;
  }

  // `pip install x` in the middle of prose.
  bool ReadBareCommand() {
    if (!CommandHeads().Has(At(i_)) || At(i_).Is(Word::kCapital)) return false;
    if (!Exists(i_ + 2) || !CommandVerbs().Has(At(i_ + 1)) || !Gap(i_, " -") || !Gap(i_ + 1, " "))
      return false;
    size_t last = i_ + 2;
    if (CommandVerbs().Has(At(last)) && Exists(last + 1) && Gap(last, " ")) ++last;
    ++last;
    while (Exists(last) && Gap(last - 1, "-/:._@=", 2)) ++last;
    Add(i_, last, v1::Mark::COMMAND);
    return true;
  }

  // The tool itself, its maker, tools of the store.
  bool ReadEntity() {
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

  // The longest spelling in the gazetteer that begins here.
  const GazetteerEntry* Longest(size_t* last) const {
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

  // Looks the words up; takes licences and leaves the rest to later readers.
  bool ReadGazetteer() {
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

  // The tool's licence under its own name.
  bool ReadOwnLicense() {
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

  // Capitals that end with `License`.
  bool ReadTitledLicense() {
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

  bool ReadDateAtom() {
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

  // Dates that a prediction waits for are no facts.
  bool IsHorizon(const Date& date) const {
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

  bool ReadAmount() {
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

  bool Checkable(const Quantity& quantity, size_t last) const {
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

  // `60% odds`: the writer's own bet.
  bool Odds(size_t last) const {
    static const auto* const kOdds =
        new WordSet("odds chance chances probability likelihood likely confidence confident sure certain");
    for (size_t k = i_ - std::min<size_t>(i_, 3); k < std::min(out_.words.size(), last + 2); ++k) {
      if (kOdds->Has(At(k))) return true;
    }
    return false;
  }

  bool BeforeHardware(size_t i) const {
    if (!Exists(i) || !Gap(i - 1, " ")) return false;
    const GazetteerEntry* entry = gazetteer_.Find(At(i).hash);
    if (entry == nullptr && At(i).Plural()) entry = gazetteer_.Find(At(i).stem);
    return entry != nullptr && entry->kind == v1::Mark::HARDWARE;
  }

  // `4-bit weights` are a format, `at 4 bits` is a condition.
  bool ReadBits(const Quantity& quantity, size_t last) {
    const bool noun = Exists(last) && Gap(last - 1, " -") && BitNouns().Has(At(last));
    if (!noun) {
      i_ = last;
      return true;
    }
    Atom& atom = Add(i_, last, v1::Mark::FORMAT);
    atom.quantity = quantity;
    return true;
  }

  // `v2.1`
  bool ReadVersion() {
    const std::string_view text = TextOf(i_);
    if (text.size() < 2 || Lower(text[0]) != 'v' || !IsDigit(text[1])) return false;
    if (text.find_first_not_of("0123456789.", 1) != std::string_view::npos) return false;
    Add(i_, i_ + 1, v1::Mark::NUMBER).version = true;
    return true;
  }

  // `3.0.1`
  bool ReadDottedVersion() {
    const std::string_view text = TextOf(i_);
    if (text.size() < 5 || text.find_first_not_of("0123456789.") != std::string_view::npos) return false;
    Add(i_, i_ + 1, v1::Mark::NUMBER).version = true;
    return true;
  }

  // `docs.example/x`, `https://…`, `FLUX.1`: words joined by dots.
  bool ReadAddress() {
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

  // Products, makers, hardware, formats and benchmarks that everybody knows.
  bool ReadKnownName() {
    if (longest_at_ != i_ || longest_ == nullptr) return false;
    const GazetteerEntry* entry = longest_;
    size_t last = longest_last_;
    const bool grows = entry->kind == v1::Mark::NAME || entry->kind == v1::Mark::HARDWARE;
    if (grows) last = Extend(i_, last);
    AddName(i_, last, entry->kind, entry);
    return true;
  }

  // Free of charge, said as a price.
  bool ReadFree() {
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

  // A word that looks like a name.
  bool ReadShape() {
    if (!LooksNamed(i_)) return ReadIdentifier();
    AddName(i_, Extend(i_, i_ + 1), v1::Mark::NAME, nullptr);
    return true;
  }

  bool LooksNamed(size_t i) const {
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

  // Two capitals open a sentence, and neither is a word or a name known.
  bool OpensName(size_t i) const {
    if (!Exists(i + 1) || !Gap(i, " ") || !At(i + 1).Is(Word::kCapital) || !At(i + 1).Is(Word::kSmall))
      return false;
    size_t count = 0;
    index_.FindEntity(out_.words, i + 1, &count);
    const uint64_t next = At(i + 1).hash;
    return count == 0 && !gazetteer_.Opens(At(i + 1)) && !gazetteer_.IsCommon(next) &&
           !gazetteer_.IsClass(next);
  }

  // `p99`, `x86`, `H2`: short marks, not products; `k8s` likewise.
  bool IsIdiom(size_t i) const {
    const std::string_view text = TextOf(i);
    return text.size() < 3 || (text.size() == 3 && IsLower(text[0]));
  }

  // The same word stands in the quote where its capital means something.
  bool NamedElsewhere(size_t i) const {
    for (size_t k = 0; k < out_.words.size(); ++k) {
      if (k != i && At(k).hash == At(i).hash && At(k).Is(Word::kCapital) && !out_.opens[k]) return true;
    }
    return false;
  }

  // `acme-7b-v1`: small letters and hyphens around a size or a version.
  bool ReadIdentifier() {
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

  // Takes in capitals, versions and sizes behind a name: `Llama` to `Llama 3.3
  // 70B`.
  size_t Extend(size_t first, size_t last) const {
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

  // A number that belongs to the name before it.
  bool VersionLike(size_t i, bool hyphen) const {
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

  // A run of name words. Where only its beginning stands in the evidence, that
  // is an atom and the rest is read again, unless a version makes them one.
  void AddName(size_t first, size_t last, v1::Mark::Kind kind, const GazetteerEntry* entry) {
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

  // `FooBench`, `BarVQA`, `QuxEval`
  v1::Mark::Kind KindOfShape(size_t first, size_t last, v1::Mark::Kind kind) const {
    if (kind != v1::Mark::NAME || last - first > 2) return kind;
    const std::string_view text = TextOf(last - 1);
    for (std::string_view tail : {"Bench", "VQA", "Eval", "QA"}) {
      if (text.size() > tail.size() && text.ends_with(tail)) return v1::Mark::BENCHMARK;
    }
    return kind;
  }

  const ClaimIndex& index_;
  const Gazetteer& gazetteer_;
  const absl::Span<const v1::Claim> claims_;
  ScannedQuote out_;
  std::vector<std::pair<size_t, size_t>> predictions_;
  std::vector<int> due_dates_;
  size_t i_ = 0;
  // What Longest found, for the readers that come later.
  const GazetteerEntry* longest_ = nullptr;
  size_t longest_at_ = 0;
  size_t longest_last_ = 0;
};

}  // namespace

ScannedQuote ScanQuote(std::string_view quote, const ClaimIndex& index, absl::Span<const v1::Claim> claims) {
  return Scanner(quote, index, claims).Run();
}

}  // namespace seaworthy::claims
