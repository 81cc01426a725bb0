#include <string>

#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Ids of the Hugging Face hub and SPDX that stand as they are.
constexpr Spelling kIds[] = {
    {"apache-2.0", "Apache-2.0"},
    {"mit", "MIT"},
    {"bsd", "BSD-3-Clause"},
    {"bsd-2-clause", "BSD-2-Clause"},
    {"bsd-3-clause", "BSD-3-Clause"},
    {"bsd-3-clause-clear", "BSD-3-Clause-Clear"},
    {"isc", "ISC"},
    {"gpl", "GPL"},
    {"gpl-2.0", "GPL-2.0"},
    {"gpl-3.0", "GPL-3.0"},
    {"agpl-3.0", "AGPL-3.0"},
    {"lgpl-3.0", "LGPL-3.0"},
    {"lgpl-2.1", "LGPL-2.1"},
    {"mpl-2.0", "MPL-2.0"},
    {"epl-2.0", "EPL-2.0"},
    {"cc0-1.0", "CC0-1.0"},
    {"cc-by-2.0", "CC-BY-2.0"},
    {"cc-by-3.0", "CC-BY-3.0"},
    {"cc-by-4.0", "CC-BY-4.0"},
    {"cc-by-sa-3.0", "CC-BY-SA-3.0"},
    {"cc-by-sa-4.0", "CC-BY-SA-4.0"},
    {"cc-by-nc-2.0", "CC-BY-NC-2.0"},
    {"cc-by-nc-3.0", "CC-BY-NC-3.0"},
    {"cc-by-nc-4.0", "CC-BY-NC-4.0"},
    {"cc-by-nd-4.0", "CC-BY-ND-4.0"},
    {"cc-by-nc-nd-4.0", "CC-BY-NC-ND-4.0"},
    {"cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0"},
    {"unlicense", "Unlicense"},
    {"wtfpl", "WTFPL"},
    {"zlib", "Zlib"},
    {"odc-by", "ODC-By-1.0"},
    {"odbl", "ODbL-1.0"},
    {"afl-3.0", "AFL-3.0"},
    {"artistic-2.0", "Artistic-2.0"},
    {"bsl-1.0", "BSL-1.0"},
    {"ms-pl", "MS-PL"},
    {"ecl-2.0", "ECL-2.0"},
    {"eupl-1.1", "EUPL-1.1"},
    {"eupl-1.2", "EUPL-1.2"},
    {"ncsa", "NCSA"},
    {"postgresql", "PostgreSQL"},
    {"llama2", "Llama 2 Community License"},
    {"llama3", "Llama 3 Community License"},
    {"llama3.1", "Llama 3.1 Community License"},
    {"llama3.2", "Llama 3.2 Community License"},
    {"llama3.3", "Llama 3.3 Community License"},
    {"llama4", "Llama 4 Community License"},
    {"gemma", "Gemma Terms of Use"},
    {"openrail", "OpenRAIL"},
    {"openrail++", "OpenRAIL++"},
    {"creativeml-openrail-m", "CreativeML OpenRAIL-M"},
    {"bigscience-openrail-m", "BigScience OpenRAIL-M"},
    {"bigscience-bloom-rail-1.0", "bigscience-bloom-rail-1.0"},
    {"bigcode-openrail-m", "BigCode OpenRAIL-M"},
    {"falcon-llm-license", "Falcon LLM License"},
    {"deepfloyd-if-license", "DeepFloyd IF License"},
    {"apple-amlr", "Apple AMLR License"},
};

struct Wording {
  const char* expression;
  std::string_view name;
};

