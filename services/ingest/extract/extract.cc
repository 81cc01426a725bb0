#include "services/ingest/extract/extract.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/ingest/extract/compose.h"
#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/release.h"
#include "services/ingest/extract/tier.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxTools = 4;

v1::ToolKind KindOf(const Draft& draft) {
  const FoundFact* kind = draft.First("kind");
  if (kind == nullptr) return v1::TOOL_KIND_UNSPECIFIED;
  if (kind->value == "model") return v1::MODEL;
  if (kind->value == "library") return v1::LIBRARY;
  if (kind->value == "application") return v1::APPLICATION;
  if (kind->value == "service") return v1::SERVICE;
  return kind->value == "dataset" ? v1::DATASET : v1::OTHER;
}

std::string Value(const Draft& draft, std::string_view field) {
  const FoundFact* fact = draft.First(field);
  return fact == nullptr ? "" : fact->value;
}

void AddNumbers(const Draft& draft, v1::Revision* revision) {
  for (const std::string& value : draft.Values("parameters_b")) {
    if (const auto number = ParseNumber(value)) revision->add_parameters_b(*number);
  }
  std::sort(revision->mutable_parameters_b()->begin(), revision->mutable_parameters_b()->end());
  if (const auto tokens = ParseNumber(Value(draft, "context_tokens"))) {
    revision->set_context_tokens(static_cast<uint64_t>(*tokens));
  }
  if (const auto price = ParseNumber(Value(draft, "entry_price_usd"))) {
    revision->set_entry_price_usd(*price);
    revision->set_entry_price_unit(draft.price_unit);
  }
}

void AddSorted(std::vector<std::string> values, google::protobuf::RepeatedPtrField<std::string>* field) {
  std::sort(values.begin(), values.end());
  for (std::string& value : values) *field->Add() = std::move(value);
}

v1::Revision ToRevision(const Draft& draft) {
  v1::Revision revision;
  revision.set_name(draft.name);
  revision.set_vendor(Value(draft, "vendor"));
  revision.set_kind(KindOf(draft));
  revision.set_category(draft.category);
  revision.set_tagline(draft.tagline);
  revision.set_description(draft.description);
  revision.set_license(Value(draft, "license"));
  revision.set_pricing(Value(draft, "pricing"));
  revision.set_release_date(Value(draft, "release_date"));
  revision.set_language(draft.source().language());
  AddNumbers(draft, &revision);
  AddSorted(draft.Values("modality"), revision.mutable_modality());
  AddSorted(draft.Values("formats"), revision.mutable_formats());
  for (const std::string& link : draft.Values("links")) revision.add_links(link);
  for (const std::string& alias : draft.aliases) revision.add_aliases(alias);
  const std::string& bytes = draft.source().document().bytes;
  for (const FoundFact& found : draft.facts()) {
    v1::Fact* fact = revision.add_facts();
    fact->set_field(found.field);
    fact->set_value(found.value);
    fact->mutable_evidence()->set_begin(found.raw.begin);
    fact->mutable_evidence()->set_end(found.raw.end);
    fact->mutable_evidence()->set_text(bytes.substr(found.raw.begin, found.raw.size()));
  }
  return revision;
}

void ReadFacts(Draft* draft) {
  ExtractKind(draft);
  ExtractModality(draft);
  ExtractLicense(draft);
  ExtractParameters(draft);
  ExtractFormats(draft);
  ExtractContextLength(draft);
  ExtractPrice(draft);
  ExtractPriceTerms(draft);
  ExtractReleaseDate(draft);
  ExtractLinks(draft);
  ExtractOperation(draft);
  ExtractFootprint(draft);
  ExtractOrigin(draft);
  ExtractEvaluation(draft);
  ExtractBenchmarkClaims(draft);
  ExtractSaid(draft);
}

Draft Read(const Source& source, const NameCandidate& name) {
  Draft draft(&source);
  draft.SetName(name.name);
  draft.Add("name", name.name, name.raw);
  draft.SetAliases(FindAliases(source, name.name));
  ExtractVendor(&draft);
  ReadFacts(&draft);
  Compose(&draft);
  return draft;
}

