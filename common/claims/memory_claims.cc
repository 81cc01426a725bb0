#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/claims/judge.h"

namespace seaworthy::claims {
namespace {

// How far from the memory its model is looked for, in bytes.
constexpr size_t kReach = 160;

const WordSet& Machines() {
  static const auto* const kSet = new WordSet(
      "gpu gpus card cards vram memory ram accelerator accelerators machine machines laptop laptops mac "
      "device devices "
      "phone phones node workstation desktop");
  return *kSet;
}

const WordSet& Places() {
  static const auto* const kSet = new WordSet(
      "on in into within inside fits fit with runs run serve serves hold holds needs requires takes");
  return *kSet;
}

const WordSet& Refusals() {
  static const auto* const kSet = new WordSet(
      "not cannot won doesn don can t beyond exceeds exceed outgrows too no never neither nor less under "
      "below without");
  return *kSet;
}

class MemoryJudge {
 public:
  MemoryJudge(const ClaimIndex& index, ScannedQuote& quote) : index_(index), quote_(quote) {}

  void Run() {
    for (n_ = 0; n_ < quote_.atoms.size(); ++n_) {
      Atom& atom = quote_.atoms[n_];
      const double gigabytes = Memory(atom);
      if (gigabytes > 0 && Placed(atom)) Weigh(atom, gigabytes * Copies(atom));
    }
  }

 private:
  const Word& At(size_t i) const { return quote_.words[i]; }
  bool SameSentence(size_t i, size_t k) const { return quote_.sentence[i] == quote_.sentence[k]; }

  // Gigabytes of the machine an atom names, 0 where it names none.
  double Memory(const Atom& atom) const {
    if (atom.kind == v1::Mark::HARDWARE && atom.entry != nullptr) {
      // `A100 80GB` says itself how much it has.
      const bool said = n_ + 1 < quote_.atoms.size() && quote_.atoms[n_ + 1].first == atom.last &&
                        quote_.atoms[n_ + 1].quantity.unit == Unit::kBytes;
      return said ? 0 : atom.entry->memory_gb;
    }
    if (atom.kind != v1::Mark::NUMBER || atom.quantity.unit != Unit::kBytes) return 0;
    for (size_t i = atom.last; i < std::min(quote_.words.size(), atom.last + 3); ++i) {
      if (!SameSentence(i, atom.first)) break;
      if (Machines().Has(At(i))) return atom.quantity.value / 1e9;
    }
    const bool behind =
        n_ > 0 && quote_.atoms[n_ - 1].kind == v1::Mark::HARDWARE && quote_.atoms[n_ - 1].last == atom.first;
    const bool before = n_ + 1 < quote_.atoms.size() && quote_.atoms[n_ + 1].kind == v1::Mark::HARDWARE &&
                        quote_.atoms[n_ + 1].first == atom.last;
    return behind || before || FitsIn(atom) ? atom.quantity.value / 1e9 : 0;
  }

  // `fits in 24 GB`, without a word for the machine.
  bool FitsIn(const Atom& atom) const {
    for (size_t i = atom.first; i-- > 0 && atom.first - i <= 3 && SameSentence(i, atom.first);) {
      if (At(i).hash == "fits"_w || At(i).hash == "fit"_w || At(i).hash == "runs"_w) return true;
    }
    return false;
  }

  // A word before it puts something there, or it opens the sentence.
  bool Placed(const Atom& atom) const {
    size_t seen = 0;
    for (size_t i = atom.first; i-- > 0 && SameSentence(i, atom.first) && seen < 6; ++seen) {
      if (Places().Has(At(i))) return true;
    }
    for (size_t i = atom.last; i < std::min(quote_.words.size(), atom.last + 5); ++i) {
      if (SameSentence(i, atom.first) && Places().Has(At(i)) && At(i).hash != "with"_w) return true;
    }
    return false;
  }

  // `two 24 GB cards`, `2x A100 80GB`, `4 x 24 GB`
  double Copies(const Atom& atom) const {
    size_t first = atom.first;
    if (n_ > 0 && quote_.atoms[n_ - 1].kind == v1::Mark::HARDWARE && quote_.atoms[n_ - 1].last == first)
      first = quote_.atoms[n_ - 1].first;
    for (size_t i = first; i-- > 0 && first - i <= 2 && SameSentence(i, first);) {
      const auto quantity = ReadQuantity(quote_.text, quote_.words, i);
      if (!quantity || quantity->scaled) continue;
      if (quantity->unit == Unit::kFactor || quantity->unit == Unit::kCount)
        return std::max(1.0, quantity->value);
    }
    return 1;
  }

