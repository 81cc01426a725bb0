#include "common/claims/judge.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/claims/subjects.h"

namespace seaworthy::claims {
namespace {

using Owner = ClaimIndex::Owner;

// Names that are words in small letters too.
const WordSet& Homonyms() {
  static const auto* const kSet = new WordSet(
      "meta apple lambda together cursor linear react slack windows modal falcon phi notion oracle replicate "
      "runway "
      "triton coral gemini copilot chroma bedrock opus mamba runway pixel bloom");
  return *kSet;
}

std::string TextOf(const ScannedQuote& quote, const Atom& atom) {
  return std::string(quote.text.substr(atom.begin, atom.end - atom.begin));
}

class Judge {
 public:
  Judge(const ClaimIndex& index, ScannedQuote& quote)
      : index_(index), quote_(quote), subjects_(index, quote) {}

  void Run() {
    for (n_ = 0; n_ < quote_.atoms.size(); ++n_) {
      Atom& atom = quote_.atoms[n_];
      switch (atom.kind) {
        case v1::Mark::LICENSE:
          JudgeLicense(atom);
          break;
        case v1::Mark::NUMBER:
          JudgeNumber(atom);
          break;
        case v1::Mark::PRICE:
          JudgePrice(atom);
          break;
        case v1::Mark::DATE:
          JudgeDate(atom);
          break;
        case v1::Mark::COMMAND:
          JudgeCommand(atom);
          break;
        default:
          JudgeName(atom);
      }
    }
  }

 private:
  void Unsupported(Atom& atom, std::string reason) {
    atom.support = v1::Claim::UNSUPPORTED;
    atom.reason = std::move(reason);
  }
  void Contradicted(Atom& atom, std::string reason) {
    atom.support = v1::Claim::CONTRADICTED;
    atom.reason = std::move(reason);
  }
  const Word& At(size_t i) const { return quote_.words[i]; }
  bool Stands(const Atom& atom) const { return index_.HasWords(quote_.words, atom.first, atom.last); }

  void JudgeName(Atom& atom) {
    if (atom.owner.kind != Owner::kNobody || NameStands(atom)) return;
    const char* what = "name";
    if (atom.kind == v1::Mark::HARDWARE) what = "hardware";
    if (atom.kind == v1::Mark::FORMAT) what = "format";
    if (atom.kind == v1::Mark::BENCHMARK) what = "benchmark";
    const char* store =
        atom.kind == v1::Mark::NAME ? ", and the store knows no such tool near this one." : ".";
    Unsupported(atom, absl::StrCat("The ", what, " '", TextOf(quote_, atom),
                                   "' stands neither in the announcement nor in the facts", store));
  }

  bool NameStands(const Atom& atom) const {
    if (atom.kind == v1::Mark::FORMAT && atom.quantity.unit == Unit::kBits) return BitsStand(atom.quantity);
    const Word& word = At(atom.first);
    const bool homonym = atom.last == atom.first + 1 && word.Is(Word::kCapital) && Homonyms().Has(word);
    if (homonym) return index_.HasCapital(word);
    if (Stands(atom)) return true;
    if (atom.entry != nullptr) {
      for (uint64_t form : atom.entry->forms) {
        if (index_.HasHash(form)) return true;
      }
      if (atom.kind == v1::Mark::FORMAT) {
        const std::string& name = atom.entry->name;
        if (name == "int4") return BitsStand(Bits(4));
        if (name == "int8") return BitsStand(Bits(8));
      }
    }
    return SizedNameStands(atom);
  }

  static Quantity Bits(double bits) {
    Quantity quantity;
    quantity.unit = Unit::kBits;
    quantity.value = bits;
    return quantity;
  }

  bool BitsStand(const Quantity& quantity) const {
    const std::string bits = SayNumber(quantity.value);
    for (const char* prefix : {"int", "q", "w", "fp", "nf", "mxfp", "nvfp", "bf", "float"}) {
      if (index_.HasHash(HashOf(absl::StrCat(prefix, bits)))) return true;
    }
    return index_.HasQuantity(quantity) || index_.HasHash(HashOf(absl::StrCat(bits, "bit")));
  }

  // `Harrow 70B` where the text says `Harrow, a 70-billion-parameter model`.
  bool SizedNameStands(const Atom& atom) const {
    for (size_t i = atom.first + 1; i < atom.last; ++i) {
      if (!At(i).Is(Word::kDigitFirst)) continue;
      const auto quantity = ReadQuantity(quote_.text, quote_.words, i);
      if (!quantity || quantity->unit != Unit::kParams) continue;
      return index_.HasWords(quote_.words, atom.first, i) && index_.HasQuantity(*quantity) &&
             (i + 1 == atom.last || index_.HasWords(quote_.words, i + 1, atom.last));
    }
    return false;
  }

