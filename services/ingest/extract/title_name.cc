#include <algorithm>
#include <array>

#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Bytes at both ends that belong to no name: emoji, quotes, stops.
Span Trim(std::string_view text, Span span) {
  const auto ornament = [&](size_t i) {
    const char c = text[i];
    return IsSpace(c) || c == '!' || c == '.' || c == ',' || c == ':' || c == ';' || c == '"' || c == '\'' ||
           c == '*' || c == '`' || c == '_' || c == '#' || c == '|' || c == '-' || c == '?' || c == '~' ||
           c == '>' || c == '<';
  };
  while (span.begin < span.end) {
    const unsigned char c = static_cast<unsigned char>(text[span.begin]);
    if (ornament(span.begin)) {
      ++span.begin;
    } else if (c == 0xF0 && span.size() >= 4) {
      span.begin += 4;
    } else if ((c == 0xE2 || c == 0xEF) && span.size() >= 3) {
      span.begin += 3;
    } else {
      break;
    }
  }
  while (span.begin < span.end) {
    const unsigned char c = static_cast<unsigned char>(text[span.end - 1]);
    if (ornament(span.end - 1)) {
      --span.end;
      continue;
    }
    if (c < 0x80) break;
    size_t lead = span.end - 1;
    while (lead > span.begin && (static_cast<unsigned char>(text[lead]) & 0xC0) == 0x80) --lead;
    const unsigned char first = static_cast<unsigned char>(text[lead]);
    if (first != 0xF0 && first != 0xE2 && first != 0xEF) break;
    span.end = lead;
  }
  return span;
}

// Cuts the first match of `pattern`'s group 0 off the front.
bool CutFront(const Pattern& pattern, std::string_view text, Span* span) {
  const auto match = pattern.Find(text.substr(span->begin, span->size()));
  if (!match || match->all().begin != 0 || match->all().empty()) return false;
  span->begin += match->all().end;
  return true;
}

// "Qwen3: Think deeper", "SmolVLM - small yet mighty": what is before.
Span CutSubtitle(std::string_view title, Span span, bool* descriptive) {
  static const Pattern kCut(
      R"((?:: | [-|] | – | — |：|, (?:a|an|our|the|die|der|das|ein|eine|le|la|un|une|il|lo|el|una|uno|o|um|uma)\b|, l['’]|[!?] | \| | · |\s+\((?:[A-Z][a-z]+ )*(?:Model|Models|Series|Family)\)|\s+\((?:[Ee]xperimental|[Bb]eta|[Pp]review|[Aa]lpha|[Ee]arly [Aa]ccess)\)| (?:is|are|now|joins?|brings?|grows|gets?|goes|sees?|receives?|débarque|est lancé|wird|arrive|débarque|kommt|supports|improvements|Improvements|RELEASED|locally|[Ii]nference [A-Z]\w+|lands|arrives|can|has|have|sets|released|available|ready|into|as|on|for|with|by|from|at|in|to|ist|est|als|für|pour|Is|Are|Now|Joins?|Supports|Released|Available)\b|：| ?(?:登陆|上线|现已|来了)|，))");
  const auto match = kCut.Find(title.substr(span.begin, span.size()));
  if (!match || match->all().begin == 0) return span;
  const Span cut{span.begin, span.begin + match->all().begin};
  // "Fine-tuned on" is part of the name.
  if (EndsWith(title.substr(cut.begin, cut.size()), "tuned")) return span;
  static const Pattern kPreposition(R"(^ (?:on|for|with|by|from|at|in|to|für|pour|can)$)");
  *descriptive = kPreposition.Matches(title.substr(cut.end, match->all().size()));
  return cut;
}

Span CutTail(std::string_view title, Span span) {
  static const Pattern kTail(
      R"((?:'s)?\s+(?:(?:open|new|first|language|model|large|small|foundation)\s+)*(?:family|series|models?|release notes|release|announcement|model card|changelog|readme|collection)(?:\s+of\s+.*)?$)",
      true);
  const auto match = kTail.Find(title.substr(span.begin, span.size()));
  if (!match || match->all().begin == 0) return span;
  // "Embedding models": what is left would be no name.
  static const Pattern kField(
      R"(^(?:vision|embeddings?|cloud|language|reasoning|code|coding|image|speech|audio|video|multimodal|safety|agent)$)",
      true);
  const Span cut{span.begin, span.begin + match->all().begin};
  const std::string_view left = title.substr(cut.begin, cut.size());
  return kField.Matches(left) || KnownVendor(left) ? span : cut;
}

