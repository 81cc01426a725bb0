#include <algorithm>
#include <set>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Sign {
  const char* expression;
  std::string_view modalities;  // Joined by commas.
};

// Matched in lower case against what is said of the tool itself.
constexpr Sign kSigns[] = {
    {R"(\b(?:vision inputs?|vision[- ]language|vlms?\b|image[- ]text|visual question|text and images?|images and text|image understanding|visual understanding|image-text-to-text|vision (?:model|understanding)|modèle (?:de )?vision)|视觉语言|图像理解)",
     "image,text"},
    {R"(\b(?:speech[- ]to[- ]text|speech recognition|transcription|automatic-speech-recognition|speech[- ]text|text[- ]to[- ]speech|spoken dialogue|voice model|audio language|asr|語音|spracherkennung|reconnaissance vocale)\b|语音|音频|音声)",
     "audio,text"},
    {R"(\b(?:neural audio codec|music generation|audio generation)\b)", "audio"},
    {R"(\b(?:ocr|optical character recognition|text recognition|image[- ]to[- ]text|document understanding)\b)",
     "image,text"},
    {R"(\b(?:text[- ]to[- ]text|text[- ]to[- ]embeddings?|embedding model|reranking|rerank\w*)\b)", "text"},
    {R"(\b(?:speech[- ]to[- ]speech|speech translation|speech models?|speech generation|tts|voices in|text[- ]to[- ]audio)\b)",
     "audio,text"},
    {R"(\b(?:text[- ]to[- ]world|image[- ]to[- ]world|image[- ]to[- ]video|videos from text)\b)",
     "image,text,video"},
    {R"(\b(?:text[- ]to[- ]image|image generation|editing images|image editing|generat\w+ images)\b)",
     "image,text"},
    {R"(\b(?:text[- ]to[- ]video|video generation|video understanding|video models?|understand(?:s|ing)? videos?|video lm|video language)\b)",
     "video,text"},
    {R"(\b(?:language models?|llms?|text generation|text-generation|text models?|code (?:language )?models?|code llms?|reasoning models?|translation|coding|chat models?|conversational|instruction|text2text|assistants?|chatbots?|question answering|summarization|langage|sprachmodell\w*|multilingual(?:ity)?|linguistique|modelos? de (?:lenguaje|linguagem|razonamiento)|modell[oi] linguistic[oi]|modele? de limbaj|taalmodel\w*|språkmodell\w*)\b|语言模型|代码模型|对话模型|MoE 模型|言語モデル|언어 모델)",
     "text"},
};

void AddList(Draft* draft, std::string_view list, Span raw) {
  for (std::string_view one : Split(list, ',')) draft->Add("modality", one, raw);
}

bool FromLabels(Draft* draft) {
  bool found = false;
  for (const Labelled& label : draft->source().labelled()) {
    const std::string value = Lower(label.value);
    if (label.key == "modality" || label.key == "modalities" || label.key == "input modalities" ||
        label.key == "output modalities" || StartsWith(label.key, "modality.") ||
        StartsWith(label.key, "modalities.")) {
      for (std::string_view one : {"text", "image", "audio", "video", "code"}) {
        // Code is text.
        if (one == "code" && Contains(value, "text")) continue;
        if (Contains(value, one)) found = draft->Add("modality", one, label.raw) || found;
      }
    }
    if (label.key == "pipeline_tag") {
      for (std::string_view one : {"image", "audio", "speech", "video", "text"}) {
        if (Contains(value, one))
          found = draft->Add("modality", one == "speech" ? "audio" : one, label.raw) || found;
      }
      if (value == "automatic-speech-recognition") draft->Add("modality", "text", label.raw);
    }
  }
  return found;
}

// Signs in the sentences that name the tool, and in the first ones.
void FromText(Draft* draft) {
  static const std::vector<Pattern>* const kPatterns = [] {
    auto* patterns = new std::vector<Pattern>();
    for (const Sign& sign : kSigns) patterns->emplace_back(sign.expression);
    return patterns;
  }();
  const Source& source = draft->source();
  static const Pattern kOther(
      R"(\b(?:compared|outperform\w*|unlike|than|benchmarks?|previous|based on|other|notable examples)\b)");
  size_t seen = 0;
  for (const Sentence& sentence : source.sentences()) {
    if (++seen > 60) break;
    const Block& block = source.document().blocks[sentence.block];
    if (block.kind == BlockKind::kTableCell || block.boilerplate) continue;
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (!draft->MentionedIn(lower) && seen > 5) continue;
    if (kOther.Matches(lower) && seen > 8) continue;
    for (size_t i = 0; i < kPatterns->size(); ++i) {
      const auto match = (*kPatterns)[i].Find(lower);
      if (!match) continue;
      const auto raw =
          source.Raw({sentence.text.begin + match->all().begin, sentence.text.begin + match->all().end});
      if (raw) AddList(draft, kSigns[i].modalities, *raw);
    }
  }
}

