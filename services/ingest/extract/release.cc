#include "services/ingest/extract/release.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/definition.h"
#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Genre {
  std::string_view what;
  const char* title;  // In the title: decides almost alone.
  const char* body;   // Counted in the first sentences.
  // What announcing it in the title leaves of the title's weight.
  double announced = 8;
};

// What announcements are mistaken for; matched in lower case.
constexpr Genre kGenres[] = {
    {"a tutorial",
     R"(^how (?:we|i|you)\b|\bhow to\b|: how \w+ |^fine-?tun(?:e|ing)\b|\btutorial\b|\b(?:guide|walkthrough|cookbook|cheat ?sheet)(?: to\b| for\b|:|$)|\bstep[- ]by[- ]step\b|^(?:building|creating|training|deploying|running|using|leveraging|scaling|accelerating|optimi[sz]ing|understanding|exploring|learning|getting started|mastering|speeding up|generating|serving|quantizing|integrating|implementing|debugging|migrating)\b|^(?:build|create|train|deploy|learn|understand|master|explore|set ?up|speed up|write|accelerate|optimi[sz]e)\s|^use \S+ (?:to|for|with|in) |\bway to (?:set ?up|run|build|use)\b|\bexplained$|\bfrom scratch\b|hands[- ]on|^tips\b|^anleitung|^tutoriel|^comment \S+er |^wie (?:man|sie|du|wir) |教程|指南|入门|如何)",
     R"(\b(?:in this (?:tutorial|guide|notebook|post|blog post|article),? (?:we|you|i)(?:['’]ll| will)? (?:show|learn|walk|explain|demonstrate|fine-?tune|explore|see|go|review)|this (?:post|blog|guide|article|tutorial) (?:will|walks|shows|explains|gives|describes|covers|teaches)|step \d|let['’]s (?:start|begin|see|load|install|build)|first,? (?:install|let['’]s)|we(?:['’]ll| will) (?:walk|show you|briefly review)|you(?:['’]ll| will) learn|prerequisites|join me as|follow along|make sure .{2,40} (?:is|are) installed|first, make sure|in diesem (?:tutorial|artikel|beitrag) (?:zeigen|lernen)|dans ce tutoriel)\b|本文将|本教程)"},
    {"an event",
     R"(\b(?:meetup|conference|hackathon|game jam|webinar|summit|workshop|event|office hours|ama|recap|jam|livestream|podcast|episode|contest|competition|challenge|web ?tv)\b|活动|大会|沙龙|veranstaltung|stammtisch|conférence)",
     R"(\b(?:attendees|speakers?|registration|register (?:now|here|for)|rsvp|venue|agenda|the event|was held|will be held|participants?|prizes?|hosted by|sign up (?:here|now)|join us (?:on|in|at|for)|talks?|deadline|submissions?|livestream\w*|videos?|anmeldung|inscription)\b|报名|嘉宾)",
     12},
    {"an offer of jobs or residencies",
     R"(\b(?:hiring|residency|fellowships?|internships?|join our team|careers|job (?:openings?|offers?)|open (?:positions?|roles?)|ambassadors?|stellenangebote?|recrut\w+|wir suchen|verstärkung)\b|\((?:m/w/d|f/m/d|m/f/d|h/f)\)|招聘)",
     R"(\b(?:applicants?|apply (?:now|here|by|for)|applications? (?:are|is|open|close)|candidates?|salary|stipend|resume|interview|residents?|mentors?|full[- ]time|position|wir suchen|bewerb\w+|candidature)\b)",
     12},
    {"news of the company",
     R"(\b(?:acqui(?:res?|red|ring|sition)|(?:raises?|raised|secures?) (?:[$€£]|\d|a )|series [a-g]\b|funding|invests?\b|partner(?:s|ing|ed) with|partnerships?|collaborat(?:es?|ion|ing|e) (?:between|with|to|on)|collaborate\b|joins? forces|joins the\b|investment|awards?|awarded|wins?\b|triumphs?|recogni[sz]ed|cool vendor|appoint\w*|names? .{2,40} (?:officer|president|manager|director|ceo|cto|head)\b|chief \w+ officer|expand(?:s|ing) (?:to|our|partnership|its|in|into|collaboration)|expands? collaboration|opens? .{0,40}\boffice|\w+ office in\b|new offices?|moving to|anniversary|year in review|institute$|foundation$|sign mou|memorandum|donat\w+|initiative$|welcomes? .{0,30} (?:ceo|cto|to the team)|storms|milestones?|übernimmt|übernahme|finanzierungsrunde|partnerschaft|lève|levée de fonds|partenariat)\b|融资|收购|合作伙伴|获奖)",
     R"(\b(?:acquisition|acquired|acquiring|has raised|we(?:['’]ve| have) raised|funding round|investors?|valuation|partnership|collaborat\w+ (?:with|between)|our shared vision|series [a-g] (?:round|funding)|award|board of directors|headquarter\w*|finanzierungsrunde|investisseurs)\b|融资|投资)",
     9},
    {"a policy statement",
     R"(\b(?:polic(?:y|ies)|terms of (?:use|service)|privacy (?:policy|notice)|our (?:approach|response|commitment|principles|position)|regulation|ai act|statement|position paper|(?:open )?letter to|election|governance|safeguards|mou\b|government|copyright|where things stand|petition|stellungnahme)\b)",
     R"(\b(?:regulat\w+|policymakers?|legislation|ai act|compliance with|lawmakers|public comment|government|congress|executive order)\b)"},
    {"a customer story",
     R"(\b(?:case study|customer stor(?:y|ies)|how .{2,40} (?:uses|used|built|cut|saved|scaled|reduced)|success stor(?:y|ies)|in production at|spotlight)\b)",
     R"(\b(?:customer story|case study|saved \d+|their team|challenge they)\b)"},
    {"a list of resources",
     R"(^(?:community|resources|awesome|papers?|links|reading list|newsletter)\b|\bnewsletter\b|\bawesome list\b|\bcurated\b|^(?:the )?(?:top )?\d+ (?:best|tips|ways|things|tools|reasons|lessons)\b)",
     R"(\b(?:this page (?:re)?groups|curated list|community notebooks|collection of (?:resources|links|notebooks)|maintained by the community)\b)"},
    {"research or a benchmark without a release",
     R"(\b(?:benchmarking|leaderboard|survey|a study|an? analysis|analy[sz]ing|lessons (?:learned|from)|what we learned|state of (?:ai|open)|retrospective|deconstruct\w*|under the hood|anatomy of|post-?mortem|in the wild|why (?:we|i|your|you|is|are|do|does)\b|performance$|performance tests?|comparison of|compared$|detecting and preventing|investigat\w+|incident)\b|^(?:inside|rethinking|towards?|on the|why|what|evaluating|measuring|studying|comparing|can |do |does |are |is )\b|(?:analyse|studie) (?:von|zu)|综述|评测报告)",
     R"(\b(?:we (?:investigate|study|analy[sz]e|survey|ran (?:performance )?tests|find that|found that)|our (?:analysis|study)|this (?:paper|study|report|post) (?:examines|investigates|analy[sz]es|looks at)|in this (?:paper|study|report)|experiments? (?:show|suggest))\b)"},
    {"a plan",
     R"(\b(?:veulent|souhaitent|veut|prévoit|prévoient|wollen|will .{0,30}veröffentlichen|planen|plant|quieren|vuole|plans? to (?:release|launch|build)|to (?:launch|release) .{0,30}(?:next|later|this) (?:year|month|summer|fall|spring|week)|coming soon|roadmap)\b)", R"(\b(?:sera (?:publié|disponible|entièrement)|seront (?:publiés|accessibles|disponibles)|wird (?:\w+ ){0,4}(?:veröffentlicht|verfügbar sein)|will be (?:released|available|launched|published) (?:in|later|next|this|at the end)|souhaitent publier|à la fin de l['’](?:été|année))\b)",
     10},
    {"a retirement",
     R"(\b(?:retire(?:s|d|ment)?|retiring|deprecat(?:e|es|ed|ing|ions?)|sunset(?:s|ting)?|end[- ]of[- ]life|discontinu\w+|shut(?:ting)? down|abkündigung|abgekündigt|obsolescence)\b|下线|停用)",
     R"(\b(?:no longer (?:available|supported|accessible)|(?:will be|are being|have been|has been|is being) (?:deprecated|retired|removed|discontinued|sunset|shut ?down)|retired models?|deprecated models?|recommended? (?:these )?replacements?|requests using .{0,40}will fail|migrate to|end of life)\b)",
     14},
    {"a call for help",
     R"(\b(?:call for|seeking|help us|need your help|contribute to|we need|volunteers?|request for)\b)",
     R"(\b(?:volunteers?|call for (?:papers|contributions|proposals)|we are looking for (?:people|help|contributors)|help us)\b)"},
};

