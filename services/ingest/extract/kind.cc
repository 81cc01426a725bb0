#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/definition.h"
#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/kind_finder.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct KindWord {
  const char* expression;
  std::string_view kind;
  double weight;
};

constexpr KindWord kWords[] = {
    {R"(\b(?:language models?|llms?|vlms?|vision[- ]language models?|foundation models?|code models?|reasoning models?|embedding models?|open[- ]weights? models?|generative models?|diffusion models?|speech[- ]to[- ]text models?|text[- ]to[- ](?:image|speech|video) models?|multimodal models?|\w+ parameter model|moe model|sprachmodell\w*|modèle de langage|model family|series of models|translation models?|rectified flow transformer|text models?|checkpoints?|moe)\b|模型)",
     "model", 3},
    {R"(\b(?:models?|transformer|codec|modell\w*|modèles?)\b)", "model", 1.2},
    {R"(\b(?:library|framework|sdk|toolkit|package|client library|python library|bibliothek|bibliothèque|command[- ]line \w+|cli|debugger|linter|developer tool|plugin|inference engine|serving engine|inference framework|compiler|runtime|load balancer|gateway|serving stack|control plane|orchestrator|proxy|web server|package manager)\b)",
     "library", 3},
    {R"(\b(?:app|application|desktop app|workspace|copilot|editor|ide|code assistant|coding assistant|self-hosted|chatbot|playground|workbench|tool|personal ai|assistant solution|end-to-end (?:commercial )?solution|extension)\b|命令行工具)",
     "application", 2},
    {R"(\b(?:hosted (?:api|service)|cloud service|managed service|serverless|inference service|api service|new service|(?:rest|hosted|our|new|web) api|api for|platform|service)\b)",
     "service", 2},
    {R"(\b(?:datasets?|data set|corpus|collection of (?:images|texts|documents|data))\b)", "dataset", 2},
};

}  // namespace

void KindFinder::Run(Draft* draft) {
  Fields();
  Definitions();
  Signs();
  Packages();
  Plans();
  InName();
  SiteItself();
  OfData();
  if (std::all_of(score_.begin(), score_.end(), [](double score) { return score <= 0; })) Feature();
  size_t best = 0;
  for (size_t i = 1; i < kKinds.size(); ++i) {
    if (score_[i] > score_[best]) best = i;
  }
  if (score_[best] <= 0) return;
  draft->Add("kind", kKinds[best], raw_[best]);
}

void KindFinder::Vote(std::string_view kind, double weight, Span raw) {
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i] != kind) continue;
    score_[i] += weight;
    if (raw_[i].empty()) raw_[i] = raw;
  }
}

void KindFinder::Fields() {
  for (const Labelled& label : source_.labelled()) {
    const std::string value = Lower(label.value);
    if (label.key == "kind" || label.key == "type") {
      for (std::string_view kind : kKinds) {
        if (value == kind) Vote(kind, 100, label.raw);
      }
    }
    if (label.key == "pipeline_tag" || label.key == "library_name" || label.key == "base_model" ||
        label.key == "model-index.0.name" || label.key == "model type" || label.key == "base model" ||
        label.key == "modele de base" || label.key == "basismodell") {
      Vote("model", 8, label.raw);
    }
    if (label.key == "task_categories.0" || label.key == "size_categories.0") Vote("dataset", 10, label.raw);
  }
}

void KindFinder::Definitions() {
  const std::string name = Lower(draft_.name);
  size_t seen = 0;
  int defined = 0;
  for (const Sentence& sentence : source_.sentences()) {
    if (++seen > 120 || defined >= 6) break;
    const Block& block = source_.document().blocks[sentence.block];
    if (block.kind == BlockKind::kTableCell || block.boilerplate) continue;
    const std::string_view lower =
        std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
    const size_t at = FindWord(lower, name);
    if (at == lower.npos && !draft_.MentionedIn(lower)) {
      if (seen <= 5) Count(sentence.text, 0.3);
      continue;
    }
    if (at == lower.npos) {
      Count(sentence.text, 0.5);
      continue;
    }
    static const Pattern kIs(
        R"(^[^.]{0,60}?(?:\([^)]*\))?(?:,| -| –|:)? ?(?:(?:is|are|represents?|comprises|est|ist|family|series|models?)\b|是|:|,|-|–|—) ?(?:also |not )?(a\b|an\b|the\b|our\b|un\b|une\b|ein\b|eine\b|一个|一款)?)");
    const size_t after = sentence.text.begin + at + name.size();
    Apposed(after, sentence.text.end);
    const std::string_view rest = source_.Text({after, sentence.text.end});
    static const Pattern kIsNot(
        R"(^ (?:is|are) not (?:a|an|just a|only a) (?:\w+ )?(model|library|dataset|service)\b)");
    if (const auto is_not = kIsNot.Find(rest)) {
      if (const auto raw = source_.Raw(sentence.text))
        Vote(rest.substr(is_not->groups[1].begin, is_not->groups[1].size()), -20, *raw);
    }
    const auto is = kIs.Find(rest);
    const size_t begin = is ? after + is->all().end : after;
    const size_t end = std::min(sentence.text.end, begin + 110);
    const double early = seen <= 10 ? 1.0 : 0.5;
    if (is && Contains(Lower(rest.substr(0, is->all().end)), " not ")) continue;
    const bool article = is && is->Has(1) && !is->groups[1].empty();
    Count({begin, end}, (article ? 2.0 : 0.6) * early);
    // "Lantern Sentinel is a classifier": a part of it.
    static const Pattern kPart(R"(^ [A-Z][a-z]+\b)");
    if (article && !kPart.Matches(rest)) Head({begin, sentence.text.end}, early);
    if (at > 4) Count({sentence.text.begin + (at > 70 ? at - 70 : 0), sentence.text.begin + at}, 0.6 * early);
    if (is) ++defined;
  }
}

