// Finds what in a quote can be checked. Knows words and shapes, not truth.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "common/claims/claim_index.h"
#include "common/claims/gazetteer.h"
#include "common/claims/quantities.h"
#include "common/claims/words.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy::claims {

// Words that can be checked.
struct Atom {
  uint32_t begin = 0;  // Bytes of the quote.
  uint32_t end = 0;
  size_t first = 0;  // Words of the quote, [first, last).
  size_t last = 0;
  v1::Mark::Kind kind = v1::Mark::NAME;
  Quantity quantity;     // NUMBER and PRICE.
  bool version = false;  // A NUMBER that is compared as words.
  int date = 0;          // DATE.
  uint64_t id = 0;       // LICENSE, BENCHMARK: the same for all spellings.
  const GazetteerEntry* entry = nullptr;
  ClaimIndex::Owner owner;
  // The judge's.
  v1::Claim::Support support = v1::Claim::SUPPORTED;
  std::string reason;
};

// A quote cut up, with its atoms in order.
struct ScannedQuote {
  std::string_view text;
  std::vector<Word> words;
  // Per word: the sentence it stands in, and whether a capital says nothing
  // there (first of a sentence, after a colon or a quotation mark).
  std::vector<uint16_t> sentence;
  std::vector<bool> opens;
  std::vector<Atom> atoms;
};

// Linear in the quote. `claims` tell which dates belong to predictions.
ScannedQuote ScanQuote(std::string_view quote, const ClaimIndex& index, absl::Span<const v1::Claim> claims);

}  // namespace seaworthy::claims
