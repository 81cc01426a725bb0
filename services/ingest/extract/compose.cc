#include "services/ingest/extract/compose.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

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

// 0.256 -> 256M, 117 -> 117B, 1000 -> 1T.
std::string ShortSize(const std::string& billions) {
  const double number = ParseNumber(billions).value_or(0);
  if (number >= 1000) return PlainNumber(number / 1000) + "T";
  if (number >= 1) return billions + "B";
  return PlainNumber(number * 1000) + "M";
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

// The licence as it fits before "license": without saying the word twice.
std::string LicensePhrase(const std::string& license) {
  const std::string lower = Lower(license);
  const bool said = Contains(lower, "licen") || Contains(lower, "terms");
  return said ? license : license + " license";
}

bool IsPlural(const Draft& draft) {
  return EndsWith(Lower(draft.name), "models") || Contains(draft.name, " and ") ||
         Contains(draft.name, " 和 ");
}

// What sort of thing, as a noun: "vision-language model", "Python library".
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

// A clause from the announcement that fits behind "for": what it is for.
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

// What the announcement itself says it is, where that can stand alone.
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

// A labelled text of the announcement itself, if it has one.
const Labelled* Own(const Draft& draft, std::string_view key, size_t longest) {
  const Labelled* label = draft.source().FindLabelled({key});
  if (label == nullptr || label->value.find_first_of("<>{}=") != label->value.npos ||
      OneLine(label->value).size() < 4 || label->value.size() > longest)
    return nullptr;
  return label;
}

// The longest run of whole words, and no broken end.
std::string CutAtWord(std::string text, size_t size) {
  if (text.size() <= size) return text;
  text = std::string(Utf8Prefix(text, size));
  if (const size_t space = text.rfind(' '); space != text.npos) text.resize(space);
  static const Pattern kDangling(R"((?:[,;:]| (?:and|or|with|for|the|a|an|of|in|on|to))+$)");
  if (const auto end = kDangling.Find(text)) text.resize(end->all().begin);
  return text;
}

// A line right below the title that reads like a tagline: no label, no full
// stop, no name of its own.
std::string TaglineBelowTitle(const Draft& draft) {
  const Source& source = draft.source();
  if (!source.Title()) return "";
  const auto& blocks = source.document().blocks;
  size_t lines = 0;
  for (size_t i = *source.Title() + 1; i < blocks.size() && lines < 4; ++i) {
    const Block& block = blocks[i];
    const bool quoted = block.kind == BlockKind::kQuote;
    if ((block.kind != BlockKind::kParagraph && !quoted) || !source.Trusted(i)) return "";
    for (std::string_view line : Split(source.Text(block.text), '\n')) {
      line = Strip(line);
      ++lines;
      const bool label = Contains(line, ": ") || StartsWith(line, "By ") || line.size() < 16 ||
                         line.size() > kMaxTaglineBytes;
      if (label) continue;
      const bool prose = line.back() == '.' || line.back() == '!' || line.back() == ':' ||
                         line.back() == '?' || !(IsUpper(line[0]) || IsDigit(line[0]));
      const bool marked = line.find_first_of("[]{}<>|`#") != line.npos;
      if (prose || marked || lines > 3) return "";
      // Only where labelled lines show that this is a form, not an article.
      if (source.FindLabelled({"price", "category", "vendor", "pricing"}) == nullptr) return "";
      return OneLine(line);
    }
  }
  return "";
}

bool IsNonCommercial(std::string_view license) {
  const std::string lower = Lower(license);
  return Contains(lower, "non-commercial") || Contains(lower, "noncommercial") || Contains(lower, "-nc");
}

// "They" and its verbs where the name names several.
std::string Clause(const Draft& draft, std::vector<std::string> parts) {
  if (parts.empty()) return "";
  const bool plural = IsPlural(draft);
  static constexpr Spelling kVerbs[] = {
      {"is ", "are "},     {"comes ", "come "}, {"handles ", "handle "},  {"runs ", "run "},
      {"costs ", "cost "}, {"has ", "have "},   {"installs ", "install "}};
  for (std::string& part : parts) {
    for (const Spelling& verb : kVerbs) {
      if (plural && StartsWith(part, verb.word)) part = Cat(verb.name, part.substr(verb.word.size()));
    }
  }
  return Cat(plural ? "They " : "It ", JoinWords(parts), ".");
}

std::string ComposeTagline(const Draft& draft) {
  const std::string license = Value(draft, "license");
  const std::vector<std::string> formats = draft.Values("quantized");
  const std::string purpose = Purpose(draft);
  std::string head;
  const std::string sizes = Sizes(draft);
  static const Pattern kSpdx(R"(^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*-\d\.\d$)");
  if (IsNonCommercial(license)) {
    head = "Non-commercial ";
  } else if (kSpdx.Matches(license) && IsUpper(license[0])) {
    head = license + " ";
  } else if (license == "MIT" || license == "ISC" || license == "BSD-3-Clause") {
    head = license + "-licensed ";
  } else if (Value(draft, "pricing") == "free" && Value(draft, "kind") == "model") {
    head = "Openly available ";
  } else if (Value(draft, "pricing") == "paid") {
    head = "Commercial ";
  }
  if (!sizes.empty() && !Contains(sizes, "and") && !Contains(sizes, " to ")) head += sizes + " ";
  std::string line = head + Noun(draft);
  if (Contains(sizes, " to ")) line += "s from " + ReplaceAll(sizes, " to ", " to ");
  if (Contains(sizes, "and")) line += "s in " + sizes;
  std::vector<std::string> tails;
  if (!purpose.empty()) tails.push_back(" for " + purpose);
  if (!formats.empty())
    tails.push_back(" in " + JoinWords({formats.begin(), formats.begin() + static_cast<long>(std::min<size_t>(
                                                                               formats.size(), 2))}));
  const std::string context = Value(draft, "context_tokens");
  if (!context.empty()) tails.push_back(" with " + ShortTokens(context) + " tokens of context");
  const std::string price = Value(draft, "entry_price_usd");
  if (!price.empty())
    tails.push_back(Cat(" from $", price, draft.price_unit.empty() ? "" : " per ", draft.price_unit));
  const std::string base = Value(draft, "base");
  if (tails.empty() && !base.empty()) tails.push_back(" made from " + base);
  const std::string vendor = Value(draft, "vendor");
  if (tails.empty() && !vendor.empty()) tails.push_back(" from " + vendor);
  bool one = false;
  for (const std::string& tail : tails) {
    if (line.size() + tail.size() > kMaxTaglineBytes) continue;
    line += one && StartsWith(tail, " with ") && Contains(line, " with ") ? "," + tail : tail;
    one = true;
  }
  if (IsLower(line[0])) line[0] = static_cast<char>(line[0] - 'a' + 'A');
  return CutAtWord(line, kMaxTaglineBytes);
}

// "Lantern is a 3-billion-parameter language model from Harbour Lab for ...".
std::string FirstSentence(const Draft& draft) {
  const std::vector<std::string> sizes = draft.Values("parameters_b");
  const std::string vendor = Value(draft, "vendor");
  const std::string purpose = Purpose(draft);
  const bool plural = IsPlural(draft);
  if (std::string own = OwnDefinition(draft); !own.empty() && !plural) return own;
  std::string noun = Noun(draft);
  std::string sentence = draft.name + (plural ? " are " : " is ");
  if (sizes.size() == 1) {
    noun = LongSize(sizes[0]) + "-parameter " + noun;
  } else if (sizes.size() > 1 && !plural) {
    noun = "family of " + noun + "s";
  }
  sentence += plural ? noun + "s" : Article(noun) + noun;
  if (!vendor.empty() && NameKey(vendor) != NameKey(draft.name)) sentence += " from " + vendor;
  if (!purpose.empty()) sentence += ", for " + purpose;
  return sentence + ".";
}

std::string SecondSentence(const Draft& draft) {
  std::vector<std::string> parts;
  const std::string license = Value(draft, "license");
  const std::vector<std::string> sizes = draft.Values("parameters_b");
  const std::vector<std::string> formats = draft.Values("formats");
  const std::string context = Value(draft, "context_tokens");
  if (sizes.size() > 1 && !Contains(draft.description, " sizes"))
    parts.push_back("comes in " + Cat(sizes.size(), " sizes (") + Sizes(draft) + " parameters)");
  if (!license.empty()) parts.push_back("is released under the " + LicensePhrase(license));
  if (!formats.empty()) {
    parts.push_back("is offered in " +
                    JoinWords({formats.begin(),
                               formats.begin() + static_cast<long>(std::min<size_t>(formats.size(), 4))}));
  }
  if (!context.empty()) parts.push_back("handles up to " + ShortTokens(context) + " tokens of context");
  return Clause(draft, std::move(parts));
}

std::string ThirdSentence(const Draft& draft) {
  const std::string price = Value(draft, "entry_price_usd");
  const std::string pricing = Value(draft, "pricing");
  const std::string base = Value(draft, "base");
  const std::vector<std::string> runtimes = draft.Values("runtime");
  std::vector<std::string> parts;
  if (!price.empty()) {
    parts.push_back(Cat("costs from $", price, draft.price_unit.empty() ? "" : " per ", draft.price_unit));
  } else if (IsNonCommercial(Value(draft, "license"))) {
    parts.push_back("is free for non-commercial use only");
  } else if (pricing == "free" && Value(draft, "license").empty()) {
    parts.push_back(Value(draft, "kind") == "model" ? "is openly available" : "is free to use");
  } else if (pricing == "paid") {
    parts.push_back("is a paid product");
  } else if (pricing == "freemium") {
    parts.push_back("has a free tier beside paid plans");
  }
  if (!base.empty()) parts.push_back("is built on " + base);
  if (!runtimes.empty() && Value(draft, "kind") == "model") {
    parts.push_back("runs with " +
                    JoinWords({runtimes.begin(),
                               runtimes.begin() + static_cast<long>(std::min<size_t>(runtimes.size(), 3))}));
  } else if (const FoundFact* install = draft.First("install_command");
             install != nullptr && install->value.size() <= 60 && parts.size() < 2 &&
             Contains(NameKey(install->value), NameKey(draft.forms().back()))) {
    parts.push_back("installs with `" + install->value + "`");
  }
  return Clause(draft, std::move(parts));
}

}  // namespace

void Compose(Draft* draft) {
  draft->tagline = ComposeTagline(*draft);
  if (const std::string line = TaglineBelowTitle(*draft); !line.empty()) draft->tagline = line;
  for (std::string_view key : {"tagline", "subtitle", "slogan"}) {
    if (const Labelled* own = Own(*draft, key, 300)) {
      draft->tagline = CutAtWord(OneLine(own->value), kMaxTaglineBytes);
      break;
    }
  }
  // A description counts where the document is a form, with other labels.
  const Labelled* own = Own(*draft, "description", 1000);
  if (own != nullptr &&
      draft->source().FindLabelled({"name", "tagline", "price", "vendor", "pricing"}) != nullptr) {
    draft->description = OneLine(own->value);
    return;
  }
  draft->description = FirstSentence(*draft);
  // The second looks at the first, so as not to say the sizes twice.
  if (const std::string second = SecondSentence(*draft); !second.empty()) draft->description += " " + second;
  if (const std::string third = ThirdSentence(*draft); !third.empty()) draft->description += " " + third;
}

}  // namespace seaworthy
