#include "services/ingest/extract/name.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxSentences = 400;
// What a name in a field of its own weighs.
constexpr double kTitleAsWritten = 90;

// A word of a name: capital or digit first, or mixed like vLLM, gpt-oss-20b.
#define NAME_WORD \
  R"((?:[A-Z0-9][\p{Latin}\p{Cyrillic}\pN]*|[a-z]+[A-Z0-9][\p{Latin}\p{Cyrillic}\pN]*|[a-z]+(?:-[a-z]+)*-[A-Z0-9][\p{Latin}\p{Cyrillic}\pN]*|[a-z]+-(?:oss|coder|instruct|chat|base|mini|nano))(?:[-._+/][\p{Latin}\p{Cyrillic}\pN]+)*\+*)"
#define NAME_PHRASE NAME_WORD R"((?: (?:)" NAME_WORD R"(|v\d+(?:\.\d+)*|\[[a-z]+\]))*)"

bool IsStopWord(std::string_view word) {
  static constexpr std::string_view kWords[] = {
      "We",       "The",      "This",   "Our",    "It",          "In",      "Today",   "A",         "An",
      "These",    "They",     "You",    "I",      "For",         "With",    "As",      "And",       "Both",
      "All",      "If",       "To",     "AI",     "LLM",         "LLMs",    "VLM",     "VLMs",      "API",
      "GPU",      "GPUs",     "New",    "Its",    "That",        "What",    "How",     "There",     "Here",
      "On",       "At",       "By",     "From",   "Also",        "Note",    "Please",  "NLP",       "MoE",
      "ML",       "Please",   "Now",    "OCR",    "RAG",         "PR",      "CLI",     "UI",        "SDK",
      "English",  "Chinese",  "German", "French", "Model",       "Models",  "Version", "Paper",     "Blog",
      "Demo",     "HF",       "Hub",    "Python", "PyTorch",     "Apache",  "MIT",     "License",   "README",
      "GGUF",     "ONNX",     "MLX",    "Open",   "Transformer", "Mixture", "State",   "SOTA",      "January",
      "February", "March",    "April",  "May",    "June",        "July",    "August",  "September", "October",
      "November", "December", "Key",    "Table"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

// "Osprey Next 70B", "Heron Medium 3 (72B Instruct)": a title that is nothing
// but a name with its size is the name as written.
bool IsSizedName(std::string_view title) {
  static const Pattern kSized(
      R"(^(?:[A-Z0-9][\pL\pN.+_-]*\s){1,4}(?:\d+(?:\.\d+)?[BM]|\([A-Z0-9][\pL\pN .+_-]*\d[BM]?[\pL\pN .+_-]*\))$)");
  static const Pattern kYear(R"(\b20\d\d\b)");
  return title.size() <= 60 && kSized.Matches(title) && !kYear.Matches(title) && NamesSomething(title);
}

std::optional<Span> TrimName(const Source& source, Span span) {
  static const Pattern kBefore(
      R"(^(?:(?:stable|official|public|general|new|latest) (?:release|version) of |the release of |our |the new |new ))");
  if (const auto before = kBefore.Find(source.Text(span))) span.begin += before->all().end;
  static const Pattern kTail(R"( (?:[Ff]amily|[Ss]eries|[Cc]ollection)(?: of .*)?$)");
  if (const auto tail = kTail.Find(source.Text(span))) span.end = span.begin + tail->all().begin;
  while (!span.empty()) {
    const std::string_view text = source.Text(span);
    const char last = text.back();
    if (last == '.' || last == ',' || last == '!' || last == ':' || last == '"' || last == '\'' ||
        IsSpace(last)) {
      --span.end;
    } else if (EndsWith(text, "'s")) {
      span.end -= 2;
    } else {
      break;
    }
  }
  const std::string_view text = source.Text(span);
  const std::string_view first = text.substr(0, text.find(' '));
  static const Pattern kVersioned(R"(^\S+ v?\d+(?:\.\d+)+$)");
  if (span.size() < 2 || text == "The") return std::nullopt;
  if (IsStopWord(first) && first != "The" && !kVersioned.Matches(text)) return std::nullopt;
  // `response.text` is code.
  static const Pattern kCode(R"(^[a-z_]+(?:\.[a-z_]+)+$)");
  if (kCode.Matches(text)) return std::nullopt;
  if (KnownVendor(text)) return std::nullopt;
  // "FP8" is a format.
  const auto& formats = FormatSpellings();
  const std::string lower = Lower(text);
  if (std::any_of(formats.begin(), formats.end(),
                  [&](const Spelling& format) { return lower == format.word; }))
    return std::nullopt;
  return span;
}

}  // namespace

std::optional<Span> NameAt(const Source& source, size_t at, size_t limit) {
  while (at < limit && (source.Text({at, at + 1}) == "\"" || source.Text({at, at + 1}) == " ")) ++at;
  if (const auto marked = source.MarkedAt(at)) {
    const std::string_view text = source.Text(*marked);
    // "**Hugging Face** **NVIDIA NIM API**": the maker is part of the name.
    if (KnownVendor(text) && marked->end + 1 < limit) {
      const auto next = source.MarkedAt(marked->end + 1);
      if (next && next->end <= limit && next->size() <= 50)
        return TrimName(source, {marked->begin, next->end});
    }
    const bool code =
        text.find_first_of("=_{}<>/$`") != text.npos || (Contains(text, "(") && Contains(text, "()"));
    if (code) return std::nullopt;
    // "an [updated model](...)" is no name.
    static const Pattern kPhraseOnly(
        R"(^[a-z]+ .*\b(?:models?|version|release|library|paper|post|repo(?:sitory)?|here)$)");
    if (kPhraseOnly.Matches(text)) return std::nullopt;
    const bool prose = std::count(text.begin(), text.end(), ' ') > 6 || Contains(text, ". ");
    if (!prose && marked->end <= limit && text.size() >= 2 && text.size() <= 60)
      return TrimName(source, *marked);
  }
  static const Pattern kPhrase("^" NAME_PHRASE);
  const auto match = kPhrase.Find(source.Text({at, limit}));
  if (!match) return std::nullopt;
  return TrimName(source, {at, at + match->all().end});
}

namespace {

class Collector {
 public:
  explicit Collector(const Source& source) : source_(source) {}

  std::vector<NameCandidate> Collect() {
    Fields();
    Titles();
    Labels();
    ReleasePages();
    Commands();
    Loaded();
    Sentences();
    Brief();
    Mentions();
    std::vector<NameCandidate> names;
    for (auto& [key, candidate] : found_) names.push_back(std::move(candidate));
    std::stable_sort(names.begin(), names.end(), [](const NameCandidate& a, const NameCandidate& b) {
      return a.score != b.score ? a.score > b.score : a.raw.begin < b.raw.begin;
    });
    PreferLonger(&names);
    PreferWithoutMaker(&names);
    PreferTitle(&names);
    return names;
  }

 private:
  void Add(std::string_view name, Span raw, double score, bool announced = false) {
    name = Strip(name);
    const std::string key = NameKey(name);
    if (key.size() < 2 || name.size() > 80 || raw.empty() || (score < 90 && !NamesSomething(name))) return;
    if (!std::any_of(key.begin(), key.end(), [](char c) { return !IsDigit(c); })) return;
    auto [it, fresh] = found_.try_emplace(key, NameCandidate{std::string(name), raw, 0, false});
    it->second.score += score;
    it->second.announced = it->second.announced || announced;
    if (fresh && score >= 90) fixed_.insert(key);
    if (fresh || it->second.name == name) return;
    // The form most used; a title in capitals is nobody's form.
    const size_t old_uses = AllCapitals(it->second.name) ? 0 : Uses(it->second.name);
    if (AllCapitals(it->second.name) ||
        (!AllCapitals(name) && !fixed_.contains(key) && Uses(name) > old_uses)) {
      it->second.name = std::string(name);
      it->second.raw = raw;
    }
  }

  size_t Uses(std::string_view form) const {
    const std::string_view text = source_.document().text;
    size_t count = 0;
    for (size_t at = 0; count < 100 && (at = text.find(form, at)) != text.npos; at += form.size()) ++count;
    return count;
  }

  static bool AllCapitals(std::string_view name) {
    return std::none_of(name.begin(), name.end(), IsLower) && name.size() > 6;
  }

  void AddText(Span text, double score, bool announced = false) {
    if (const auto raw = source_.Raw(text)) Add(source_.Text(text), *raw, score, announced);
  }

  void Fields() {
    for (const Labelled& field : source_.labelled()) {
      if (!field.front_matter) continue;
      if (field.key == "name" || field.key == "model_name" || field.key == "tool" || field.key == "product") {
        Add(field.value, field.raw, 100);
      } else if (field.key == "model-index.0.name") {
        Add(field.value, field.raw, 15);
      } else if (field.key == "title" || field.key == "meta.og:title") {
        std::string_view title = field.value;
        if (const size_t bar = title.rfind(" | "); bar != title.npos) title = title.substr(0, bar);
        if (const auto name = NameInTitle(title)) {
          Add(title.substr(name->span.begin, name->span.size()), field.raw, name->descriptive ? 12 : 28);
          if (!name->descriptive) title_ = NameKey(title.substr(name->span.begin, name->span.size()));
        }
      }
    }
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
        AddText(block.text, kTitleAsWritten);
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
        AddText({span.begin, span.begin + both}, weight);
        AddText({span.begin + both + 5, span.end}, weight * 0.6, true);
      } else {
        AddText(span, weight);
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
      if (at < link.raw.end) Add(name, {at + 1, at + 1 + name.size()}, seen == 1 ? 22 : 2);
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
      if (++it->second.first == 2) AddText(it->second.second, 18);
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
        AddText(name, 9);
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
        Add(label.value, label.raw, id && source_.FindLabelled({"title"}) != nullptr ? 10 : 40);
      }
    }
  }

  void Sentences() {
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
    }
  }

  // A line of a table of contents: a link into the page and nothing else.
  bool InContents(const Sentence& sentence) const {
    const auto marked = source_.MarkedAt(sentence.text.begin);
    return source_.document().blocks[sentence.block].kind == BlockKind::kListItem && marked &&
           *marked == sentence.text && Contains(source_.Section(sentence.block), "contents");
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
    AddText(name, 40 * early);
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
        AddText(*name, 34 * early);
        Paired(*name, sentence, early);
      } else {
        Apposed(sentence, match.all().end, early);
      }
    }
    static const Pattern kCorner(
        R"((?:「|『)([A-Za-z][\w .+-]{1,40})(?:」|』)[^。]{0,60}(?:公開|発表|リリース|提供|공개|출시))");
    if (const auto corner = kCorner.Find(text)) {
      AddText({sentence.text.begin + corner->groups[1].begin, sentence.text.begin + corner->groups[1].end},
              34 * early);
    }
    static const Pattern kForeign(
        R"((?:新成员[：:]|新模型[：:]|发布|推出|介绍|开源|发布了|推出了|开源了|annon\S+|présent\S+|lan[cç]\S+|publi\S+|dévoil\S+|annunci\S+|rilasci\S+|lanci\S+|lanz\S+|anunci\S+|lans\S+|släpp\S+|lanser\S+|veröffentlich\S+|präsentier\S+|vorstell\S+|stellen wir|stellt)\s*(?:(?:了|一款|全新|最新|新的|le|la|les|un|une|den|die|das|der|ein|eine|neue\w*|nouveau|nouvelle)\s*)*)");
    if (source_.language() != "en") {
      for (const Match& match : kForeign.FindAll(text, 8)) {
        static const Pattern kFamily(R"(为 ?(\S+?) ?(?:家族|系列))");
        if (const auto older = kFamily.Find(text.substr(0, match.all().end))) {
          older_.push_back(NameKey(text.substr(older->groups[1].begin, older->groups[1].size())));
        }
        const auto name = NameAt(source_, sentence.text.begin + match.all().end, sentence.text.end);
        if (!name) continue;
        AddText(*name, 34 * early);
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
      AddText(*name, 30 * early);
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
      older_.push_back(NameKey(before.substr(older->groups[1].begin, older->groups[1].size())));
    }
    AddText(*name, 30 * early);
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
    AddText(*second, 26 * early, early >= 1);
    if (Sized(first, *second, early)) return;
    // Two sizes of one thing are announced by both names.
    const std::string a = Lower(source_.Text(first));
    const std::string b = Lower(source_.Text(*second));
    const size_t dash = a.find_last_of("- ");
    if (dash != a.npos && dash >= 3 && StartsWith(b, a.substr(0, dash + 1)) && !older_.empty()) {
      const Span both{first.begin, second->end};
      // One name in every language, so that a translation is the same tool.
      if (const auto raw = source_.Raw(both)) {
        Add(Cat(source_.Text(first), " and ", source_.Text(*second)), *raw, 60 * early);
      }
    }
  }

  // "lantern-20b and lantern-120b": two sizes of lantern.
  bool Sized(Span first, Span second, double early) {
    if (!older_.empty()) return false;
    static const Pattern kSize(R"(^(.{3,50}?)[- ]\d+(?:\.\d+)?[BbMm](?:-[A-Za-z]{2,10})?$)");
    const std::string_view a = source_.Text(first);
    const std::string_view b = source_.Text(second);
    const auto of_a = kSize.Find(a);
    const auto of_b = kSize.Find(b);
    if (!of_a || !of_b) return false;
    if (a.substr(0, of_a->groups[1].end) != b.substr(0, of_b->groups[1].end)) return false;
    AddText({first.begin, first.begin + of_a->groups[1].end}, 70 * early);
    return true;
  }

  // A feed's entry: what its one or two sentences are about.
  void Brief() {
    const std::vector<BriefName> names = NamesInBrief(source_);
    bool named = false;
    for (const BriefName& name : names) {
      named = named || !name.further;
      AddText(name.span, name.score, name.further);
    }
    static const Pattern kVersion(R"(^\s*v?\d+\.\d+\S*\s*$)");
    if (const auto site = SiteOf(source_);
        site && source_.Title() &&
        kVersion.Matches(source_.Text(source_.document().blocks[*source_.Title()].text))) {
      Add(site->name, site->raw, kTitleAsWritten);
    }
    if (!named || !source_.Title()) return;
    // "Structured outputs" names a feature, not what got it.
    const Block& title = source_.document().blocks[*source_.Title()];
    const auto name = NameInTitle(source_.Text(title.text));
    if (!name) return;
    const auto text = source_.Text({title.text.begin + name->span.begin, title.text.begin + name->span.end});
    const auto found = found_.find(NameKey(text));
    if (found != found_.end() && !LooksLikeName(text)) found->second.score *= 0.3;
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
    AddText(*name, (IsInstalled(source_.Text(*name)) ? 50 : 20) * early);
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

  void Mentions() {
    const std::string& lower = source_.lower();
    for (auto& [key, candidate] : found_) {
      const std::string word = Lower(candidate.name);
      size_t count = 0;
      for (size_t at = 0; count < 60 && (at = FindWord(lower, word, at)) != lower.npos; at += word.size())
        ++count;
      if (std::find(older_.begin(), older_.end(), key) != older_.end()) candidate.score -= 100;
      candidate.score += std::min(24.0, 5 * std::log2(1.0 + static_cast<double>(count)));
      for (const Spelling& runtime : RuntimeSpellings()) {
        if (Lower(candidate.name) == runtime.word && candidate.score < 60) candidate.score *= 0.5;
      }
    }
  }

  // "Granite Code" where "Granite" is hardly said without "Code".
  void PreferLonger(std::vector<NameCandidate>* names) const {
    if (names->empty()) return;
    const std::string first = Lower((*names)[0].name);
    const double count = static_cast<double>(CountOf(first));
    static const Pattern kSize(R"(\d(?:b|m)\b)");
    for (size_t i = 1; i < names->size() && i < 12; ++i) {
      const std::string longer = Lower((*names)[i].name);
      if (!StartsWith(longer, first) || (longer[first.size()] != ' ' && longer[first.size()] != '-'))
        continue;
      if (kSize.Matches(longer) || Contains(longer, " and ") ||
          static_cast<double>(CountOf(longer)) < 0.5 * count)
        continue;
      if ((*names)[i].score * 4 < (*names)[0].score) continue;
      std::swap((*names)[0], (*names)[i]);
      return;
    }
  }

  // "Lantern-2-VL-32B" of the title where the text says "Lantern-2-VL" more.
  void PreferTitle(std::vector<NameCandidate>* names) const {
    if (names->empty() || title_.empty()) return;
    const std::string first = Lower((*names)[0].name);
    for (size_t i = 1; i < names->size(); ++i) {
      const std::string longer = Lower((*names)[i].name);
      if (NameKey(longer) != title_) continue;
      // The title's name, and what its variant for chats is called.
      static const Pattern kTuned(R"(^[- ](?:instruct|chat|base|it)$)");
      if (StartsWith(first, longer) && kTuned.Matches(first.substr(longer.size()))) {
        std::swap((*names)[0], (*names)[i]);
        return;
      }
      if (!StartsWith(longer, first)) continue;
      const char next = longer.size() > first.size() ? longer[first.size()] : '.';
      if ((next == '-' || next == ' ') && std::count(longer.begin(), longer.end(), ' ') <= 3)
        std::swap((*names)[0], (*names)[i]);
      return;
    }
  }

  // "Harbour Lantern-3" where the text goes on with "Lantern-3".
  void PreferWithoutMaker(std::vector<NameCandidate>* names) const {
    if (names->empty()) return;
    const std::string first = (*names)[0].name;
    const size_t space = first.find(' ');
    if (space == first.npos || !KnownVendor(first.substr(0, space))) return;
    const std::string rest = NameKey(first.substr(space + 1));
    for (size_t i = 1; i < names->size() && i < 12; ++i) {
      if (NameKey((*names)[i].name) != rest || (*names)[i].score < 30) continue;
      std::swap((*names)[0], (*names)[i]);
      return;
    }
  }

  size_t CountOf(const std::string& word) const {
    size_t count = 0;
    for (size_t at = 0; count < 200 && (at = FindWord(source_.lower(), word, at)) != std::string::npos;
         at += word.size())
      ++count;
    return count;
  }

  const Source& source_;
  std::vector<std::string> older_;
  std::set<std::string> fixed_;  // Named in a field of its own: stays as written.
  std::map<std::string, NameCandidate> found_;
  size_t first_ = 0;
  bool notes_ = false;  // The title says that these are release notes.
  std::string title_;   // The NameKey of what the front matter's title names.
};

}  // namespace

