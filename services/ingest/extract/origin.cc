#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

void Base(Draft* draft) {
  const Source& source = draft->source();
  for (const Labelled& label : source.labelled()) {
    if ((label.key == "base_model" || label.key == "base_model.0" || label.key == "base model" ||
         label.key == "modele de base" || label.key == "finetuned from model" || label.key == "basismodell" ||
         label.key == "continue pretrained from model") &&
        label.value.size() <= 100) {
      draft->Add("base", label.value, label.raw);
      return;
    }
  }
  static const Pattern kBase(
      R"(\b(?:is based on|based on|built on|builds upon|built upon|fine-?tuned (?:version of|from)|finetuned from|derived from|initiali[sz]ed from|continued? pre-?train\w+ (?:from|on)|distilled from|on top of)\s+(?:the |our )?((?:[\w-]+/)?[A-Z][\w.-]*(?:[ -][A-Z0-9][\w.-]*){0,3}))");
  for (const Sentence& sentence : source.sentences()) {
    const auto match = kBase.Find(source.Text(sentence));
    if (!match) continue;
    Span span{sentence.text.begin + match->groups[1].begin, sentence.text.begin + match->groups[1].end};
    while (!span.empty() && (source.Text(span).back() == '.' || source.Text(span).back() == '-')) --span.end;
    const std::string lower = Lower(source.Text(span));
    bool product = false;
    for (const Spelling& known : ProductSpellings())
      product = product || FindWord(lower, known.word) == 0 || Contains(lower, Cat("/", known.word)) ||
                StartsWith(lower, known.word);
    const std::string own = NameKey(draft->name);
    const std::string key = NameKey(lower);
    if (!product || StartsWith(key, own) || StartsWith(own, key)) continue;
    const std::string before = Lower(source.Text({sentence.text.begin, span.begin}));
    if (!draft->MentionedIn(before) || Contains(before, "distill") || Contains(before, "demo")) continue;
    draft->AddText("base", source.Text(span), span);
    return;
  }
}

void Training(Draft* draft) {
  static const Pattern kData(
      R"(\b((?:pre-?train\w*|trained|fine-?tuned|post-trained|instruct-tuned) (?:\w+ )?(?:on|with|using) [^.;]{8,140}))",
      true);
  static const Pattern kCorpus(
      R"(token|dataset|data\b|corpus|corpora|samples|examples|documents|hours|images|pairs|text|code|stories)");
  const Source& source = draft->source();
  for (const Sentence& sentence : source.sentences()) {
    if (source.document().blocks[sentence.block].kind == BlockKind::kTableCell) continue;
    const auto match = kData.Find(source.Text(sentence));
    if (!match) continue;
    const Span span{sentence.text.begin + match->groups[1].begin, sentence.text.begin + match->groups[1].end};
    if (kCorpus.Matches(Lower(source.Text(span)))) draft->AddSaid("training_data", span);
  }
  for (const Labelled& label : source.labelled()) {
    if ((StartsWith(label.key, "datasets.") || label.key == "training dataset" || label.key == "dataset") &&
        label.value.size() <= 100) {
      draft->Add("training_data", label.value, label.raw);
    }
  }
  static const Pattern kTune(R"(\b(?:fine-?tun(?:e|ed|able|ing)|finetun\w+)\b[^.;]{0,120})", true);
  static const Pattern kMay(
      R"(\b(?:can|easily|possible|ready|script|notebook|recipe|support|customi[sz]e|your|straightforward|you|may|tunable|downstream)\b)");
  for (const Sentence& sentence : source.sentences()) {
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (!kTune.Matches(lower) || !kMay.Matches(lower)) continue;
    const Block& block = source.document().blocks[sentence.block];
    if (block.kind == BlockKind::kHeading || block.kind == BlockKind::kTableCell || sentence.text.size() < 24)
      continue;
    draft->AddSaid("fine_tuning", sentence.text);
    return;
  }
}

