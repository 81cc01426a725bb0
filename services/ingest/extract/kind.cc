#include <algorithm>
#include <array>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/definition.h"
#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
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

class KindFinder {
 public:
  explicit KindFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {}

  void Run(Draft* draft) {
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

 private:
  static constexpr std::array<std::string_view, 5> kKinds = {"model", "library", "application", "service",
                                                             "dataset"};

  void Vote(std::string_view kind, double weight, Span raw) {
    for (size_t i = 0; i < kKinds.size(); ++i) {
      if (kKinds[i] != kind) continue;
      score_[i] += weight;
      if (raw_[i].empty()) raw_[i] = raw;
    }
  }

  void Fields() {
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
      if (label.key == "task_categories.0" || label.key == "size_categories.0")
        Vote("dataset", 10, label.raw);
    }
  }

  // What the announcement calls it: the words after "X is a", "introducing X,
  // a", and the words of the title.
  void Definitions() {
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
      if (at > 4)
        Count({sentence.text.begin + (at > 70 ? at - 70 : 0), sentence.text.begin + at}, 0.6 * early);
      if (is) ++defined;
    }
  }

  // The head noun of "X is a ..." says more than all else in the sentence.
  void Head(Span said, double early) {
    const auto head = HeadOfDefinition(std::string_view(source_.lower()).substr(said.begin, said.size()));
    if (!head) return;
    const auto raw = source_.Raw({said.begin + head->span.begin, said.begin + head->span.end});
    if (!raw) return;
    if (defined_as_.empty()) defined_as_ = head->kind;
    Vote(head->kind, 7 * early, *raw);
  }

  // "the Lantern library", "Lantern SDK".
  void Apposed(size_t after, size_t end) {
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

  // The first match that says what the tool is, not what it is for or works with.
  static std::optional<Match> FirstOfItself(const Pattern& pattern, std::string_view lower, size_t word) {
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

  void Count(Span span, double factor) {
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

  // What only models, or only libraries, have.
  void Signs() {
    const std::string name = Lower(draft_.name);
    static const Pattern kSize(R"(\d(?:\.\d+)?b\b)");
    if (const size_t at = FindWord(source_.lower(), name); kSize.Matches(name) && at != std::string::npos) {
      if (const auto raw = source_.Raw({at, at + name.size()})) Vote("model", 4, *raw);
    }
    static const Pattern kInstall(
        R"((?:pip install|npm (?:i|install)|cargo add|uv add|brew install)([^\n]{2,60}))");
    for (size_t i = 0; i < source_.document().blocks.size(); ++i) {
      const Block& block = source_.document().blocks[i];
      if (block.kind != BlockKind::kCode || !source_.Trusted(i)) continue;
      const std::string_view lower =
          std::string_view(source_.lower()).substr(block.text.begin, block.text.size());
      const std::string first = NameKey(name.substr(0, name.find(' ')));
      for (const Match& match : kInstall.FindAll(lower, 10)) {
        const std::string_view packages = lower.substr(match.groups[1].begin, match.groups[1].size());
        if (FindWord(packages, first) == std::string::npos && !StartsWith(NameKey(packages), NameKey(name)))
          continue;
        if (const auto raw =
                source_.Raw({block.text.begin + match.all().begin, block.text.begin + match.all().end})) {
          // Models are installed too, with the code that runs them.
          Vote("library", installs_++ != 0 ? 0 : defined_as_ == "model" ? 1 : 5, *raw);
        }
      }
    }
    for (const std::string& alias : draft_.aliases) {
      const size_t at = FindWord(source_.lower(), Lower(alias));
      if (!kSize.Matches(Lower(alias)) || at == std::string::npos) continue;
      if (const auto raw = source_.Raw({at, at + alias.size()})) Vote("model", 8, *raw);
      break;
    }
    for (const Spelling& runtime : RuntimeSpellings()) {
      // "Osprey V2" of the runtime Osprey is one too.
      static const Pattern kVersion(R"(^ v?\d+(?:\.\d+)*$)");
      const std::string known = Lower(runtime.name);
      if (!StartsWith(name, known) || (name != known && !kVersion.Matches(name.substr(known.size()))))
        continue;
      const size_t at = FindWord(source_.lower(), name);
      if (at == std::string::npos) continue;
      if (const auto raw = source_.Raw({at, at + name.size()})) Vote("library", 8, *raw);
    }
    Changelog();
    const Sentence* parameters = nullptr;
    for (const Sentence& sentence : source_.sentences()) {
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      if (Contains(lower, "parameter") && Contains(lower, name) && kSize.Matches(lower))
        parameters = &sentence;
      if (parameters != nullptr) break;
    }
    if (parameters != nullptr) {
      if (const auto raw = source_.Raw(parameters->text)) Vote("model", 3, *raw);
    }
  }

  // A package of its name in a registry: `pypi.org/project/lantern`.
  void Packages() {
    const std::string key = NameKey(draft_.name);
    for (const Link& link : source_.document().links) {
      if (link.raw.empty() || !source_.TrustedAt(link.text.begin)) continue;
      const std::string named = PackageOf(link.url);
      if (named.size() < 3 || (!StartsWith(named, key) && !StartsWith(key, named))) continue;
      Vote("library", 8, link.raw);
      return;
    }
  }

  // What is sold by plans is used as it is.
  void Plans() {
    static const Pattern kPlans(
        R"(\b(?:available|included|rolling out|live) (?:now )?(?:on|in|to|for) (?:all |every )?(?:paid |free |pro\b|max\b|team\b|plus\b|enterprise )[^.]{0,40}\b(?:plans?|users|subscribers|customers)\b)");
    size_t seen = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 20) break;
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      const auto plans = kPlans.Find(lower);
      if (!plans || !draft_.MentionedIn(lower)) continue;
      if (const auto raw =
              source_.Raw({sentence.text.begin + plans->all().begin, sentence.text.begin + plans->all().end}))
        Vote("application", 3, *raw);
      return;
    }
  }

  // What the name says by itself: a family everybody knows, `-Instruct`, `API`.
  void InName() {
    const FoundFact* fact = draft_.First("name");
    if (fact == nullptr) return;
    const std::string name = Lower(draft_.name);
    static const Pattern kModel(
        R"((?:^|[-_ ])(?:tts|asr|stt|vlm?|vision|instruct|embed(?:ding)?s?|ocr|coder|llm|lm|reranker|moe|base|chat|\d+(?:\.\d+)?[bm])(?:$|[-_ ])|[-_ ]models?$)");
    static const Pattern kSoftware(
        R"((?:^|[-_ ])(?:python|javascript|typescript|rust|go)? ?(?:library|libraries|sdk|client|framework|runner|server|router|engine|gateway|toolkit|compiler)(?: v?\d[\d.]*)?$|\.(?:cpp|js|py|rs|net|jl)$)");
    static const Pattern kService(
        R"((?:^|[-_ ])(?:api|cloud|endpoints?|hub|platform|service|nim|arena|leaderboard|features?)(?: v?\d[\d.]*)?$)");
    static const Pattern kApplication(
        R"((?:^|[-_ ])(?:app|desktop|studio|code|cli|copilot|ide|extension|playground)(?: v?\d[\d.]*)?$)");
    if (kSoftware.Matches(name)) return Vote("library", 6, fact->raw);
    if (kService.Matches(name)) return Vote("service", 4, fact->raw);
    if (kApplication.Matches(name)) return Vote("application", 2, fact->raw);
    if (kModel.Matches(name)) Vote("model", 3, fact->raw);
    for (const Spelling& product : ProductSpellings()) {
      if (FindProduct(name, product.word) == name.npos) continue;
      // "Osprey Notebook" may be anything of Osprey's.
      static const Pattern kWordsOnly(R"(^[a-z]+ [a-z]+$)");
      Vote("model", kWordsOnly.Matches(name) ? 1.2 : 3, fact->raw);
      return;
    }
  }

  // The site's own product: the models it runs are spoken of, it is none.
  void SiteItself() {
    const auto site = SiteOf(source_);
    if (!site || source_.document().text.size() > kBriefBytes) return;
    static const Pattern kModels(R"(\bmodels (?:are|is)\b)");
    if (source_.Title() &&
        kModels.Matches(Lower(source_.Text(source_.document().blocks[*source_.Title()].text))))
      return;
    OnMachines(site->name);
    if (StartsWith(NameKey(draft_.name), NameKey(site->name))) score_[0] *= 0.1;
    if (score_[0] < 1) score_[0] = std::min(score_[0], 0.0);
  }

  // The site's own product runs on people's machines: an application.
  void OnMachines(const std::string& site) {
    if (!StartsWith(NameKey(draft_.name), NameKey(site))) return;
    static const Pattern kMachine(R"(\b(?:app|macos|windows|linux|desktop|docker)\b)");
    const auto match = kMachine.Find(source_.lower());
    if (!match || EndsWith(Lower(draft_.name), "library")) return;
    if (const auto raw = source_.Raw(match->all())) Vote("application", 9, *raw);
  }

  // Where it is kept, and what the text calls it again and again.
  void OfData() {
    const std::string key = NameKey(draft_.name);
    for (const Link& link : source_.document().links) {
      if (!Contains(link.url, "/datasets/") || link.raw.empty() || !source_.TrustedAt(link.text.begin))
        continue;
      if (!EndsWith(NameKey(link.url), key)) continue;
      Vote("dataset", 8, link.raw);
      break;
    }
    static const Pattern kThis(R"(^(?:the|this|our) (?:data ?set|corpus)\b)");
    int said = 0;
    for (const Sentence& sentence : source_.sentences()) {
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      if (said >= 3 || !kThis.Matches(lower)) continue;
      ++said;
      if (const auto raw = source_.Raw(sentence.text)) Vote("dataset", 1.5, *raw);
    }
  }

  // A feature in its maker's own feed, of which nothing else is said.
  void Feature() {
    const FoundFact* fact = draft_.First("name");
    if (fact == nullptr) return;
    static const Pattern kCatalogue(R"(^\s*\[[^\]]+\] .*\[[^\]]+\]\s*$)");
    const bool model =
        source_.Title() && kCatalogue.Matches(source_.Text(source_.document().blocks[*source_.Title()].text));
    if (SiteOf(source_) || model) Vote(model ? "model" : "service", 1, fact->raw);
  }

  // Many numbered versions with their dates: software.
  void Changelog() {
    static const Pattern kVersion(R"(^\[?v?\d+\.\d+(?:\.\d+)?\S*\s*(?:[-–—(]))");
    static const Pattern kKept(R"(^\[?unreleased\]?$|^keep a changelog$)", true);
    size_t versions = 0;
    static const Pattern kFixes(R"(^\W*(?:bug ?fix(?:es)?|fixe[sd]|breaking changes|known issues)\W*$)",
                                true);
    for (const Block& block : source_.document().blocks) {
      if (block.kind != BlockKind::kHeading || !kFixes.Matches(source_.Text(block.text))) continue;
      if (const auto raw = source_.Raw(block.text)) Vote("library", 2, *raw);
      break;
    }
    for (const Block& block : source_.document().blocks) {
      const std::string_view text = source_.Text(block.text);
      if (block.kind != BlockKind::kHeading || !kKept.Matches(text)) continue;
      if (const auto raw = source_.Raw(block.text)) Vote("library", 6, *raw);
    }
    for (const Block& block : source_.document().blocks) {
      if (block.kind != BlockKind::kHeading || !kVersion.Matches(source_.Text(block.text)) || ++versions < 3)
        continue;
      if (const auto raw = source_.Raw(block.text)) Vote("library", 60, *raw);
      return;
    }
  }

  const Draft& draft_;
  const Source& source_;
  std::array<double, 5> score_{};
  std::array<Span, 5> raw_{};
  int installs_ = 0;
  std::string_view defined_as_;  // The kind of the first definition's head noun.
};

}  // namespace

void ExtractKind(Draft* draft) { KindFinder(draft).Run(draft); }

}  // namespace seaworthy
