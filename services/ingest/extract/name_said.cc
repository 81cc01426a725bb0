#include "services/ingest/extract/name_said.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxSentences = 400;
// A list of what is released begins in the first sentences, if there is one.
constexpr size_t kListBegins = 20;
// What the first of a list weighs; the next ones less and less.
constexpr double kListed = 44;

class SaidNames {
 public:
  SaidNames(const Source& source, NameVotes* votes) : source_(source), votes_(*votes) {}

  void Find() {
    size_t seen = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > kMaxSentences) break;
      const Block& block = source_.document().blocks[sentence.block];
      if (block.kind == BlockKind::kTableCell || block.boilerplate) continue;
      if (block.kind == BlockKind::kHeading && block.level > 1) continue;
      if (InContents(sentence)) continue;
      const double early = seen <= 12 ? 1.0 : seen <= 40 ? 0.6 : 0.25;
      // "In January we launched the first Lantern": older.
      static const Pattern kPast(
          R"(^(?:at the (?:end|beginning|start) of |in |back in |since )?(?:january|february|march|april|may|june|july|august|september|october|november|december|last (?:week|month|year)|earlier this|previously|a (?:week|month|year) ago|this year\b)[^,]{0,30}, (?:we|our)\b)");
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      Announced(sentence, kPast.Matches(lower) ? 0.3 * early : early);
      Defined(sentence, early);
      Called(sentence, early);
      Changed(sentence, early);
      Together(sentence, early);
      SharedNoun(sentence, early);
    }
    ListedNames();
  }

 private:
  // A line of a table of contents: a link into the page and nothing else.
  bool InContents(const Sentence& sentence) const {
    const auto marked = source_.MarkedAt(sentence.text.begin);
    return source_.document().blocks[sentence.block].kind == BlockKind::kListItem && marked &&
           *marked == sentence.text && Contains(source_.Section(sentence.block), "contents");
  }

  // "... Lantern 2, along with the brand-new Tide Gauge package and Chart Set 3".
  void Along(Span first, const Sentence& sentence) {
    static const Pattern kAlong(
        R"(\b(?:along with|alongside|together with|as well as|accompanied by) (?:(?:the|our|a|an|its|brand[- ]new|new|first) )*)");
    static const Pattern kNext(
        R"(^(?: (?:package|library|model|dataset|tool|app|SDK|CLI|API))?(?:, and |, | and | & )(?:(?:the|our) )?)");
    const auto along = kAlong.Find(source_.Text({first.end, sentence.text.end}));
    if (!along) return;
    votes_.AddText(first, 10, true);
    size_t at = first.end + along->all().end;
    for (int i = 0; i < 3; ++i) {
      const auto name = NameAt(source_, at, sentence.text.end);
      if (!name || (source_.Text(*name)[0] != '@' && !LooksLikeName(source_.Text(*name)))) return;
      votes_.AddText(*name, 26, true);
      const auto next = kNext.Find(source_.Text({name->end, sentence.text.end}));
      if (!next) return;
      at = name->end + next->all().end;
    }
  }

  // "Lantern 2 and the Chart Set are available today".
  void Together(const Sentence& sentence, double early) {
    if (early < 1) return;
    static const Pattern kLead(R"(^(?:Both |The |Our |New |Today,? )?)");
    static const Pattern kOut(
        R"(^,? (?:are|have) (?:now |both |also |all |finally |today )*(?:generally )?(?:available|live|here|out|open[- ]source|been released|landed|in (?:public )?(?:preview|beta))\b)");
    size_t at = sentence.text.begin;
    if (const auto lead = kLead.Find(source_.Text(sentence))) at += lead->all().end;
    std::vector<Span> names;
    bool out = false;
    while (names.size() < 4) {
      const auto name = NameAt(source_, at, sentence.text.end);
      if (!name) return;
      names.push_back(*name);
      const std::string_view rest = source_.Text({name->end, sentence.text.end});
      out = kOut.Matches(rest);
      if (out) break;
      static const Pattern kNext(R"(^(?:, and |, | and | & )(?:the |our )?)");
      const auto next = kNext.Find(rest);
      if (!next) return;
      at = name->end + next->all().end;
    }
    if (!out || names.size() < 2) return;
    for (const Span& name : names) votes_.AddText(name, 30, true);
  }

  // "the Harbour Python and JavaScript libraries": one for each language.
  void SharedNoun(const Sentence& sentence, double early) {
    static const Pattern kShared(
        R"(\b([A-Z][\pL\pN]+) (Python|JavaScript|TypeScript|Go|Rust|Java|Swift|Ruby|Kotlin|iOS|Android|Windows|macOS|Linux) (?:and|&) (Python|JavaScript|TypeScript|Go|Rust|Java|Swift|Ruby|Kotlin|iOS|Android|Windows|macOS|Linux) (librar|SDK|client|app)(?:ies|s)\b)");
    static const Pattern kMade(
        R"(\b(?:available|releas\w+|introduc\w+|announc\w+|launch\w*|here|versions?)\b)");
    if (early < 1) return;
    const std::string_view text = source_.Text(sentence);
    const auto shared = kShared.Find(text);
    if (!shared || !kMade.Matches(text)) return;
    const auto raw =
        source_.Raw({sentence.text.begin + shared->all().begin, sentence.text.begin + shared->all().end});
    if (!raw) return;
    const auto group = [&](size_t i) {
      return text.substr(shared->groups[i].begin, shared->groups[i].size());
    };
    const std::string noun = group(4) == "librar" ? "library" : std::string(group(4));
    for (size_t language : {2, 3})
      votes_.Add(Cat(group(1), " ", group(language), " ", noun), *raw, language == 2 ? 70 : 62, true);
  }

  // "Today's new models:" and a list of them.
  void ListedNames() {
    static const Pattern kIntroduces(
        R"(\b(?:introducing|new|released|releasing|launched|launching|announcing|shipped|available|added|today['’]s)\b[^.:]{0,80}:$)");
    static const Pattern kKinds(
        R"(\b(?:models?|librar(?:y|ies)|tools?|releases?|products?|apps?|sdks?|apis?|packages?|datasets?|integrations|introducing)\b)");
    static const Pattern kFeature(
        R"(\b(?:features?|changes|improvements?|fixes|options|parameters|methods|endpoints)\b)");
    const auto& sentences = source_.sentences();
    for (size_t i = 0; i + 2 < sentences.size() && i < kListBegins; ++i) {
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentences[i].text.begin, sentences[i].text.size());
      if (!kIntroduces.Matches(lower) || !kKinds.Matches(lower) || kFeature.Matches(lower)) continue;
      std::vector<Span> names;
      for (size_t j = i + 1; j < sentences.size() && j < i + 40; ++j) {
        const Block& block = source_.document().blocks[sentences[j].block];
        if (block.kind != BlockKind::kListItem) break;
        if (sentences[j].text.begin != block.text.begin) continue;
        if (const auto name = Item(sentences[j])) names.push_back(*name);
      }
      std::set<std::string> tools;
      for (const Span& name : names) tools.insert(WithoutSize(source_.Text(name)));
      if (tools.size() < 2) continue;
      double score = kListed;
      for (const Span& name : names) votes_.AddText(name, score--, true);
      return;
    }
  }

  // What a list's item begins with, where it is a name and is set off.
  std::optional<Span> Item(const Sentence& item) const {
    const auto marked = source_.MarkedAt(item.text.begin);
    if (!marked || marked->size() > 60) return std::nullopt;
    static const Pattern kAfter(R"(^(?: ?[-–—]|:| is | helps | lets ))");
    if (!kAfter.Matches(source_.Text({marked->end, item.text.end}))) return std::nullopt;
    // `@hub/maker/lantern-2` is lantern-2.
    Span name = *marked;
    const size_t slash = source_.Text(name).rfind('/');
    if (slash != std::string_view::npos) name.begin += slash + 1;
    if (!LooksLikeName(source_.Text(name))) return std::nullopt;
    return name;
  }

  // "All notable changes to lantern will be documented in this file".
  void Changed(const Sentence& sentence, double early) {
    static const Pattern kChanges(
        R"(\b(?:[Nn]otable|[Uu]ser-visible|[Aa]ll|[Ii]mportant) changes (?:to|in|of) (?:the )?[`“"]?([@\pL][\w@/.+-]{1,40}?)[`”"]?(?: (?:are|is|will|package|project|library|sdk|SDK|cli|CLI)\b|[.,]?$|[.,] ))");
    const auto changes = kChanges.Find(source_.Text(sentence));
    if (!changes) return;
    const Span name{sentence.text.begin + changes->groups[1].begin,
                    sentence.text.begin + changes->groups[1].end};
    for (std::string_view none : {"this", "these", "our", "all", "your", "project"}) {
      if (source_.Text(name) == none) return;
    }
    votes_.AddText(name, 40 * early);
  }

  void Announced(const Sentence& sentence, double early) {
    static const Pattern kAnnounce(
        R"(\b(?:announc(?:e|es|ed|ing)|introduc(?:e|es|ed|ing)|releas(?:e|es|ed|ing)|launch(?:|es|ed|ing)|unveil(?:|s|ed|ing)|present(?:|s|ing)|open[- ]?sourc(?:e|es|ed|ing)|publish(?:|es|ed|ing)|debut(?:|s|ing)|meet|welcome(?: to)?|rolling out)(?: today)?,?\s+(?:that\s+)?(?:(?:the|our|its|a|an)\s+)?(?:(?:first |general |public |official |initial |stable |open |full |beta |early |upcoming |immediate |latest |new |next |major )*(?:release|launch|availability|preview|beta|version|update|generation)s?\s+(?:of\s+|for\s+|to\s+)?)?(?:(?:the|our|its|a|an|all|both|two|three|four|five|six|new|trained|latest|brand[- ]new|first|next|the first)\s+)*)",
        true);
    const std::string_view text = source_.Text(sentence);
    for (const Match& match : kAnnounce.FindAll(text, 8)) {
      const size_t at = sentence.text.begin + match.all().end;
      const auto name = NameAt(source_, at, sentence.text.end);
      if (name) {
        // "We also release the Chart Set": beside the main thing.
        static const Pattern kAlso(
            R"(\b(?:also|in addition,?|additionally,?|alongside (?:it|them|this),?)(?: [\w'’]+){0,4} $)");
        const bool also =
            early >= 0.6 &&
            kAlso.Matches(std::string_view(source_.lower()).substr(sentence.text.begin, match.all().begin));
        votes_.AddText(*name, 34 * early, also);
        Paired(*name, sentence, early);
        if (early >= 1) Along(*name, sentence);
      } else {
        Apposed(sentence, match.all().end, early);
      }
    }
    static const Pattern kCorner(
        R"((?:「|『)([A-Za-z][\w .+-]{1,40})(?:」|』)[^。]{0,60}(?:公開|発表|リリース|提供|공개|출시))");
    if (const auto corner = kCorner.Find(text)) {
      votes_.AddText(
          {sentence.text.begin + corner->groups[1].begin, sentence.text.begin + corner->groups[1].end},
          34 * early);
    }
    static const Pattern kForeign(
        R"((?:新成员[：:]|新模型[：:]|发布|推出|介绍|开源|发布了|推出了|开源了|annon\S+|présent\S+|lan[cç]\S+|publi\S+|dévoil\S+|annunci\S+|rilasci\S+|lanci\S+|lanz\S+|anunci\S+|lans\S+|släpp\S+|lanser\S+|veröffentlich\S+|präsentier\S+|vorstell\S+|stellen wir|stellt)\s*(?:(?:了|一款|全新|最新|新的|le|la|les|un|une|den|die|das|der|ein|eine|neue\w*|nouveau|nouvelle)\s*)*)");
    if (source_.language() != "en") {
      for (const Match& match : kForeign.FindAll(text, 8)) {
        static const Pattern kFamily(R"(为 ?(\S+?) ?(?:家族|系列))");
        if (const auto older = kFamily.Find(text.substr(0, match.all().end))) {
          votes_.Older(text.substr(older->groups[1].begin, older->groups[1].size()));
        }
        const auto name = NameAt(source_, sentence.text.begin + match.all().end, sentence.text.end);
        if (!name) continue;
        votes_.AddText(*name, 34 * early);
        Paired(*name, sentence, early);
      }
    }
  }

  // "The models are called A and B", "un modèle baptisé A", "即A和B".
  void Called(const Sentence& sentence, double early) {
    static const Pattern kCalled(
        R"((?:\b(?:called|named|dubbed|codenamed|christened|heißt|heißen|namens|genannt|baptis[ée]e?s?|nommée?s?|appelée?s?|dénommée?s?|se numesc|numite?|llamad[oa]s?|denominad[oa]s?|chiamat[oaie]|chamad[oa]s?|genaamd|kallas|nazwan\pL*) |(?:即|名为|分别为|分别是|という名前の))[„“"«]?\s?)");
    const std::string_view text = source_.Text(sentence);
    static const Pattern kOf(
        R"(\b(?:mod[eè]l\pL*|llms?|librar\pL+|tools?|assistants?|app|dataset|PRMs?)\b|模型)", true);
    if (!kOf.Matches(text)) return;
    for (const Match& match : kCalled.FindAll(text, 2)) {
      const auto name = NameAt(source_, sentence.text.begin + match.all().end, sentence.text.end);
      static const Pattern kPlain(R"(^[a-z]+$)");
      if (!name || kPlain.Matches(source_.Text(*name))) continue;
      votes_.AddText(*name, 30 * early);
      Paired(*name, sentence, early);
    }
  }

  // "our first reasoning models, DeepSeek-R1-Zero and DeepSeek-R1", "two new
  // additions to the family: A and B".
  void Apposed(const Sentence& sentence, size_t from, double early) {
    static const Pattern kApposed(
        R"(^[^.:,;]{3,90}(?:models?|family|library|framework|tool|assistant|platform|dataset|app|service|members?|additions?[^.:,;]*)(?:,|:| called| named| –| —)\s+)");
    const std::string_view text = source_.Text(sentence);
    const auto match = kApposed.Find(text.substr(from));
    if (!match) return;
    const auto name = NameAt(source_, sentence.text.begin + from + match->all().end, sentence.text.end);
    if (!name) return;
    // "additions to the X family": X is older.
    static const Pattern kAdded(R"(additions? to (?:the |our )?([\w.-]+))");
    const std::string_view before = text.substr(from, match->all().end);
    if (const auto older = kAdded.Find(before)) {
      votes_.Older(before.substr(older->groups[1].begin, older->groups[1].size()));
    }
    votes_.AddText(*name, 30 * early);
    Paired(*name, sentence, early);
  }

  // "A and B" announced in one breath.
  void Paired(Span first, const Sentence& sentence, double early) {
    const std::string_view rest = source_.Text({first.end, sentence.text.end});
    const size_t skip = StartsWith(rest, " and ")                                                       ? 5
                        : StartsWith(rest, " & ")                                                       ? 3
                        : StartsWith(rest, " 和 ")                                                      ? 5
                        : StartsWith(rest, "和")                                                        ? 3
                        : StartsWith(rest, " und ")                                                     ? 5
                        : StartsWith(rest, " et ")                                                      ? 4
                        : StartsWith(rest, " și ")                                                      ? 5
                        : StartsWith(rest, " y ") || StartsWith(rest, " e ") || StartsWith(rest, " i ") ? 3
                        : StartsWith(rest, " en ")                                                      ? 4
                                                                                                        : 0;
    if (skip == 0) return;
    const auto second = NameAt(source_, first.end + skip, sentence.text.end);
    if (!second) return;
    votes_.AddText(*second, 26 * early, early >= 1);
    votes_.AddText(first, 0.1, early >= 1);
    if (Sized(first, *second, early)) return;
    // Two sizes of one thing are announced by both names.
    const std::string a = Lower(source_.Text(first));
    const std::string b = Lower(source_.Text(*second));
    const size_t dash = a.find_last_of("- ");
    if (dash != a.npos && dash >= 3 && StartsWith(b, a.substr(0, dash + 1)) && votes_.HasOlder()) {
      const Span both{first.begin, second->end};
      // One name in every language, so that a translation is the same tool.
      if (const auto raw = source_.Raw(both)) {
        votes_.Add(Cat(source_.Text(first), " and ", source_.Text(*second)), *raw, 60 * early);
      }
    }
  }

  // "lantern-20b and lantern-120b": two sizes of lantern.
  bool Sized(Span first, Span second, double early) {
    if (votes_.HasOlder()) return false;
    static const Pattern kSize(R"(^(.{3,50}?)[- ]\d+(?:\.\d+)?[BbMm](?:-[A-Za-z]{2,10})?$)");
    const std::string_view a = source_.Text(first);
    const std::string_view b = source_.Text(second);
    const auto of_a = kSize.Find(a);
    const auto of_b = kSize.Find(b);
    if (!of_a || !of_b) return false;
    if (a.substr(0, of_a->groups[1].end) != b.substr(0, of_b->groups[1].end)) return false;
    votes_.AddText({first.begin, first.begin + of_a->groups[1].end}, 70 * early);
    return true;
  }

  // "X is a ...", "X, a ..., today releases".
  void Defined(const Sentence& sentence, double early) {
    static const Pattern kIs(
        R"(^\W{0,4}(?:The )?(.{2,60}?)(?: models?| series| family)?(?: \([^)]{1,40}\))? (?:is|are|represents?|comprises|offers|comes|est|sont|ist|sind|introduces|now supports|is now) (?:also )?(?:a|an|the|our|one|available|now|un|une|le|la|ein|eine|das|die|der|in)\b)");
    const std::string_view text = source_.Text(sentence);
    const auto match = kIs.Find(text);
    if (!match) return;
    const Span subject{sentence.text.begin + match->groups[1].begin,
                       sentence.text.begin + match->groups[1].end};
    const auto name = NameAt(source_, subject.begin, subject.end + 0);
    if (!name) return;
    // The whole subject must be the name.
    const std::string_view left = Strip(source_.Text({name->end, std::max(name->end, subject.end)}));
    if (left.size() > 2) return;
    votes_.AddText(*name, (IsInstalled(source_.Text(*name)) ? 50 : 20) * early);
  }

  // `pip install lantern` in the document's code.
  bool IsInstalled(std::string_view name) const {
    static const Pattern kInstall(
        R"((?:pip install|npm (?:i|install)|cargo add|uv add|brew install|go get|gem install)(?: -\S+)* ([\w@/.-]+))");
    const std::string key = NameKey(name);
    for (const Block& block : source_.document().blocks) {
      if (block.kind != BlockKind::kCode) continue;
      const auto install = kInstall.Find(source_.Text(block.text));
      if (!install) continue;
      const Span package{block.text.begin + install->groups[1].begin,
                         block.text.begin + install->groups[1].end};
      if (NameKey(source_.Text(package)) == key) return true;
    }
    return false;
  }

  const Source& source_;
  NameVotes& votes_;
};

}  // namespace

void FindSaidNames(const Source& source, NameVotes* votes) { SaidNames(source, votes).Find(); }

}  // namespace seaworthy
