#include "services/ingest/extract/phrases.h"

#include <string>
#include <vector>

#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// 0.256 -> 256M, 117 -> 117B, 1000 -> 1T.
std::string ShortSize(const std::string& billions) {
  const double number = ParseNumber(billions).value_or(0);
  if (number >= 1000) return PlainNumber(number / 1000) + "T";
  if (number >= 1) return billions + "B";
  return PlainNumber(number * 1000) + "M";
}

// Whether a sentence of the announcement reads well outside of it.
bool StandsAlone(const std::string& text) {
  static const Pattern kNot(
      R"(\b(?:we|our|us|you|your|their|this|these|here|blog|post|above|below|following|i|click|now)\b|[\[\]{}<>|`*]|https?:|:$|\p{So})");
  return text.size() >= 40 && text.size() <= 240 && text.back() == '.' && !kNot.Matches(Lower(text));
}

// "X, a simple library to ..." as "X is a simple library to ...".
std::string FromApposition(const Draft& draft, std::string_view text) {
  static const Pattern kApposed(R"(^(?:,| -| –| —) (a|an|the|our) ([a-z0-9].*)$)", true);
  const size_t at = text.find(draft.name);
  if (at == text.npos) return "";
  static const Pattern kAnnounces(
      R"(\b(?:introduc|announc|releas|launch|present|unveil|open-sourc)\w*\b[^.]{0,40}$)", true);
  if (!kAnnounces.Matches(text.substr(0, at))) return "";
  const std::string rest = OneLine(text.substr(at + draft.name.size()));
  const auto match = kApposed.Find(rest);
  if (!match) return "";
  std::string article = Lower(rest.substr(match->groups[1].begin, match->groups[1].size()));
  if (article == "our") {
    const std::string vendor = Value(draft, "vendor");
    if (vendor.empty()) return "";
    article = vendor + "'s";
  }
  return Cat(draft.name, " is ", article, " ", rest.substr(match->groups[2].begin));
}

}  // namespace

std::string JoinWords(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 < words.size() ? ", " : words.size() > 2 ? ", and " : " and ";
    out += words[i];
  }
  return out;
}

std::string Value(const Draft& draft, std::string_view field) {
  const FoundFact* fact = draft.First(field);
  return fact == nullptr ? "" : fact->value;
}

std::string LongSize(const std::string& billions) {
  const double number = ParseNumber(billions).value_or(0);
  if (number >= 1000) return PlainNumber(number / 1000) + "-trillion";
  if (number >= 1) return billions + "-billion";
  return PlainNumber(number * 1000) + "-million";
}

