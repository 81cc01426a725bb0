#include <algorithm>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Candidate {
  std::string value;
  Span raw;
  double score = 0;
  bool of_code = false;  // Said of the code alone.
};

class LicenseFinder {
 public:
  explicit LicenseFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {}

  void Run(Draft* draft) {
    Labels();
    for (const Sentence& sentence : source_.sentences()) InSentence(sentence);
    if (of_weights_ && found_.empty() == false) {
      // The code's licence where the weights have another, unnamed one.
      std::erase_if(found_, [](const Candidate& candidate) { return candidate.of_code; });
    }
    const Candidate* best = nullptr;
    for (const Candidate& candidate : found_) {
      if (candidate.score > 0 && (best == nullptr || candidate.score > best->score)) best = &candidate;
    }
    if (best != nullptr) draft->Add("license", best->value, best->raw);
  }

 private:
  void Add(std::string value, Span raw, double score) {
    for (Candidate& candidate : found_) {
      if (candidate.value != value) continue;
      candidate.score = std::max(candidate.score, score) + 0.5;
      candidate.of_code = candidate.of_code && of_code_;
      return;
    }
    found_.push_back({std::move(value), raw, score, of_code_});
  }

  void Labels() {
    for (const Labelled& label : source_.labelled()) {
      const bool key = label.key == "license" || label.key == "licence" || label.key == "lizenz" ||
                       label.key == "licenses" || label.key == "许可证" || label.key == "许可" ||
                       label.key == "model license" || label.key == "license.0" ||
                       label.key == "weights license" || label.key == "模型许可" || label.key == "开源协议";
      if (!key) continue;
      const std::string lower = Lower(label.value);
      if (lower == "other" || lower == "unknown" || lower == "see below") continue;
      std::string value = label.value;
      if (const auto known = NormalizeLicense(label.value)) {
        value = *known;
      } else if (value.size() > 60) {
        continue;
      } else if (const size_t slash = value.find(" / "); slash != value.npos) {
        value.resize(slash);
      }
      Add(value, label.raw, label.front_matter ? 30 : 20);
    }
    if (const Labelled* badge = source_.FindLabelled({"badge.license"})) {
      const auto known = NormalizeLicense(badge->value);
      of_code_ = true;
      Add(known ? *known : badge->value, badge->raw, 3);
      of_code_ = false;
    }
    if (const Labelled* name = source_.FindLabelled({"license_name"})) Add(name->value, name->raw, 28);
  }

  void InSentence(const Sentence& sentence) {
    static const Pattern kSaid(
        R"(licen[csțtz]|licença|licens|licencj|lizenz|лиценз|ライセンス|라이선스|许可|协议|terms of (?:use|service)|(?:source|sourced|available|released|published|free) under (?:the )?(?:modified )?(?:mit|apache|bsd|a?gpl|mpl|cc)\b)");
    const std::string_view lower =
        std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
    if (!kSaid.Matches(lower)) return;
    const Block& block = source_.document().blocks[sentence.block];
    if (block.kind == BlockKind::kTableCell) return;
    const double score = Weigh(lower, block, sentence.block);
    static const Pattern kWeights(
        R"(\b(?:weights|checkpoints?|gewichte|poids)\b|\bmodels? .{0,40}\b(?:subject to|governed by)|权重)");
    static const Pattern kCode(R"(\b(?:code|codebase|code repository|scripts?)\b|代码)");
    const bool both = kCode.Matches(lower) && kWeights.Matches(lower);
    of_code_ = !both && kCode.Matches(lower) && !draft_.MentionedIn(lower);
    const size_t known = found_.size();
    bool unnamed = false;  // The weights' clause names no licence.
    // Clause by clause: "MIT for the Python parts, and Apache for ...".
    for (const Span& clause : Clauses(sentence, both)) {
      const std::string_view said = source_.Text(clause);
      const std::string clause_lower = Lower(said);
      const size_t before = found_.size();
      const bool weights = both && kWeights.Matches(clause_lower);
      if (both) of_code_ = kCode.Matches(clause_lower) && !weights;
      if (!kSaid.Matches(clause_lower) && !Contains(clause_lower, "apache") &&
          !Contains(clause_lower, "mit "))
        continue;
      InClause(clause, clause_lower, score);
      unnamed = unnamed || (weights && found_.size() == before);
      if (both) continue;
      if (!found_.empty() && found_.back().score >= score && score > 0) break;
    }
    of_code_ = false;
    if (unnamed || (found_.size() == known && kWeights.Matches(lower))) of_weights_ = true;
  }

  // "The code is MIT, while the weights are ...": one clause each. Any other
  // sentence is one.
  std::vector<Span> Clauses(const Sentence& sentence, bool both) const {
    if (!both) return {sentence.text};
    static const Pattern kBreak(R"(，|；|; |, (?:while|whereas|and|but|the) )");
    std::vector<Span> clauses;
    size_t begin = sentence.text.begin;
    for (const Match& match : kBreak.FindAll(source_.Text(sentence), 8)) {
      clauses.push_back({begin, sentence.text.begin + match.all().begin});
      begin = sentence.text.begin + match.all().end;
    }
    clauses.push_back({begin, sentence.text.end});
    return clauses;
  }

