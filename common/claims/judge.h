// Decides for every atom of a quote whether what is known carries it.
#pragma once

#include <string>
#include <vector>

#include "common/claims/atom_scanner.h"
#include "common/claims/claim_index.h"

namespace seaworthy::claims {

// Sets support and reason of every atom. Linear in the quote.
void JudgeAtoms(const ClaimIndex& index, ScannedQuote& quote);

// Does the sum where a sentence puts a model into memory (`a 70B model on a
// 24 GB card`): atoms that cannot be become CONTRADICTED, atoms that follow
// from the sum SUPPORTED. After JudgeAtoms.
void JudgeMemory(const ClaimIndex& index, ScannedQuote& quote);

// `70B`, `1.5B`, `256M`
std::string SaySize(double billions);
// `35`, `0.5`
std::string SayNumber(double number);

}  // namespace seaworthy::claims
