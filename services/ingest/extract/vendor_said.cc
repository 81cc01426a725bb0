#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/vendor_finder.h"
#include "services/ingest/text.h"

namespace seaworthy {

void VendorFinder::Sentences() {
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
      const Span span{sentence.text.begin + match.groups[1].begin, sentence.text.begin + match.groups[1].end};
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
        static const Pattern kOther(R"(\b(?:the|for|than|like|with|using|on|via|alongside|unlike|beats?) $)");
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

const Pattern& VendorFinder::ForeignSubject() {
  static const Pattern kSubject(
      R"(^(?:Das |Die |Der )([A-Z][\pL-]+)[^.]{0,140}? (?:hat|haben) [^.]{0,300}?(?:gestellt|veröffentlicht|vorgestellt|präsentiert|freigegeben|angekündigt)\b|(?:^|[ '’])((?:(?:La|Le|Les|El|Il|L['’])[ ]?)?[A-Z][\pL\pN&.-]+(?: (?:di|la|de|del|della|des|du|do|[A-Z][\pL\pN&.-]+)){0,6}) (?:a|ont|ha|han|hanno|tem) (?:\pL+ ){0,3}?(?:lancé|publié|dévoilé|annoncé|présenté|lanzado|presentado|publicado|anunciado|rilasciato|lanciato|presentato|annunciato|pubblicato|lansat|publicat|lançado)\b|^([^、。「」,]{2,40}?)社?は、?[^。]{0,200}(?:公開|発表|リリース|提供))");
  return kSubject;
}

void VendorFinder::KnownNames(const Sentence& sentence, std::string_view lower, double early) {
  static const Pattern kWill(
      R"(\b(?:with|the|at|from) ([A-Z][\pL]+(?: [A-Z][\pL]+)?) (?:will|team|provides|offers|hub)\b)");
  const std::string_view text = source_.Text(sentence);
  if (!draft_.MentionedIn(lower)) return;
  for (const Match& match : kWill.FindAll(text, 2)) {
    const Span span{sentence.text.begin + match.groups[1].begin, sentence.text.begin + match.groups[1].end};
    if (KnownVendor(source_.Text(span))) VoteText(span, 6 * std::max(early, 0.5));
  }
  static const Pattern kSubject(R"(, ([A-Z][\pL]+(?: [A-Z][\pL]+)?) (?:will|can|helps?|provides?|offers?) )");
  for (const Match& match : kSubject.FindAll(text, 2)) {
    const Span span{sentence.text.begin + match.groups[1].begin, sentence.text.begin + match.groups[1].end};
    if (KnownVendor(source_.Text(span))) VoteText(span, 6);
  }
}

void VendorFinder::Owners() {
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

void VendorFinder::Preceding(size_t begin, size_t at) {
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

void VendorFinder::TitleField() {
  const Labelled* field = source_.FindLabelled({"title"});
  if (field == nullptr) return;
  const auto title = NameInTitle(field->value);
  if (!title || title->vendor.empty()) return;
  const size_t at = source_.document().bytes.find(title->vendor, field->raw.begin);
  if (at < field->raw.end) Vote(title->vendor, {at, at + title->vendor.size()}, 18);
}

Span VendorFinder::TitleVendor() const {
  if (!source_.Title()) return {};
  const Block& block = source_.document().blocks[*source_.Title()];
  const auto title = NameInTitle(source_.Text(block.text));
  if (!title || title->vendor.empty()) return {};
  const size_t at = source_.Text(block.text).find(title->vendor);
  if (at == std::string_view::npos) return {};
  return TrimOrg({block.text.begin + at, block.text.begin + at + title->vendor.size()});
}

}  // namespace seaworthy