// "[Harbour Lab] lantern-3b [Downloadable]", an entry of a catalogue.
std::optional<TitleName> InCatalogue(std::string_view title) {
  static const Pattern kEntry(R"(^\s*\[([^\[\]]{2,40})\]\s+([^\[\]]{2,60}?)\s+\[[^\[\]]{2,80}\]\s*$)");
  const auto match = kEntry.Find(title);
  if (!match) return std::nullopt;
  TitleName found;
  found.vendor = std::string(title.substr(match->groups[1].begin, match->groups[1].size()));
  found.span = match->groups[2];
  return found;
}

// "Lantern 22.04 (27 Apr 2022)": the day is no part of the name.
Span CutDay(std::string_view title, Span span) {
  static const Pattern kDay(
      R"(\s*[(\[-]?\s*(?:\d{1,2}[. ]+)?(?:[A-Z][a-z]{2,8}\.? )?(?:\d{1,2},? )?20\d\d(?:-\d\d-\d\d)?[)\]]$)");
  const auto match = kDay.Find(title.substr(span.begin, span.size()));
  if (!match || match->all().begin == 0) return span;
  return {span.begin, span.begin + match->all().begin};
}

// "Lantern QAT (Quantization Aware Trained)": what an acronym stands for.
Span CutExpansion(std::string_view title, Span span) {
  static const Pattern kExpansion(R"(\b([A-Z]{2,6}) \(((?:[A-Za-z]+[ -]){1,5}[A-Za-z]+)\))");
  const std::string_view text = title.substr(span.begin, span.size());
  const auto match = kExpansion.Find(text);
  if (!match) return span;
  std::string initials;
  bool fresh = true;
  for (char c : text.substr(match->groups[2].begin, match->groups[2].size())) {
    if (fresh && IsAlpha(c)) initials.push_back(c);
    fresh = !IsAlpha(c);
  }
  if (Lower(initials) != Lower(text.substr(match->groups[1].begin, match->groups[1].size()))) return span;
  return {span.begin, span.begin + match->groups[1].end};
}

// "Announcing Lantern 3 Support in Harbour": Harbour has got something.
std::optional<TitleName> Supporter(std::string_view title) {
  static const Pattern kIn(
      R"(\b(?:[Ss]upport(?: for .{2,50}?)?|[Ii]ntegration|[Cc]ompatibility) (?:in|on|with) ((?:[A-Z]|[a-z]+[A-Z])[\pL\pN.-]*(?: [A-Z0-9][\pL\pN.-]*){0,3})\W{0,6}$)");
  const auto match = kIn.Find(title);
  if (!match) return std::nullopt;
  TitleName found;
  found.span = match->groups[1];
  return found;
}

// "Current Model Upgrades + New Lantern Beta": the part that names something.
Span OfSum(std::string_view title, Span span) {
  const std::string_view text = title.substr(span.begin, span.size());
  for (std::string_view mark : {" + ", " & ", " and "}) {
    const size_t at = text.find(mark);
    if (at == text.npos || NamesSomething(text.substr(0, at))) continue;
    if (NamesSomething(text.substr(at + mark.size()))) return {span.begin + at + mark.size(), span.end};
  }
  return span;
}

// 「lantern-lm」 in a title names what is announced.
std::optional<TitleName> InCornerBrackets(std::string_view title) {
  static const Pattern kNamed(R"((?:「|『)([A-Za-z][\w .+-]{1,40})(?:」|』))");
  const auto match = kNamed.Find(title);
  if (!match) return std::nullopt;
  TitleName found;
  found.span = match->groups[1];
  return found;
}

// "Harbour Lab's first Lantern": the maker before the name.
void CutOwner(std::string_view title, Span* span, std::string* vendor) {
  static const Pattern kOwner(
      R"(^([A-Z][\pL\pN.&]*(?: [A-Z][\pL\pN.&]*){0,2})(?:['’]s|s['’])\s+(?:(?:new|newest|latest|first|own|open|flagship|First|New|Latest)\s+)*([A-Z0-9]|[a-z]+-?[0-9A-Z]))");
  static const Pattern kNobody(R"(^(?:what|let|here|it|there|that|who|how)\b)", true);
  const std::string_view text = title.substr(span->begin, span->size());
  const auto match = kOwner.Find(text);
  if (!match || kNobody.Matches(text)) return;
  // The s of "Labs' Lantern" belongs to the maker.
  size_t end = match->groups[1].end;
  if (end < text.size() && text[end] == 's') ++end;
  *vendor = std::string(text.substr(0, end));
  span->begin += match->groups[2].begin;
}

}  // namespace

