#include "services/aggregator/revisions.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/queries.h"

namespace seaworthy {
namespace {

// As docs/facts.md says.
constexpr int kMaxFactsPerField = 12;

template <typename List>
void MergeSorted(const List& more, List& into) {
  std::set<std::string> all(into.begin(), into.end());
  all.insert(more.begin(), more.end());
  into.Assign(all.begin(), all.end());
}

void KeepText(const std::string& known, std::string* merged) {
  if (merged->empty()) *merged = known;
}

template <typename List>
void KeepList(const List& known, List* merged) {
  if (merged->empty()) *merged = known;
}

// Facts that are values, not the announcement's prose: a verdict can rest on
// them, and the same value told in other words is the same fact.
bool IsHardFact(const std::string& field) {
  static const auto* const fields = new std::set<std::string>{
      "availability", "base",          "benchmark",      "code_example", "competitor",
      "demo",         "documentation", "hardware",       "language",     "quantized",
      "repository",   "runtime",       "install_command"};
  return fields->contains(field);
}

std::set<std::pair<std::string, std::string>> HardFacts(const v1::Revision& revision) {
  std::set<std::pair<std::string, std::string>> facts;
  for (const v1::Fact& fact : revision.facts()) {
    if (IsHardFact(fact.field())) facts.emplace(fact.field(), fact.value());
  }
  return facts;
}

// The old facts behind the new: values add up, up to the bound of a field;
// everything else stays only where the new announcement is silent on it.
void KeepFacts(const v1::Revision& known, v1::Revision& merged) {
  std::set<std::string> told;
  std::map<std::string, int> count;
  for (const v1::Fact& fact : merged.facts()) {
    told.insert(fact.field());
    ++count[fact.field()];
  }
  const auto values = HardFacts(merged);
  for (const v1::Fact& fact : known.facts()) {
    const bool keep = IsHardFact(fact.field()) ? !values.contains({fact.field(), fact.value()}) &&
                                                     count[fact.field()] < kMaxFactsPerField
                                               : !told.contains(fact.field());
    if (!keep) continue;
    *merged.add_facts() = fact;
    ++count[fact.field()];
  }
}

// What FactsDiffer compares.
v1::Revision Substance(const v1::Revision& revision) {
  v1::Revision substance = revision;
  substance.clear_number();
  substance.clear_tagline();
  substance.clear_description();
  substance.clear_facts();
  substance.clear_announcement_ids();
  substance.clear_source_urls();
  substance.clear_text_object();
  substance.clear_aliases();
  substance.clear_links();
  substance.clear_language();
  return substance;
}

}  // namespace

absl::StatusOr<ToolId> ResolveToolId(const StateReader& state, const v1::Revision& announced) {
  const ToolId plain(Slugify(announced.name()));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, LoadNewestRevision(state, plain));
  if (!known.has_value() || known->vendor().empty() || announced.vendor().empty() ||
      Slugify(known->vendor()) == Slugify(announced.vendor())) {
    return plain;
  }
  return ToolId(Slugify(absl::StrCat(announced.name(), " ", announced.vendor())));
}

v1::Revision MergeRevision(const v1::Revision& known, const v1::Revision& announced) {
  v1::Revision merged = announced;
  merged.set_tool_id(known.tool_id());
  merged.set_name(known.name());
  KeepText(known.vendor(), merged.mutable_vendor());
  if (merged.kind() == v1::TOOL_KIND_UNSPECIFIED) merged.set_kind(known.kind());
  KeepText(known.category(), merged.mutable_category());
  KeepList(known.modality(), merged.mutable_modality());
  KeepList(known.parameters_b(), merged.mutable_parameters_b());
  KeepText(known.license(), merged.mutable_license());
  KeepList(known.formats(), merged.mutable_formats());
  if (!merged.has_context_tokens() && known.has_context_tokens()) {
    merged.set_context_tokens(known.context_tokens());
  }
  KeepText(known.pricing(), merged.mutable_pricing());
  if (!merged.has_entry_price_usd() && known.has_entry_price_usd()) {
    merged.set_entry_price_usd(known.entry_price_usd());
    merged.set_entry_price_unit(known.entry_price_unit());
  }
  KeepText(known.release_date(), merged.mutable_release_date());
  KeepText(known.language(), merged.mutable_language());
  KeepText(known.text_object(), merged.mutable_text_object());
  KeepList(known.links(), merged.mutable_links());
  KeepFacts(known, merged);
  MergeSorted(known.announcement_ids(), *merged.mutable_announcement_ids());
  MergeSorted(known.source_urls(), *merged.mutable_source_urls());
  MergeSorted(known.aliases(), *merged.mutable_aliases());
  if (!FactsDiffer(known, merged)) {
    merged.set_tagline(known.tagline());
    merged.set_description(known.description());
  }
  KeepText(known.tagline(), merged.mutable_tagline());
  KeepText(known.description(), merged.mutable_description());
  return merged;
}

bool FactsDiffer(const v1::Revision& a, const v1::Revision& b) {
  return SerializeDeterministically(Substance(a)) != SerializeDeterministically(Substance(b)) ||
         HardFacts(a) != HardFacts(b);
}

}  // namespace seaworthy
