#include <algorithm>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

bool IsQuantized(std::string_view format) {
  static constexpr std::string_view kFormats[] = {"GGUF", "GGML", "GPTQ", "AWQ", "FP8",  "MXFP4",   "NVFP4",
                                                  "FP4",  "int4", "int8", "NF4", "EXL2", "1.58-bit"};
  return std::find(std::begin(kFormats), std::end(kFormats), format) != std::end(kFormats);
}

// Whether the sentence offers weights in a format, rather than speaks of it.
bool Offers(std::string_view lower) {
  static const Pattern kOffer(
      R"(\b(?:format|formats|available (?:in|as)|quanti[sz]ed|quanti[sz]ation|variants?|versions?|checkpoints?|weights|loadable|released? in|ready|download|convert\w*|export\w*|support\w* for|published|build|builds|offer\w*|provide\w*|include\w*|ships?)\b|\bfor (?:pytorch|mlx|rust/candle|rust|candle|onnx)\s*\(|格式|量化|加载|提供|gguf|gptq|awq)");
  return kOffer.Matches(lower);
}

bool Denies(std::string_view lower) {
  static const Pattern kNot(
      R"(\b(?:trained (?:in|with|using)|training|fine-?tun\w+|load_in|qlora|no pytorch|not (?:available|supported)|without|previously|coming soon|will be|written in|implemented in|implementation|optimi[sz]er|mixed[- ]precision|if you (?:require|need|want)|you can (?:also )?(?:export|convert|quantize))\b)");
  return kNot.Matches(lower);
}

// "we only provide FP8 weights", whatever else the sentence says.
bool Provides(std::string_view lower, size_t at, size_t size) {
  static const Pattern kBefore(
      R"(\b(?:provid|releas|offer|publish|shipp?)(?:e|es|ed|ing|s)? (?:only |the |both |our |pre-?quantized )*$)");
  static const Pattern kAfter(R"(^(?:[- ]quantized)? (?:weights|checkpoints?|versions?|models?|files?)\b)");
  const size_t begin = at > 40 ? at - 40 : 0;
  return kBefore.Matches(lower.substr(begin, at - begin)) && kAfter.Matches(lower.substr(at + size));
}

// Software first, formats only where weights come "for PyTorch (bf16)".
bool IsSoftware(std::string_view format) {
  return format == "PyTorch" || format == "Candle" || format == "TensorRT";
}

bool OffersFor(std::string_view lower) {
  static const Pattern kFor(
      R"(\bfor (?:pytorch|rust/candle|rust|candle|tensorrt)\s*\(|\b(?:pytorch|candle|tensorrt) (?:format|weights|checkpoints?|engines?)\b)");
  return kFor.Matches(lower);
}

// Words that are also runtimes or number types need an offer around them.
bool IsWeak(std::string_view format) {
  return format == "BF16" || format == "MLX" || format == "ONNX" || format == "int4" || format == "int8" ||
         format == "Core ML" || format == "safetensors" || format == "FP4" || format == "FP8" ||
         format == "OpenVINO" || format == "npz" || format == "NF4";
}

}  // namespace

void ExtractFormats(Draft* draft) {
  const Source& source = draft->source();
  const FoundFact* kind = draft->First("kind");
  if (kind != nullptr && kind->value != "model") return;
  for (const Labelled& label : source.labelled()) {
    const bool format = label.key == "format" || label.key == "formats" || label.key == "quantization" ||
                        label.key == "quantizations" || label.key == "weights format" ||
                        label.key == "file format" || label.key == "taille" ||
                        label.key == "format du fichier" || label.key == "library_name";
    // How it was trained is not how it is offered.
    static const Pattern kTraining(R"(train|fine-?tun|hyperparameter)");
    if (!format || (!label.front_matter && kTraining.Matches(source.Section(label.block)))) continue;
    const std::string lower = Lower(label.value);
    for (const Spelling& known : FormatSpellings()) {
      if (FindWord(lower, known.word) == lower.npos) continue;
      if (label.key == "library_name" && known.name != "MLX") continue;
      draft->Add("formats", known.name, label.raw);
    }
  }
  static const WordFinder kFormats(FormatSpellings());
  for (const Sentence& sentence : source.sentences()) {
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    const std::vector<Spelling> formats = kFormats.In(lower);
    if (formats.empty()) continue;
    const bool offers = Offers(lower) && !Denies(lower);
    const bool cell = source.document().blocks[sentence.block].kind == BlockKind::kTableCell;
    for (const Spelling& known : formats) {
      const size_t at = FindWord(lower, known.word);
      if (at != lower.npos && IsSoftware(known.name) && !OffersFor(lower)) continue;
      // `ggml-org` is who keeps it.
      if (at == lower.npos || StartsWith(lower.substr(at + known.word.size()), "-org")) continue;
      const bool denied = IsWeak(known.name) ? !offers || cell : Denies(lower);
      if (denied && !Provides(lower, at, known.word.size())) continue;
      draft->AddText("formats", known.name,
                     {sentence.text.begin + at, sentence.text.begin + at + known.word.size()});
    }
  }
  // A repository of its own for a format: `harbour/lantern-onnx`.
  for (const Link& link : source.document().links) {
    if (link.raw.empty() || !source.TrustedAt(link.text.begin) || HandleOfTool(link.url, *draft).empty())
      continue;
    const std::string url = Lower(link.url);
    const std::string_view last = std::string_view(url).substr(url.rfind('/') + 1);
    for (const Spelling& known : FormatSpellings()) {
      if (IsSoftware(known.name) || !EndsWith(last, Cat("-", known.word))) continue;
      draft->Add("formats", known.name, link.raw);
    }
  }
  // A variant that carries the format in its name: `Foo-7B-FP8`.
  for (const std::string& alias : draft->aliases) {
    const std::string lower = Lower(alias);
    const size_t at = FindWord(source.lower(), lower);
    if (at == std::string::npos) continue;
    for (const Spelling& known : FormatSpellings()) {
      if (!IsSoftware(known.name) && FindWord(lower, known.word) != lower.npos)
        draft->AddText("formats", known.name, {at, at + lower.size()});
    }
  }
  for (const FoundFact& fact : std::deque<FoundFact>(draft->facts())) {
    if (fact.field == "formats" && IsQuantized(fact.value)) draft->Add("quantized", fact.value, fact.raw);
  }
}

}  // namespace seaworthy
