#include "services/ingest/extract/release.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/definition.h"
#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/genre.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/performed.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// What announcing it in the first person leaves of a genre's title, and adds.
constexpr double kPerformed = 5;
constexpr double kPerformedRelease = 4;
// Bodies of more bytes than this have something to say of what is released.
constexpr size_t kTitleIsAll = 400;

// A title that says of itself that something is out.
constexpr const char* kTitleCue =
    R"(^(?:meet|say hello to|hello,?|welcome|announcement|now (?:in|on|available))\b|\b(?:introducing|introduces?|announcing|announces?|releas\w+|launch\w*|unveil\w*|presenting|debut\w*|rolling out|ships?|open[- ]sourc(?:ed|ing|es?)|available|new (?:\w+ )?(?:models?|features?|app|api|tools?)|updates?|changelog|release notes|what['’]?s new|model card|v?\d+\.\d+(?:\.\d+)*|(?:is|are) (?:now |finally )?(?:here|live|out|open)|now (?:\w+est|faster|live|available|supports?|supported|powered|generally|open|in|on|with|runs?)|day[- ](?:zero|0|one|1)|support (?:for|in)|improve(?:d|ments?)|(?:lower|reduced) pric\w+|made (?:easy|simple)|(?:public|private|developer|research)? ?(?:preview|beta)|general availability|early access|faster)\b|\((?:experimental|beta|preview|alpha)\)|\w support$|^\[[^\]]{2,40}\] .*\[[^\]]+\]$|发布|推出|开源|上线|veröffentlich|vorstell|verfügbar|présent|disponible|lancement|\blance\b|dévoile|lanza|lanciato|rilascia|lansează|lanceert|lança|zur verfügung|выпусти|релиз|発表|リリース|公開|출시|공개)";

// Words of a title that only look like it: what is to come, and releases in
// general.
constexpr const char* kNoTitleCue =
    R"(\b(?:to|will|would|may|might|could|should) (?:soon )?(?:release|launch|announce|introduce|unveil|open[- ]source)\b|^releases?$|\b(?:releases?|launch(?:es)?|updates?) (?:stages?|process|cycles?|schedule|cadence|polic\w+|management|that|which)\b)";

// Sentences of what happens again and again.
constexpr const char* kHabit =
    R"(\b(?:(?:every|each|any) (?:[\w-]+,? ){0,4}(?:releases?|launch|updates?|versions?|rebrand)|(?:we|they) (?:introduce|release|launch|ship|publish) (?:new|our) (?:\w+ )?(?:products|features|versions|models)\b|gets? (?:announced|released))\b)";

