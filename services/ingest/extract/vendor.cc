#include <algorithm>
#include <map>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Vote {
  std::string value;
  Span raw;
  double score = 0;
};

// Path of a hub address split at slashes, without the host.
std::vector<std::string_view> HubPath(std::string_view url) {
  for (std::string_view host :
       {"https://huggingface.co/", "https://github.com/", "https://hf.co/", "https://www.github.com/",
        "http://github.com/", "https://modelscope.cn/models/", "https://www.modelscope.cn/models/",
        "https://hub.docker.com/r/"}) {
    if (!StartsWith(url, host)) continue;
    std::string_view path = url.substr(host.size());
    path = path.substr(0, path.find_first_of("?#"));
    auto parts = Split(path, '/');
    if (!parts.empty() &&
        (parts[0] == "spaces" || parts[0] == "collections" || parts[0] == "datasets" || parts[0] == "orgs")) {
      parts.erase(parts.begin());
    }
    return parts;
  }
  return {};
}

class VendorFinder {
 public:
  explicit VendorFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {}

  void Run(Draft* draft) {
    Labels();
    Authors();
    Sentences();
    Owners();
    Links();
    OwnSites();
    DocumentationSites();
    Feed();
    Listed();
    House();
    Marks();
    Prefix();
    if (votes_.empty()) return;
    const auto best = std::max_element(votes_.begin(), votes_.end(), [](const auto& a, const auto& b) {
      return a.second.score != b.second.score ? a.second.score < b.second.score
                                              : a.second.raw.begin > b.second.raw.begin;
    });
    if (best->second.score < 4) return;
    draft->Add("vendor", best->second.value, best->second.raw);
  }

 private:
  void Vote(std::string_view said, Span raw, double score) {
    std::string value = OneLine(said);
    static const Pattern kTeam(
        R"(^(?:the )?(.{2,60}?)(?:'s)?\s+(?:team|research team|developers|organization|group|authors)$)",
        true);
    if (const auto team = kTeam.Find(value))
      value = value.substr(team->groups[1].begin, team->groups[1].size());
    while (!value.empty() && (value.back() == ',' || value.back() == '.' || value.back() == ':'))
      value.pop_back();
    if (StartsWith(value, "The ") && value.size() < 40) value = value.substr(4);
    if (value.size() < 2 || value.size() > 80 || raw.empty()) return;
    static const Pattern kAside(R"(\s*\((?:\[?(?:website|link|homepage|site)\]?)\)$)", true);
    if (const auto aside = kAside.Find(value)) value.resize(aside->all().begin);
    // A person with a footnote mark, a date, a sentence.
    if (value.find_first_of("*;!?|<>{}") != value.npos || std::count(value.begin(), value.end(), ',') > 1)
      return;
    static const Pattern kDate(R"(\b(?:19|20)\d\d\b)");
    if (kDate.Matches(value)) return;
    const std::string lower = Lower(value);
    for (std::string_view none : {"we", "it", "this", "our", "us", "you", "they", "today", "community",
                                  "model", "the community", "open", "the", "hf", "none", "n/a", "unknown",
                                  "more information needed", "[more information needed]"}) {
      if (lower == none) return;
    }
    for (std::string_view place : {" Hub", " Platform", " API", " Cloud"}) {
      if (EndsWith(value, place) && !KnownVendor(value) &&
          KnownVendor(value.substr(0, value.size() - place.size())))
        value.resize(value.size() - place.size());
    }
    if (const auto known = KnownVendor(value)) value = std::string(*known);
    const std::string key = NameKey(value);
    if (key == NameKey(draft_.name) && score < 20) score *= 0.6;
    auto [it, fresh] = votes_.try_emplace(key, seaworthy::Vote{value, raw, 0});
    it->second.score += score;
  }
  using Votes = std::map<std::string, seaworthy::Vote>;

  void VoteText(Span text, double score) {
    if (const auto raw = source_.Raw(text)) Vote(source_.Text(text), *raw, score);
  }

