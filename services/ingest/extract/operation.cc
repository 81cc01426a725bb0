#include <algorithm>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Adds every match of a group in trusted sentences as a fact.
void AddMatches(Draft* draft, std::string_view field, const Pattern& pattern, std::string_view value = "") {
  const Source& source = draft->source();
  for (const Sentence& sentence : source.sentences()) {
    if (source.document().blocks[sentence.block].boilerplate) continue;
    for (const Match& match : pattern.FindAll(source.Text(sentence), 4)) {
      const size_t group = match.groups.size() > 1 && match.Has(1) ? 1 : 0;
      Span span{sentence.text.begin + match.groups[group].begin,
                sentence.text.begin + match.groups[group].end};
      while (!span.empty() && (source.Text(span).back() == '.' || source.Text(span).back() == ':'))
        --span.end;
      draft->AddText(field, value.empty() ? source.Text(span) : value, span);
    }
  }
}

void Commands(Draft* draft) {
  static const Pattern kInstall(
      R"((?m)^\s*(?:[$>%#]\s*)?((?:sudo )?(?:uv pip install|uv add|uvx|pipx? install|pip3 install|python3? -m pip install|conda install|npm (?:i|install)|npx|yarn add|pnpm (?:add|i)|cargo (?:add|install)|brew install|ollama (?:run|pull)|docker (?:model )?(?:run|pull)|go install|apt(?:-get)? install|huggingface-cli download|hf download|git clone|gem install|dotnet add package|curl -[a-zA-Z]+ \S+ ?\| ?(?:ba)?sh)\b[^\n]{0,160}))");
  const Source& source = draft->source();
  const std::string name = NameKey(draft->name);
  std::vector<Span> others;
  for (size_t i = 0; i < source.document().blocks.size(); ++i) {
    const Block& block = source.document().blocks[i];
    if (!source.Trusted(i) || block.kind != BlockKind::kCode) continue;
    for (const Match& match : kInstall.FindAll(source.Text(block.text), 8)) {
      Span span{block.text.begin + match.groups[1].begin, block.text.begin + match.groups[1].end};
      while (!span.empty() && (IsSpace(source.Text(span).back()) || source.Text(span).back() == '\\'))
        --span.end;
      // Commands that name the tool come first.
      if (Contains(NameKey(source.Text(span)), name)) {
        draft->AddText("install_command", source.Text(span), span);
      } else {
        others.push_back(span);
      }
    }
  }
  for (const Span& span : others) draft->AddText("install_command", source.Text(span), span);
  static const Pattern kInline(
      R"(((?:pip install|ollama (?:run|pull)|npm (?:i|install)|docker (?:model )?(?:run|pull)|cargo install|uvx|brew install) [\w@/.:\[\]=+-]+(?: [\w@/.:=-]+)?))");
  AddMatches(draft, "install_command", kInline);
}

void CodeExamples(Draft* draft) {
  const Source& source = draft->source();
  for (size_t i = 0; i < source.document().blocks.size(); ++i) {
    const Block& block = source.document().blocks[i];
    if (!source.Trusted(i) || block.kind != BlockKind::kCode) continue;
    const std::string_view text = source.Text(block.text);
    const std::string info = Lower(block.info);
    static const Pattern kPython(R"((?m)^\s*(?:from \w[\w.]* import|import \w+))");
    std::string language = info;
    if (language.empty() && kPython.Matches(text)) language = "python";
    if (language == "py") language = "python";
    if (language.empty() || language == "bash" || language == "sh" || language == "shell" ||
        language == "text" || language == "bibtex" || language == "console" || language == "txt" ||
        language == "markdown" || language == "bib" || language == "plaintext" || language == "json" ||
        language == "latex" || language.size() > 20) {
      continue;
    }
    size_t end = text.find('\n', std::min<size_t>(text.size(), 120));
    if (end == text.npos) end = text.size();
    draft->AddText("code_example", language,
                   {block.text.begin, block.text.begin + std::min<size_t>(end, 280)});
    return;
  }
}