// Natural languages, from the card's list and from sentences about language.
void Languages(Draft* draft) {
  struct Code {
    std::string_view code, name;
  };
  static constexpr Code kCodes[] = {
      {"en", "English"},  {"fr", "French"},     {"de", "German"},    {"es", "Spanish"},
      {"it", "Italian"},  {"pt", "Portuguese"}, {"nl", "Dutch"},     {"zh", "Chinese"},
      {"ja", "Japanese"}, {"ko", "Korean"},     {"ar", "Arabic"},    {"hi", "Hindi"},
      {"ru", "Russian"},  {"vi", "Vietnamese"}, {"th", "Thai"},      {"id", "Indonesian"},
      {"tr", "Turkish"},  {"pl", "Polish"},     {"ta", "Tamil"},     {"my", "Burmese"},
      {"ms", "Malay"},    {"km", "Khmer"},      {"lo", "Lao"},       {"tl", "Filipino"},
      {"sv", "Swedish"},  {"cs", "Czech"},      {"da", "Danish"},    {"el", "Greek"},
      {"fi", "Finnish"},  {"he", "Hebrew"},     {"hu", "Hungarian"}, {"no", "Norwegian"},
      {"ro", "Romanian"}, {"uk", "Ukrainian"},  {"bg", "Bulgarian"}, {"fa", "Persian"},
      {"bn", "Bengali"},  {"te", "Telugu"},     {"ur", "Urdu"},      {"ca", "Catalan"}};
  // As other languages call them.
  static constexpr Code kForeign[] = {
      {"englisch", "English"},  {"anglais", "English"},    {"英语", "English"},
      {"英文", "English"},      {"französisch", "French"}, {"français", "French"},
      {"francais", "French"},   {"法语", "French"},        {"deutsch", "German"},
      {"allemand", "German"},   {"德语", "German"},        {"spanisch", "Spanish"},
      {"espagnol", "Spanish"},  {"西班牙语", "Spanish"},   {"italienisch", "Italian"},
      {"italien", "Italian"},   {"chinesisch", "Chinese"}, {"chinois", "Chinese"},
      {"中文", "Chinese"},      {"汉语", "Chinese"},       {"japanisch", "Japanese"},
      {"japonais", "Japanese"}, {"日语", "Japanese"},      {"韩语", "Korean"}};
  const Source& source = draft->source();
  for (const Labelled& label : source.labelled()) {
    static const Pattern kKey(
        R"(^(?:(?:supported )?languages?(?: covered| supported|\(s\))?|languages?\.\d+|langues?|sprachen?|语言|支持语言)$)");
    if (!kKey.Matches(label.key)) continue;
    for (const Code& code : kCodes) {
      if (Lower(label.value) == code.code ||
          (label.value.size() > 2 && FindWord(Lower(label.value), Lower(code.name)) != std::string::npos)) {
        draft->Add("language", code.name, label.raw);
      }
    }
    for (const Code& foreign : kForeign) {
      if (Contains(Lower(label.value), foreign.code)) draft->Add("language", foreign.name, label.raw);
    }
  }
  static const Pattern kAbout(
      R"(\b(?:languages?|multilingual|bilingual|speak\w*|translat\w+|fluent|sprachen?|mehrsprachig\w*|zweisprachig\w*|langues?|multilingue|bilingue|für|en)\b|语言|双语)");
  for (const Sentence& sentence : source.sentences()) {
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (!kAbout.Matches(lower)) continue;
    if (source.language() != "en") {
      for (const Code& foreign : kForeign) {
        const size_t at = lower.find(foreign.code);
        if (at == lower.npos) continue;
        draft->AddText("language", foreign.name,
                       {sentence.text.begin + at, sentence.text.begin + at + foreign.code.size()});
      }
      continue;
    }
    for (const Code& code : kCodes) {
      const size_t at = FindWord(lower, Lower(code.name));
      if (at != lower.npos)
        draft->AddText("language", code.name,
                       {sentence.text.begin + at, sentence.text.begin + at + code.name.size()});
    }
  }
}

}  // namespace

void ExtractOrigin(Draft* draft) {
  Base(draft);
  Training(draft);
  Languages(draft);
}

}  // namespace seaworthy