  void JudgeCommand(Atom& atom) {
    if (Stands(atom)) return;
    std::string known;
    if (!index_.command().empty()) known = absl::StrCat("; the facts give '", index_.command(), "'");
    Unsupported(atom, absl::StrCat("The command '", TextOf(quote_, atom),
                                   "' stands neither in the announcement nor in the facts", known, "."));
  }

  void JudgeLicense(Atom& atom) {
    const uint64_t id = atom.id;
    const std::string text = TextOf(quote_, atom);
    if (const Atom* other = subjects_.OtherSubject(n_)) return JudgeOtherLicense(atom, *other, id);
    if (index_.HasLicense(id) || Stands(atom)) return;
    if (subjects_.SomeCompetitor(n_,
                                 [id](const ClaimIndex::Competitor& known) { return known.license == id; }))
      return;
    if (index_.license() == 0) {
      return Unsupported(
          atom, absl::StrCat("The licence '", text,
                             "' stands neither in the announcement nor in the facts, which name none."));
    }
    if (subjects_.Denied(n_)) return;
    Contradicted(atom,
                 absl::StrCat("The licence '", text, "' stands nowhere in the evidence; the facts give '",
                              index_.license_name(), "'."));
  }

  void JudgeOtherLicense(Atom& atom, const Atom& other, uint64_t id) {
    const std::string text = TextOf(quote_, atom);
    const std::string name = TextOf(quote_, other);
    if (other.owner.kind != Owner::kCompetitor) {
      return Unsupported(atom, absl::StrCat("'", text, "' is said of '", name,
                                            "', of which neither the announcement nor the store says so."));
    }
    const ClaimIndex::Competitor& known = index_.competitors()[other.owner.competitor];
    if (known.license == id) return;
    // The announcement may speak of its rival; of its own licence it does not.
    if (id != index_.license() && index_.HasLicense(id)) return;
    if (known.license == 0) {
      return Unsupported(atom, absl::StrCat("'", text, "' is said of ", known.name,
                                            ", of whose licence the store knows nothing."));
    }
    Contradicted(atom, absl::StrCat("'", text, "' is said of ", known.name, ", which the store lists under '",
                                    known.license_name, "'."));
  }

  void JudgeNumber(Atom& atom) {
    if (atom.version) return JudgeVersion(atom);
    const Quantity& quantity = atom.quantity;
    if (ScoreOf(atom)) return;
    if (const size_t machine = MachineBehind(atom); machine > 0) return JudgeMachines(atom, machine);
    const bool size = quantity.unit == Unit::kParams ||
                      (quantity.unit == Unit::kCount && quantity.scaled && quantity.value >= 1e6);
    const Atom* other = size ? subjects_.OtherSubject(n_) : nullptr;
    if (other != nullptr) return JudgeOtherSize(atom, *other);
    if (index_.HasQuantity(quantity) || index_.IsDerived(quantity) || SeveralCards(atom)) return;
    const double billions = quantity.value / 1e9;
    const auto same = [billions](const ClaimIndex::Competitor& known) { return HasSize(known, billions); };
    if (size && subjects_.SomeCompetitor(n_, same)) return;
    const std::string text = TextOf(quote_, atom);
    if (quantity.unit == Unit::kParams && !index_.parameters_b().empty()) {
      std::string sizes;
      for (double size : index_.parameters_b())
        absl::StrAppend(&sizes, sizes.empty() ? "" : ", ", SaySize(size));
      const std::string reason =
          absl::StrCat("'", text, "' is no size in the evidence; the facts give ", sizes, ".");
      return subjects_.SaidOfTool(n_) ? Contradicted(atom, reason) : Unsupported(atom, reason);
    }
    if (AboutContext(atom) && index_.context_tokens().has_value()) {
      return Contradicted(atom,
                          absl::StrCat("'", text, "' is no context length in the evidence; the facts give ",
                                       SayNumber(static_cast<double>(*index_.context_tokens())), " tokens."));
    }
    Unsupported(atom, absl::StrCat(
                          "The number '", text,
                          "' stands neither in the announcement nor in the facts and follows from neither."));
  }

  // The word of a machine right behind a count, 0 for none: `two A100s`.
  size_t MachineBehind(const Atom& atom) const {
    const Quantity& quantity = atom.quantity;
    const bool count = (quantity.unit == Unit::kCount && !quantity.scaled) || quantity.unit == Unit::kFactor;
    if (!count || n_ + 1 >= quote_.atoms.size()) return 0;
    const Atom& next = quote_.atoms[n_ + 1];
    return next.kind == v1::Mark::HARDWARE && next.first == atom.last ? next.first : 0;
  }