// A title that says of itself that something is out.
constexpr const char* kTitleCue =
    R"(^(?:meet|say hello to|hello,?|welcome|announcement|now (?:in|on|available))\b|\b(?:introducing|introduces?|announcing|announces?|releas\w+|launch\w*|unveil\w*|presenting|debut\w*|rolling out|ships?|open[- ]sourc(?:ed|ing|es?)|available|new (?:\w+ )?(?:models?|features?|app|api|tools?)|updates?|changelog|release notes|what['’]?s new|model card|v?\d+\.\d+(?:\.\d+)*|(?:is|are) (?:now |finally )?(?:here|live|out|open)|now (?:\w+est|faster|live|available|supports?|supported|powered|generally|open|in|on|with|runs?)|day[- ](?:zero|0|one|1)|support (?:for|in)|improve(?:d|ments?)|(?:lower|reduced) pric\w+|made (?:easy|simple)|(?:public|private|developer|research)? ?(?:preview|beta)|general availability|early access|faster)\b|\((?:experimental|beta|preview|alpha)\)|\w support$|^\[[^\]]{2,40}\] .*\[[^\]]+\]$|发布|推出|开源|上线|veröffentlich|vorstell|verfügbar|présent|disponible|lancement|\blance\b|dévoile|lanza|lanciato|rilascia|lansează|lanceert|lança|zur verfügung|выпусти|релиз|発表|リリース|公開|출시|공개)";

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
    std::optional<std::string> reason;
    double most = 0;
    for (const Genre& genre : kGenres) {
      const double score = Score(genre);
      if (score > most) {
        most = score;
        reason = std::string(genre.what);
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
    double score = Labels();
    for (std::string_view title : Split(titles_, '\n')) {
      if (kCue.Matches(title)) title_says_so_ = true;
    }
    title_says_so_ = title_says_so_ || AnnouncesTitle();
    if (title_says_so_) score += 4;
    const int strong = std::min(10, Strong());
    const int weak = std::min(6, Weak());
    const double definition = Definition();
    score += Changelog() + Named();
    // What one can download is no release by itself: tutorials have it too.
    if (score + strong + definition == 0) return std::min(weak, 3);
    return score + strong + weak + definition;
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

  // Labelled facts as cards have them.
  double Labels() const {
    static constexpr std::string_view kKeys[] = {
        "license",          "licence",    "pipeline_tag", "base_model",     "price",      "vendor",
        "parameters",       "lizenz",     "architecture", "context length", "context",    "developed by",
        "provider",         "model type", "library_name", "quantization",   "name",       "tagline",
        "model name",       "licence",    "tags",         "badge.license",  "model size", "model developers",
        "release date",     "model id",   "许可证",       "参数量",         "licenza",    "input modalities",
        "task_categories.0"};
    int labels = 0;
    for (const Labelled& label : source_.labelled()) {
      if (std::find(std::begin(kKeys), std::end(kKeys), label.key) != std::end(kKeys)) ++labels;
    }
    return std::min(9, 3 * labels);
  }

  int Strong() const {
    static const Pattern kPattern(kStrong);
    size_t seen = 0;
    int strong = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 60) break;
      if (source_.document().blocks[sentence.block].kind == BlockKind::kTableCell) continue;
      // The title counts as the title, also where the text repeats it.
      if (Lower(sentence) == titles_ || !kPattern.Matches(Lower(sentence))) continue;
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
    static const Pattern kVersion(R"(^\[?(?:version |release )?v?\d+\.\d+(?:\.\d+)?\S*(?:$|\s*[-–(\[]))");
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
    static const Pattern kVersioned(R"(^[a-z][\w-]*?[- ]v?\d+(?:\.\d+)+ (?:is|are) (?:a|an|the|our)\b)");
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

  using Patterns = std::pair<Pattern, Pattern>;
  static const Patterns& Compiled(const Genre& genre) {
    static const std::vector<Patterns>* const kCompiled = [] {
      auto* compiled = new std::vector<Patterns>();
      for (const Genre& one : kGenres) compiled->emplace_back(Pattern(one.title), Pattern(one.body));
      return compiled;
    }();
    return (*kCompiled)[static_cast<size_t>(&genre - kGenres)];
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

  double Score(const Genre& genre) const {
    const auto& [in_title, in_body] = Compiled(genre);
    double score = 0;
    for (std::string_view title : Split(titles_, '\n')) {
      if (in_title.Matches(title)) score = title_says_so_ ? genre.announced : 12;
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
};

}  // namespace

std::optional<std::string> WhyNoRelease(const Source& source) { return Judge(source).Run(); }

}  // namespace seaworthy