std::optional<TitleName> NameInTitle(std::string_view title) {
  static const Pattern kTag(
      R"(^\s*(?:\[[A-Za-z !]{2,12}\]|\d+[.)]|(?:model card|modellkarte|carte du mod\S+)\s*(?:for|of|—|–|-|:|von|de)|(?:new|now available|release|announcement|blog|changelog|news|aktuell)\s*:)\s*)",
      true);
  static const Pattern kGreeting(
      R"(^\s*(?:introducing|introduction to|announcing|welcome(?:,| to|)|meet|a (?:deep ?dive|closer look)(?: into| at)|deep ?dive(?: into|:)|presenting|unveiling|launching|releasing|open[- ]sourcing|say hello to|hello,?|discover|getting started with|now in (?:public |private )?(?:preview|beta):|day[- ](?:zero|0|one|1) support for|arriva|arrivano|ecco|nasce|llega|llegan|chega|voici|arrive|hier ist|run|running|making|enabling|bringing|evolving|extending|expanding|faster|improved|official|try|lernen sie|erste schritte mit|découvrez|wir stellen vor:|vorstellung(?: von)?:?|einführung(?: von)?|présentation de|présentons|nous présentons|bienvenue à|隆重推出|推出|发布|介绍|正式发布|欢迎使用|欢迎)\s*)",
      true);
  static const Pattern kArticle(
      R"(^\s*(?:our|a|an|all[- ]new|new|brand[- ]new|first|latest|die|der|das|le|les|den)\s+)", true);
  static const Pattern kThe(R"(^\s*the\s+)", true);
  static const Pattern kVendorVerb(
      R"(^(.{2,40}?)\s+(?:releases?|announces?|launches|introduces|unveils|presents|open[- ]?sources|debuts|veröffentlicht|präsentiert|présente|lance|dévoile|annonce|lanza|presenta|anuncia|rilascia|lancia|lança|apresenta|lansează|publică|lanceert|introduceert|lanserar|släpper|lanserer)\s+(.+)$)",
      true);
  title = title.substr(0, title.find('\n'));
  if (auto entry = InCatalogue(title)) return entry;
  if (auto supporter = Supporter(title)) return supporter;
  if (auto named = InCornerBrackets(title)) return named;
  static const Pattern kJapanese(R"(を(?:公開|発表|リリース|提供|開始))");
  if (kJapanese.Matches(title)) return std::nullopt;
  TitleName found;
  Span span{0, title.size()};
  if (const auto verb = kVendorVerb.Find(title); verb && verb->Has(2)) {
    found.vendor = std::string(Strip(title.substr(verb->groups[1].begin, verb->groups[1].size())));
    if (found.vendor == "We" || found.vendor == "we") found.vendor.clear();
    span = verb->groups[2];
  }
  // "Harbour launches two new models": which, the text will say.
  static const Pattern kUnnamed(
      R"(^(?:(?:its|their|a|the|\d+|two|three|four|several|new|zwei|drei|neue|deux|trois|nouveaux|dos|tres|nuevos|due|tre|două|trei|twee|drie|două) ){1,3}(?:\pL+ ){0,3}?(?:models?|modelle|modèles|modelos|modelli|modellen|modele|llms?)\b)",
      true);
  if (!found.vendor.empty() && kUnnamed.Matches(title.substr(span.begin, span.size()))) return std::nullopt;
  span = Trim(title, span);
  for (int i = 0; i < 3; ++i) {
    bool cut = CutFront(kTag, title, &span);
    cut = CutFront(kGreeting, title, &span) || cut;
    cut = CutFront(kArticle, title, &span) || cut;
    span = Trim(title, span);
    if (!cut) break;
  }
  if (const Span part = OfSum(title, span); part != span) {
    span = part;
    CutFront(kArticle, title, &span);
  }
  span = CutExpansion(title, CutDay(title, span));
  if (found.vendor.empty()) CutOwner(title, &span, &found.vendor);
  span = Trim(title, CutTail(title, Trim(title, CutSubtitle(title, span, &found.descriptive))));
  // "The Stack v2" is called so; "The Falcon 3 family" is not.
  const bool family =
      Contains(Lower(title.substr(span.end)), "family") || Contains(Lower(title.substr(span.end)), "series");
  if (family) CutFront(kThe, title, &span);
  if (!NamesSomething(title.substr(span.begin, span.size()))) return std::nullopt;
  found.span = span;
  return found;
}

}  // namespace seaworthy