// A sentence that makes something available.
constexpr const char* kStrong =
    R"(\b(?:(?:we|i)(?:['’]re| are| have|['’]ve)? (?:(?:also |now |just |today |finally |proud(?:ly)? (?:to )?|excited (?:to )?|thrilled (?:to )?|happy (?:to )?|glad (?:to )?|pleased (?:to )?|delighted (?:to )?|here )*)(?:introduc\w+|announc\w+|releas\w+|launch\w*|open[- ]?sourc\w+|unveil\w*|present|previewing|publish(?:ed|ing)|roll(?:ed|ing) out|ship(?:ped|ping))\b|we(?:['’]ve| have) (?:just |also |now )?(?:improved|added|updated|enhanced|expanded|upgraded|rolled|shipped|made .{2,40} available)|(?:is|are) (?:now |today |generally |publicly |finally )+(?:\w+ )?available|(?:is|are) available (?:today|now|on|in|via|through|as|for|under|to|from)|(?:is|are) now (?:an? )?(?:live|open|out|in (?:public |private |open )?(?:preview|beta)|compatible|powered|supported|part|significantly|generally|able|up to)|(?:is|are|['’]re) (?:finally )?(?:here|out|live)(?:[!.,:;]| on\b| and\b|$)|models? .{0,30}\bare out\b|(?:today|proudly|excited to|thrilled to|proud to|happy to|pleased to|delighted to) (?:\w+ )?(?:announce|introduce|release|launch|releases|announces|launches|introduces|unveil|share)|(?:is|are) (?:releasing|launching|introducing|announcing|open-sourcing|unveiling)\b|\b(?:releases|launches|announces|unveils|open-sources|debuts) (?:\w)|announces? the (?:release|launch|availability|general availability)|announce (?:the |early )?(?:\w+ )?(?:release|launch|access|availability)|has been (?:released|updated)|today (?:\S+ ){0,4}(?:announced|launched|released|introduced)|, .{0,24} announced \w|(?:has|have) (?:just |now |today )?(?:released|launched|announced|introduced|unveiled|open-sourced|published|landed on) |now (?:supports?|includes?|has|have|runs?|offers?|comes?|works?) |can now (?:be|run|use|\w+) |you can now |starting today|with the release of|the first release of|partner(?:s|ing|ed) with .{2,80} to bring|(?:is|are) a (?:brand[- ]?)?new |early access to|can be (?:found|downloaded|accessed) (?:on|at|here|from|via)|initial versions? of)|发布|推出|开源|上线|现已|nous (?:présentons|publions|lançons|annonçons|dévoilons|sommes (?:heureux|fiers|ravis))|est (?:désormais|maintenant|dès)|wir (?:veröffentlichen|stellen|präsentieren|freuen)|(?:veröffentlichen|präsentieren|stellen) wir|(?:jetzt|ab sofort|nun) (?:allgemein )?(?:verfügbar|erhältlich)|(?:veröffentlicht|présente|publie|lance|annonce) |lernen sie .{2,40} kennen|zur (?:freien )?verfügung|(?:sind|ist) (?:\w+ ){0,3}(?:verfügbar|erhältlich)|a (?:lancé|publié|dévoilé|présenté|annoncé|mis à disposition)|(?:est|sont) (?:\w+ ){0,2}disponibles?|en open source|presentamos|lanzamos|ya está disponible|(?:ha |han )?(?:lanzado|presentado|publicado|liberado)|está disponible|(?:ha |hanno )?(?:rilasciato|lanciato|presentato|annunciato|pubblicato)|è (?:ora )?disponibile|(?:lançou|lança|apresenta|disponibiliza|está disponível)|a (?:publicat|lansat|anunțat|prezentat)|(?:uitgebracht|gelanceerd|nu beschikbaar|lanceert)|(?:lanserar|släpper|nu tillgänglig)|(?:выпустил|представил|опубликовал|анонсировал)\pL*|公開した|発表した|提供(?:を)?開始|リリースした|공개했|출시했|リリースしました|公開しました|출시|공개합니다)";

// What stands in cards and READMEs of things one can have.
constexpr const char* kWeak =
    R"(\b(?:weights|checkpoints?|download\w*|pip install|ollama (?:run|pull)|docker (?:model )?(?:run|pull)|git clone|wget|build from source|cargo (?:add|install)|brew install|released under|licensed under|model card|parameters?|latest generation|open[- ]weights?|npm (?:i|install)|from_pretrained|fine-tuned version|(?:is|are) (?:a|an|the) (?:[\w.-]+,? ){0,7}(?:models?|llm|library|framework|tool|toolkit|assistant|engine|command|platform|package|server|sdk|cli|app|dataset|corpus|benchmark suite)|welcome to the|here we introduce|latest update of|model variant|quantization|context (?:window|length)|free endpoint|downloadable|modellgewichte|parametern?|paramètres)\b|参数|权重|模型下载)";

class Judge {
 public:
  explicit Judge(const Source& source) : source_(source), titles_(Titles()) {}

  std::optional<std::string> Run() {
    const double release = Release();
    if (!performs_ && ExplainsTitle())
      return "this reads as an explanation of a term, not as the announcement of a release";
    std::optional<std::string> reason;
    double most = 0;
    for (size_t i = 0; i < Genres().size(); ++i) {
      const double score = Score(i);
      if (score > most) {
        most = score;
        reason = std::string(Genres()[i].what);
      }
    }
    if (most > release && most >= 4)
      return Cat("this reads as ", *reason, ", not as the announcement of a release");
    if (release < 3) return "no model, library, application, service or dataset is announced here";
    return std::nullopt;
  }

