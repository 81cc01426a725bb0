// Checks what a verdict's quote says, without a model: every number, size,
// price, date, licence, name, command, format, machine and benchmark is looked
// up in the announcement, the facts and the store's tools (docs/claims.md).
#pragma once

#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "common/claims/claim_index.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/revision.pb.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy {

// Quotes are checked up to here; what follows is not looked at.
inline constexpr size_t kMaxCheckedQuoteBytes = 4000;

struct ClaimContext {
  // Never null.
  const v1::Revision* revision = nullptr;
  // Visible text, untrusted; the first 1 MiB counts.
  std::string_view announcement_text;
  // What the store knows of tools near it.
  absl::Span<const v1::KnownCompetitor> competitors;
  // The verdict's: dates inside predictions are no facts.
  absl::Span<const v1::Claim> claims;
};

// One mark for every atom, supported or not: spans of bytes of `quote`, in
// order, without overlaps. A mark that is not supported has a reason of one
// sentence for an editor. Deterministic, no I/O, thread-safe, linear time.
std::vector<v1::Mark> CheckQuote(std::string_view quote, const ClaimIndex& index,
                                 absl::Span<const v1::Claim> claims = {});

// The same where the revision is checked only once: builds the index first.
std::vector<v1::Mark> CheckQuote(std::string_view quote, const ClaimContext& context);

}  // namespace seaworthy