std::string ShortTokens(const std::string& tokens) {
  const double number = ParseNumber(tokens).value_or(0);
  if (number >= 1'000'000) return PlainNumber(number / 1'000'000) + "M";
  if (number >= 1000 && static_cast<long>(number) % 1000 == 0) return PlainNumber(number / 1000) + "K";
  if (number >= 1024 && static_cast<long>(number) % 1024 == 0) return PlainNumber(number / 1024) + "K";
  if (number >= 10'000) return PlainNumber(static_cast<double>(static_cast<long>(number / 100)) / 10) + "K";
  return tokens;
}

std::string LicensePhrase(const std::string& license) {
  const std::string lower = Lower(license);
  const bool said = Contains(lower, "licen") || Contains(lower, "terms");
  return said ? license : license + " license";
}

bool IsPlural(const Draft& draft) {
  return EndsWith(Lower(draft.name), "models") || Contains(draft.name, " and ") ||
         Contains(draft.name, " 和 ");
}

std::string Noun(const Draft& draft) {
  const std::string kind = Value(draft, "kind");
  const std::string& category = draft.category;
  if (kind == "model") {
    if (category == "Vision-Language Models") return "vision-language model";
    if (category == "Image Models") return "image model";
    if (category == "Video Models") return "video model";
    if (category == "Speech and Audio Models") return "speech and audio model";
    if (category == "Code Models") return "code model";
    if (category == "Embedding Models") return "embedding model";
    if (category == "Translation Models") return "translation model";
    if (category == "Language Models") return "language model";
    return "model";
  }
  if (kind == "library") {
    if (category == "Agent Frameworks") return "agent library";
    return category == "Inference and Serving" ? "inference and serving library" : "developer library";
  }
  if (kind == "application") return category == "Developer Tools" ? "developer tool" : "application";
  if (kind == "service") return "AI service";
  return kind == "dataset" ? "dataset" : "AI tool";
}

std::string Article(std::string_view word) {
  static const Pattern kVowel(R"(^(?:[aeio]|8|11-|18-|un(?:[^i])|LLM|FP|MIT|MLX|ONNX|NVIDIA|RL))", true);
  return kVowel.Matches(word) ? "an " : "a ";
}

std::string Purpose(const Draft& draft) {
  static const Pattern kFor(
      R"(\b(?:designed|built|made|optimi[sz]ed|intended|meant|ideal|model|library|tool|assistant|framework|service|application|aimed at|tuned|models) (?:(?:specifically|primarily|purely) )?for ([a-z][^.;:()\n"]{6,100}))");
  static const Pattern kNot(
      R"(^use cases|\b(?:we|you|our|us|this|these|that|which|it|example|more|research purposes|free|the first|more information|details|instance|now|both|their|its|your|use with|everyone|customers|self-hosting)\b|@|https?)");
  static const Pattern kEnd(
      R"( (?:while|with|that|which|by|where|so|and is|and has|using|through|under|but|as well as|featuring|designed|on|in addition|released|trained|offering|when|to)(?: |$)| [-–—] |, (?:while|with|that|which|the|a|an|and it|but|offering|featuring|released|trained|in|on|to|it|we|you)\b)");
  static const Pattern kDangling(R"( (?:and|or|in|of|the|a|an|for|at|to)$)");
  const Source& source = draft.source();
  size_t seen = 0;
  for (const Sentence& sentence : source.sentences()) {
    if (++seen > 40) break;
    const Block& block = source.document().blocks[sentence.block];
    if (block.kind == BlockKind::kTableCell || block.boilerplate) continue;
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (!draft.MentionedIn(lower) && seen > 3) continue;
    const auto match = kFor.Find(source.Text(sentence));
    if (!match) continue;
    const size_t end = sentence.text.begin + match->groups[1].end;
    std::string purpose = OneLine(source.Text({sentence.text.begin + match->groups[1].begin, end}));
    const auto stop = kEnd.Find(purpose);
    const bool open = !stop && (match->groups[1].size() >= 99 || (source.Text({end, end + 1}) == "(" &&
                                                                  source.Text({end, end + 5}) != "(e.g."));
    if (stop) purpose.resize(stop->all().begin);
    while (!purpose.empty() && (purpose.back() == ',' || purpose.back() == ' ')) purpose.pop_back();
    if (open || purpose.size() < 8 || kNot.Matches(Lower(purpose)) || kDangling.Matches(purpose)) continue;
    return purpose;
  }
  return "";
}

std::string OwnDefinition(const Draft& draft) {
  const Source& source = draft.source();
  if (source.language() != "en" || draft.name.find_first_of("<>[]{}\"'") != draft.name.npos) return "";
  size_t seen = 0;
  for (const Sentence& sentence : source.sentences()) {
    if (++seen > 30) break;
    const Block& block = source.document().blocks[sentence.block];
    if (block.kind != BlockKind::kParagraph && block.kind != BlockKind::kQuote) continue;
    std::string text = OneLine(source.Text(sentence));
    bool defines = false;
    const std::string vendors = Cat(" is ", Value(draft, "vendor"), "'s ");
    for (std::string_view is : {std::string_view(" is a "), std::string_view(" is an "),
                                std::string_view(" is the "), std::string_view(vendors)})
      defines = defines || StartsWith(text, Cat(draft.name, is));
    if (!defines) text = FromApposition(draft, text);
    // A verb in the apposition would be the sentence's own.
    static const Pattern kVerb(R"(, (?:is|are|was|has|have|will|today|now|releases|announces)\b)");
    if (!text.empty() && StandsAlone(text) && !(!defines && kVerb.Matches(text))) return text;
  }
  return "";
}

std::string Sizes(const Draft& draft) {
  std::vector<std::string> sizes;
  for (const std::string& value : draft.Values("parameters_b")) sizes.push_back(ShortSize(value));
  if (sizes.size() <= 4) return JoinWords(sizes);
  return Cat(sizes.front(), " to ", sizes.back());
}

}  // namespace seaworthy