  // A number of machines must stand before the machine in the evidence too.
  void JudgeMachines(Atom& atom, size_t machine) {
    const Word& word = At(machine);
    const std::string number = SayNumber(atom.quantity.value);
    static constexpr std::array<const char*, 9> kWords = {"",     "one", "two",   "three", "four",
                                                          "five", "six", "seven", "eight"};
    std::vector<std::string> spellings = {number, number + "x"};
    if (atom.quantity.value < 9) spellings.emplace_back(kWords[static_cast<size_t>(atom.quantity.value)]);
    for (const std::string& spelling : spellings) {
      const uint64_t head = HashOf(spelling);
      if (index_.HasHash(Join(head, word)) || index_.HasHash(head * word.stem_pow + word.stem)) return;
    }
    Unsupported(atom, absl::StrCat("'", TextOf(quote_, atom),
                                   "' machines of this kind are named neither in the "
                                   "announcement nor in the facts."));
  }

  // `two 80 GB cards`: as many as weights of a known size need.
  bool SeveralCards(const Atom& atom) const {
    if (atom.quantity.unit != Unit::kBytes || atom.first == 0) return false;
    const auto count = ReadQuantity(quote_.text, quote_.words, atom.first - 1);
    if (!count || count->unit != Unit::kCount || count->value < 2) return false;
    for (double size : index_.sizes_b()) {
      for (double bytes : {0.5, 1.0, 2.0}) {
        if (CardsFor(size * bytes, atom.quantity.value / 1e9) == count->value) return true;
      }
    }
    return false;
  }

  void JudgeVersion(Atom& atom) {
    if (Stands(atom)) return;
    // `v2.1` where the text says `version 2.1`.
    const std::string_view text = quote_.text.substr(atom.begin, atom.end - atom.begin);
    const std::string_view digits = IsDigit(text[0]) ? text : text.substr(1);
    if (index_.HasHash(HashOf(digits)) || index_.HasHash(HashOf(absl::StrCat("v", std::string(digits)))))
      return;
    Unsupported(atom, absl::StrCat("The version '", std::string(text),
                                   "' stands neither in the announcement nor in the facts."));
  }

  static bool HasSize(const ClaimIndex::Competitor& known, double billions) {
    return std::any_of(known.parameters_b.begin(), known.parameters_b.end(), [billions](double size) {
      return std::abs(size - billions) <= 0.05 * std::max(size, billions);
    });
  }

  void JudgeOtherSize(Atom& atom, const Atom& other) {
    const std::string text = TextOf(quote_, atom);
    if (other.owner.kind != Owner::kCompetitor) {
      return Unsupported(atom, absl::StrCat("'", text, "' is said of '", TextOf(quote_, other),
                                            "', of which neither the announcement nor the store says so."));
    }
    const ClaimIndex::Competitor& known = index_.competitors()[other.owner.competitor];
    const double billions = atom.quantity.value / 1e9;
    if (HasSize(known, billions)) return;
    const bool own = std::any_of(index_.sizes_b().begin(), index_.sizes_b().end(),
                                 [billions](double size) { return std::abs(size - billions) < 1e-6; });
    if (known.parameters_b.empty()) {
      return Unsupported(atom, absl::StrCat("'", text, "' is said of ", known.name,
                                            ", whose size the store does not know."));
    }
    if (own && !Adjacent(other, atom)) return;
    Contradicted(atom, absl::StrCat("'", text, "' is said of ", known.name, ", which the store lists with ",
                                    SaySize(known.parameters_b.front()), "."));
  }

  static bool Adjacent(const Atom& one, const Atom& two) { return two.first - one.last <= 2; }

  // A number right behind a benchmark that the facts have a score for. True
  // where that settles it.
  bool ScoreOf(Atom& atom) {
    if (n_ == 0 || atom.quantity.scaled) return false;
    const Atom& before = quote_.atoms[n_ - 1];
    if (before.kind != v1::Mark::BENCHMARK || atom.first - before.last > 1) return false;
    const std::vector<double>* scores = index_.ScoresOf(before.id);
    if (scores == nullptr || index_.HasQuantity(atom.quantity)) return false;
    const std::string name = TextOf(quote_, before);
    Contradicted(atom, absl::StrCat("'", TextOf(quote_, atom), "' is no score of ", name,
                                    " in the evidence; the facts give ", SayNumber(scores->front()), "."));
    return true;
  }

