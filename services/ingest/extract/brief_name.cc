#include "services/ingest/extract/brief_name.h"

#include <algorithm>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kSentences = 6;
constexpr double kMadeAvailable = 36;
// Above what names of runtimes are halved at.
constexpr double kSiteItself = 62;

class BriefReader {
 public:
  explicit BriefReader(const Source& source) : source_(source), site_(SiteOf(source)) {}

  std::vector<BriefName> Read() {
    size_t seen = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > kSentences) break;
      if (source_.document().blocks[sentence.block].kind == BlockKind::kHeading) {
        Supported(sentence);
        continue;
      }
      Subject(sentence);
      OurOwn(sentence);
      Brought(sentence);
      Listed(sentence);
      Published(sentence);
      SiteItself(sentence);
    }
    return std::move(names_);
  }

 private:
  void Add(Span span, double score, bool further = false) { names_.push_back({span, score, further}); }

  // "Lantern 2 is now available", "Harbour's Lantern is here".
  void Subject(const Sentence& sentence) {
    static const Pattern kLead(
        R"(^(?:The |New |Our |[A-Z][\pL\pN]*(?: [A-Z][\pL\pN]*)?['’]s (?:new |latest )?))");
    static const Pattern kOut(
        R"(^(?: models?| librar(?:y|ies))?(?:,[^,]{3,80},)? (?:is|are) (?:now |finally |also )?(?:available|live|here|out|in (?:public )?(?:preview|beta)|a new|an? \w+ new|built)\b)");
    size_t begin = sentence.text.begin;
    if (const auto lead = kLead.Find(source_.Text(sentence))) begin += lead->all().end;
    const auto name = NameAt(source_, begin, sentence.text.end);
    if (!name) return;
    std::string_view rest = source_.Text({name->end, sentence.text.end});
    std::optional<Span> second;
    if (StartsWith(rest, " and ")) {
      second = NameAt(source_, name->end + 5, sentence.text.end);
      if (!second) return;
      rest = source_.Text({second->end, sentence.text.end});
    }
    if (!kOut.Matches(rest) || SizeOfTitle(*name)) return;
    Add(*name, kMadeAvailable);
    if (second) Add(*second, kMadeAvailable - 4, true);
  }

  // "Lantern 11B and 90B are available" under the title "Lantern".
  bool SizeOfTitle(Span name) const {
    if (!source_.Title()) return false;
    const std::string title = NameKey(source_.Text(source_.document().blocks[*source_.Title()].text));
    const std::string key = NameKey(source_.Text(name));
    static const Pattern kSize(R"( \d+(?:\.\d+)?[BM]$)");
    const std::string_view text = source_.Text(name);
    const auto size = kSize.Find(text);
    return size && key != title && StartsWith(key, NameKey(title)) &&
           Contains(title, NameKey(text.substr(0, size->all().begin)));
  }

  // The title "HarbourCloud now supports Lantern-3 32B".
  void Supported(const Sentence& sentence) {
    static const Pattern kSupports(R"(\b[Nn]ow [Ss]upports |\b[Ss]upport for |\b[Nn]ow [Rr]unning )");
    const auto match = kSupports.Find(source_.Text(sentence));
    if (!match) return;
    const auto name = NameAt(source_, sentence.text.begin + match->all().end, sentence.text.end);
    static const Pattern kVersion(R"(\d)");
    if (name && kVersion.Matches(source_.Text(*name))) Add(*name, kMadeAvailable + 30);
  }

  // "all voices of our Lantern text-to-speech model".
  void OurOwn(const Sentence& sentence) {
    static const Pattern kOur(R"(\b[Oo]ur (?:new |latest |newest )?)");
    static const Pattern kThing(
        R"(^(?: [a-z][a-z-]*){0,3} (?:models?|api|API|sdk|SDK|library|app|service|platform|cli|CLI)\b)");
    for (const Match& match : kOur.FindAll(source_.Text(sentence), 4)) {
      const auto name = NameAt(source_, sentence.text.begin + match.all().end, sentence.text.end);
      if (!name || !kThing.Matches(source_.Text({name->end, sentence.text.end}))) continue;
      Add(*name, kMadeAvailable - 10);
      return;
    }
  }

  // "partners with Harbour to bring Lantern to ...".
  void Brought(const Sentence& sentence) {
    static const Pattern kBring(R"(\bto bring (?:the )?(?:latest |new )?)");
    const auto match = kBring.Find(source_.Text(sentence));
    if (!match) return;
    if (const auto name = NameAt(source_, sentence.text.begin + match->all().end, sentence.text.end))
      Add(*name, kMadeAvailable + 4);
  }

  // "New models are now available: Lantern 1.6, in three sizes".
  void Listed(const Sentence& sentence) {
    static const Pattern kColon(R"(\b(?:available|supported|added|live)\b[^:.]{0,30}: )");
    const auto match = kColon.Find(source_.Text(sentence));
    if (!match) return;
    if (const auto name = NameAt(source_, sentence.text.begin + match->all().end, sentence.text.end))
      Add(*name, kMadeAvailable);
  }

  // "The published oak2 dataset can be found on the hub".
  void Published(const Sentence& sentence) {
    static const Pattern kFound(
        R"(\b([\pL\pN][\pL\pN._/-]*\d[\pL\pN._/-]*) (?:dataset|model|weights|library) (?:can (?:now )?be|is now) (?:found|downloaded|available|accessed))");
    const auto match = kFound.Find(source_.Text(sentence));
    if (!match) return;
    Add({sentence.text.begin + match->groups[1].begin, sentence.text.begin + match->groups[1].end},
        kMadeAvailable + 10);
  }

  // "Harbour now supports ...", "faster in Harbour 0.31" in Harbour's feed.
  void SiteItself(const Sentence& sentence) {
    if (!site_) return;
    const std::string_view text = source_.Text(sentence);
    const std::string_view lower =
        std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
    const size_t at = FindWord(lower, Lower(site_->name));
    if (at == lower.npos) return;
    const size_t end = at + site_->name.size();
    static const Pattern kVersion(R"(^ v?\d+\.\d+(?:\.\d+)*)");
    if (const auto version = kVersion.Find(text.substr(end))) {
      Add({sentence.text.begin + at, sentence.text.begin + end + version->all().end}, kSiteItself + 4);
      return;
    }
    static const Pattern kGot(
        R"(^(?:['’]s (?:[\w-]+ ){0,2}(?:engine|api|app|runtime) (?:has|now|is)\b| (?:now|is now|has been|can now|has improved)\b))");
    static const Pattern kSupports(R"(^ now (?:supports?|includes|has|offers) (?:[A-Z][\pL\pN]*['’]s )?)");
    if (at != 0 || !kGot.Matches(lower.substr(end))) return;
    // "Harbour now supports Oak's Lantern-3": the entry is about Lantern-3.
    if (const auto supports = kSupports.Find(text.substr(end))) {
      const size_t object = sentence.text.begin + end + supports->all().end;
      const auto name = NameAt(source_, object, sentence.text.end);
      if (name && LooksLikeName(source_.Text(*name)) && InTitle(*name)) {
        Add(*name, kMadeAvailable);
        return;
      }
    }
    Add({sentence.text.begin + at, sentence.text.begin + end}, kSiteItself);
  }

  bool InTitle(Span name) const {
    return source_.Title() &&
           StartsWith(NameKey(source_.Text(source_.document().blocks[*source_.Title()].text)),
                      NameKey(source_.Text(name)));
  }

  const Source& source_;
  const std::optional<Site> site_;
  std::vector<BriefName> names_;
};

}  // namespace

