#include "services/reviewer/evidence_finder.h"

#include <string>

namespace seaworthy {

std::optional<v1::Evidence> EvidenceFinder::FindInFacts(std::string_view field,
                                                        std::string_view quote) const {
  for (const v1::Fact& fact : request_.revision.facts()) {
    if (!field.empty() && fact.field() != field) continue;
    const size_t at = std::string_view(fact.evidence().text()).find(quote);
    if (at == std::string_view::npos) continue;
    v1::Evidence evidence;
    evidence.set_announcement_id(fact.evidence().announcement_id());
    evidence.set_begin(fact.evidence().begin() + at);
    evidence.set_end(fact.evidence().begin() + at + quote.size());
    evidence.set_text(std::string(quote));
    return evidence;
  }
  return std::nullopt;
}

std::optional<v1::Evidence> EvidenceFinder::Find(std::string_view field, std::string_view quote) const {
  if (quote.empty()) return std::nullopt;
  auto found = FindInFacts(field, quote);
  if (!found.has_value() && !field.empty()) found = FindInFacts("", quote);
  if (found.has_value()) return found;
  if (request_.announcement_text.find(quote) == std::string::npos) return std::nullopt;
  v1::Evidence evidence;
  if (request_.revision.announcement_ids_size() > 0) {
    evidence.set_announcement_id(request_.revision.announcement_ids(0));
  }
  evidence.set_text(std::string(quote));
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