  bool AboutContext(const Atom& atom) const {
    if (atom.quantity.unit_word == "context"_w) return true;
    const bool amount = atom.quantity.unit == Unit::kTokens || atom.quantity.unit == Unit::kCount;
    if (!amount || atom.quantity.value < 1000) return false;
    for (size_t i = atom.last; i < std::min(quote_.words.size(), atom.last + 3); ++i) {
      if (At(i).hash == "context"_w) return true;
    }
    for (size_t i = atom.first; i-- > 0 && atom.first - i <= 3;) {
      if (At(i).hash == "context"_w) return true;
    }
    return false;
  }

  void JudgePrice(Atom& atom) {
    const std::string text = TextOf(quote_, atom);
    if (atom.quantity.words == 0) return JudgeFree(atom);
    const double value = atom.quantity.value;
    if (index_.HasQuantity(atom.quantity) || index_.IsDerived(atom.quantity)) return;
    if (subjects_.SomeCompetitor(n_, [value](const ClaimIndex::Competitor& known) {
          return known.price.has_value() && std::abs(*known.price - value) < 1e-6;
        }))
      return;
    if (!index_.entry_price().has_value()) {
      const char* known = index_.pricing() == "free" ? "which say it is free" : "which name no price";
      const std::string reason = absl::StrCat(
          "The price '", text, "' stands neither in the announcement nor in the facts, ", known, ".");
      return index_.pricing() == "free" && subjects_.SaidOfTool(n_) ? Contradicted(atom, reason)
                                                                    : Unsupported(atom, reason);
    }
    const std::string known =
        absl::StrCat("$", SayNumber(*index_.entry_price()), index_.entry_price_unit().empty() ? "" : " per ",
                     index_.entry_price_unit());
    const std::string reason =
        absl::StrCat("The price '", text, "' stands nowhere in the evidence; the facts give ", known, ".");
    return SameUnit(atom) || subjects_.SaidOfTool(n_) ? Contradicted(atom, reason)
                                                      : Unsupported(atom, reason);
  }

  // `per month` where the entry price is per month.
  bool SameUnit(const Atom& atom) const {
    const std::vector<Word> unit = SplitWords(index_.entry_price_unit(), 8);
    for (size_t i = atom.last; i < std::min(quote_.words.size(), atom.last + 4); ++i) {
      for (const Word& word : unit) {
        if (word.hash == At(i).hash) return true;
      }
    }
    return false;
  }

  void JudgeFree(Atom& atom) {
    const bool paid = index_.pricing() == "paid";
    if (!paid && (!index_.pricing().empty() || index_.license() != 0)) return;
    if (index_.HasHash("free"_w)) return;
    if (paid) return Contradicted(atom, "'free' is said of it; the facts give a price and no free offer.");
    Unsupported(atom, "Neither the announcement nor the facts say that it is free.");
  }

  void JudgeDate(Atom& atom) {
    if (index_.HasDate(atom.date) || (atom.date % 10000 == 0 && Stands(atom))) return;
    const std::string text = TextOf(quote_, atom);
    static const auto* const kReleased =
        new WordSet("released release announced launched published shipped dated date launch out");
    if (index_.release_date() != 0) {
      for (size_t i = atom.first; i-- > 0 && atom.first - i <= 4;) {
        if (!kReleased->Has(At(i))) continue;
        return Contradicted(
            atom, absl::StrCat("The date '", text, "' stands nowhere in the evidence; the facts give ",
                               SayDate(index_.release_date()), " for the release."));
      }
    }
    Unsupported(atom,
                absl::StrCat("The date '", text, "' stands neither in the announcement nor in the facts."));
  }

  static std::string SayDate(int date) {
    if (date % 10000 == 0) return absl::StrCat(date / 10000);
    if (date % 100 == 0) return absl::StrFormat("%04d-%02d", date / 10000, date / 100 % 100);
    return absl::StrFormat("%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100);
  }

  const ClaimIndex& index_;
  ScannedQuote& quote_;
  const Subjects subjects_;
  size_t n_ = 0;
};

}  // namespace

void JudgeAtoms(const ClaimIndex& index, ScannedQuote& quote) { Judge(index, quote).Run(); }

std::string SayNumber(double number) { return absl::StrFormat("%.15g", std::round(number * 1000) / 1000); }

std::string SaySize(double billions) {
  return billions < 1 ? absl::StrCat(SayNumber(billions * 1000), "M")
                      : absl::StrCat(SayNumber(billions), "B");
}

}  // namespace seaworthy::claims
