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

void KindFinder::Signs() {
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
    if (!StartsWith(name, known) || (name != known && !kVersion.Matches(name.substr(known.size())))) continue;
    const size_t at = FindWord(source_.lower(), name);
    if (at == std::string::npos) continue;
    if (const auto raw = source_.Raw({at, at + name.size()})) Vote("library", 8, *raw);
  }
  Changelog();
  const Sentence* parameters = nullptr;
  for (const Sentence& sentence : source_.sentences()) {
    const std::string_view lower =
        std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
    if (Contains(lower, "parameter") && Contains(lower, name) && kSize.Matches(lower)) parameters = &sentence;
    if (parameters != nullptr) break;
  }
  if (parameters != nullptr) {
    if (const auto raw = source_.Raw(parameters->text)) Vote("model", 3, *raw);
  }
}

void KindFinder::Packages() {
  const std::string key = NameKey(draft_.name);
  for (const Link& link : source_.document().links) {
    if (link.raw.empty() || !source_.TrustedAt(link.text.begin)) continue;
    const std::string named = PackageOf(link.url);
    if (named.size() < 3 || (!StartsWith(named, key) && !StartsWith(key, named))) continue;
    Vote("library", 8, link.raw);
    return;
  }
}

void KindFinder::Plans() {
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

void KindFinder::InName() {
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

void KindFinder::SiteItself() {
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

void KindFinder::OnMachines(const std::string& site) {
  if (!StartsWith(NameKey(draft_.name), NameKey(site))) return;
  static const Pattern kMachine(R"(\b(?:app|macos|windows|linux|desktop|docker)\b)");
  const auto match = kMachine.Find(source_.lower());
  if (!match || EndsWith(Lower(draft_.name), "library")) return;
  if (const auto raw = source_.Raw(match->all())) Vote("application", 9, *raw);
}

void KindFinder::OfData() {
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

void KindFinder::Feature() {
  const FoundFact* fact = draft_.First("name");
  if (fact == nullptr) return;
  static const Pattern kCatalogue(R"(^\s*\[[^\]]+\] .*\[[^\]]+\]\s*$)");
  const bool model =
      source_.Title() && kCatalogue.Matches(source_.Text(source_.document().blocks[*source_.Title()].text));
  if (SiteOf(source_) || model) Vote(model ? "model" : "service", 1, fact->raw);
}

void KindFinder::Changelog() {
  static const Pattern kVersion(R"(^\[?v?\d+\.\d+(?:\.\d+)?\S*\s*(?:[-–—(]))");
  static const Pattern kKept(R"(^\[?unreleased\]?$|^keep a changelog$)", true);
  size_t versions = 0;
  static const Pattern kFixes(R"(^\W*(?:bug ?fix(?:es)?|fixe[sd]|breaking changes|known issues)\W*$)", true);
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

}  // namespace seaworthy
