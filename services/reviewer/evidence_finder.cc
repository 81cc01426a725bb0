#include "services/reviewer/evidence_finder.h"

#include <string>

#include "services/reviewer/prompt/quote_finder.h"

namespace seaworthy {
namespace {

// Exactly as quoted, else with other white space and typographic signs.
std::optional<FoundQuote> FindIn(std::string_view text, std::string_view quote) {
  const size_t at = text.find(quote);
  if (at != std::string_view::npos) return FoundQuote{at, at + quote.size()};
  return FindQuote(text, quote);
}

}  // namespace

std::optional<v1::Evidence> EvidenceFinder::FindInFacts(std::string_view field,
                                                        std::string_view quote) const {
  for (const v1::Fact& fact : request_.revision.facts()) {
    if (!field.empty() && fact.field() != field) continue;
    const std::string& said = fact.evidence().text();
    const auto found = FindIn(said, quote);
    if (!found.has_value()) continue;
    v1::Evidence evidence;
    evidence.set_announcement_id(fact.evidence().announcement_id());
    evidence.set_begin(fact.evidence().begin() + found->begin);
    evidence.set_end(fact.evidence().begin() + found->end);
    evidence.set_text(said.substr(found->begin, found->end - found->begin));
    return evidence;
  }
  return std::nullopt;
}

std::optional<v1::Evidence> EvidenceFinder::Find(std::string_view field, std::string_view quote) const {
  if (quote.empty()) return std::nullopt;
  auto found = FindInFacts(field, quote);
  if (!found.has_value() && !field.empty()) found = FindInFacts("", quote);
  if (found.has_value()) return found;
  const auto place = FindIn(request_.announcement_text, quote);
  if (!place.has_value()) return std::nullopt;
  v1::Evidence evidence;
  if (request_.revision.announcement_ids_size() > 0) {
    evidence.set_announcement_id(request_.revision.announcement_ids(0));
  }
  evidence.set_text(request_.announcement_text.substr(place->begin, place->end - place->begin));
  return evidence;
}

bool EvidenceFinder::HasField(std::string_view field) const {
  for (const v1::Fact& fact : request_.revision.facts()) {
    if (fact.field() == field) return true;
  }
  const v1::Revision& revision = request_.revision;
  return (field == "vendor" && !revision.vendor().empty()) ||
         (field == "license" && !revision.license().empty()) ||
         (field == "pricing" && !revision.pricing().empty()) ||
         (field == "release_date" && !revision.release_date().empty()) ||
         (field == "formats" && revision.formats_size() > 0) ||
         (field == "parameters_b" && revision.parameters_b_size() > 0) ||
         (field == "context_tokens" && revision.has_context_tokens()) ||
         (field == "entry_price_usd" && revision.has_entry_price_usd());
}

}  // namespace seaworthy