 private:
  double Release() {
    static const Pattern kCue(kTitleCue);
    static const Pattern kNoCue(kNoTitleCue);
    double score = Labels();
    for (std::string_view title : Split(titles_, '\n')) {
      if (kCue.Matches(title) && !kNoCue.Matches(title)) title_says_so_ = true;
    }
    title_says_so_ = title_says_so_ || AnnouncesTitle();
    performs_ = PerformsAnnouncement(source_);
    if (title_says_so_) score += 4;
    if (performs_) score += kPerformedRelease;
    const int strong = std::min(10, Strong());
    const int weak = std::min(6, Weak());
    const double definition = Definition();
    score += Changelog() + Named();
    if (title_says_so_ && score <= 4 && strong + weak + definition == 0 && !SaysItPlainly() &&
        source_.document().text.size() > kTitleIsAll)
      return 2;
    // What one can download is no release by itself: tutorials have it too.
    if (score + strong + definition == 0) return std::min(weak, 3);
    return score + strong + weak + definition;
  }

  // "Introducing Osprey", "Osprey 2.1: release notes" need nothing else; news
  // like "Harbour announces first ..." do.
  bool SaysItPlainly() const {
    static const Pattern kPlain(
        R"(^(?:introducing|announcing|meet|say hello|welcome|presenting|unveiling|launching|releasing|new:)|changelog|release notes|what['’]?s new|v?\d+\.\d+|model card|发布|推出|发表|発表|リリース|公開)");
    const auto titles = Split(titles_, '\n');
    return std::any_of(titles.begin(), titles.end(),
                       [](std::string_view title) { return kPlain.Matches(title); });
  }

  // "Today we announce the Osprey Arena" under "Osprey Arena: benchmarking ...".
  bool AnnouncesTitle() const {
    static const Pattern kAnnounce(
        R"(\b(?:announc\w+|introduc\w+|launch\w*|releas\w+|present(?:s|ing)?|unveil\w*) (?:the |our |a |an |new )*)");
    for (std::string_view title : Split(titles_, '\n')) {
      const auto name = NameInTitle(title);
      if (!name || name->descriptive || name->span.begin != 0) continue;
      const std::string_view named = title.substr(0, name->span.size());
      size_t seen = 0;
      for (const Sentence& sentence : source_.sentences()) {
        if (++seen > 12) break;
        const std::string_view lower = Lower(sentence);
        for (const Match& match : kAnnounce.FindAll(lower, 3)) {
          if (StartsWith(lower.substr(match.all().end), named)) return true;
        }
      }
    }
    return false;
  }

  // "An open model is a model whose ..." under the title "Open model".
  bool ExplainsTitle() const {
    static const Pattern kSite(R"( (?:\||-|–|—|·) .*$)");
    static const Pattern kIs(R"(^s? (?:is|are|refers|means|describes)\b)");
    for (std::string_view title : Split(titles_, '\n')) {
      if (const auto site = kSite.Find(title)) title = title.substr(0, site->all().begin);
      if (title.size() < 3) continue;
      size_t seen = 0;
      for (const Sentence& sentence : source_.sentences()) {
        if (++seen > 5) break;
        std::string_view lower = Lower(sentence);
        if (!StartsWith(lower, "a ") && !StartsWith(lower, "an ")) continue;
        lower = lower.substr(lower.find(' ') + 1);
        if (StartsWith(lower, title) && kIs.Matches(lower.substr(title.size()))) return true;
      }
    }
    return false;
  }

  // Labelled facts as cards have them.
  double Labels() const {
    static constexpr std::string_view kKeys[] = {
        "license",          "licence",    "pipeline_tag", "base_model",     "price",      "vendor",
        "parameters",       "lizenz",     "architecture", "context length", "context",    "developed by",
        "provider",         "model type", "library_name", "quantization",   "name",       "tagline",
        "model name",       "licence",    "tags",         "badge.license",  "model size", "model developers",
        "release date",     "model id",   "许可证",       "参数量",         "licenza",    "input modalities",
        "task_categories.0"};
    // What stands in a list of many tools again and again counts once.
    std::set<std::string_view> labels;
    for (const Labelled& label : source_.labelled()) {
      if (std::find(std::begin(kKeys), std::end(kKeys), label.key) != std::end(kKeys))
        labels.insert(label.key);
    }
    return std::min<double>(9, 3.0 * static_cast<double>(labels.size()));
  }