// Another tool announced in one breath with the main one, under a name of its
// own: no variant of it, no other product everybody knows, said often enough.
bool IsFurtherTool(const std::vector<NameCandidate>& names, size_t index,
                   const std::vector<v1::Revision>& tools) {
  const NameCandidate& candidate = names[index];
  if (!candidate.announced || candidate.score < 30) return false;
  const std::string key = NameKey(candidate.name);
  const std::string stem = WithoutSize(candidate.name);
  for (const v1::Revision& tool : tools) {
    const std::string other = NameKey(tool.name());
    if (stem == WithoutSize(tool.name())) return false;
    // "Foo" and "Foo-7B" are one; "Foo" and "Foo-Zero" are two.
    const bool variant = StartsWith(key, other) || StartsWith(other, key);
    if (key == other || Contains(other, key)) return false;
    if (variant &&
        std::any_of(key.begin() + static_cast<long>(std::min(other.size(), key.size())), key.end(), IsDigit))
      return false;
  }
  return true;
}

// What the blocks that name a further tool say of it; its maker is the same.
v1::Revision ReadFurther(const Document& document, const NameCandidate& name, const v1::Revision& main) {
  const Source source(document, Lower(name.name));
  v1::Revision tool = ToRevision(Read(source, name));
  tool.set_vendor(main.vendor());
  auto* facts = tool.mutable_facts();
  facts->erase(std::remove_if(facts->begin(), facts->end(),
                              [](const v1::Fact& fact) { return fact.field() == "vendor"; }),
               facts->end());
  for (const v1::Fact& fact : main.facts()) {
    if (fact.field() == "vendor") *tool.add_facts() = fact;
  }
  return tool;
}

// Tier and day on every fact; the tier of the main tool is that of all.
void Stamp(const Source& text, const FactSource& origin, std::vector<v1::Revision>* tools) {
  const v1::SourceTier tier = origin.tier != v1::SOURCE_TIER_UNSPECIFIED
                                  ? origin.tier
                                  : TierOf(text, origin.url, (*tools)[0].vendor(), (*tools)[0].name());
  for (v1::Revision& tool : *tools) {
    for (v1::Fact& fact : *tool.mutable_facts()) {
      fact.set_tier(tier);
      fact.set_checked_date(origin.checked_date);
    }
  }
}

}  // namespace

absl::StatusOr<v1::Revision> ExtractFacts(const Document& document, std::string_view tool_name,
                                          const FactSource& origin) {
  const Source source(document);
  Draft draft(&source);
  draft.SetName(tool_name);
  const size_t at = FindWord(source.lower(), Lower(tool_name));
  if (at != std::string::npos && source.TrustedAt(at)) {
    draft.AddText("name", tool_name, {at, at + tool_name.size()});
    draft.SetAliases(FindAliases(source, std::string(tool_name)));
  }
  ReadFacts(&draft);
  if (draft.facts().empty())
    return Reject("no_facts", Cat("the page says nothing of ", tool_name, " that could be recorded"));
  std::vector<v1::Revision> tools = {ToRevision(draft)};
  Stamp(source, origin, &tools);
  return std::move(tools[0]);
}

absl::StatusOr<std::vector<v1::Revision>> ExtractTools(const Document& document, const FactSource& origin) {
  const Source source(document);
  if (auto reason = WhyNoRelease(source)) return Reject("not_a_release", *reason);
  const std::vector<NameCandidate> names = FindNames(source);
  if (names.empty() || names[0].score < 8) {
    return Reject("no_name", "no name of a tool was found; give it a title or a `name:` in its front matter");
  }
  std::vector<v1::Revision> tools;
  tools.push_back(ToRevision(Read(source, names[0])));
  for (size_t i = 1; i < names.size() && tools.size() < kMaxTools; ++i) {
    if (IsFurtherTool(names, i, tools)) tools.push_back(ReadFurther(document, names[i], tools[0]));
  }
  Stamp(source, origin, &tools);
  return tools;
}

}  // namespace seaworthy