// "understands images, video, speech and text": every sense that is listed.
void FromLists(Draft* draft) {
  static const Pattern kTakes(
      R"(\b(?:understands?|accept(?:s|ing)?|process(?:es|ing)?|omni-?modal|inputs?|multimodal \()\b[^.]{0,100})");
  static const Pattern kSense(R"(\b(images?|vision|video|audio|speech|text)\b)");
  const Source& source = draft->source();
  size_t seen = 0;
  for (const Sentence& sentence : source.sentences()) {
    if (++seen > 20) break;
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (!draft->MentionedIn(lower) && seen > 12) continue;
    const auto takes = kTakes.Find(lower);
    if (!takes) continue;
    const std::string_view list = lower.substr(takes->all().begin, takes->all().size());
    const auto senses = kSense.FindAll(list, 6);
    if (senses.size() < 2) continue;
    for (const Match& sense : senses) {
      const std::string_view word = list.substr(sense.groups[1].begin, sense.groups[1].size());
      const std::string_view value = StartsWith(word, "image") || word == "vision" ? "image"
                                     : word == "speech"                            ? "audio"
                                                                                   : word;
      const size_t at = sentence.text.begin + takes->all().begin + sense.groups[1].begin;
      draft->AddText("modality", value, {at, at + word.size()});
    }
  }
}

// Of what a dataset consists.
void OfDataset(Draft* draft) {
  struct Material {
    const char* expression;
    std::string_view modality;
  };
  static constexpr Material kMaterials[] = {
      {R"(\b(?:music|songs?|audio|speech|recordings?)\b)", "audio"},
      {R"(\b(?:videos?|clips)\b)", "video"},
      {R"(\b(?:images?|pictures?|photos?)\b)", "image"},
      {R"(\b(?:text|corpus|tokens|documents|instructions?|conversations?|prompts?|questions?|captions?)\b)",
       "text"}};
  static const std::vector<Pattern>* const kPatterns = [] {
    auto* patterns = new std::vector<Pattern>();
    for (const Material& material : kMaterials) patterns->emplace_back(material.expression);
    return patterns;
  }();
  const Source& source = draft->source();
  for (size_t i = 0; i < kPatterns->size(); ++i) {
    size_t seen = 0;
    for (const Sentence& sentence : source.sentences()) {
      if (++seen > 8) break;
      const std::string_view lower =
          std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
      const auto match = (*kPatterns)[i].Find(lower);
      if (!match) continue;
      draft->AddText("modality", kMaterials[i].modality,
                     {sentence.text.begin + match->all().begin, sentence.text.begin + match->all().end});
      break;
    }
    if (draft->Has("modality")) return;
  }
}

// `Lantern-VL`, `Lantern-ASR`: what the name says.
void FromName(Draft* draft) {
  struct Part {
    const char* expression;
    std::string_view modalities;
  };
  static constexpr Part kParts[] = {
      {R"((?:^|[-_ \d])(?:vl|vlm|vision|ocr)(?:$|[-_ \d.]))", "image,text"},
      {R"((?:^|[-_ \d])(?:audio|asr|tts|stt|speech|voice|transcribe)(?:$|[-_ \d.]))", "audio,text"},
      {R"((?:^|[-_ \d])(?:t2v|i2v|video)(?:$|[-_ \d.]))", "text,video"}};
  static const std::vector<Pattern>* const kPatterns = [] {
    auto* patterns = new std::vector<Pattern>();
    for (const Part& part : kParts) patterns->emplace_back(part.expression);
    return patterns;
  }();
  const FoundFact* fact = draft->First("name");
  if (fact == nullptr) return;
  const std::string name = Lower(draft->name);
  const Span raw = fact->raw;
  for (size_t i = 0; i < kPatterns->size(); ++i) {
    if ((*kPatterns)[i].Matches(name)) AddList(draft, kParts[i].modalities, raw);
  }
}

// "multimodal" without saying what: pictures beside text.
void Multimodal(Draft* draft) {
  static const Pattern kMultimodal(R"(\bmultimodal\w*\b|多模态|マルチモーダル)");
  const Source& source = draft->source();
  size_t seen = 0;
  for (const Sentence& sentence : source.sentences()) {
    if (++seen > 40) break;
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    const auto match = kMultimodal.Find(lower);
    if (!match || (!draft->MentionedIn(lower) && seen > 5)) continue;
    const auto raw =
        source.Raw({sentence.text.begin + match->all().begin, sentence.text.begin + match->all().end});
    if (raw) AddList(draft, "image,text", *raw);
    return;
  }
}