  int Strong() const {
    static const Pattern kPattern(kStrong);
    static const Pattern kAgain(kHabit);
    size_t seen = 0;
    int strong = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 60) break;
      if (source_.document().blocks[sentence.block].kind == BlockKind::kTableCell) continue;
      // The title counts as the title, also where the text repeats it.
      if (Lower(sentence) == titles_ || !kPattern.Matches(Lower(sentence))) continue;
      if (kAgain.Matches(Lower(sentence))) continue;
      strong += seen <= 6 ? 4 : seen <= 15 ? 2 : 1;
    }
    return strong;
  }

  int Weak() const {
    static const Pattern kPattern(kWeak);
    size_t seen = 0;
    int weak = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 60) break;
      const Block& block = source_.document().blocks[sentence.block];
      if (block.kind == BlockKind::kTableCell && block.row > 0) continue;
      if (kPattern.Matches(Lower(sentence))) ++weak;
    }
    const auto& blocks = source_.document().blocks;
    for (size_t i = 0; i < blocks.size() && weak < 6; ++i) {
      if (blocks[i].kind == BlockKind::kCode &&
          kPattern.Matches(seaworthy::Lower(source_.Text(blocks[i].text))))
        ++weak;
    }
    return weak;
  }

  // Headings that are versions: a changelog.
  double Changelog() const {
    static const Pattern kVersion(
        R"(^\[?(?:version |release )?v?\d+\.\d+(?:\.\d+)?\S*(?:$|\s*(?:[-–—(\[])))");
    int versions = 0;
    for (const Block& block : source_.document().blocks) {
      if (block.kind == BlockKind::kHeading && kVersion.Matches(seaworthy::Lower(source_.Text(block.text))))
        ++versions;
    }
    return versions >= 2 ? 5 : 0;
  }

  // A title that is nothing but a product's name: over a way to install it,
  // or alone in a feed ("Prompt caching on the Osprey API").
  double Named() const {
    if (!source_.Title()) return 0;
    const Block& block = source_.document().blocks[*source_.Title()];
    const std::string_view title = source_.Text(block.text);
    if (std::count(title.begin(), title.end(), ' ') > 6) return 0;
    static const Pattern kInstall(
        R"(\b(?:pip|npm|cargo|brew|apt|uv|go|docker|gem) (?:install|i|add|pull|run)\b|git clone)");
    const auto& blocks = source_.document().blocks;
    const bool installs = std::any_of(blocks.begin(), blocks.end(), [&](const Block& code) {
      return code.kind == BlockKind::kCode && kInstall.Matches(source_.Text(code.text));
    });
    if (installs && block.level == 1 && LooksLikeName(title)) return 2;
    if (block.level == 1 && IsPackage(title)) return 3;
    const auto site = SiteOf(source_);
    if (!site || source_.document().text.size() > 3 * title.size() + 40) return 0;
    static const Pattern kProduct(R"(\b(?:API|SDK|CLI|MCP|Code|Cloud)\b)");
    return kProduct.Matches(title) || Contains(titles_, seaworthy::Lower(site->name)) || NamesProduct() ? 3
                                                                                                        : 0;
  }

  // `pip install osprey` in the document's code.
  bool Installs(std::string_view subject) const {
    static const Pattern kInstall(
        R"((?:pip install|npm (?:i|install)|cargo add|uv add|brew install|go get|gem install)(?: -\S+)* ([\w@/.-]+))");
    const std::string key = NameKey(subject);
    return std::any_of(
        source_.document().blocks.begin(), source_.document().blocks.end(), [&](const Block& block) {
          if (block.kind != BlockKind::kCode) return false;
          const auto install = kInstall.Find(source_.Text(block.text));
          return install && NameKey(source_.Text({block.text.begin + install->groups[1].begin,
                                                  block.text.begin + install->groups[1].end})) == key;
        });
  }

  // A package of the title's name in a registry.
  bool IsPackage(std::string_view title) const {
    const std::string key = NameKey(title);
    return std::any_of(
        source_.document().links.begin(), source_.document().links.end(),
        [&](const Link& link) { return PackageOf(link.url) == key && source_.TrustedAt(link.text.begin); });
  }

  bool NamesProduct() const {
    for (const Spelling& product : ProductSpellings()) {
      if (FindProduct(titles_, product.word) != std::string::npos) return true;
    }
    return false;
  }

  // "Osprey 2 is a ..." under the title "Osprey 2": presented, not discussed.
  double Definition() const {
    static const Pattern kIs(
        R"(^(?:[- ][\w.]{1,12})?(?: models?| series| family)?(?: \([^)]{1,40}\))?,? (?:is|are|represents?|provides?|offers?|ist|sind|est|es|è|é|este|är|jest) (?:a|an|the|our|built|designed|one|ein|eine|das|un|une|le|la|una|uno|um|uma|el|il|en|ett|een)\b|^(?: ?系列)?(?: ?模型)?是)");
    std::vector<std::string> names;
    for (std::string_view title : Split(titles_, '\n')) {
      if (const auto name = NameInTitle(title); name && !name->descriptive)
        names.emplace_back(title.substr(name->span.begin, name->span.size()));
    }
    // "Osprey is a library ..." and a way to install osprey.
    static const Pattern kDefined(
        R"(^(?:the )?([a-z][\w.+-]*(?: [\w.+-]+){0,3}) (?:is|are|ist|sind|est|es|è|é) (?:a|an|the|our|ein|eine|un|une|una|uno|um|uma) )");
    // "Osprey-v0.1 is a ...", whatever the title.
    static const Pattern kVersioned(
        R"(^[a-z][\w-]*?[- ]v?\d+(?:\.\d+)+(?:-[\w-]+)? (?:is|are|es|est|ist|è|é) (?:a|an|the|our|un|une|una|uno|um|uma|ein|eine)\b)");
    size_t seen = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 10) break;
      std::string_view lower = Lower(sentence);
      if (seen <= 4 && kVersioned.Matches(lower)) return 3;
      if (const auto defined = kDefined.Find(lower); defined && seen <= 4) {
        const std::string_view subject = lower.substr(defined->groups[1].begin, defined->groups[1].size());
        if (HeadOfDefinition(lower.substr(defined->all().end)) && Installs(subject)) return 4;
      }
      if (StartsWith(lower, "the ")) lower = lower.substr(4);
      for (const std::string& name : names) {
        if (StartsWith(lower, name) && kIs.Matches(lower.substr(name.size()))) return 3;
      }
    }
    return 0;
  }

  std::string_view Lower(const Sentence& sentence) const {
    return std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
  }

  // Front matter's title and the first heading, lower case, one a line.
  std::string Titles() const {
    std::string titles;
    if (const Labelled* field = source_.FindLabelled({"title"}))
      titles = seaworthy::Lower(OneLine(field->value));
    if (source_.Title() && (titles.empty() || source_.document().blocks[*source_.Title()].level == 1)) {
      const std::string heading =
          seaworthy::Lower(OneLine(source_.Text(source_.document().blocks[*source_.Title()].text)));
      if (heading != titles) titles = titles.empty() ? heading : Cat(titles, "\n", heading);
    }
    return titles;
  }

  double Score(size_t genre) const {
    const auto& [in_title, in_body] = PatternsOf(genre);
    double score = 0;
    for (std::string_view title : Split(titles_, '\n')) {
      if (!in_title.Matches(title)) continue;
      score = title_says_so_ ? Genres()[genre].announced : 12;
      if (performs_) score = std::min(score, kPerformed);
    }
    size_t seen = 0;
    double body = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 60) break;
      if (source_.document().blocks[sentence.block].kind == BlockKind::kTableCell) continue;
      if (in_body.Matches(Lower(sentence))) body += seen <= 6 ? 2 : seen <= 15 ? 1.5 : 0.8;
    }
    return score + std::min(body, 9.0);
  }

  const Source& source_;
  const std::string titles_;
  bool title_says_so_ = false;
  bool performs_ = false;
};

}  // namespace

std::optional<std::string> WhyNoRelease(const Source& source) { return Judge(source).Run(); }

}  // namespace seaworthy