  void InClause(Span clause, const std::string& lower, double score) {
    const std::string_view text = source_.Text(clause);
    // A licence of its own name: "the Falcon LLM license".
    static const Pattern kNamed(
        R"(\b((?:[A-Z0-9][\w.+-]*(?: ?\[[a-z]+\])?[ -]){1,6}?(?:(?:Community|Non-Commercial|Research|Open|Model|Use|Acceptable) )*(?:[Ll]icen[cs]e|LICENSE|Terms of (?:Use|Service))(?: [Aa]greement)?(?: v?\d(?:\.\d)*)?)\b)");
    static const Pattern kKnown(
        R"(\b(?:modified mit|apache(?:[ -]?(?:licen[cs]e))?,?[ -]*(?:version|v\.?)?[ -]?2(?:\.0)?|apache licen[cs]e|mit\b|cc[- ]by(?:-n[cd])?(?:-sa|-nd)?[- ]?(?:4(?:\.0)?)?|cc0|creative commons [a-z -]{4,40}|bsd[- ][23][a-z -]{0,8}|(?:a|l)?gpl[- ]?v?[23](?:\.0)?|mpl[- ]2\.0|bigcode[- ]open ?rail-m(?: v1)?|llama[- ]?\d(?:\.\d)?[- ](?:community[- ])?li(?:cen[cs]e|zenz))(?: licen[cs]e)?)",
        true);
    const auto known = kKnown.Find(text);
    const auto named = kNamed.Find(text);
    // German "mit" is "with".
    const bool word = known && text[known->all().begin] != 'M' && known->all().size() == 3;
    const bool german =
        known && known->all().size() == 3 && (word || text.substr(known->all().begin, 3) == "Mit");
    if (known && !german) {
      const Span span{clause.begin + known->all().begin, clause.begin + known->all().end};
      const auto value = NormalizeLicense(source_.Text(span));
      if (value) {
        AddText(*value, span, score);
        return;
      }
    }
    if (!named) return;
    Span span{clause.begin + named->groups[1].begin, clause.begin + named->groups[1].end};
    static const Pattern kLead(
        R"(^(?:(?:The|A|An|Our|This|Under|See|Its|All|Model|License|\d+[.)]|Please|Read|By|For|In|Note|Check|And|Its|Their|Permissive|Commercial)\b[ :]*)+)");
    if (const auto lead = kLead.Find(source_.Text(span))) span.begin += lead->all().end;
    std::string value = ReplaceAll(OneLine(source_.Text(span)), "\\", "");
    const std::string low = Lower(value);
    // "7. License" is a heading.
    if (!value.empty() && IsDigit(value[0])) return;
    if (low == "license" || low == "licence" || low.size() < 10 || value.size() > 70) return;
    for (std::string_view none : {"open source license", "software license", "open-source license",
                                  "terms of use", "terms of service", "commercial license"}) {
      if (low == none) return;
    }
    if (const auto plain = NormalizeLicense(value)) value = *plain;
    AddText(value, span, score - 1);
  }

  void AddText(const std::string& value, Span text, double score) {
    if (const auto raw = source_.Raw(text)) Add(value, *raw, score);
  }

  // How surely the sentence speaks of the tool's own licence.
  double Weigh(std::string_view lower, const Block& block, size_t index) const {
    double score = 4;
    static const Pattern kOwn(
        R"(\b(?:releas\w+|licensed|distributed|available|published|open[- ]?sourced?|provided|falls|governed|permissive\w*|shared) (?:\w+ ){0,3}?(?:under|with|by)\b|under (?:the|an?) |采用|遵循|unter (?:der|einer)|sous (?:la )?licence|(?:con|bajo|cu|com|sob|sotto|con la|onder|med) (?:la |una |een )?licen\pL*)");
    static const Pattern kWeights(
        R"(\b(?:models?|weights|checkpoints?|we release|this release|gewichte|modelle?|poids|modèles?)\b|模型|权重)");
    static const Pattern kCode(R"(\b(?:code|codebase|repository|scripts?|client|backend|parts)\b|代码)");
    static const Pattern kSite(
        R"(\b(?:website|web ?page|this site|template|documentation|logo|icons?|fonts?|images (?:are|is)|blog)\b)");
    static const Pattern kOther(
        R"(\b(?:originally|derived from|derivatives?|based on|third[- ]party|less restrictive|than|unlike|other models|datasets?|data\b|trained on|training|previous|earlier|permissible|detection|depend(?:s|ent|ing|ency|encies)?|key|enterprise licen[cs]e|subscription)\b|数据)");
    if (kOwn.Matches(lower)) score += 3;
    const bool weights = kWeights.Matches(lower) || draft_.MentionedIn(lower);
    if (weights) score += 3;
    if (kCode.Matches(lower)) score -= weights ? 0.5 : 2;
    if (kSite.Matches(lower)) score -= 12;
    if (kOther.Matches(lower)) score -= 5;
    if (block.boilerplate) score -= 12;
    if (Contains(source_.Section(index), "licen")) score += 2;
    return score;
  }

  const Draft& draft_;
  const Source& source_;
  std::vector<Candidate> found_;
  bool of_code_ = false;     // What is read now speaks of the code alone.
  bool of_weights_ = false;  // The weights' licence is spoken of, not named.
};

}  // namespace

void ExtractLicense(Draft* draft) { LicenseFinder(draft).Run(draft); }

}  // namespace seaworthy