// A model that reasons, chats or counts tokens handles text.
void Fallback(Draft* draft) {
  static const Pattern kText(
      R"(\b(?:reasoning|chain-of-thought|tokens?|instruct|instruction|chats?|gpt-?\d\S*|llm|tool calling|text|code)\b)");
  const Source& source = draft->source();
  for (const Sentence& sentence : source.sentences()) {
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (const auto match = kText.Find(lower)) {
      draft->AddText("modality", "text",
                     {sentence.text.begin + match->all().begin, sentence.text.begin + match->all().end});
      return;
    }
  }
}

bool IsRuntime(std::string_view name) {
  return std::any_of(RuntimeSpellings().begin(), RuntimeSpellings().end(),
                     [&](const Spelling& runtime) { return Lower(runtime.name) == Lower(name); });
}

std::string CategoryOfLibrary(const Draft& draft, std::string_view head) {
  static const Pattern kAgents(R"(\bagent(?:s|ic)?\b)");
  static const Pattern kServing(
      R"(\b(?:inference (?:engine|server|framework|library)|serving (?:engine|framework)|model serving|llm serving|high-throughput)\b)");
  if (kAgents.Matches(head)) return "Agent Frameworks";
  return kServing.Matches(head) || IsRuntime(draft.name) ? "Inference and Serving" : "Developer Tools";
}

std::string CategoryOfModel(const Draft& draft, std::string_view head) {
  static const Pattern kEmbedding(R"(\bembedding models?\b|\bsentence embeddings?\b|\breranker\b)");
  static const Pattern kPictures(
      R"(\b(?:text[- ]to[- ]image|image generation|editing images|image editing|diffusion|rectified flow)\b)");
  static const Pattern kTranslation(R"(\btranslation model|\bmachine translation\b|-mt\b)");
  static const Pattern kCode(
      R"(\bcode (?:language )?models?\b|\bcode llms?\b|\bcoding model|\bopen code\b|代码模型)");
  const std::vector<std::string> values = draft.Values("modality");
  const std::set<std::string> modality(values.begin(), values.end());
  if (kEmbedding.Matches(head)) return "Embedding Models";
  if (modality.count("video") != 0)
    return modality.count("image") != 0 ? "Vision-Language Models" : "Video Models";
  if (modality.count("audio") != 0) return "Speech and Audio Models";
  if (modality.count("image") != 0)
    return kPictures.Matches(head) ? "Image Models" : "Vision-Language Models";
  if (kTranslation.Matches(head)) return "Translation Models";
  if (kCode.Matches(head) || FindWord(Lower(draft.name), "coder") != std::string::npos) return "Code Models";
  return "Language Models";
}

std::string CategoryOf(const Draft& draft) {
  static const Pattern kDeveloper(
      R"(\b(?:code assistant|coding assistant|developer|pair programmer|ide\b|command[- ]line))");
  const FoundFact* kind = draft.First("kind");
  const std::string_view head = std::string_view(draft.source().lower()).substr(0, 4000);
  if (kind == nullptr) return "Other";
  if (kind->value == "dataset") return "Datasets";
  if (kind->value == "service") return "AI Services";
  if (kind->value == "application") return kDeveloper.Matches(head) ? "Developer Tools" : "Applications";
  if (kind->value == "library") return CategoryOfLibrary(draft, head);
  return kind->value == "model" ? CategoryOfModel(draft, head) : "Other";
}

}  // namespace

void ExtractModality(Draft* draft) {
  const FoundFact* kind = draft->First("kind");
  const bool model = kind != nullptr && (kind->value == "model" || kind->value == "dataset");
  if (model && !FromLabels(draft)) {
    FromText(draft);
    FromName(draft);
    if (kind->value == "model") FromLists(draft);
    const std::vector<std::string> values = draft->Values("modality");
    if (std::all_of(values.begin(), values.end(), [](const std::string& value) { return value == "text"; }))
      Multimodal(draft);
  }
  if (model && kind->value == "dataset" && !draft->Has("modality")) OfDataset(draft);
  if (model && !draft->Has("modality") && kind->value == "model") Fallback(draft);
  if (const Labelled* label = draft->source().FindLabelled({"category", "kategorie", "catégorie", "类别"});
      label != nullptr && label->value.size() <= 60) {
    draft->category = label->value;
    draft->Add("category", label->value, label->raw);
    return;
  }
  draft->category = CategoryOf(*draft);
  if (draft->category == "Other") return;
  if (kind != nullptr) draft->Add("category", draft->category, kind->raw);
}

}  // namespace seaworthy
