#include "services/ingest/extract/name.h"

#include <algorithm>
#include <map>
#include <utility>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/name_said.h"
#include "services/ingest/extract/name_votes.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// "Osprey Next 70B", "Heron Medium 3 (72B Instruct)": a title that is nothing
// but a name with its size is the name as written.
bool IsSizedName(std::string_view title) {
  static const Pattern kSized(
      R"(^(?:[A-Z0-9][\pL\pN.+_-]*\s){1,4}(?:\d+(?:\.\d+)?[BM]|\([A-Z0-9][\pL\pN .+_-]*\d[BM]?[\pL\pN .+_-]*\))$)");
  static const Pattern kYear(R"(\b20\d\d\b)");
  return title.size() <= 60 && kSized.Matches(title) && !kYear.Matches(title) && NamesSomething(title);
}

// Finds names outside sentences, where a document names what it is about.
class Collector {
 public:
  explicit Collector(const Source& source) : source_(source), votes_(source) {}

  std::vector<NameCandidate> Collect() {
    Fields();
    Titles();
    Labels();
    ReleasePages();
    Commands();
    Loaded();
    FindSaidNames(source_, &votes_);
    Brief();
    return votes_.Ranked();
  }

 private:
  void Fields() {
    for (const Labelled& field : source_.labelled()) {
      if (!field.front_matter) continue;
      if (field.key == "name" || field.key == "model_name" || field.key == "tool" || field.key == "product") {
        votes_.Add(field.value, field.raw, 100);
      } else if (field.key == "model-index.0.name") {
        votes_.Add(field.value, field.raw, 15);
      } else if (field.key == "title" || field.key == "meta.og:title") {
        std::string_view title = field.value;
        if (const size_t bar = title.rfind(" | "); bar != title.npos) title = title.substr(0, bar);
        if (TwoInTitle(title, field.raw)) continue;
        if (const auto name = NameInTitle(title)) {
          votes_.Add(title.substr(name->span.begin, name->span.size()), field.raw,
                     name->descriptive ? 12 : 28);
          if (!name->descriptive) votes_.SetTitle(title.substr(name->span.begin, name->span.size()));
        }
      }
    }
  }

  // "Lantern CLI v2 and Tide API Beta" in the front matter announces two.
  bool TwoInTitle(std::string_view title, Span raw) {
    static const Pattern kTwo(
        R"(^((?:[A-Z][\pL\pN.-]*)(?: [A-Z0-9v][\pL\pN.-]*){1,3}) and ((?:[A-Z][\pL\pN.-]*)(?: [A-Z0-9v][\pL\pN.-]*){1,3})$)");
    static const Pattern kProduct(R"(\b(?:API|SDK|CLI|MCP|v?\d+(?:\.\d+)*|[A-Z][a-z]+[A-Z]\w*)\b)");
    const auto two = kTwo.Find(title);
    if (!two) return false;
    for (size_t i : {1, 2}) {
      const std::string_view name = title.substr(two->groups[i].begin, two->groups[i].size());
      if (!kProduct.Matches(name)) return false;
    }
    for (size_t i : {1, 2}) {
      std::string_view name = title.substr(two->groups[i].begin, two->groups[i].size());
      for (std::string_view stage : {" Beta", " Alpha", " Preview"}) {
        if (EndsWith(name, stage)) name.remove_suffix(stage.size());
      }
      votes_.Add(name, raw, i == 1 ? 100 : 30, true);
    }
    return true;
  }

  void Titles() {
    int seen = 0;
    for (size_t i = 0; i < source_.document().blocks.size() && seen < 12; ++i) {
      const Block& block = source_.document().blocks[i];
      if (block.kind != BlockKind::kHeading || !source_.Trusted(i) || block.boilerplate) continue;
      ++seen;
      // "Top wins" under "Release notes: v2.1" is a section.
      static const Pattern kNotes(R"(\b(?:release notes?|changelog|change log)\b)", true);
      if (block.level == 1 && kNotes.Matches(source_.Text(block.text))) notes_ = true;
      if (notes_ && block.level > 1 && !StartsWith(source_.Text(block.text), "[")) continue;
      if (block.level == 1 && seen == 1 && IsSizedName(source_.Text(block.text))) {
        votes_.AddText(block.text, kNamedInField);
        first_ = i + 1;
        continue;
      }
      const auto name = NameInTitle(source_.document().TextOf(block));
      if (!name) continue;
      const bool fresh = StartsWith(source_.Text(block.text), "[NEW]");
      const double score = fresh                                            ? 30
                           : block.level == 1 && (seen == 1 || first_ == 0) ? 32
                           : block.level <= 2 && seen <= 3                  ? 8
                                                                            : 2;
      if (block.level == 1) first_ = i + 1;
      const double weight = name->descriptive ? score * 0.4 : score;
      const Span span{block.text.begin + name->span.begin, block.text.begin + name->span.end};
      const std::string_view title = source_.Text(span);
      // "StarCoder2 and The Stack v2" announces two.
      const size_t both = title.find(" and ");
      if (both != title.npos && title.size() < 60 && IsUpper(title[both + 5])) {
        votes_.AddText({span.begin, span.begin + both}, weight);
        votes_.AddText({span.begin + both + 5, span.end}, weight * 0.6, true);
      } else {
        votes_.AddText(span, weight);
      }
    }
  }