void Hardware(Draft* draft) {
  static const Pattern kHardware(
      R"((\b(?:(?:single |one |a |\d+ ?(?:x|×) ?)?(?:NVIDIA |AMD )?(?:A100|H100|H200|B200|A10G|L4|T4|V100|MI300[xX]?|RTX ?\d{4}(?: Ti)?|GB200)s?(?: GPUs?)?|(?:single |one |a )?(?:consumer[- ]grade |consumer |free-tier |free )?(?:\d+ ?GB (?:of )?(?:GPU|VRAM|RAM|memory|GPU RAM|unified memory)(?: memory)?|\d+ ?GB (?:NVIDIA )?GPUs?)|\d+(?:\.\d+)? ?GB of (?:GPU )?(?:VRAM|RAM|memory)|Apple [Ss]ilicon|M[1-4](?: (?:Pro|Max|Ultra|Mac))?(?: with \d+ ?GB(?: RAM)?)?|iPhone|Raspberry Pi(?: \d)?|(?:edge|mobile) devices|(?:consumer )?laptops?|smartphones?|CPUs?|WebGPU|TPUs?|NPUs?|Jetson)\b))");
  const Source& source = draft->source();
  static const Pattern kRuns(
      R"(\b(?:runs?|running|run on|fits?|requires?|requirements?|needs?|within|on a single|on-device|inference|deploy\w*|vram|memory|supports?|locally|hardware|gpu ram|target)\b)");
  static const Pattern kTrained(R"(\b(?:train(?:ed|ing)?|pre-?train\w*|fine-?tun\w+|hours on|nodes)\b)");
  for (const Sentence& sentence : source.sentences()) {
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (!kRuns.Matches(lower) || kTrained.Matches(lower)) continue;
    for (const Match& match : kHardware.FindAll(source.Text(sentence), 4)) {
      const Span span{sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end};
      draft->AddText("hardware", source.Text(span), span);
    }
  }
  for (const Labelled& label : source.labelled()) {
    if ((label.key == "gpu" || label.key == "hardware" || label.key == "requirements" ||
         label.key == "memory" || label.key == "vram") &&
        label.value.size() <= 80 && !label.front_matter && !Contains(source.Section(label.block), "train")) {
      draft->Add("hardware", label.value, label.raw);
    }
  }
}

void Runtimes(Draft* draft) {
  const Source& source = draft->source();
  const std::string own = Lower(draft->name);
  static const WordFinder kRuntimes(RuntimeSpellings());
  for (size_t i = 0; i < source.document().blocks.size(); ++i) {
    const Block& block = source.document().blocks[i];
    if (!source.Trusted(i) || block.boilerplate) continue;
    const std::string_view lower =
        std::string_view(source.lower()).substr(block.text.begin, block.text.size());
    for (const Spelling& runtime : kRuntimes.In(lower)) {
      const size_t at = FindWord(lower, runtime.word);
      if (at == lower.npos || runtime.word == own) continue;
      static const Pattern kNot(
          R"((?:\bno|\bnot|without|instead of|train\w*|fine-?tun\w*|entrain\w*)\b[^.\n]{0,30}$)");
      if (kNot.Matches(lower.substr(at > 50 ? at - 50 : 0, std::min<size_t>(at, 50)))) continue;
      draft->AddText("runtime", runtime.name,
                     {block.text.begin + at, block.text.begin + at + runtime.word.size()});
    }
  }
}

void Availability(Draft* draft) {
  static const Pattern kApi(
      R"(\b(?:via|through|with|using|our|in the|public) (?:the |our |an? )?(?:\w+ ){0,2}API\b|\bAPI (?:access|endpoints?)\b|\bvia API\b|über (?:die|unsere|eine) (?:\w+-)?API\b|(?:via|par) (?:l'|une |notre )API\b|通过 ?API|API ?(?:服务|调用))");
  static const Pattern kWeights(
      R"(\b(?:(?:model |open )?weights (?:are|can be|is|on|available)|open[- ]weights?|download (?:the )?(?:model|weights)|checkpoints? (?:are|is|on|available)|[Gg]ewichte (?:sind|stehen|auf)|[Pp]oids (?:sont|du modèle))\b|\bopen models?\b|模型权重|权重)");
  static const Pattern kWait(
      R"(\b(?:wait ?list|early access|request access|private beta|limited access|warteliste|liste d'attente)\b|候补名单|内测)",
      true);
  static const Pattern kPreview(
      R"(\b(?:public preview|preview release|in preview|beta version|public beta|in beta|research preview)\b)",
      true);
  static const Pattern kCloud(
      R"(\b(?:Amazon (?:Bedrock|SageMaker)|AWS|Azure(?: AI)?|Google Cloud|Vertex AI|Alibaba Cloud|DGX Cloud|Replicate|Together ?AI|fal)\b)");
  static const Pattern kApp(
      R"(\b(?:desktop app|mobile app|iOS app|Android app|web app|available in the app|chat interface|(?:app|client) for (?:macOS|Windows|Linux|iOS|Android)|App Store|Google Play|(?:available|runs) (?:for|on) (?:macOS|Windows|iOS|Android)|VS Code extension|browser extension)\b)",
      true);
  AddMatches(draft, "availability", kApi, "api");
  AddMatches(draft, "availability", kWeights, "weights");
  AddMatches(draft, "availability", kWait, "waitlist");
  AddMatches(draft, "availability", kPreview, "preview");
  AddMatches(draft, "availability", kCloud, "cloud");
  AddMatches(draft, "availability", kApp, "app");
}

}  // namespace

void ExtractOperation(Draft* draft) {
  Commands(draft);
  CodeExamples(draft);
  Hardware(draft);
  Runtimes(draft);
  Availability(draft);
}

}  // namespace seaworthy