std::vector<NameCandidate> FindNames(const Source& source) { return Collector(source).Collect(); }

namespace {

// Forms of `word` that go on after a hyphen or point: `Foo-7B-Instruct`.
void AddAliases(const Source& source, const std::string& word, std::string_view name,
                std::vector<std::string>* aliases) {
  const std::string& lower = source.lower();
  for (size_t at = 0; aliases->size() < 16 && (at = lower.find(word, at)) != lower.npos; at += word.size()) {
    if (at > 0 && (IsAlnum(lower[at - 1]) || lower[at - 1] == '-')) continue;
    size_t end = at + word.size();
    while (end < lower.size() &&
           (IsAlnum(lower[end]) || ((lower[end] == '-' || lower[end] == '.' || lower[end] == '_') &&
                                    end + 1 < lower.size() && IsAlnum(lower[end + 1])))) {
      ++end;
    }
    if (end == at + word.size() || !source.TrustedAt(at) || IsAlnum(lower[at + word.size()])) continue;
    std::string alias(source.Text({at, end}));
    if (alias.size() > 60 || NameKey(alias) == NameKey(name)) continue;
    const bool known = std::any_of(aliases->begin(), aliases->end(), [&](const std::string& other) {
      return NameKey(other) == NameKey(alias);
    });
    if (!known) aliases->push_back(std::move(alias));
  }
}

// "Lantern-2-7B-Chat-V2.0" for "Lantern Chat V2.0": its words in their order,
// and others between.
void AddSpread(const Source& source, std::string_view name, std::vector<std::string>* aliases) {
  const auto words = Split(name, ' ');
  if (words.size() < 2 || words[0].size() < 3) return;
  const std::string first = Lower(words[0]);
  const std::string& lower = source.lower();
  for (size_t at = 0, seen = 0; seen < 60 && (at = lower.find(first, at)) != lower.npos;
       at += first.size(), ++seen) {
    if (at > 0 && (IsAlnum(lower[at - 1]) || lower[at - 1] == '-' || lower[at - 1] == '/')) continue;
    size_t end = at;
    while (end < lower.size() && (IsAlnum(lower[end]) || lower[end] == '-' || lower[end] == '.')) ++end;
    const std::string_view form = std::string_view(lower).substr(at, end - at);
    size_t from = 0;
    for (std::string_view word : words) {
      from = from == form.npos ? from : form.find(Lower(word), from);
      if (from != form.npos) from += word.size();
    }
    if (from == form.npos || form.size() <= name.size() || form.size() > 60 || !source.TrustedAt(at))
      continue;
    std::string alias(source.Text({at, end}));
    while (!alias.empty() && alias.back() == '.') alias.pop_back();
    if (std::find(aliases->begin(), aliases->end(), alias) == aliases->end() && aliases->size() < 16)
      aliases->push_back(std::move(alias));
  }
}

}  // namespace

std::vector<std::string> FindAliases(const Source& source, std::string_view name) {
  std::vector<std::string> aliases;
  const std::string lower_name = Lower(name);
  AddAliases(source, lower_name, name, &aliases);
  // "DeepSeek Coder" is "DeepSeek-Coder" in its variants.
  if (Contains(lower_name, " ")) AddAliases(source, ReplaceAll(lower_name, " ", "-"), name, &aliases);
  AddSpread(source, name, &aliases);
  for (std::string_view with : {" and ", " & ", " 和 "}) {
    if (const size_t both = lower_name.find(with); both != lower_name.npos) {
      AddAliases(source, lower_name.substr(0, both), name, &aliases);
      AddAliases(source, lower_name.substr(both + with.size()), name, &aliases);
      aliases.insert(aliases.begin(),
                     {std::string(name.substr(0, both)), std::string(name.substr(both + with.size()))});
    }
  }
  return aliases;
}

}  // namespace seaworthy
