#include <cmath>
#include <string>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// What it takes to train it is another matter.
bool OfTraining(std::string_view lower) {
  static const Pattern kTrain(
      R"(\b(?:train(?:ed|ing)?|pre-?train\w*|fine-?tun\w+|finetun\w+|gpu hours|trainiert|entraîn\w+)\b|训练|微调)");
  return kTrain.Matches(lower);
}

// Gigabytes (10^9 bytes), two decimals; nothing beyond what machines have.
std::string Gigabytes(std::string_view number, std::string_view unit) {
  const auto value = ParseNumber(number);
  if (!value) return "";
  const std::string lower = Lower(unit);
  const double scale = lower == "gib"   ? 1.073741824
                       : lower == "mib" ? 0.001048576
                       : lower == "mb"  ? 0.001
                       : lower == "tb"  ? 1000
                                        : 1;
  const double gigabytes = std::round(*value * scale * 100) / 100;
  return gigabytes >= 0.05 && gigabytes <= 100'000 ? PlainNumber(gigabytes) : "";
}

void MemoryInSentences(Draft* draft) {
  static const Pattern kMemory(
      R"((\d+(?:[.,]\d+)?) ?(GB|GiB|MB|MiB|Go|TB)s? (?:of |de |an )?(?:(?:GPU|unified|system|shared|video|mémoire) ?)?(?:VRAM|RAM|memory|Arbeitsspeicher|Speicher|mémoire|vidéo)\b)",
      true);
  static const Pattern kCard(
      R"(\b(\d+) ?(GB|GiB) (?:(?:NVIDIA|AMD|consumer|gaming) )?(?:GPUs?|cards?|Macs?|MacBooks?|laptops?)\b)",
      true);
  static const Pattern kHan(R"((\d+(?:\.\d+)?) ?(GB|G) ?(?:的)?(?:显存|内存))", true);
  const Source& source = draft->source();
  for (const Sentence& sentence : source.sentences()) {
    const std::string_view text = source.Text(sentence);
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (OfTraining(lower)) continue;
    for (const Pattern* pattern : {&kMemory, &kCard, &kHan}) {
      for (const Match& match : pattern->FindAll(text, 4)) {
        const auto part = [&](size_t group) {
          return text.substr(match.groups[group].begin, match.groups[group].size());
        };
        draft->AddText("memory_gb", Gigabytes(ReplaceAll(part(1), ",", "."), part(2)),
                       {sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end});
      }
    }
  }
}

// Columns headed "VRAM", "Memory".
void MemoryInTables(Draft* draft) {
  static const Pattern kHead(
      R"(^(?:(?:min(?:imum)?|peak|required|gpu) )?(?:vram|ram|memory|gpu memory|显存|speicher)(?: (?:usage|required|needed|footprint))?\W*(?:\(gb\))?$)");
  static const Pattern kCell(R"(^~?(\d+(?:\.\d+)?) ?(GB|GiB|MB|MiB)?\W*$)", true);
  const Source& source = draft->source();
  const auto text = [&](size_t block) { return OneLine(source.Text(source.document().blocks[block].text)); };
  for (const Table& table : source.tables()) {
    if (table.rows.size() < 2) continue;
    for (size_t column = 0; column < table.rows[0].size(); ++column) {
      if (table.rows[0][column] == Table::kNoCell || !kHead.Matches(Lower(text(table.rows[0][column]))))
        continue;
      for (size_t row = 1; row < table.rows.size(); ++row) {
        if (column >= table.rows[row].size() || table.rows[row][column] == Table::kNoCell) continue;
        const size_t block = table.rows[row][column];
        const std::string cell = text(block);
        const auto match = kCell.Find(cell);
        if (!match) continue;
        const auto part = [&](size_t group) {
          return std::string_view(cell).substr(match->groups[group].begin, match->groups[group].size());
        };
        draft->AddText("memory_gb", Gigabytes(part(1), match->Has(2) ? part(2) : "GB"),
                       source.document().blocks[block].text);
      }
    }
  }
}

// What a machine is called: `H100`, `RTX 4090`, `Apple Silicon`, `CPU`.
std::string DeviceName(std::string_view said) {
  std::string name = OneLine(said);
  const std::string lower = Lower(name);
  if (lower == "cpus" || lower == "tpus" || lower == "npus") name.pop_back();
  if (StartsWith(lower, "laptop")) return "laptop";
  if (StartsWith(lower, "smartphone") || StartsWith(lower, "mobile")) return "smartphone";
  if (StartsWith(lower, "apple silicon")) return "Apple Silicon";
  if (StartsWith(lower, "edge")) return "edge device";
  if (name.size() > 3 && name.back() == 's' && IsDigit(name[name.size() - 2])) name.pop_back();
  return name;
}

void Devices(Draft* draft) {
  static const Pattern kDevice(
      R"(\b(A100|H100|H200|B200|GB200|A10G?|L4|L40S?|T4|V100|MI\d{3}[xX]?|Gaudi ?\d|RTX ?(?:Pro )?\d{4}(?: Ti| SUPER)?|DGX Spark|Apple [Ss]ilicon|Apple M\d(?: (?:Pro|Max|Ultra))?|iPhones?(?: \d+(?: Pro)?)?|iPads?|Raspberry Pi(?: \d)?|Jetson(?: (?:Nano|Orin|AGX|Thor))*|[Ee]dge devices|[Mm]obile (?:devices|phones)|[Ll]aptops?|[Ss]martphones?|CPUs?|WebGPU|TPUs?|NPUs?)s?\b)");
  static const Pattern kRuns(
      R"(\b(?:runs?|running|fits?|requires?|requirements?|needs?|within|single|on-device|inference|deploy\w*|supports?|locally|hardware|target\w*|optimi[sz]ed|available (?:on|for)|as few as|läuft|tourne|fonctionne)\b|运行|部署)");
  const Source& source = draft->source();
  for (const Sentence& sentence : source.sentences()) {
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (source.document().blocks[sentence.block].boilerplate || OfTraining(lower) || !kRuns.Matches(lower))
      continue;
    for (const Match& match : kDevice.FindAll(source.Text(sentence), 6)) {
      const Span span{sentence.text.begin + match.groups[1].begin, sentence.text.begin + match.groups[1].end};
      draft->AddText("device", DeviceName(source.Text(span)), span);
    }
  }
}

}  // namespace

void ExtractFootprint(Draft* draft) {
  MemoryInSentences(draft);
  MemoryInTables(draft);
  Devices(draft);
}

}  // namespace seaworthy