void KindFinder::Head(Span said, double early) {
  const auto head = HeadOfDefinition(std::string_view(source_.lower()).substr(said.begin, said.size()));
  if (!head) return;
  const auto raw = source_.Raw({said.begin + head->span.begin, said.begin + head->span.end});
  if (!raw) return;
  if (defined_as_.empty()) defined_as_ = head->kind;
  Vote(head->kind, 7 * early, *raw);
}

void KindFinder::Apposed(size_t after, size_t end) {
  static const Pattern kThing(
      R"(^ (?:(?:python|open[- ]source|rust|javascript) )?(library|framework|sdk|package|toolkit|app|platform|service|api|dataset|corpus)\b)",
      true);
  const auto thing = kThing.Find(source_.Text({after, std::min(end, after + 60)}));
  if (!thing) return;
  const std::string word =
      Lower(source_.Text({after + thing->groups[1].begin, after + thing->groups[1].end}));
  const std::string_view kind = word == "app"                                              ? "application"
                                : word == "dataset" || word == "corpus"                    ? "dataset"
                                : word == "platform" || word == "service" || word == "api" ? "service"
                                                                                           : "library";
  if (const auto raw = source_.Raw({after + thing->groups[1].begin, after + thing->groups[1].end}))
    Vote(kind, 3, *raw);
}

std::optional<Match> KindFinder::FirstOfItself(const Pattern& pattern, std::string_view lower, size_t word) {
  // "LLM evals", "LLM-powered apps" are about models, and none.
  static const Pattern kModifier(
      R"(^[- ](?:evals?|evaluations?|apps?|applications?|inference|serving|training|agents?|workloads?|deployments?|development|gateway|replicas?|research|ops|powered|based|driven|providers?|hub|architectures?)\b)");
  static const Pattern kToolUse(R"(^s?[- ](?:calling|calls?|use|usage)\b)");
  // "A workspace powered by frontier models", "an engine for large language models".
  static const Pattern kObject(
      R"(\b(?:powered by|for|serv(?:e|es|ing)|run(?:s|ning)?|deploy(?:s|ing)?|supports?|supporting|quanti[sz](?:e|es|ing)|trains?|training|evaluat(?:e|es|ing)|hosts?|hosting|access to|across|between|with|any)(?: [\w-]+){0,4} $)");
  const bool model = word < 2;
  for (const Match& match : pattern.FindAll(lower, 6)) {
    const std::string_view after = lower.substr(match.all().end);
    if (word == 3 && kToolUse.Matches(after)) continue;
    if (model && kModifier.Matches(after)) continue;
    const size_t before = match.all().begin > 60 ? match.all().begin - 60 : 0;
    if (model && kObject.Matches(lower.substr(before, match.all().begin - before))) continue;
    return match;
  }
  return std::nullopt;
}

void KindFinder::Count(Span span, double factor) {
  static const std::array<Pattern, std::size(kWords)>* const kPatterns =
      new std::array<Pattern, std::size(kWords)>{
          Pattern(kWords[0].expression), Pattern(kWords[1].expression), Pattern(kWords[2].expression),
          Pattern(kWords[3].expression), Pattern(kWords[4].expression), Pattern(kWords[5].expression)};
  const std::string_view lower = std::string_view(source_.lower()).substr(span.begin, span.size());
  size_t first = lower.size();
  for (size_t i = 0; i < kPatterns->size(); ++i) {
    const auto match = FirstOfItself((*kPatterns)[i], lower, i);
    if (!match) continue;
    // What comes first is the head noun more often than not.
    const double near = match->all().begin < first ? 1.0 : 0.6;
    first = std::min(first, match->all().begin);
    const auto raw = source_.Raw({span.begin + match->all().begin, span.begin + match->all().end});
    if (raw) Vote(kWords[i].kind, kWords[i].weight * factor * near, *raw);
  }
}

void ExtractKind(Draft* draft) { KindFinder(draft).Run(draft); }

}  // namespace seaworthy