  // Billions of weights the sentence is about: the nearest size it names, else
  // the tool's own; 0 for unknown.
  double Size(const Atom& atom) const {
    for (size_t k = n_; k-- > 0;) {
      const Atom& other = quote_.atoms[k];
      if (!SameSentence(other.first, atom.first) || atom.begin - other.end > kReach) break;
      if (const double size = SizeOf(other); size > 0) return size;
    }
    for (size_t k = n_ + 1; k < quote_.atoms.size(); ++k) {
      const Atom& other = quote_.atoms[k];
      if (!SameSentence(other.first, atom.first) || other.begin - atom.end > kReach) break;
      if (const double size = SizeOf(other); size > 0) return size;
    }
    return index_.sizes_b().empty() ? 0 : index_.sizes_b().front();
  }

  double SizeOf(const Atom& atom) const {
    if (atom.kind == v1::Mark::NUMBER && atom.quantity.unit == Unit::kParams && atom.quantity.value >= 1e6)
      return atom.quantity.value / 1e9;
    if (atom.kind != v1::Mark::NAME) return 0;
    for (size_t i = atom.first; i < atom.last; ++i) {
      if (!At(i).Is(Word::kDigitFirst)) continue;
      const auto quantity = ReadQuantity(quote_.text, quote_.words, i);
      if (quantity && quantity->unit == Unit::kParams) return quantity->value / 1e9;
    }
    return 0;
  }

  // Bits a weight: as the sentence says, else the fewest on offer.
  double BitsNear(const Atom& atom) const {
    double bits = 0;
    for (size_t i = atom.first; i-- > 0 && SameSentence(i, atom.first) && atom.first - i < 24;)
      Note(i, &bits);
    for (size_t i = atom.last; i < std::min(quote_.words.size(), atom.last + 6); ++i) {
      if (!SameSentence(i, atom.first) || At(i).hash == "and"_w) break;
      Note(i, &bits);
    }
    return bits > 0 ? bits : index_.lowest_bits();
  }

  void Note(size_t i, double* bits) const {
    if (*bits > 0 || !At(i).Is(Word::kDigit)) return;
    if (const auto quantity = ReadQuantity(quote_.text, quote_.words, i);
        quantity && quantity->unit == Unit::kBits)
      *bits = quantity->value;
    const uint64_t hash = At(i).hash;
    if (hash == "int4"_w || hash == "fp4"_w || hash == "nf4"_w) *bits = 4;
    if (hash == "int8"_w || hash == "fp8"_w) *bits = 8;
    if (hash == "fp16"_w || hash == "bf16"_w) *bits = 16;
  }

  bool Refused(const Atom& atom) const {
    for (size_t i = atom.first; i-- > 0 && SameSentence(i, atom.first) && atom.first - i < 10;) {
      if (Refusals().Has(At(i))) return true;
    }
    return false;
  }

  void Weigh(Atom& atom, double gigabytes) {
    const double size = Size(atom);
    if (size <= 0) return;
    const double bits = BitsNear(atom);
    const double weights = size * bits / 8;
    const bool refused = Refused(atom);
    if (weights <= gigabytes) {
      const bool plain = atom.kind == v1::Mark::NUMBER && IsCardFor(weights, gigabytes);
      if (plain && atom.support == v1::Claim::UNSUPPORTED) Support(atom);
      return;
    }
    if (refused) {
      if (atom.kind == v1::Mark::NUMBER) Support(atom);
      return;
    }
    // What the evidence says of this very machine stands.
    if (atom.support == v1::Claim::SUPPORTED && !index_.IsDerived(atom.quantity)) return;
    atom.support = v1::Claim::CONTRADICTED;
    atom.reason =
        absl::StrCat(SaySize(size), " parameters at ", SayNumber(bits), " bits are about ",
                     SayNumber(std::round(weights * 10) / 10), " GB of weights, which do not fit in ",
                     SayNumber(gigabytes), " GB; the evidence offers nothing smaller.");
  }

  static void Support(Atom& atom) {
    atom.support = v1::Claim::SUPPORTED;
    atom.reason.clear();
  }

  const ClaimIndex& index_;
  ScannedQuote& quote_;
  size_t n_ = 0;
};

}  // namespace

void JudgeMemory(const ClaimIndex& index, ScannedQuote& quote) { MemoryJudge(index, quote).Run(); }

}  // namespace seaworthy::claims
