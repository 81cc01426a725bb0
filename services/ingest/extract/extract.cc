#include "services/ingest/extract/extract.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/ingest/extract/compose.h"
#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/release.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

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

Draft Read(const Source& source, const NameCandidate& name) {
  Draft draft(&source);
  draft.SetName(name.name);
  draft.Add("name", name.name, name.raw);
  draft.aliases = FindAliases(source, name.name);
  ExtractVendor(&draft);
  ExtractKind(&draft);
  ExtractModality(&draft);
  ExtractLicense(&draft);
  ExtractParameters(&draft);
  ExtractFormats(&draft);
  ExtractContextLength(&draft);
  ExtractPrice(&draft);
  ExtractReleaseDate(&draft);
  ExtractLinks(&draft);
  ExtractOperation(&draft);
  ExtractOrigin(&draft);
  ExtractEvaluation(&draft);
  ExtractSaid(&draft);
  Compose(&draft);
  return draft;
}

}  // namespace

absl::StatusOr<std::vector<v1::Revision>> ExtractTools(const Document& document) {
  const Source source(document);
  if (auto reason = WhyNoRelease(source)) return Reject("not_a_release", *reason);
  const std::vector<NameCandidate> names = FindNames(source);
  if (names.empty() || names[0].score < 8) {
    return Reject("no_name", "no name of a tool was found; give it a title or a `name:` in its front matter");
  }
  std::vector<v1::Revision> tools;
  tools.push_back(ToRevision(Read(source, names[0])));
  return tools;
}

}  // namespace seaworthy
