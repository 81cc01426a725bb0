#include "common/claims/subjects.h"

#include <string_view>

#include "common/claims/words.h"

namespace seaworthy::claims {
namespace {

using Owner = ClaimIndex::Owner;

// How far before an atom its subject is looked for.
constexpr size_t kReach = 80;

// Between a name and what is said, these turn the talk to something else.
const WordSet& Turns() {
  static const auto* const kSet = new WordSet(
      "but than versus vs unlike compared while whereas that against lacks without not this here doesn isn "
      "aren beat "
      "yet although though because so");
  return *kSet;
}

// Between a name and what is said, one of these says it of the name.
const WordSet& Links() {
  static const auto* const kSet = new WordSet(
      "under is are was were both all each ships ship released release licensed has have had with at gets "
      "get offers "
      "costs charges priced from comes uses carries for s runs claims scores reaches supports takes goes "
      "went");
  return *kSet;
}

}  // namespace

const Atom* Subjects::OtherSubject(size_t n) const {
  const Atom& atom = quote_.atoms[n];
  for (size_t k = n; k-- > 0;) {
    const Atom& name = quote_.atoms[k];
    if (quote_.sentence[name.first] != quote_.sentence[atom.first] || atom.begin - name.end > kReach)
      return nullptr;
    const bool product = name.kind == v1::Mark::NAME || name.kind == v1::Mark::HARDWARE;
    if (!product) continue;
    if (name.owner.kind == Owner::kTool) return nullptr;
    const bool other = name.owner.kind == Owner::kCompetitor || name.support != v1::Claim::SUPPORTED;
    if (!other || name.kind == v1::Mark::HARDWARE) continue;
    return SaidOf(name, atom) ? &name : nullptr;
  }
  return nullptr;
}

bool Subjects::SaidOf(const Atom& name, const Atom& atom) const {
  bool linked = atom.first == name.last;
  for (size_t i = name.last; i < atom.first; ++i) {
    if (Turns().Has(At(i))) return false;
    linked = linked || Links().Has(At(i));
  }
  const std::string_view between = quote_.text.substr(name.end, atom.begin - name.end);
  const bool broken = between.find(';') != std::string_view::npos ||
                      between.find("\xe2\x80\x94") != std::string_view::npos ||
                      between.find(" - ") != std::string_view::npos;
  if (!broken) return linked;
  // `A and B — both Apache 2.0`
  const size_t dash = name.end + between.find_first_of(";\xe2-");
  for (size_t i = name.last; i < atom.first; ++i) {
    if (At(i).begin > dash) {
      return At(i).hash == "both"_w || At(i).hash == "all"_w || At(i).hash == "each"_w;
    }
  }
  return false;
}

bool Subjects::Denied(size_t n) const {
  const Atom& atom = quote_.atoms[n];
  for (size_t i = atom.first; i-- > 0 && atom.first - i <= 2;) {
    const uint64_t hash = At(i).hash;
    if (hash == "not"_w || hash == "no"_w || hash == "never"_w) return true;
  }
  return false;
}

bool Subjects::SaidOfTool(size_t n) const {
  const Atom& atom = quote_.atoms[n];
  for (size_t k = n; k-- > 0;) {
    const Atom& name = quote_.atoms[k];
    if (quote_.sentence[name.first] != quote_.sentence[atom.first] || atom.begin - name.end > kReach) break;
    if (name.owner.kind == Owner::kTool) return true;
  }
  for (size_t i = atom.first;
       i-- > 0 && quote_.sentence[i] == quote_.sentence[atom.first] && atom.first - i < 8;) {
    const uint64_t hash = At(i).hash;
    if (hash == "this"_w || hash == "its"_w || hash == "it"_w) return true;
  }
  return false;
}

}  // namespace seaworthy::claims