// How they are said in prose, most particular first; matched in lower case.
constexpr Wording kWordings[] = {
    {R"(\bmodified[- ]mit\b)", "Modified MIT"},
    {R"(\bapache(?:[ -]?(?:licen[cs]e|software licen[cs]e))?,?[ -]*(?:version|v\.?)?[ -]?2(?:[.]0)?\b|\bapache(?:[- ]licen[cs]e)\b)",
     "Apache-2.0"},
    {R"(\b(?:cc|creative commons)[- ]?by[- ]nc[- ]sa\b)", "CC-BY-NC-SA-4.0"},
    {R"(\b(?:cc|creative commons)[- ]?by[- ]nc[- ]nd\b)", "CC-BY-NC-ND-4.0"},
    {R"(\b(?:cc|creative commons)[- ]?by[- ]nc\b|\battribution-noncommercial 4)", "CC-BY-NC-4.0"},
    {R"(\b(?:cc|creative commons)[- ]?by[- ]sa\b|\battribution-sharealike 4)", "CC-BY-SA-4.0"},
    {R"(\b(?:cc|creative commons)[- ]?by[- ]?(?:4(?:\.0)?)?\b|\bcreative commons attribution 4)",
     "CC-BY-4.0"},
    {R"(\bcc[- ]?0\b)", "CC0-1.0"},
    {R"(\bmit\b)", "MIT"},
    {R"(\bbsd[- ]3(?:[- ]clause)?\b|\b3-clause bsd\b|\bbsd licen[cs]e)", "BSD-3-Clause"},
    {R"(\bbsd[- ]2(?:[- ]clause)?\b|\b2-clause bsd\b)", "BSD-2-Clause"},
    {R"(\b(?:agpl[- ]?v?3|gnu affero)\b)", "AGPL-3.0"},
    {R"(\b(?:lgpl[- ]?v?3)\b)", "LGPL-3.0"},
    {R"(\b(?:gpl[- ]?v?3)\b)", "GPL-3.0"},
    {R"(\b(?:mpl[- ]?2|mozilla public licen[cs]e)\b)", "MPL-2.0"},
    {R"(\bllama[- ]?4\b.*(?:licen[cs]e|lizenz))", "Llama 4 Community License"},
    {R"(\bllama[- ]?3\.3\b.*(?:licen[cs]e|lizenz))", "Llama 3.3 Community License"},
    {R"(\bllama[- ]?3\.2\b.*(?:licen[cs]e|lizenz))", "Llama 3.2 Community License"},
    {R"(\bllama[- ]?3\.1\b.*(?:licen[cs]e|lizenz))", "Llama 3.1 Community License"},
    {R"(\bllama[- ]?3\b.*(?:licen[cs]e|lizenz))", "Llama 3 Community License"},
    {R"(\bllama[- ]?2\b.*(?:licen[cs]e|lizenz))", "Llama 2 Community License"},
    {R"(\bgemma (?:licen[cs]e|terms of use))", "Gemma Terms of Use"},
    {R"(\bbigcode[- ]open ?rail[- ]m v1\b)", "BigCode OpenRAIL-M v1"},
    {R"(\bbigcode[- ]open ?rail[- ]m\b)", "BigCode OpenRAIL-M"},
    {R"(\bisc licen[cs]e)", "ISC"},
};

}  // namespace

std::optional<std::string> NormalizeLicense(std::string_view said) {
  const std::string lower = Lower(OneLine(said.substr(0, 300)));
  std::string_view stem = lower;
  for (std::string_view tail : {" license", " licence", "-lizenz", " lizenz"}) {
    if (EndsWith(stem, tail)) stem.remove_suffix(tail.size());
  }
  for (const Spelling& id : kIds) {
    if (lower == id.word || stem == id.word) return std::string(id.name);
  }
  static const std::vector<Pattern>* const kPatterns = [] {
    auto* patterns = new std::vector<Pattern>();
    for (const Wording& wording : kWordings) patterns->emplace_back(wording.expression);
    return patterns;
  }();
  for (size_t i = 0; i < kPatterns->size(); ++i) {
    if ((*kPatterns)[i].Matches(lower)) return std::string(kWordings[i].name);
  }
  return std::nullopt;
}

}  // namespace seaworthy
