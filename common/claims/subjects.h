// Of whom a sentence says something.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "common/claims/atom_scanner.h"
#include "common/claims/claim_index.h"

namespace seaworthy::claims {

// Asked of a quote's atoms by their place, in their order: those before have been
// judged already. Index and quote outlive it.
class Subjects {
 public:
  Subjects(const ClaimIndex& index, const ScannedQuote& quote) : index_(index), quote_(quote) {}

  // The other product a statement is about, or null where it is about the
  // tool or about nobody.
  const Atom* OtherSubject(size_t n) const;
  // The tool, or `this`, `its`, `it`, shortly before in the sentence.
  bool SaidOfTool(size_t n) const;
  // `not`, `no` right before: the words deny it.
  bool Denied(size_t n) const;
  // A tool of the store that the sentence names anywhere and for which `says`
  // holds.
  template <typename Says>
  bool SomeCompetitor(size_t n, Says says) const {
    const uint16_t sentence = quote_.sentence[quote_.atoms[n].first];
    const auto check = [&](const Atom& name) {
      return name.owner.kind == ClaimIndex::Owner::kCompetitor &&
             says(index_.competitors()[name.owner.competitor]);
    };
    for (size_t k = n; k-- > 0 && quote_.sentence[quote_.atoms[k].first] == sentence && n - k < 16;) {
      if (check(quote_.atoms[k])) return true;
    }
    for (size_t k = n + 1; k < std::min(quote_.atoms.size(), n + 16); ++k) {
      if (quote_.sentence[quote_.atoms[k].first] != sentence) break;
      if (check(quote_.atoms[k])) return true;
    }
    return false;
  }

 private:
  bool SaidOf(const Atom& name, const Atom& atom) const;
  const Word& At(size_t i) const { return quote_.words[i]; }

  const ClaimIndex& index_;
  const ScannedQuote& quote_;
};

}  // namespace seaworthy::claims