bool LooksLikeName(std::string_view words) {
  static const Pattern kProduct(
      R"(\d|[a-z][A-Z]|^[A-Z]{2,}[-\w]*$|[A-Za-z]-[A-Z]|^[a-z]+-[a-z]+$|^[A-Z]\S* [A-Z]\S*$| [A-Z][a-z]+\b)");
  return kProduct.Matches(words);
}

std::vector<BriefName> NamesInBrief(const Source& source) {
  if (source.document().text.size() > kBriefBytes) return {};
  return BriefReader(source).Read();
}

std::optional<Site> SiteOf(const Source& source) {
  static const Pattern kOwn(
      R"(^(?:the |latest )?(.{2,40}?)(?:['’]s)?(?: (?:developer |engineering |research |company |product |official )?(?:blog|news(?:room)?|changelog|releases|release notes(?: for .*)?|updates|feed|rss|announcements|status)\b.*)?$)",
      true);
  for (std::string_view key : {"meta.og:site_name", "meta.application-name"}) {
    for (const Labelled& label : source.labelled()) {
      if (label.key != key) continue;
      const auto own = kOwn.Find(label.value);
      if (!own || !own->Has(1)) continue;
      const std::string name = label.value.substr(own->groups[1].begin, own->groups[1].size());
      // "NVIDIA NIM & AI Foundation Models" is a catalogue, no name.
      if (std::count(name.begin(), name.end(), ' ') > 2) continue;
      return Site{name, label.raw};
    }
  }
  return std::nullopt;
}

}  // namespace seaworthy
