#include "common/claims/claim_checker.h"

#include <string>
#include <utility>

#include "common/claims/atom_scanner.h"
#include "common/claims/judge.h"

namespace seaworthy {
namespace {

// At most kMaxCheckedQuoteBytes, never within a character.
std::string_view Bounded(std::string_view quote) {
  if (quote.size() <= kMaxCheckedQuoteBytes) return quote;
  size_t end = kMaxCheckedQuoteBytes;
  while (end > 0 && (static_cast<unsigned char>(quote[end]) & 0xc0) == 0x80) --end;
  return quote.substr(0, end);
}

}  // namespace

std::vector<v1::Mark> CheckQuote(std::string_view quote, const ClaimIndex& index,
                                 absl::Span<const v1::Claim> claims) {
  claims::ScannedQuote scanned = claims::ScanQuote(Bounded(quote), index, claims);
  claims::JudgeAtoms(index, scanned);
  claims::JudgeMemory(index, scanned);
  std::vector<v1::Mark> marks(scanned.atoms.size());
  for (size_t i = 0; i < marks.size(); ++i) {
    claims::Atom& atom = scanned.atoms[i];
    marks[i].set_begin(atom.begin);
    marks[i].set_end(atom.end);
    marks[i].set_text(std::string(quote.substr(atom.begin, atom.end - atom.begin)));
    marks[i].set_kind(atom.kind);
    marks[i].set_support(atom.support);
    if (atom.support != v1::Claim::SUPPORTED) marks[i].set_reason(std::move(atom.reason));
  }
  return marks;
}

std::vector<v1::Mark> CheckQuote(std::string_view quote, const ClaimContext& context) {
  return CheckQuote(quote, ClaimIndex(*context.revision, context.announcement_text, context.competitors),
                    context.claims);
}

}  // namespace seaworthy
