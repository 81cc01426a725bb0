// How ScanQuote() works inside: a quote is read from its first word to its
// last, and each reader takes what it knows. atom_scanner.cc has the order,
// quotations and commands; scanner_names.cc names and licences;
// scanner_numbers.cc amounts, dates and versions.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "common/claims/atom_scanner.h"
#include "common/claims/claim_index.h"
#include "common/claims/gazetteer.h"
#include "common/claims/quantities.h"
#include "common/claims/words.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy::claims {

// Scans one quote once. One thread.
class Scanner {
 public:
  // Both outlive it.
  Scanner(std::string_view quote, const ClaimIndex& index, absl::Span<const v1::Claim> claims);

  ScannedQuote Run();

 private:
  const Word& At(size_t i) const { return out_.words[i]; }
  bool Exists(size_t i) const { return i < out_.words.size(); }
  bool Gap(size_t i, std::string_view allowed, size_t most = 1) const {
    return GapIs(out_.text, out_.words, i, allowed, most);
  }
  char Before(size_t i) const { return At(i).begin > 0 ? out_.text[At(i).begin - 1] : ' '; }
  char After(size_t i) const { return At(i).end < out_.text.size() ? out_.text[At(i).end] : ' '; }
  std::string_view TextOf(size_t i) const { return out_.text.substr(At(i).begin, At(i).end - At(i).begin); }

  // A new atom of these words; goes on behind it.
  Atom& Add(size_t first, size_t last, v1::Mark::Kind kind);

  void CutSentences();
  // Where predictions stand in the quote.
  void FindPredictions();
  bool InPrediction(size_t begin) const;
  // Words in double quotation marks that stand in the announcement need no
  // more; others are read like any words.
  bool ReadQuoted();
  bool ReadCommand();
  // Between backticks.
  bool ReadCode();
  // `pip install x` in the middle of prose.
  bool ReadBareCommand();

  // Names and licences.
  // The tool itself, its maker, tools of the store.
  bool ReadEntity();
  // The longest spelling in the gazetteer that begins here.
  const GazetteerEntry* Longest(size_t* last) const;
  // Looks the words up; takes licences and leaves the rest to later readers.
  bool ReadGazetteer();
  // The tool's licence under its own name.
  bool ReadOwnLicense();
  // Capitals that end with `License`.
  bool ReadTitledLicense();
  // `docs.example/x`, `https://…`, `FLUX.1`: words joined by dots.
  bool ReadAddress();
  // Products, makers, hardware, formats and benchmarks that everybody knows.
  bool ReadKnownName();
  // A word that looks like a name.
  bool ReadShape();
  bool LooksNamed(size_t i) const;
  // Two capitals open a sentence, and neither is a word or a name known.
  bool OpensName(size_t i) const;
  // `p99`, `x86`, `H2`: short marks, not products; `k8s` likewise.
  bool IsIdiom(size_t i) const;
  // The same word stands in the quote where its capital means something.
  bool NamedElsewhere(size_t i) const;
  // `acme-7b-v1`: small letters and hyphens around a size or a version.
  bool ReadIdentifier();
  // Takes in capitals, versions and sizes behind a name: `Llama` to `Llama 3.3
  // 70B`.
  size_t Extend(size_t first, size_t last) const;
  // A number that belongs to the name before it.
  bool VersionLike(size_t i, bool hyphen) const;
  // A run of name words. Where only its beginning stands in the evidence, that
  // is an atom and the rest is read again, unless a version makes them one.
  void AddName(size_t first, size_t last, v1::Mark::Kind kind, const GazetteerEntry* entry);
  // `FooBench`, `BarVQA`, `QuxEval`
  v1::Mark::Kind KindOfShape(size_t first, size_t last, v1::Mark::Kind kind) const;

  // Amounts, dates and versions.
  bool ReadDateAtom();
  // Dates that a prediction waits for are no facts.
  bool IsHorizon(const Date& date) const;
  bool ReadAmount();
  bool Checkable(const Quantity& quantity, size_t last) const;
  // `60% odds`: the writer's own bet.
  bool Odds(size_t last) const;
  bool BeforeHardware(size_t i) const;
  // `4-bit weights` are a format, `at 4 bits` is a condition.
  bool ReadBits(const Quantity& quantity, size_t last);
  // `v2.1`
  bool ReadVersion();
  // `3.0.1`
  bool ReadDottedVersion();
  // Free of charge, said as a price.
  bool ReadFree();

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

}  // namespace seaworthy::claims