  // Release notes that name their project only in the address of its release
  // pages: `github.com/harbour/lantern/compare/v1...v2`.
  void ReleasePages() {
    static const Pattern kPage(
        R"(https?://(?:www\.)?git(?:hub|lab)\.com/[\w.-]+/([\w.-]+)/(?:-/)?(?:releases|compare)/)");
    const std::string& bytes = source_.document().bytes;
    size_t seen = 0;
    for (const Link& link : source_.document().links) {
      const auto page = kPage.Find(link.url);
      if (!page || link.raw.empty() || !source_.TrustedAt(link.text.begin) || ++seen > 3) continue;
      const std::string name = link.url.substr(page->groups[1].begin, page->groups[1].size());
      const size_t at = bytes.find(Cat("/", name, "/"), link.raw.begin);
      if (at < link.raw.end) votes_.Add(name, {at + 1, at + 1 + name.size()}, seen == 1 ? 22 : 2);
    }
  }

  // A changelog that names its program only by its commands: `lantern serve`,
  // `lantern list`.
  void Commands() {
    static const Pattern kCommand(R"(^([a-z][a-z0-9_-]{2,30}) (?:--)?[a-z][a-z-]+\b)");
    static constexpr std::string_view kOthers[] = {"pip",   "npm",     "docker", "git",     "curl", "python",
                                                   "brew",  "uv",      "cargo",  "wget",    "sudo", "export",
                                                   "conda", "apt",     "yarn",   "python3", "from", "import",
                                                   "make",  "kubectl", "ollama"};
    std::map<std::string, std::pair<int, Span>> seen;
    const auto count = [&](Span span) {
      const auto command = kCommand.Find(source_.Text(span));
      if (!command || !source_.TrustedAt(span.begin)) return;
      const std::string program(source_.Text(span).substr(0, command->groups[1].end));
      if (std::find(std::begin(kOthers), std::end(kOthers), program) != std::end(kOthers)) return;
      auto [it, fresh] = seen.try_emplace(program, 0, Span{span.begin, span.begin + program.size()});
      if (++it->second.first == 2) votes_.AddText(it->second.second, 18);
    };
    for (const Span& span : source_.document().emphasis) count(span);
    if (!notes_) return;
    for (const Block& block : source_.document().blocks) {
      if (block.kind == BlockKind::kCode) count(block.text);
    }
  }

  // A card without a title: what its code loads, "harbour/Lantern-2".
  void Loaded() {
    static const Pattern kLoads(
        R"re((?:from_pretrained\(|model_id\s*=\s*|model_name\s*=\s*|repo_id\s*=\s*)["']([\w.-]+)/([\w.-]{2,80})["'])re");
    const Labelled* base = source_.FindLabelled({"base_model", "base_model.0"});
    for (size_t i = 0; i < source_.document().blocks.size(); ++i) {
      const Block& block = source_.document().blocks[i];
      if (block.kind != BlockKind::kCode || !source_.Trusted(i)) continue;
      for (const Match& match : kLoads.FindAll(source_.Text(block.text), 3)) {
        const Span name{block.text.begin + match.groups[2].begin, block.text.begin + match.groups[2].end};
        if (base != nullptr && EndsWith(base->value, source_.Text(name))) continue;
        votes_.AddText(name, 9);
        return;
      }
    }
  }

  void Labels() {
    for (const Labelled& label : source_.labelled()) {
      if (label.front_matter || label.value.size() > 60) continue;
      if (label.key == "name" || label.key == "nom" || label.key == "model name" || label.key == "product" ||
          label.key == "名称" || label.key == "模型名称") {
        // `lantern-2-05-2026` is what its API calls it.
        const bool id =
            std::none_of(label.value.begin(), label.value.end(), IsUpper) && Contains(label.value, "-");
        votes_.Add(label.value, label.raw, id && source_.FindLabelled({"title"}) != nullptr ? 10 : 40);
      }
    }
  }

  // A feed's entry: what its one or two sentences are about.
  void Brief() {
    const std::vector<BriefName> names = NamesInBrief(source_);
    bool named = false;
    for (const BriefName& name : names) {
      named = named || !name.further;
      votes_.AddText(name.span, name.score, name.further);
    }
    static const Pattern kVersion(R"(^\s*v?\d+\.\d+\S*\s*$)");
    if (const auto site = SiteOf(source_);
        site && source_.Title() &&
        kVersion.Matches(source_.Text(source_.document().blocks[*source_.Title()].text))) {
      votes_.Add(site->name, site->raw, kNamedInField);
    }
    if (!named || !source_.Title()) return;
    // "Structured outputs" names a feature, not what got it.
    const Block& title = source_.document().blocks[*source_.Title()];
    const auto name = NameInTitle(source_.Text(title.text));
    if (!name) return;
    const auto text = source_.Text({title.text.begin + name->span.begin, title.text.begin + name->span.end});
    if (!LooksLikeName(text)) votes_.Weaken(text, 0.3);
  }

  const Source& source_;
  NameVotes votes_;
  size_t first_ = 0;
  bool notes_ = false;  // The title says that these are release notes.
};

}  // namespace

std::vector<NameCandidate> FindNames(const Source& source) { return Collector(source).Collect(); }

}  // namespace seaworthy