  void Labels() {
    static constexpr std::string_view kStrong[] = {"vendor",
                                                   "provider",
                                                   "developed by",
                                                   "developer",
                                                   "developers",
                                                   "organization",
                                                   "organisation",
                                                   "company",
                                                   "maker",
                                                   "creator",
                                                   "created by",
                                                   "model developer",
                                                   "model developers",
                                                   "publisher",
                                                   "made by",
                                                   "released by",
                                                   "built by",
                                                   "by",
                                                   "anbieter",
                                                   "hersteller",
                                                   "entwickelt von",
                                                   "développé par",
                                                   "éditeur",
                                                   "fournisseur",
                                                   "开发者",
                                                   "提供商",
                                                   "发布方",
                                                   "maintainer",
                                                   "maintained by",
                                                   "model creator",
                                                   "owner",
                                                   "shared by",
                                                   "author",
                                                   "authors"};
    for (const Labelled& label : source_.labelled()) {
      std::string key = label.key;
      if (StartsWith(key, "meta.")) key = key.substr(5);
      double score = 0;
      if (key == "title" && label.front_matter) SiteName(label);
      for (std::string_view strong : kStrong) {
        if (key == strong)
          score = label.front_matter && StartsWith(key, "author")   ? 12
                  : key == "shared by" || StartsWith(key, "author") ? 6
                                                                    : 30;
      }
      if (label.front_matter && (key == "vendor" || key == "organization" || key == "provider")) score = 100;
      if (score == 0) continue;
      std::string_view value = label.value;
      // "Products Pillar, AI Singapore": the house is last and known.
      if (const size_t comma = value.rfind(", ");
          comma != value.npos && KnownVendor(value.substr(comma + 2))) {
        value = value.substr(comma + 2);
      }
      // A list of people.
      if (StartsWith(key, "author") && std::count(label.value.begin(), label.value.end(), ',') >= 2) continue;
      if (StartsWith(key, "author") && !Contains(Lower(value), "team") && !KnownVendor(value)) {
        // A person's handle (`ada_l`) makes nobody's tool.
        static const Pattern kHandle(R"(^[a-z0-9_.-]+$)");
        if (kHandle.Matches(value) && AsWritten(std::string(value)) == value) continue;
        score = 5;
      }
      if (value.size() > 60) {
        const size_t cut = value.find_first_of("(,.;");
        value = value.substr(0, cut);
      }
      Vote(value, label.raw, score);
    }
  }

  // "Qwen3-Coder: Agentic coding | Qwen": the site's name ends the title.
  void SiteName(const Labelled& title) {
    size_t bar = std::string::npos;
    for (std::string_view mark : {" | ", " \\ ", " - ", " – ", " — ", " · "}) {
      const size_t at = title.value.rfind(mark);
      if (at == title.value.npos || (bar != title.value.npos && at < bar)) continue;
      const std::string_view end = Strip(std::string_view(title.value).substr(at + mark.size()));
      if (mark == " | " || mark == " \\ " || KnownVendor(end)) bar = at + mark.size();
    }
    if (bar == title.value.npos) return;
    const std::string_view site = Strip(std::string_view(title.value).substr(bar));
    const std::string& bytes = source_.document().bytes;
    const size_t at = bytes.find(site, title.raw.begin);
    if (site.size() > 30 || std::count(site.begin(), site.end(), ' ') > 2 || at == bytes.npos ||
        at >= title.raw.end)
      return;
    Vote(site, {at, at + site.size()}, 12);
  }

  // The site's or feed's own name, unless it passes on somebody else's tool:
  // "Lantern 3 is now available on Harbour".
  void Feed() {
    const auto site = SiteOf(source_);
    if (!site || PassedOn(site->name)) return;
    Vote(site->name, site->raw, NameKey(draft_.name).find(NameKey(site->name)) == 0 ? 20 : 8);
  }

  bool PassedOn(const std::string& site) const {
    static const Pattern kVersioned(R"(\d|[a-z][A-Z])");
    const std::string key = NameKey(draft_.name);
    if (EndsWith(key, "support")) return false;
    if (!kVersioned.Matches(draft_.name) || Contains(key, NameKey(site))) return false;
    const std::string lower = Lower(site);
    static const Pattern kPlace(R"(\b(?:on|in|to|with|via|by|through|supports?) (?:the )?$)");
    static const Pattern kHost(R"(^(?:['’]s)?(?: \w+)? (?:supports?|partners|brings|hosts|adds|offers))");
    const std::string& text = source_.lower();
    for (size_t at = 0; (at = FindWordPrefix(text, lower, at)) != text.npos; at += lower.size()) {
      const size_t before = at > 16 ? at - 16 : 0;
      if (kPlace.Matches(std::string_view(text).substr(before, at - before))) return true;
      if (kHost.Matches(std::string_view(text).substr(at + lower.size(), 40))) return true;
    }
    return false;
  }

  // As FindWord, but a longer word may begin with it: `HarbourCloud`.
  static size_t FindWordPrefix(std::string_view text, std::string_view word, size_t from) {
    for (size_t at = from; (at = text.find(word, at)) != text.npos; ++at) {
      if (at == 0 || !IsAlnum(text[at - 1])) return at;
    }
    return text.npos;
  }

