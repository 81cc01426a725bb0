#include "services/ingest/fill/fill_facts.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/source.h"
#include "services/ingest/fill/evidence.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxQuestionBytes = 24'000;
constexpr size_t kMinQuoteBytes = 3;
constexpr size_t kMaxCandidates = 32;

std::vector<std::string> MissingFields(const v1::Revision& tool) {
  std::vector<std::string> missing;
  for (const std::string& field : FillableFields()) {
    const bool known = std::any_of(tool.facts().begin(), tool.facts().end(),
                                   [&](const v1::Fact& fact) { return fact.field() == field; });
    if (!known) missing.push_back(field);
  }
  return missing;
}

// A place as long as the quote but for runs of white space; an offset map in
// small.
std::optional<Span> FindFolded(std::string_view text, std::string_view quote) {
  for (size_t begin = text.find(quote[0]); begin != text.npos; begin = text.find(quote[0], begin + 1)) {
    size_t at = begin;
    size_t said = 0;
    while (said < quote.size() && at < text.size()) {
      if (IsSpace(quote[said])) {
        if (!IsSpace(text[at])) break;
        while (at < text.size() && IsSpace(text[at])) ++at;
        while (said < quote.size() && IsSpace(quote[said])) ++said;
      } else if (text[at] == quote[said]) {
        ++at;
        ++said;
      } else {
        break;
      }
    }
    if (said == quote.size()) return Span{begin, at};
  }
  return std::nullopt;
}

// Where the quote stands in a block's text whose bytes are known.
std::optional<Span> RawOf(const Document& document, std::string_view quote) {
  if (quote.size() < kMinQuoteBytes || quote.size() > kMaxEvidenceBytes) return std::nullopt;
  for (const Block& block : document.blocks) {
    // What nobody was shown, nobody can quote.
    if (block.text.end > kMaxQuestionBytes) break;
    const auto found = FindFolded(document.TextOf(block), quote);
    if (!found) continue;
    const auto raw = document.map.Raw({block.text.begin + found->begin, block.text.begin + found->end});
    if (raw && !raw->empty() && raw->size() <= kMaxEvidenceBytes) return raw;
  }
  return std::nullopt;
}

v1::ToolKind KindOf(std::string_view value) {
  if (value == "model") return v1::MODEL;
  if (value == "library") return v1::LIBRARY;
  if (value == "application") return v1::APPLICATION;
  if (value == "service") return v1::SERVICE;
  return value == "dataset" ? v1::DATASET : v1::OTHER;
}

void SetField(const std::string& field, const std::string& value, v1::Revision* tool) {
  const auto number = ParseNumber(value);
  if (field == "vendor") tool->set_vendor(value);
  if (field == "kind") tool->set_kind(KindOf(value));
  if (field == "license") tool->set_license(value);
  if (field == "pricing") tool->set_pricing(value);
  if (field == "release_date") tool->set_release_date(value);
  if (field == "parameters_b" && number) tool->add_parameters_b(*number);
  if (field == "context_tokens" && number) tool->set_context_tokens(static_cast<uint64_t>(*number));
  if (field == "entry_price_usd" && number) tool->set_entry_price_usd(*number);
}

// Adds the fact where it holds.
bool Take(const Document& document, const FillCandidate& candidate, v1::Revision* tool) {
  const std::string_view quote = Strip(candidate.quote);
  const auto raw = RawOf(document, quote);
  if (!raw || NamesAnother(quote, tool->name())) return false;
  const auto value = BorneOut(candidate.field, candidate.value, quote);
  if (!value) return false;
  SetField(candidate.field, *value, tool);
  v1::Fact* fact = tool->add_facts();
  fact->set_field(candidate.field);
  fact->set_value(*value);
  fact->set_method("llm");
  fact->mutable_evidence()->set_begin(raw->begin);
  fact->mutable_evidence()->set_end(raw->end);
  fact->mutable_evidence()->set_text(document.bytes.substr(raw->begin, raw->size()));
  return true;
}

bool AddressesItsReader(const Document& document) {
  const Source source(document);
  for (size_t i = 0; i < document.blocks.size(); ++i) {
    if (!source.Trusted(i)) return true;
  }
  return false;
}

}  // namespace

FillReport FillFacts(const Document& document, FactFiller* filler, absl::Duration deadline,
                     v1::Revision* tool) {
  FillReport report;
  FillQuestion question{.tool = tool->name(), .text = "", .missing = MissingFields(*tool)};
  if (question.missing.empty()) return report;
  if (AddressesItsReader(document)) {
    report.untrusted = true;
    return report;
  }
  question.text = std::string(Utf8Prefix(document.text, kMaxQuestionBytes));
  report.asked = static_cast<int>(question.missing.size());
  auto candidates = filler->Fill(question, deadline);
  report.status = candidates.status();
  if (!candidates.ok()) return report;
  if (candidates->size() > kMaxCandidates) candidates->resize(kMaxCandidates);
  for (const FillCandidate& candidate : *candidates) {
    const auto missing = std::find(question.missing.begin(), question.missing.end(), candidate.field);
    if (missing != question.missing.end() && Take(document, candidate, tool)) {
      question.missing.erase(missing);
      ++report.filled;
    } else {
      ++report.disbelieved;
    }
  }
  return report;
}

}  // namespace seaworthy
