#include "services/ingest/extract/compose.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/phrases.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

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