  // The maker's own site has a page of the tool's name: `cohere.com/blog/x`.
  void OwnSites() {
    static const Pattern kHost(
        R"(^https?://(?:[\w-]+\.)*?([\w-]+)\.(?:com|ai|io|org|co|dev|net|cn|fr|de|app|tech)(/[^?#]*))");
    static constexpr std::string_view kHubs[] = {
        "github",     "huggingface", "hf",         "arxiv",       "twitter", "x",         "youtube",
        "google",     "kaggle",      "modelscope", "readthedocs", "medium",  "linkedin",  "discord",
        "reddit",     "docker",      "pypi",       "npmjs",       "ollama",  "wikipedia", "acm",
        "openreview", "replicate",   "fal",        "runware",     "colab"};
    const std::string own = NameKey(draft_.name);
    for (const Link& link : source_.document().links) {
      if (link.raw.empty() || !source_.TrustedAt(link.text.begin)) continue;
      if (!Contains(NameKey(link.url), own)) continue;
      const auto host = kHost.Find(link.url);
      if (!host) continue;
      const std::string name = link.url.substr(host->groups[1].begin, host->groups[1].size());
      const std::string path = NameKey(link.url.substr(host->groups[2].begin, host->groups[2].size()));
      if (std::find(std::begin(kHubs), std::end(kHubs), name) != std::end(kHubs)) continue;
      if (!Contains(path, NameKey(draft_.name))) continue;
      const std::string written = AsWritten(name);
      const size_t at = source_.document().bytes.find(name, link.raw.begin);
      if (written == name || at == std::string::npos || at >= link.raw.end) continue;
      // "Source: harbournews.com/lantern" tells of it.
      static const Pattern kTold(R"(\b(?:quelle|source|via|fuente|fonte|read more)\b[^\n]{0,40}$)", true);
      const size_t before = link.text.begin > 60 ? link.text.begin - 60 : 0;
      if (kTold.Matches(source_.Text({before, link.text.begin}))) continue;
      Vote(written, {at, at + name.size()}, 7);
      return;
    }
  }

  // `docs.harbour.com` of a maker known to all; "[Baseten](https://baseten.com)",
  // a service that is called as its maker is.
  void DocumentationSites() {
    static const Pattern kDocs(
        R"(^https?://(?:docs|api|platform|console|dashboard|developers?|help|support)\.([\w-]+)\.(?:com|ai|io|co|dev)(?:/|$))");
    static const Pattern kHome(R"(^https?://(?:www\.)?([\w-]+)\.(?:com|ai|io|co|dev|app)/?$)");
    bool docs = false;
    for (const Link& link : source_.document().links) {
      if (link.raw.empty() || !source_.TrustedAt(link.text.begin)) continue;
      const auto host = kDocs.Find(link.url);
      const auto home = kHome.Find(link.url);
      const Span part = host ? host->groups[1] : home ? home->groups[1] : Span{};
      const std::string name = link.url.substr(part.begin, part.size());
      const size_t at =
          part.empty() ? std::string::npos : source_.document().bytes.find(name, link.raw.begin);
      if (at >= link.raw.end || name == "huggingface" || name == "github") continue;
      if (const auto vendor = VendorOfHandle(name); host && vendor && !docs) {
        docs = true;
        Vote(*vendor, {at, at + name.size()}, 4.5);
      } else if (home && NameKey(name) == NameKey(draft_.name) &&
                 NameKey(source_.Text(link.text)) == NameKey(name)) {
        Vote(draft_.name, link.raw, 9);
      }
    }
  }

