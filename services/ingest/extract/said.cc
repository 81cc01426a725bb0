#include <algorithm>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// One kind of statement, recognised by its words or the heading it is under.
struct Statement {
  std::string_view field;
  const char* words;    // In the sentence, lower case.
  const char* section;  // In the heading above; empty for none.
};

constexpr Statement kStatements[] = {
    {"support",
     R"(\b(?:sla|enterprise (?:support|plan|hub|customers?)|dedicated support|technical support|premium support|expert support|support team|customer support|commercial support|professional services|account manager|24/7)\b)",
     ""},
    {"security",
     R"(\b(?:soc ?2|gdpr|hipaa|iso ?27001|on-prem\w*|self-host\w*|privacy|private(?:ly)? deploy\w*|data (?:never )?leaves?|never leaves|vpc|air-gapped|secure\w*|security audit|encrypt\w*|compliance|compliant|runs? (?:100% )?local\w*|en local)\b)",
     R"(^(?:security|privacy))"},
    {"limitation",
     R"(\b(?:limitations?|not (?:been )?(?:aligned|tested|evaluated|supported|suitable|intended|recommended)|does not (?:support|work)|cannot|can't|may (?:hallucinate|produce|generate)|hallucinat\w+|struggles?|only (?:been )?tested|known issues?|still present|out[- ]of[- ]scope|not yet|fails? to|drawbacks?|limited to|encounters challenges|below the previous)\b|limites)",
     R"(^(?:.{0,30}limitations?|known (?:limits|issues)|considerations|out-of-scope.*|risks.*|caveats.*|limites|bias.*))"},
    {"use_case",
     R"(\b(?:designed for|ideal for|optimi[sz]ed for|use cases?|intended (?:for|use)|built for|suitable for|can be used (?:for|to|as)|perfect for|aimed at|useful for|specifically for|excellent for|excels (?:at|in)|well-suited)\b|cas d'usage|适用于)",
     R"(^(?:.{0,20}use cases?|intended uses?|uses?|direct use|cas d'usage|applications|einsatz\w*))"},
    {"customer",
     R"(\b(?:customers? (?:like|such as|include|including)|used (?:by|at|in production (?:by|at)) (?:[a-z]+ )?(?:companies|teams|organizations|[a-z]+)|trusted by|in production at|early adopters?|deployed (?:by|at))\b)",
     ""},
    {"adoption",
     R"(\b(?:\d[\d,.]*\+? ?(?:k|m|million|thousand)?\+? (?:downloads|stars|users|developers|github stars|installs|contributors|organizations|companies)|monthly active|most downloaded|million(?:s)? of (?:downloads|users|developers))\b)",
     ""},
    {"roadmap",
     R"(\b(?:coming soon|roadmap|in the (?:coming|next|near) (?:weeks|months|future|releases?)|next steps?|we (?:plan|intend|will (?:release|add|publish|share|continue|soon))|upcoming|subsequent releases|looking ahead|on the way|future work|stay tuned|later this year)\b|在路上|demnächst|prochainement)",
     R"(^(?:roadmap|future work|what's next|next steps|coming soon|looking ahead))"},
};

// Words that say something the tool does or adds.
constexpr const char* kFeatureWords =
    R"(\b(?:supports?|features?|offers?|enables?|allows?|provides?|includes?|handles?|improve\w*|new|adds?|faster|built-in|ability to|capable of|can (?:now )?\w+|designed to|integrat\w+|ships with|state-of-the-art|introduces|reduc\w+)\b|支持|prend en charge|unterstützt)";
constexpr const char* kFeatureSections =
    R"(^(?:.{0,40}features?.*|highlights?|what's new.*|key (?:capabilities|improvements|advantages).*|capabilities|.*improvements|new in .*|capacites|model capabilities|what is in the release|funktionen|summary|overview|key features|主要特点))";

bool Boring(std::string_view lower) {
  static const Pattern kBoring(
      R"(\b(?:click|table of contents|cite|citation|bibtex|acknowledg\w*|thank|subscribe|follow us|join (?:our|us)|star us|figure \d|table \d|see (?:the )?(?:figure|table|below)|image description|read more|learn more|for more (?:details|information)|please (?:refer|visit|note|see|read)|contact us|check out|open an issue|let us know)\b)");
  return kBoring.Matches(lower);
}

// Whether a sentence can be quoted: whole, of a quotable length.
bool Quotable(const Source& source, const Sentence& sentence) {
  const Block& block = source.document().blocks[sentence.block];
  if (block.boilerplate || block.kind == BlockKind::kHeading || block.kind == BlockKind::kTableCell ||
      block.kind == BlockKind::kCode) {
    return false;
  }
  const std::string_view text = source.Text(sentence);
  if (text.size() < 16 || text.size() > 500) return false;
  if (std::count(text.begin(), text.end(), ' ') < 2 && static_cast<unsigned char>(text[0]) < 0x80)
    return false;
  const std::string_view lower =
      std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
  return !Boring(lower) && !Contains(text, "](") && !Contains(text, " | ") && !Contains(text, "{{") &&
         !Contains(text, "http");
}

}  // namespace

void ExtractSaid(Draft* draft) {
  struct Compiled {
    Pattern words;
    Pattern section;
  };
  static const std::vector<Compiled>* const kCompiled = [] {
    auto* compiled = new std::vector<Compiled>();
    for (const Statement& statement : kStatements) {
      compiled->push_back(
          {Pattern(statement.words), Pattern(*statement.section == '\0' ? "^\\z\\A." : statement.section)});
    }
    return compiled;
  }();
  static const Pattern kFeature(kFeatureWords);
  static const Pattern kFeatureSection(kFeatureSections);
  const Source& source = draft->source();
  std::optional<std::string_view> section;
  std::vector<bool> under(kCompiled->size());  // Which statements the section is of.
  bool features = false;
  for (const Sentence& sentence : source.sentences()) {
    if (!Quotable(source, sentence)) continue;
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (!section || *section != source.Section(sentence.block)) {
      section = source.Section(sentence.block);
      for (size_t i = 0; i < under.size(); ++i) under[i] = (*kCompiled)[i].section.Matches(*section);
      features = kFeatureSection.Matches(*section);
    }
    const Block& block = source.document().blocks[sentence.block];
    const bool item = block.kind == BlockKind::kListItem;
    bool taken = false;
    for (size_t i = 0; i < kCompiled->size(); ++i) {
      const bool said_under = under[i] && (item || kStatements[i].field != "roadmap");
      if (!said_under && !(*kCompiled)[i].words.Matches(lower)) continue;
      taken = draft->AddSaid(kStatements[i].field, sentence.text) || taken;
    }
    if (taken) continue;
    const bool feature =
        item ? features || kFeature.Matches(lower) : draft->MentionedIn(lower) && kFeature.Matches(lower);
    if (feature) draft->AddSaid("feature", sentence.text);
  }
}

}  // namespace seaworthy