  void Sentences() {
    // A capitalised name of up to five words.
#define ORG R"(((?:[A-Z][\pL\pN&.+-]*)(?: (?:of|for|and|the|[A-Z0-9&(][\pL\pN&.+()-]*)){0,5}))"
    static const Pattern kSubject(
        "(?:^|[.!?:] |, )" ORG
        R"((?:, (?:a|an|the) [^,.]{3,80},| team)? (?:today |now |just |proudly |recently |is |are |has |have |officially )*(?:(?:proud|thrilled|excited|happy|pleased|delighted) to )?(?:announces?|announced|introduces?|introduced|releases?|released|releasing|launch(?:es|ed|ing)?|unveil(?:s|ed|ing)?|presents?|presented|open[- ]?source[sd]|publish(?:es|ed)?|share|introducing|announcing)\b)");
    static const Pattern kBy(
        R"(\b(?:[Dd]eveloped|[Bb]uilt|[Cc]reated|[Mm]ade|[Tt]rained|[Rr]eleased|published|provided|maintained|designed|introduced|open-sourced|introduced|powered)(?: and \w+)? (?:by|at)(?: the)? )" ORG);
    static const Pattern kFrom(
        R"(\b(?:[Mm]odels?|[Ff]amily|[Ll]ibrary|[Ff]ramework|[Aa]ssistant|[Tt]ools?|[Rr]eleases?|LLMs?|[Ss]eries|[Dd]atasets?|[Aa]pp|SDK|API) (?:from|by)(?: the)? )" ORG);
    static const Pattern kTheTeam(R"(\b[Tt]he )" ORG R"( (?:[a-z-]+ )?[Tt]eam (?:is|are|has|have|at)\b)");
    static const Pattern kForeign(
        "(?:^|[.!?。！，,] ?)" ORG R"( ?(?:今天|今日|正式|近日|刚刚)*(?:发布|推出|开源|宣布)|^)" ORG
        R"( (?:veröffentlicht|präsentiert|stellt|kündigt|annonce|présente|lance|publie|dévoile|lanza|presenta|anuncia)\b|由 ?)" ORG
        R"( ?(?:团队|公司)? ?(?:训练|开发|推出|发布|研发|打造))");
    static const Pattern kForeignBy(
        R"(\b(?:desarrollad[oa]s?|cread[oa]s?|entrenad[oa]s?|lanzad[oa]s?|publicad[oa]s?|desenvolvid[oa]s?|criad[oa]s?|développée?s?|créée?s?|conçue?s?|entraînée?s?|sviluppat[oaie]|creat[oaie]|addestrat[oaie]|rilasciat[oaie]|entwickelt|trainiert|veröffentlicht|ontwikkeld|utvecklad|dezvoltat\pL*) (?:por|par|da|dal|dalla|von|vom|von der|door|av|de către)(?: (?:la|el|il|lo|le|les|l['’]|der|die|das))? ?)" ORG);
    static const Pattern kBare(R"(^(?:By|by:|Von|Par|From) )" ORG R"($)");
    static const Pattern kTeamAt(
        R"((?:\b[Ww]e,? (?:at |the )|\b[Ww]ir bei (?:der )?|\b[Cc]hez |\b[Nn]ous,? (?:à|chez) ))" ORG
        R"((?: team)?\b)");
    // "At Harbour, we are building".
    static const Pattern kAtUs("^At " ORG R"(,? (?:we|our)\b)");
    // "in Harbour models", of a maker known to all.
    static const Pattern kModelsOf(R"(\b(?:in|of|our) ([A-Z][\pL\pN]+(?: [A-Z][\pL\pN]+)?) models\b)");
    static const Pattern kPossessive(
        ORG
        R"('s (?:(?:first|latest|new|newest|open[- ]weights?|open|flagship|most [a-z]+|own|[a-z-]+) ){0,6}(?:models?|release|family|LLM|series|library|version|text|speech|vision))");
    static const Pattern kCopyright(R"((?:©|\(c\)|[Cc]opyright)\s*(?:20\d\d(?:-20\d\d)?)?,?\s*)" ORG);
    size_t seen = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 400) break;
      const Block& block = source_.document().blocks[sentence.block];
      if (block.kind == BlockKind::kTableCell) continue;
      const std::string_view text = source_.Text(sentence);
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      const bool about = draft_.MentionedIn(lower) || seen <= 6;
      const double early = seen <= 8 ? 1.0 : seen <= 40 ? 0.6 : 0.25;
      const auto vote = [&](const Match& match, double score) {
        const Span span{sentence.text.begin + match.groups[1].begin,
                        sentence.text.begin + match.groups[1].end};
        Span trimmed = TrimOrg(span);
        if (!trimmed.empty()) VoteText(trimmed, score);
      };
      if (about) {
        for (const Match& match : kSubject.FindAll(text, 3)) vote(match, 24 * early);
        for (const Match& match : kBy.FindAll(text, 3)) {
          const bool parts = Contains(lower, "parameter model trained by") || Contains(lower, "powered by");
          vote(match, (parts ? 3 : 16) * early);
        }
        for (const Match& match : kFrom.FindAll(text, 3)) vote(match, 14 * early);
      }
      if (source_.language() != "en") {
        for (const Match& match : ForeignSubject().FindAll(text, 2)) {
          for (size_t group = 1; group <= 3; ++group) {
            if (!match.Has(group)) continue;
            const Span org = TrimOrg({sentence.text.begin + match.groups[group].begin,
                                      sentence.text.begin + match.groups[group].end});
            if (!org.empty()) VoteText(org, 14 * std::max(early, 0.5));
          }
        }
        // "Lantern 开源" above its own paragraph.
        if (block.kind == BlockKind::kHeading && sentence.block != source_.Title()) continue;
        if (about) {
          for (const Match& match : kForeignBy.FindAll(text, 2)) vote(match, 16 * early);
        }
        for (const Match& match : kForeign.FindAll(text, 3)) {
          for (size_t group = 1; group <= 3; ++group) {
            if (!match.Has(group)) continue;
            const Span org = TrimOrg({sentence.text.begin + match.groups[group].begin,
                                      sentence.text.begin + match.groups[group].end});
            if (!org.empty()) VoteText(org, 18 * std::max(early, 0.5));
          }
        }
      }
      if (seen <= 12) {
        for (const Match& match : kBare.FindAll(text, 1)) vote(match, 30);
        for (const Match& match : kPossessive.FindAll(text, 2)) {
          // "the Hub's model pages": a place; "a replacement for Osprey's models":
          // somebody else's.
          static const Pattern kOther(
              R"(\b(?:the|for|than|like|with|using|on|via|alongside|unlike|beats?) $)");
          if (!kOther.Matches(text.substr(0, match.all().begin))) vote(match, 12 * early);
        }
      }
      for (const Match& match : kTeamAt.FindAll(text, 2)) vote(match, 12 * early);
      for (const Match& match : kAtUs.FindAll(text, 1)) vote(match, 12 * early);
      for (const Match& match : kModelsOf.FindAll(text, 1)) {
        if (KnownVendor(text.substr(match.groups[1].begin, match.groups[1].size()))) vote(match, 4.5);
      }
      for (const Match& match : kTheTeam.FindAll(text, 2)) vote(match, 12 * std::max(early, 0.5));
      static const Pattern kYear("^" ORG R"( ©)");
      for (const Match& match : kYear.FindAll(text, 1)) vote(match, 8);
      if (block.boilerplate || Contains(text, "©")) {
        for (const Match& match : kCopyright.FindAll(text, 1)) vote(match, 8);
      }
      KnownNames(sentence, lower, early);
    }
    if (const auto title = TitleVendor(); !title.empty()) {
      VoteText(title, 22);
    } else {
      TitleField();
    }
  }

  // "Harbour, Osprey Lab and the Institute of Seas have released Lantern": the
  // first of them.
  void Listed() {
    static const Pattern kMakers(
        R"(^(?:The )?([A-Z][\pL\pN&.-]*(?: (?:of|for|[A-Z][\pL\pN&.()-]*)){0,5})(?:, (?:the )?[A-Z][^,.]{1,60}){0,4},? and (?:the )?[A-Z][^,.]{1,60}? (?:today |now |jointly |just |proudly )*(?:(?:has|have|are) (?:now |just |jointly )?)?(?:releas(?:e|es|ed|ing)|launch(?:es|ed|ing)?|introduc(?:e|es|ed|ing)|announc(?:e|es|ed|ing)|open[- ]sourc(?:e|es|ed|ing)|unveil(?:s|ed|ing)?|present(?:s|ed|ing)?|publish(?:es|ed)?)\b)");
    size_t seen = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 8) break;
      const auto makers = kMakers.Find(source_.Text(sentence));
      if (!makers) continue;
      const Span first = TrimOrg(
          {sentence.text.begin + makers->groups[1].begin, sentence.text.begin + makers->groups[1].end});
      if (!first.empty()) VoteText(first, 20);
      return;
    }
  }

  // Whose house speaks: "Harbour CLI" is Harbour's, so is what is "available
  // to all Harbour customers" or, where we launch it, "available in Harbour".
  void House() {
    static const Pattern kOwn(
        R"(^([A-Z][\pL\pN]+(?:\.[a-z]{2,4})?) (?:CLI|SDK|API|Cloud|Studio|Desktop|(?:Python|JavaScript|TypeScript|Go|Rust) (?:SDK|[Ll]ibrary|[Cc]lient))$)");
    if (const auto own = kOwn.Find(draft_.name)) {
      const size_t at = FindWord(source_.lower(), Lower(draft_.name));
      const size_t size = own->groups[1].end;
      if (at != std::string::npos && SaidAlone(draft_.name.substr(0, size), draft_.name))
        VoteText({at, at + size}, 8);
    }
    static const Pattern kCustomers(
        R"(\b(?:all|our|every|for|to|of) ([A-Z][\pL\pN]+(?: AI)?) (?:customers|users|subscribers|accounts|plans|projects)\b)");
    static const Pattern kPlace(
        R"(^[^.]{2,60} (?:is|are) (?:now )?(?:generally )?(?:available|live|here|supported) (?:in|on) ([A-Z][\pL\pN]+)\W{0,3}$)");
    static const Pattern kWe(
        R"(\bwe(?:['’]re| are|['’]ve| have)? (?:\w+ )?(?:launch|releas|introduc|announc|ship|add|roll))");
    size_t seen = 0;
    bool we = false;
    Span place;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 12) break;
      const std::string_view text = source_.Text(sentence);
      we = we ||
           kWe.Matches(std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size()));
      for (const auto& [pattern, is_place] : {std::pair(&kCustomers, false), std::pair(&kPlace, true)}) {
        const auto match = pattern->Find(text);
        if (!match) continue;
        const Span org = TrimOrg(
            {sentence.text.begin + match->groups[1].begin, sentence.text.begin + match->groups[1].end});
        if (org.empty()) continue;
        if (is_place) place = org;
        if (!is_place) VoteText(org, 4.5);
      }
    }
    if (we && !place.empty() && NameKey(source_.Text(place)) != NameKey(draft_.name)) VoteText(place, 6);
    FrontTitle(we);
  }

  // Whether the text names `house` apart from `tool`: "on Harbour", not only
  // "Harbour CLI".
  bool SaidAlone(const std::string& house, const std::string& tool) const {
    const std::string& lower = source_.lower();
    const std::string longer = Lower(tool);
    for (size_t at = 0; (at = FindWord(lower, Lower(house), at)) != lower.npos; at += house.size()) {
      if (lower.compare(at, longer.size(), longer) == 0 || source_.Text({at, at + house.size()}) != house)
        continue;
      return true;
    }
    return false;
  }

  // The same where the title stands in the front matter.
  void FrontTitle(bool we) {
    static const Pattern kPlace(
        R"(^[^.]{2,60} (?:is|are) (?:now )?(?:generally )?(?:available|live|here|supported) (?:in|on) ([A-Z][\pL\pN]+)\W{0,3}$)");
    const Labelled* title = source_.FindLabelled({"title"});
    if (!we || title == nullptr) return;
    const auto place = kPlace.Find(title->value);
    if (!place) return;
    const std::string org = title->value.substr(place->groups[1].begin, place->groups[1].size());
    const size_t at = source_.document().bytes.find(org, title->raw.begin);
    if (at < title->raw.end) Vote(org, {at, at + org.size()}, 6);
  }

  // "Das Harbour-Institut für Häfen hat Lantern veröffentlicht", "Harbour a lancé
  // Lantern", "HARBOUR社は、...を公開した".
  static const Pattern& ForeignSubject() {
    static const Pattern kSubject(
        R"(^(?:Das |Die |Der )([A-Z][\pL-]+)[^.]{0,140}? (?:hat|haben) [^.]{0,300}?(?:gestellt|veröffentlicht|vorgestellt|präsentiert|freigegeben|angekündigt)\b|(?:^|[ '’])((?:(?:La|Le|Les|El|Il|L['’])[ ]?)?[A-Z][\pL\pN&.-]+(?: (?:di|la|de|del|della|des|du|do|[A-Z][\pL\pN&.-]+)){0,6}) (?:a|ont|ha|han|hanno|tem) (?:\pL+ ){0,3}?(?:lancé|publié|dévoilé|annoncé|présenté|lanzado|presentado|publicado|anunciado|rilasciato|lanciato|presentato|annunciato|pubblicato|lansat|publicat|lançado)\b|^([^、。「」,]{2,40}?)社?は、?[^。]{0,200}(?:公開|発表|リリース|提供))");
    return kSubject;
  }

  // Front matter of a blog where the authors' organisations stand.
  void Authors() {
    static const Pattern kOrg(R"(^authors?\.\d+\.(?:org|organization|affiliation)$)");
    double score = 6;
    for (const Labelled& label : source_.labelled()) {
      if (!label.front_matter || !kOrg.Matches(label.key)) continue;
      const auto vendor = VendorOfHandle(label.value);
      const std::string written = vendor ? std::string(*vendor) : AsWritten(label.value);
      if (vendor || written != label.value) Vote(written, label.raw, vendor ? score : score * 0.8);
      score = 0.5;
    }
  }

  // "Harbour's Lantern 3", "Harbour Lantern 3", "partners with Harbour to
  // bring Lantern 3".
  void Owners() {
    static const Pattern kBefore(
        R"(([A-Z][\pL\pN.&]*(?: [A-Z][\pL\pN.&]*){0,2})['’]s? (?:(?:new|latest|newest|own|first|open|flagship) )*$)");
    static const Pattern kBring(
        R"(\b[Pp]artner(?:s|ed|ing) with ([A-Z][\pL\pN.&]*(?: [A-Z][\pL\pN.&]*){0,2}) (?:.{0,60} )?to bring [^.]{0,40}$)");
    const std::string name = Lower(draft_.name);
    size_t seen = 0;
    for (size_t at = 0; seen < 20 && (at = FindWord(source_.lower(), name, at)) != std::string::npos;
         at += name.size(), ++seen) {
      if (!source_.TrustedAt(at)) continue;
      const size_t begin = at > 120 ? at - 120 : 0;
      const std::string_view before = source_.Text({begin, at});
      for (const auto& [pattern, score] : {std::pair(&kBefore, 16.0), std::pair(&kBring, 12.0)}) {
        const auto match = pattern->Find(before);
        if (!match) continue;
        const Span org = TrimOrg({begin + match->groups[1].begin, begin + match->groups[1].end});
        if (!org.empty()) VoteText(org, seen == 0 ? score : score * 0.4);
      }
      Preceding(begin, at);
    }
  }

  // A known maker's name right before the tool's.
  void Preceding(size_t begin, size_t at) {
    const std::string_view before = Strip(source_.Text({begin, at}));
    size_t word = before.size();
    for (int words = 0; words < 3 && word != before.npos && word > 0; ++words) {
      word = before.find_last_of(" \n", word - 1);
      const size_t start = word == before.npos ? 0 : word + 1;
      const std::string_view org = before.substr(start);
      if (!KnownVendor(org) || !IsUpper(org.empty() ? ' ' : org[0])) continue;
      const size_t offset = begin + static_cast<size_t>(org.data() - source_.Text({begin, at}).data());
      VoteText({offset, offset + org.size()}, 5);
      return;
    }
  }

  // Vendors of the gazetteer in the first sentences, weakly.
  void KnownNames(const Sentence& sentence, std::string_view lower, double early) {
    static const Pattern kWill(
        R"(\b(?:with|the|at|from) ([A-Z][\pL]+(?: [A-Z][\pL]+)?) (?:will|team|provides|offers|hub)\b)");
    const std::string_view text = source_.Text(sentence);
    if (!draft_.MentionedIn(lower)) return;
    for (const Match& match : kWill.FindAll(text, 2)) {
      const Span span{sentence.text.begin + match.groups[1].begin, sentence.text.begin + match.groups[1].end};
      if (KnownVendor(source_.Text(span))) VoteText(span, 6 * std::max(early, 0.5));
    }
    static const Pattern kSubject(
        R"(, ([A-Z][\pL]+(?: [A-Z][\pL]+)?) (?:will|can|helps?|provides?|offers?) )");
    for (const Match& match : kSubject.FindAll(text, 2)) {
      const Span span{sentence.text.begin + match.groups[1].begin, sentence.text.begin + match.groups[1].end};
      if (KnownVendor(source_.Text(span))) VoteText(span, 6);
    }
  }

  Span TrimOrg(Span span) const {
    static const Pattern kLead(
        R"(^(?:After|Since|Following|Until|While|Although|Because|Once|Before|During|Alongside|Then|Like|Unlike|By|Yesterday|Today|Here|Now|And|But|With|At|In|The|Our|We|I|This|These|It|That|They|As|For|Both|All|When|If|So|To|Also) )");
    while (const auto lead = kLead.Find(source_.Text(span))) span.begin += lead->all().end;
    const std::string_view text = source_.Text(span);
    for (std::string_view tail : {" and", " of", " for", " the", " The", " team", " Team"}) {
      if (EndsWith(text, tail)) return TrimOrg({span.begin, span.end - tail.size()});
    }
    for (std::string_view tail : {".", ",", "-", "&"}) {
      if (EndsWith(text, tail) && !EndsWith(text, "Inc.")) return TrimOrg({span.begin, span.end - 1});
    }
    if (Contains(text, "(") != Contains(text, ")")) {
      return TrimOrg({span.begin, span.begin + text.find_first_of("()")});
    }
    static constexpr std::string_view kNone[] = {
        "We",   "It",   "This", "The",  "Our",  "These", "Today",  "You",   "They",   "I",
        "Both", "All",  "Each", "A",    "An",   "In",    "Here",   "There", "That",   "SFT",
        "RL",   "RLHF", "DPO",  "GRPO", "LoRA", "AI",    "Python", "Which", "Figure", "Table"};
    for (std::string_view none : kNone) {
      if (text == none) return {};
    }
    const std::string key = NameKey(text);
    const std::string own = NameKey(draft_.name);
    if (key.size() < 2 || (key == own && !KnownVendor(text))) return {};
    // "Qwen3-32B is released": a variant of the tool, not its maker.
    if (StartsWith(key, own) && key.size() > own.size()) return {};
    return span;
  }

  // "Announcing Harbour's Lantern 3" in the front matter.
  void TitleField() {
    const Labelled* field = source_.FindLabelled({"title"});
    if (field == nullptr) return;
    const auto title = NameInTitle(field->value);
    if (!title || title->vendor.empty()) return;
    const size_t at = source_.document().bytes.find(title->vendor, field->raw.begin);
    if (at < field->raw.end) Vote(title->vendor, {at, at + title->vendor.size()}, 18);
  }

  Span TitleVendor() const {
    if (!source_.Title()) return {};
    const Block& block = source_.document().blocks[*source_.Title()];
    const auto title = NameInTitle(source_.Text(block.text));
    if (!title || title->vendor.empty()) return {};
    const size_t at = source_.Text(block.text).find(title->vendor);
    if (at == std::string_view::npos) return {};
    return TrimOrg({block.text.begin + at, block.text.begin + at + title->vendor.size()});
  }

  void Links() {
    std::map<std::string, int> seen;
    for (const Link& link : source_.document().links) {
      if (!source_.TrustedAt(link.text.begin) || link.raw.empty()) continue;
      const std::string handle = HandleOfTool(link.url, draft_);
      if (handle.empty() || ++seen[handle] > 3) continue;
      const size_t at = source_.document().bytes.find(handle, link.raw.begin);
      const Span raw = at < link.raw.end ? Span{at, at + handle.size()} : link.raw;
      if (const auto vendor = VendorOfHandle(handle)) {
        Vote(*vendor, raw, 7);
      } else {
        Vote(AsWritten(handle), raw, 5);
      }
    }
    // Code that loads it: "org/Name".
    for (size_t i = 0; i < source_.document().blocks.size(); ++i) {
      const Block& block = source_.document().blocks[i];
      if (block.kind != BlockKind::kCode || !source_.Trusted(i)) continue;
      static const Pattern kRepository(R"(["' ]([A-Za-z0-9][\w.-]{1,40})/([A-Za-z0-9][\w.-]{1,80}))");
      for (const Match& match : kRepository.FindAll(source_.Text(block.text), 20)) {
        const auto group = [&](size_t g) {
          return source_.Text(
              {block.text.begin + match.groups[g].begin, block.text.begin + match.groups[g].end});
        };
        const std::string url = Cat("https://huggingface.co/", group(1), "/", group(2));
        const std::string handle = HandleOfTool(url, draft_);
        if (handle.empty() || ++seen[handle] > 3) continue;
        const Span span{block.text.begin + match.groups[1].begin, block.text.begin + match.groups[1].end};
        const auto raw = source_.Raw(span);
        if (!raw) continue;
        const auto vendor = VendorOfHandle(handle);
        Vote(vendor ? std::string(*vendor) : AsWritten(handle), *raw, vendor ? 6 : 4);
      }
    }
  }

  // A vendor known to everyone whose name the tool carries: `DeepSeek-R1`.
  void Marks() {
    for (auto& [key, vote] : votes_) {
      if (StartsWith(NameKey(draft_.name), key) && KnownVendor(vote.value)) vote.score += 8;
    }
  }

  // "Hugging Face NVIDIA NIM API": the name begins with its maker.
  void Prefix() {
    const size_t dash = draft_.name.find('-');
    const FoundFact* name = draft_.First("name");
    if (dash != draft_.name.npos && name != nullptr && KnownVendor(draft_.name.substr(0, dash)))
      Vote(draft_.name.substr(0, dash), name->raw, 4);
    // "Osprey2.5-Math" of Osprey.
    static const Pattern kNumbered(R"(^(\pL{3,})\d)");
    if (const auto numbered = kNumbered.Find(draft_.name); numbered && name != nullptr) {
      const std::string maker = draft_.name.substr(0, numbered->groups[1].end);
      if (KnownVendor(maker)) Vote(maker, name->raw, 4);
    }
    const size_t at = FindWord(source_.lower(), Lower(draft_.name));
    if (at == std::string::npos) return;
    for (size_t end = draft_.name.rfind(' '); end != draft_.name.npos && end > 0;
         end = draft_.name.rfind(' ', end - 1)) {
      if (KnownVendor(draft_.name.substr(0, end))) VoteText({at, at + end}, 10);
    }
  }

  // The handle as the text writes it: `argilla` -> `Argilla`.
  std::string AsWritten(const std::string& handle) const {
    const std::string& lower = source_.lower();
    const std::string word = Lower(handle);
    std::map<std::string, int> forms;
    for (size_t at = 0; (at = FindWord(lower, word, at)) != lower.npos; at += word.size()) {
      if (at > 0 && (lower[at - 1] == '/' || lower[at - 1] == '@')) continue;
      if (at + word.size() < lower.size() && lower[at + word.size()] == '/') continue;
      std::string form(source_.Text({at, at + word.size()}));
      if (std::any_of(form.begin(), form.end(), IsUpper)) ++forms[form];
    }
    std::string best = handle;
    int most = 0;
    for (const auto& [form, count] : forms) {
      if (count > most) {
        most = count;
        best = form;
      }
    }
    return best;
  }

  const Draft& draft_;
  const Source& source_;
  Votes votes_;
};

}  // namespace

std::string HandleOfTool(std::string_view url, const Draft& draft) {
  const auto parts = HubPath(url);
  if (parts.size() < 2 || parts[0].empty() || parts[1].empty() || IsDistributorHandle(parts[0])) return "";
  const std::string repository = NameKey(parts[1]);
  if (repository.size() < 3) return "";
  for (const std::string& key : draft.name_keys()) {
    if (StartsWith(repository, key) || StartsWith(key, repository)) return std::string(parts[0]);
  }
  return "";
}

void ExtractVendor(Draft* draft) { VendorFinder(draft).Run(draft); }

}  // namespace seaworthy
